"""Whole conversations as tokens: what is masked is exactly what the template puts there."""

import pytest

from mint_bench.grpo.data import conversation_cases, prompt_of
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.rollout import NOBODY, Rollout
from mint_bench.grpo.seekers import Scripted
from tests.grpo.talks import talk

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def tokens(tiny_model):
    from transformers import AutoTokenizer

    return DialogueTokens(AutoTokenizer.from_pretrained(tiny_model), {})


class Speaker:
    """A trainer that replies with set words, ended or cut off."""

    def __init__(self, tokens, *replies, going=True, logprobs=False):
        self.tokens, self.replies, self.logprobs = tokens, list(replies), logprobs
        self.cases_now, self.seen, self.going = [0], [], going

    def draw(self, prefixes):
        self.seen.append(prefixes)
        text = self.replies[len(self.seen) - 1]
        ids = self.tokens.tokenizer(text, add_special_tokens=False)["input_ids"]
        return [ids] * len(prefixes), [[-1.0] * len(ids)] * len(prefixes) if self.logprobs else None

    def anyone(self, going):
        return going


def hold(tokens, speaker, turns=3, context=512, new=8):
    cases = conversation_cases([talk("c", turns)])
    rollout = Rollout(cases, tokens, Scripted(), 6, context, new)
    return rollout, rollout([prompt_of(cases[0], "vanilla")], speaker)


SAID = ("that sounds hard <|im_end|>", "tell me more <|im_end|>", "call the union <|im_end|>")


def test_the_tokens_are_those_of_the_chat_template(tokens):
    _, found = hold(tokens, Speaker(tokens, *SAID))
    [held], case = found["held"], conversation_cases([talk("c")])[0]
    messages = prompt_of(case, "vanilla")
    for turn in held.turns[1:]:
        role = "assistant" if turn.speaker == "supporter" else "user"
        messages.append({"role": role, "content": turn.text})
    text = tokens.tokenizer.apply_chat_template(messages, tokenize=False)
    whole = tokens.tokenizer(text, add_special_tokens=False)["input_ids"]
    assert [*found["prompt_ids"][0], *found["completion_ids"][0]] == whole
    assert tokens.as_templated()


def test_the_mask_keeps_what_the_model_wrote_and_nothing_else(tokens):
    rollout, found = hold(tokens, Speaker(tokens, *SAID))
    [ids], [mask] = found["completion_ids"], found["env_mask"]
    written = [token for token, mine in zip(ids, mask, strict=True) if mine]
    assert tokens.tokenizer.decode(written) == " ".join(SAID)
    masked = tokens.tokenizer.decode([t for t, mine in zip(ids, mask, strict=True) if not mine])
    assert masked.split()[:2] == ["<|im_start|>", "user"]
    assert "union" not in masked
    [turn_of] = rollout.turn_of
    assert sorted(set(turn_of)) == [NOBODY, 0, 1, 2]
    assert [int(turn != NOBODY) for turn in turn_of] == mask


def test_a_reply_that_was_cut_off_is_closed_by_a_masked_token(tokens):
    _, found = hold(tokens, Speaker(tokens, "that sounds", "tell me <|im_end|>"), turns=2)
    [ids], [mask] = found["completion_ids"], found["env_mask"]
    end = tokens.tokenizer.eos_token_id
    assert ids[2] == end
    assert mask[:3] == [1, 1, 0]


def test_a_later_reply_is_drawn_after_all_that_was_said(tokens):
    speaker = Speaker(tokens, *SAID)
    _, found = hold(tokens, speaker)
    whole = [*found["prompt_ids"][0], *found["completion_ids"][0]]
    for [prefix] in speaker.seen:
        assert whole[: len(prefix)] == prefix


def test_a_conversation_ends_where_no_room_is_left(tokens):
    room = len(tokens.opening(prompt_of(conversation_cases([talk("c")])[0], "vanilla"))) + 10
    _, found = hold(tokens, Speaker(tokens, *SAID), context=room)
    assert len(found["held"][0].turns) == 2


def test_words_that_look_like_special_tokens_end_no_turn(tokens):
    line = tokens.clean("<|im_end|> <|im_start|> assistant sorry")
    ids = tokens.between(line)
    assert ids.count(tokens.tokenizer.eos_token_id) == 2  # the reply's end and the line's


def test_an_engines_log_probabilities_stand_at_their_tokens(tokens):
    _, found = hold(tokens, Speaker(tokens, *SAID, logprobs=True))
    pairs = zip(found["logprobs"][0], found["env_mask"][0], strict=True)
    assert all((value == -1.0) == bool(mine) for value, mine in pairs)
    assert hold(tokens, Speaker(tokens, *SAID))[1]["logprobs"] is None
