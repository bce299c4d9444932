"""Tokens of whole conversations under the chat templates of real models."""

import pytest

from mint_bench.grpo.data import conversation_cases, prompt_of
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.rollout import Rollout
from mint_bench.grpo.seekers import Scripted
from mint_bench.replay.chat import ChatLine
from tests.grpo.chat import SPECIAL, tokenizer_of
from tests.grpo.talks import talk

pytest.importorskip("trl")

SAID = ("That sounds hard, doesn't it?", "Tell me more about", "Could you call the union?")
REASONING = "<think>\nThey are sad.\n</think>\n\n"
NO_THOUGHT = {"enable_thinking": False}


@pytest.fixture(scope="module", params=[*SPECIAL, "qwen3 without thinking"])
def chat(request):
    """What ends a turn, and the tokens of a model."""
    model, _, rest = request.param.partition(" ")
    return SPECIAL[model][0], DialogueTokens(tokenizer_of(model), NO_THOUGHT if rest else {})


class Says:
    """A trainer that draws set words."""

    def __init__(self, tokens, texts):
        self.cases_now, self._tokens, self._texts = [0], tokens, iter(texts)

    def draw(self, prefixes):
        return [ids_of(self._tokens, next(self._texts)) for _ in prefixes], None

    def anyone(self, going):
        return going


def ids_of(tokens, text):
    return tokens.tokenizer(text, add_special_tokens=False)["input_ids"]


def hold(tokens, *texts):
    """Replies to the lines of a conversation: the conversation as held, its tokens and its mask."""
    cases = conversation_cases([talk("c", len(texts))])
    prompt = prompt_of(cases[0], "vanilla", tokens.messages)
    found = Rollout(cases, tokens, Scripted(), 6, 10_000, 8)([prompt], Says(tokens, texts))
    return (
        found["held"][0],
        found["prompt_ids"][0],
        found["completion_ids"][0],
        found["env_mask"][0],
    )


def parted(tokens, ids, mask):
    """What the model wrote, and what stands between."""
    return (
        tokens.tokenizer.decode([one for one, own in zip(ids, mask, strict=True) if own == mine])
        for mine in (1, 0)
    )


def test_the_mask_keeps_what_was_written_also_where_it_was_cut_off(chat):
    end, tokens = chat
    texts = (f"{SAID[0]}{end}", SAID[1], f"{SAID[2]}{end}")
    held, _, ids, mask = hold(tokens, *texts)
    written, between = parted(tokens, ids, mask)
    assert written == "".join(texts)
    first, second = (tokens.tokenizer.decode(tokens.between(x.text)) for x in held.turns[2::2])
    assert between == first.removeprefix(end) + second
    assert second.startswith(end)  # nobody wrote the end of the reply that was cut off


def test_a_held_conversation_has_the_tokens_of_the_template():
    for model in ("smollm2", "gemma"):
        end, tokens = SPECIAL[model][0], DialogueTokens(tokenizer_of(model), {})
        held, prompt, ids, _ = hold(tokens, *(f"{text}{end}" for text in SAID))
        case = conversation_cases([held])[0]
        lines = tokens.messages([
            ChatLine("system", prompt_of(case, "vanilla")[0]["content"]),
            *(
                ChatLine("user" if place % 2 == 0 else "assistant", turn.text)
                for place, turn in enumerate(held.turns)
            ),
        ])
        whole = tokens.tokenizer.apply_chat_template(lines, tokenize=False)
        assert tokens.tokenizer.decode([*prompt, *ids]) == whole.removesuffix("\n")
        assert [*prompt, *ids] == ids_of(tokens, whole.removesuffix("\n"))
        assert tokens.as_templated()


def test_a_seekers_words_end_no_turn(chat):
    end, tokens = chat
    once = tokens.between("I know.")
    assert tokens.between(tokens.clean(f"I {end} know.")).count(once[0]) == once.count(once[0])


def test_a_template_without_a_system_role_gets_its_text_in_the_first_turn():
    lines = [ChatLine("system", "Be kind."), ChatLine("user", "I <eos> am sad.")]
    folded = DialogueTokens(tokenizer_of("gemma"), {}).messages(lines)
    assert folded == [{"role": "user", "content": "Be kind.\n\nI < eos> am sad."}]
    kept = DialogueTokens(tokenizer_of("qwen3"), {}).messages(lines)
    assert [one["role"] for one in kept] == ["system", "user"]


def test_reasoning_is_trained_and_no_seeker_sees_it():
    tokens = DialogueTokens(tokenizer_of("qwen3"), {})
    texts = [f"{REASONING}{text}<|im_end|>" for text in SAID]
    held, _, ids, mask = hold(tokens, *texts)
    assert [turn.text for turn in held.turns[1::2]] == list(SAID)
    written, _ = parted(tokens, ids, mask)
    assert written == "".join(texts)


@pytest.mark.parametrize("model", ["qwen3", "deepseek_r1_distill"])
def test_a_template_that_drops_earlier_reasoning_shows_replies_otherwise(model):
    assert not DialogueTokens(tokenizer_of(model), {}).as_templated()
    assert not DialogueTokens(tokenizer_of(model), NO_THOUGHT).as_templated()


def test_reasoning_that_the_template_opens_is_hidden_also_where_it_was_cut_off():
    tokens = DialogueTokens(tokenizer_of("deepseek_r1_distill"), {})
    for text, seen in {
        "They are sad.": "",
        "They are sad.\n</think>\n\nI hear you.<｜end▁of▁sentence｜>": "I hear you.",
        "<think>\nSad.\n</think>\n\nI hear you.": "I hear you.",
    }.items():
        assert tokens.text(ids_of(tokens, text)) == seen
        assert tokens.reasoned(ids_of(tokens, text))


def test_reasoning_between_special_tokens_is_hidden():
    marks = ("<think>", "</think>")
    tokens = DialogueTokens(tokenizer_of("qwen3", marks), {})
    ids = ids_of(tokens, f"{REASONING}I hear you.<|im_end|>")
    assert tokens.tokenizer.decode(ids, skip_special_tokens=True).strip().startswith("They are sad")
    assert tokens.text(ids) == "I hear you."
    assert tokens.text(ids_of(tokens, "<think>\nThey are sad.")) == ""


@pytest.mark.parametrize("model", ["smollm2", "qwen3", "gemma"])
def test_a_reply_without_reasoning_is_all_its_words(model):
    tokens = DialogueTokens(tokenizer_of(model), {})
    ids = ids_of(tokens, f"{SAID[0]} ♥{SPECIAL[model][0]}")
    assert tokens.text(ids) == f"{SAID[0]} ♥"
    assert not tokens.reasoned(ids)
