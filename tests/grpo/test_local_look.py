"""A look at a model in this process: its own ends of turn, the recipe's sampling and no other."""

import pytest

from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.local_look import Looker, local_batch
from mint_bench.grpo.recipe import WatchSettings
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.watch import Watch
from mint_bench.replay.chat import ChatLine
from tests.grpo.chat import tokenizer_of
from tests.grpo.talks import talks

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

SETTINGS = WatchSettings(
    conversations=3, max_turns=2, tagger="embedded-fast", most_new_tokens=200, batch=2
)
ASKED = [[ChatLine("user", "I feel sad.")]] * 6


@pytest.fixture
def model(tiny_model):
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_model)


@pytest.fixture(scope="module")
def tokens(tiny_model):
    from transformers import AutoTokenizer

    return DialogueTokens(AutoTokenizer.from_pretrained(tiny_model), {})


def test_every_end_that_the_model_names_ends_a_reply(model, tokens):
    ends = ["hear", "sad", "try", "call", "talk", "tell", "me", "more", "about", "sorry"]
    model.generation_config.eos_token_id = tokens.tokenizer.convert_tokens_to_ids(ends)
    replies = local_batch(model, tokens, SETTINGS, 3)(ASKED)
    said = {word for reply in replies for word in reply.text.split()}
    assert said
    assert said.isdisjoint(ends)
    assert not any(reply.cut_off for reply in replies)


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_no_sampling_but_the_recipes_acts(model, tokens, temperature):
    settings = SETTINGS.model_copy(update={"temperature": temperature, "most_new_tokens": 24})
    plain = local_batch(model, tokens, settings, 3)(ASKED)
    model.generation_config.repetition_penalty = 1.9
    model.generation_config.no_repeat_ngram_size = 1
    model.generation_config.min_p = 0.9
    assert local_batch(model, tokens, settings, 3)(ASKED) == plain


class Writes:
    """A model that always writes the same tokens."""

    training, device = False, "cpu"

    def __init__(self, ids, end):
        from types import SimpleNamespace

        self._ids = ids
        self.config = SimpleNamespace(get_text_config=SimpleNamespace)
        self.generation_config = SimpleNamespace(eos_token_id=end)

    def generate(self, *, input_ids, **_):
        written = torch.tensor([self._ids] * len(input_ids))
        return torch.cat([input_ids, written], dim=1)


def said(text, **settings):
    """The reply that a model's words make, under a template that opens reasoning before them."""
    tokenizer = tokenizer_of("deepseek_r1_distill")
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    model = Writes(ids, tokenizer.eos_token_id)
    tokens = DialogueTokens(tokenizer, {})
    settings = SETTINGS.model_copy(update=settings)
    [reply] = local_batch(model, tokens, settings, 3)(ASKED[:1])
    return reply, len(ids), tokens


def test_reasoning_is_counted_apart():
    reply, written, tokens = said("They are sad.\n</think>\n\nI hear you.<｜end▁of▁sentence｜>")
    assert reply.text == "I hear you."
    assert [reply.tokens] == tokens.counts(["I hear you."])
    assert reply.tokens + reply.reasoning_tokens == written - 1
    assert not reply.cut_off


def test_a_reply_cut_off_within_its_reasoning_shows_nothing():
    reply, written, _ = said("They are sad.", most_new_tokens=2)
    assert (reply.text, reply.tokens, reply.reasoning_tokens) == ("", 0, written)
    assert reply.cut_off
    assert reply.failure == "nothing visible in the reply"


def test_a_conversation_without_room_for_a_reply_has_none(model, tokens):
    model.config.max_position_embeddings = 230
    long = [[ChatLine("user", "sad " * 100)], ASKED[0]]
    full, fitting = local_batch(model, tokens, SETTINGS, 3)(long)
    assert (full.text, full.failure) == (
        "", "the conversation leaves no room in a context of 230 tokens"
    )  # fmt: skip
    assert fitting.text


def test_a_look_tells_how_far_it_is(model, tokens, tmp_path):
    recipe = load_recipe("tiny_cpu").model_copy(update={"watch": SETTINGS})
    told = []
    looker = Looker(recipe, tokens, Watch(SETTINGS, talks(5)), tmp_path)
    looker.at(0, model, told.append)
    assert told == [
        "held out: 0 of 6 turns", "held out: 2 of 6 turns", "held out: 3 of 6 turns",
        "held out: 5 of 6 turns", "held out: 6 of 6 turns", "held out: scoring",
    ]  # fmt: skip
    told.clear()
    looker.at(0, model, told.append)
    assert told == []  # it was kept
