"""Token counts that no text and no run can have."""

import pytest

from mint_bench.records.schema import Settings
from tests.submissions.checking import faults, found
from tests.submissions.made import submitted, turn

pytestmark = pytest.mark.usefixtures("conversations")


def test_replies_longer_than_the_run_let_them_be_keep_it_out():
    settings = Settings(
        model="m", provider="openai", open_weights=False, sampling={"max_tokens": 50}
    )
    assert "longer than max_tokens 50" in faults(submitted(settings=settings))["tokens"]


def sampled(**sampling):
    return Settings(model="m", provider="openai", open_weights=False, sampling=sampling)


@pytest.mark.parametrize("most", ["50", 50.5, 0, -1, True])
def test_a_limit_of_tokens_that_is_none_keeps_it_out(most):
    told = faults(submitted(settings=sampled(max_tokens=most)))["tokens"]
    assert told == f"max_tokens is {most!r}, and no whole number of tokens"


def test_a_whole_limit_is_held_however_it_is_written():
    told = faults(submitted(settings=sampled(max_tokens=50.0)))["tokens"]
    assert "longer than max_tokens 50," in told
    assert "tokens" not in faults(submitted(settings=sampled(max_tokens=90.0)))


def test_more_tokens_than_any_text_takes_keep_it_out():
    many = submitted(change=lambda c, t: {"words": 20 + c, "tokens": 101 * (20 + c)})
    assert "101 tokens a word in 72 replies" in faults(many)["tokens"]
    huge = submitted(change=lambda c, t: {"words": 5, "tokens": 10**9} if (c, t) == (2, 1) else {})
    assert "more than 1,000,000 tokens, reasoning and all, in 1 of 72" in faults(huge)["tokens"]
    deep = submitted(change=lambda c, t: {"reasoning_tokens": 10**9} if (c, t) == (2, 1) else {})
    assert "reasoning and all, in 1 of 72" in faults(deep)["tokens"]


@pytest.mark.parametrize(
    "figures",
    [
        lambda c, t: {"words": 2, "tokens": 900 + c},
        lambda c, t: {"words": 24 + c, "tokens": 60 * (24 + c)},
        lambda c, t: {"words": 30, "tokens": 32_000} if (c, t) == (2, 1) else {},
        lambda c, t: {"reasoning_tokens": 50 * turn(c, t).tokens},
    ],
    ids=["no space at all", "many lines of Chinese", "one loop without a space", "long reasoning"],
)
def test_what_honest_systems_write_at_length_is_no_fault(figures):
    assert "tokens" not in faults(submitted(change=figures))


def test_reasoning_that_the_run_did_not_count_asks_for_a_look():
    def told(**counted):
        made = submitted().provenance.model_copy(update={"tokens": counted})
        thought = submitted(provenance=made, change=lambda c, t: {"reasoning_tokens": 1000})
        return [text for _, name, text in found(thought) if name == "tokens"]

    visible = sum(t.tokens for c in submitted().conversations for t in c.turns)
    assert told(output=visible + 72_000) == []
    assert told(output=visible, reasoning=72_000) == []
    [one] = told(output=visible)
    assert f"have {visible + 72_000} tokens with reasoning together" in one


def test_more_tokens_in_replies_than_the_run_counted_ask_for_a_look():
    made = submitted().provenance.model_copy(update={"tokens": {"output": 7}})
    told = [text for level, name, text in found(submitted(provenance=made)) if name == "tokens"]
    assert [one.partition(", ")[2] for one in told] == ["the run counted 7"]


@pytest.mark.parametrize(
    ("tokens", "said"),
    [(0, "no token for some words in 1 of 72"), (5, "fewer tokens than words in 1 of 72")],
)
def test_impossible_token_counts_keep_it_out(tokens, said):
    record = submitted(change=lambda c, t: {"tokens": tokens} if (c, t) == (2, 1) else {})
    assert said in faults(record)["tokens"]
    assert "conversation c02, turn 1" in faults(record)["tokens"]
