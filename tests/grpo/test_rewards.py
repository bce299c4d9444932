"""The reward, against cases computed by hand."""

from functools import partial
from math import log, nan

import pytest

from mint_bench.grpo.rewards import (
    VARIANTS,
    Terms,
    centred_sigmoid,
    clip,
    delta,
    group_rewards,
    label_penalty,
    length_scale,
    min_max,
    pooled_repetition,
    repetition,
)
from mint_bench.metrics.novelty import entropy, novelty


def counts(**places):
    return [places.get(f"k{i}", 0) for i in range(10)]


A, B, AB, NONE, ALL = counts(k0=1), counts(k1=1), counts(k0=1, k1=1), [0] * 10, [1] * 10

# q has 1.1/2 for its tactic and 0.1/2 for each other; p likewise, or uniform.
NOVELTY = {
    "first turn": (A, None, 0.55 * log(0.55 / 0.1) + 9 * 0.05 * log(0.05 / 0.1)),
    "the same mix": (AB, AB, 0.0),
    "disjoint": (B, A, 0.55 * log(11) + 0.05 * log(1 / 11)),
    "no tactic": (NONE, A, 0.0),
    "no tactic, first turn": (NONE, None, 0.0),
    "previous without tactics": (A, NONE, 0.55 * log(0.55 / 0.1) + 9 * 0.05 * log(0.05 / 0.1)),
    "at most 5": (counts(k1=100_000), counts(k0=100_000), 5.0),
}
ENTROPY = {
    "one tactic": (A, 0.0),
    "two alike": (AB, log(2)),
    "three to one": (counts(k0=3, k1=1), 0.75 * log(4 / 3) + 0.25 * log(4)),
    "all ten": (ALL, log(10)),
    "none": (NONE, 0.0),
}
REPETITION = {
    "the same": (A, A, 1.0),
    "disjoint": (A, B, -0.1 / 0.9),  # (0 − 1·1/10) / (1 − 1·1/10)
    "half of two": (AB, A, (1 - 0.2) / (2 - 0.2)),
    "a reply without tactics": (A, NONE, 0.0),
    "all ten tactics bring every move back": (A, ALL, 1.0),
    "no previous turn": (None, A, None),
    "a previous turn without tactics": (NONE, A, None),
}
LENGTH = {0: 1.0, 1: 1.0, 199: 1.0, 200: 1.0, 250: 0.8, 400: 0.5, 2000: 0.1}

# Two replies: the first better and stale, the second worse, new, mixed, repeating less, twice the
# full length; scaled Q 1 and 0, D 0 and 1, H 0 and 1, ρ 1 and 0; ℓ 1 and ½.
STALE = Terms(4.0, 0.5, 0.2, 0.8, 1.0, 0.0)
FRESH = Terms(2.0, 1.5, 0.7, 0.1, 0.5, 0.0)
# Three replies that each term orders otherwise: scaled Q 1, ½, 0; D 0, 1, ¼; H ½, 0, 1; ρ ¾, 0, 1;
# ℓ 1, ½, 1.
THREE = (
    Terms(4.0, 0.5, 0.6, 0.65, 1.0, 0.0),
    Terms(3.0, 1.5, 0.2, 0.05, 0.5, 0.0),
    Terms(2.0, 0.75, 1.0, 0.85, 1.0, 0.0),
)
VARIANT_VALUES = {
    "q": [1.0, 0.25, 0.0],
    "d": [0.0, 0.5, 0.25],
    "q_plus_d": [1.0, 0.75, 0.25],
    "q_plus_h": [1.5, 0.25, 1.0],
    "q_plus_d_plus_h": [1.25, 0.5, 0.625],
    "q_times_d": [0.0, 0.25, 0.0],
    "q_minus_r": [1.25, 0.75, 0.0],
}


@pytest.mark.parametrize("case", NOVELTY)
def test_novelty(case):
    now, before, expected = NOVELTY[case]
    assert novelty(now, before) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("case", ENTROPY)
def test_entropy(case):
    now, expected = ENTROPY[case]
    assert entropy(now) == pytest.approx(expected)


@pytest.mark.parametrize("case", REPETITION)
def test_repetition_of_a_pair(case):
    before, now, expected = REPETITION[case]
    found = repetition(before, now)
    assert found is None if expected is None else found == pytest.approx(expected)


def test_repetition_of_a_conversation_sums_before_it_divides():
    pairs = [(None, A), (A, A), (A, NONE), (AB, A)]
    hits, chance, moves = 1 + 0 + 1, 0.1 + 0.0 + 0.2, 1 + 1 + 2
    assert pooled_repetition(pairs) == pytest.approx((hits - chance) / (moves - chance))


