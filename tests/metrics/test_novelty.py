"""Novelty and entropy, worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mint_bench.metrics.novelty import CAP, entropy, novelty

counts = st.lists(st.integers(0, 12), min_size=10, max_size=10)


def mix(**sentences):
    """Ten counts from places a, b, c, … ."""
    return [sentences.get(letter, 0) for letter in "abcdefghij"]


NINE = 9 * (0.1 / 2)  # the other nine of a turn with one sentence: total 1 + 10 × 0.1 = 2


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        # first turn, against uniform: .55 ln(.55/.1) + 9 × .05 ln(.05/.1)
        (mix(a=1), None, 0.55 * math.log(5.5) + NINE * math.log(0.5)),
        # evenly spread on the first turn
        ([1] * 10, None, 0.0),
        # the same mix again
        (mix(a=1, c=2), mix(a=1, c=2), 0.0),
        # twice as many of the same: nearly the same
        (mix(a=2), mix(a=1), 2.1 / 3 * math.log(2.1 / 3 / 0.55)
         + 9 * (0.1 / 3) * math.log((0.1 / 3) / 0.05)),
        # disjoint: .55 ln(.55/.05) + .05 ln(.05/.55)
        (mix(a=1), mix(b=1), 0.5 * math.log(11)),
        # after a turn without any tactic, as against uniform
        (mix(a=1), mix(), 0.55 * math.log(5.5) + NINE * math.log(0.5)),
        # a reply without any tactic
        (mix(), mix(a=1), 0.0),
        (mix(), None, 0.0),
    ],
)  # fmt: skip
def test_novelty_by_hand(now, before, expected):
    assert novelty(now, before) == pytest.approx(expected)


def test_the_cap_is_met_only_far_beyond_any_real_turn():
    assert novelty(mix(a=12), mix(b=12)) < CAP
    assert novelty(mix(a=10_000), mix(b=10_000)) == CAP


@given(now=counts, before=st.none() | counts)
def test_novelty_lies_between_0_and_its_cap(now, before):
    assert -1e-12 <= novelty(now, before) <= CAP


@given(now=counts, before=counts)
def test_novelty_is_0_for_the_same_mix_and_leaves_its_input_alone(now, before):
    kept = (list(now), list(before))
    novelty(now, before)
    assert (now, before) == kept
    assert novelty(now, now) == pytest.approx(0)


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (mix(), 0.0),
        (mix(d=7), 0.0),
        (mix(a=1, b=1), math.log(2)),
        ([3] * 10, math.log(10)),
        (mix(a=3, b=1), -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))),
    ],
)
def test_entropy_by_hand(sentences, expected):
    assert entropy(sentences) == pytest.approx(expected)
