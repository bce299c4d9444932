"""Which systems differ, against enumeration and statsmodels; ties and ranks by definition."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from mint_bench.stats.compare import (
    LETTERS,
    benjamini_hochberg,
    compare,
    holm,
    permutation_p,
    rank_intervals,
    tie_letters,
)
from mint_bench.stats.statistic import MacroRatio, Ratio

p_values = st.lists(st.integers(0, 1000).map(lambda n: n / 1000), min_size=1, max_size=30)


@st.composite
def differences(draw, most=8):
    count = draw(st.integers(1, most))
    upper = draw(st.lists(st.booleans(), min_size=count**2, max_size=count**2))
    matrix = np.triu(np.array(upper).reshape(count, count), 1)
    return matrix | matrix.T


def two_systems(count=30, shift=0.3, seed=0):
    rng = np.random.default_rng(seed)
    turns = rng.integers(3, 9, count).astype(float)
    level = rng.normal(3, 0.5, count)
    first = np.stack([(level + rng.normal(0, 0.3, count)) * turns, turns], axis=1)
    second = np.stack([(level + shift + rng.normal(0, 0.3, count)) * turns, turns], axis=1)
    return first, second


def test_swapped_systems_flip_the_sign():
    first, second = two_systems()
    one, other = compare(Ratio(), first, second), compare(Ratio(), second, first)
    assert one.difference == pytest.approx(-other.difference)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert (one.p, one.p_permutation) == pytest.approx((other.p, other.p_permutation))


def test_a_system_does_not_differ_from_itself():
    first, _ = two_systems()
    same = compare(Ratio(), first, first.copy())
    assert (same.difference, same.p, same.p_permutation) == (0, 1, 1)


def test_pairing_finds_what_separate_intervals_do_not():
    first, second = two_systems(shift=0.4)
    assert compare(Ratio(), first, second).p < 0.05
    shuffled = second[np.random.default_rng(1).permutation(len(second))]
    assert compare(Ratio(), first, shuffled).se > compare(Ratio(), first, second).se


def test_turns_held_twice_prove_nothing_more():
    first, second = two_systems()
    once, twice = compare(Ratio(), first, second), compare(Ratio(), 2 * first, 2 * second)
    assert (twice.p, twice.se, twice.n) == pytest.approx((once.p, once.se, once.n))


@pytest.mark.parametrize(("statistic", "columns"), [(Ratio(), 2), (MacroRatio(), 6)])
def test_the_permutation_p_is_that_of_all_label_swaps(statistic, columns):
    rng = np.random.default_rng(2)
    first = rng.integers(1, 9, (7, columns)).astype(float)
    second = rng.integers(1, 9, (7, columns)).astype(float)
    observed = abs(statistic.value(first.sum(0)) - statistic.value(second.sum(0)))
    large = 0
    for swaps in product([False, True], repeat=7):
        swap = np.array(swaps)[:, None]
        a, b = np.where(swap, second, first), np.where(swap, first, second)
        large += abs(statistic.value(a.sum(0)) - statistic.value(b.sum(0))) >= observed - 1e-12
    drawn = permutation_p(statistic, first, second, 20_000)
    assert drawn == pytest.approx(large / 2**7, abs=0.012)


def test_t_and_permutation_agree():
    first, second = two_systems(shift=0.1, seed=3)
    result = compare(Ratio(), first, second)
    assert result.p_permutation == pytest.approx(result.p, abs=0.03)


def test_an_undefined_difference_is_no_finding():
    first, _ = two_systems()
    result = compare(Ratio(), first, np.zeros_like(first))
    assert np.isnan([result.difference, result.p, result.p_permutation]).all()


def test_systems_over_different_conversations_cannot_be_compared():
    first, second = two_systems()
    with pytest.raises(ValueError, match="pair up"):
        compare(Ratio(), first, second[:-1])


@pytest.mark.parametrize(("ours", "theirs"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")])
@given(p=p_values)
@settings(max_examples=60, deadline=None)
def test_adjusted_p_values_are_those_of_statsmodels(ours, theirs, p):
    assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1], abs=1e-12)


@given(different=differences())
@settings(max_examples=200, deadline=None)
def test_two_systems_share_a_letter_exactly_if_they_are_not_told_apart(different):
    letters = tie_letters(different)
    for i, j in product(range(len(different)), repeat=2):
        assert bool(set(letters[i]) & set(letters[j])) == (not different[i, j])


@given(different=differences())
@settings(max_examples=100, deadline=None)
def test_no_letter_is_superfluous(different):
    letters = tie_letters(different)
    groups = [{s for s, own in enumerate(letters) if name in own} for name in set("".join(letters))]
    assert not any(one < other for one in groups for other in groups)


def test_letters_follow_the_order_of_the_systems():
    apart = ~np.eye(4, dtype=bool)
    assert tie_letters(apart) == ["a", "b", "c", "d"]
    assert tie_letters(~apart & False) == ["a"] * 4
    assert tie_letters(np.zeros((0, 0), dtype=bool)) == []


def test_many_systems_never_share_a_letter_by_accident():
    letters = tie_letters(~np.eye(60, dtype=bool))
    assert letters[:52] == list(LETTERS)
    assert len(set(letters)) == 60


@given(different=differences(), seed=st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_a_rank_interval_counts_who_is_surely_better_and_who_surely_worse(different, seed):
    values = np.random.default_rng(seed).normal(size=len(different))
    for i, (best, worst) in enumerate(rank_intervals(values, different)):
        better = sum(different[i, j] and values[j] > values[i] for j in range(len(values)))
        worse = sum(different[i, j] and values[j] < values[i] for j in range(len(values)))
        assert (best, worst) == (1 + better, len(values) - worse)
        assert 1 <= best <= worst <= len(values)