@pytest.mark.parametrize("tokens", LENGTH)
def test_length_scale(tokens):
    assert length_scale(tokens) == pytest.approx(LENGTH[tokens])


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant(variant):
    assert group_rewards(THREE, VARIANTS[variant]) == pytest.approx(VARIANT_VALUES[variant])


def test_no_two_variants_have_the_same_values():
    assert len(set(map(tuple, VARIANT_VALUES.values()))) == len(VARIANTS)


def test_the_weight_multiplies_what_is_not_quality():
    assert group_rewards([STALE, FRESH], VARIANTS["q_plus_d"], weight=2.0) == [1.0, 1.0]


def test_a_penalty_is_added_after_the_length_scale():
    labelled = Terms(4.0, 0.5, 0.2, 0.8, 0.5, -2.0)
    assert group_rewards([labelled, FRESH], VARIANTS["q"]) == [-1.5, 0.0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_group_in_which_nothing_differs_gets_a_half_of_each_term(variant):
    weights = VARIANTS[variant]
    each = 0.25 if weights.product else 0.5 * (weights.quality + (variant not in {"q", "d"}))
    each = 0.5 if variant == "d" else each
    assert group_rewards([STALE, STALE, STALE], weights) == pytest.approx([each] * 3)


@pytest.mark.parametrize("missing", [None, nan])
def test_a_member_without_quality_leaves_the_group_and_its_statistics(missing):
    best = Terms(missing, 9.0, 2.0, -0.1, 1.0, 0.0)
    for variant in ("q", "q_plus_d", "q_minus_r", "q_times_d"):
        alone = group_rewards([STALE, FRESH], VARIANTS[variant])
        assert group_rewards([STALE, best, FRESH], VARIANTS[variant]) == [alone[0], None, alone[1]]
    assert group_rewards([best, STALE], VARIANTS["d"])[0] is not None  # which asks no judge


def test_a_member_whose_reply_was_not_tagged_leaves_where_tactics_count():
    untagged = Terms(5.0, None, None, None, 1.0, 0.0)
    assert group_rewards([untagged, FRESH], VARIANTS["q"]) == [1.0, 0.0]
    for variant in ("q_plus_d", "q_plus_h", "q_minus_r", "d"):
        assert group_rewards([untagged, FRESH], VARIANTS[variant])[0] is None


def test_with_nothing_to_repeat_the_term_is_left_out_for_all():
    first = [Terms(q, 0.1, 0.1, None, 1.0, 0.0) for q in (1.0, 3.0)]
    assert group_rewards(first, VARIANTS["q_minus_r"]) == [0.0, 1.0]


def test_a_group_of_failures_is_a_group_of_nothing():
    assert group_rewards([Terms(None, None, None, None, 1.0, 0.0)] * 2, VARIANTS["q"]) == [None] * 2


LABELS = (
    "**Validation:** That makes sense.",
    "*questioning* What happened?",
    "__Emotional Expression__ I'm sorry.",
    "**1. Self-disclosure** I know that road.",
    "## Advice\nTry to sleep.",
    "That makes sense. (validation)",
    "What now? [questioning, paraphrasing]",
    "1. Reappraisal: it may be a door.",
    "2) **Empowerment** - you can do it.",
    "Tactics used: none of your business.",
    "**Tactics:** a few",
)
PLAIN = (
    "My advice is to rest. Is that information of use?",
    "You asked for validation, and you have it (as you should).",
    "**Please** call me.",
    "1. Advice is cheap, I know.",
    "Coping tactics can help.",
    "some_information_here",
    "",
)


@pytest.mark.parametrize("reply", LABELS)
def test_tactics_shown_as_labels_cost_two(reply):
    assert label_penalty(reply) == -2.0


@pytest.mark.parametrize("reply", PLAIN)
def test_the_words_themselves_cost_nothing(reply):
    assert label_penalty(reply) == 0.0


def test_other_shapes_of_quality():
    assert min_max([]) == []
    assert centred_sigmoid([1000.0, -1000.0, None], 3.0) == [1.0, 0.0, None]
    assert clip([5.0, 3.0], 4.0) == [0.0, -1.0]
    assert delta([1.0, None, 2.0]) == [None, None, 2.0]
    assert sum(delta([-1.0, -2.0, -0.5])) == -1.0  # bounded by the first
    shape = partial(clip, ceiling=3.0)
    assert group_rewards([STALE, FRESH], VARIANTS["q"], shape=shape) == [0.0, -0.5]
