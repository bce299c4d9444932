"""A look at a model in this process: its own ends of turn, the recipe's sampling and no other."""

import pytest

from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.local_look import local_batch
from mint_bench.grpo.recipe import WatchSettings
from mint_bench.replay.chat import ChatLine

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
