"""All pairs at once are each pair by itself; letters and ranks follow from them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from mint_bench.stats.compare import compare
from mint_bench.stats.ranking import compare_all, holm_of_pairs, places
from mint_bench.stats.statistic import MacroRatio, Ratio


def systems(count=4, conversations=30, columns=2, seed=0):
    """Rows of systems over conversations that are hard or easy for all of them."""
    rng = np.random.default_rng(seed)
    turns = rng.integers(3, 9, conversations).astype(float)
    level = rng.normal(3, 0.5, conversations)
    half = columns // 2
    return np.array([
        np.concatenate([
            (level[:, None] + 0.15 * system + rng.normal(0, 0.3, (conversations, half)))
            * turns[:, None],
            np.tile(turns[:, None], (1, half)),
        ], axis=1)
        for system in range(count)
    ])  # fmt: skip


@pytest.mark.parametrize(("statistic", "columns"), [(Ratio(), 2), (MacroRatio(), 6)])
def test_every_pair_is_the_comparison_of_the_two_alone(statistic, columns):
    rows = systems(columns=columns)
    pairs = compare_all(statistic, rows, permutations=300, seed=5)
    for i in range(4):
        for j in range(4):
            if i == j:
                continue
            alone = compare(statistic, rows[i], rows[j], permutations=300, seed=5)
            both = (pairs.difference, pairs.se, pairs.low, pairs.high, pairs.p)
            assert [matrix[i, j] for matrix in both] == pytest.approx([
                alone.difference,
                alone.se,
                alone.low,
                alone.high,
                alone.p,
            ])
            if i < j:
                assert pairs.p_permutation[i, j] == pytest.approx(alone.p_permutation)
            assert pairs.n[i, j] == alone.n


def test_swapped_systems_flip_the_sign_and_nothing_else():
    pairs = compare_all(Ratio(), systems())
    assert pairs.difference == pytest.approx(-pairs.difference.T)
    assert pairs.low == pytest.approx(-pairs.high.T, nan_ok=True)
    for p in (pairs.p, pairs.p_holm, pairs.p_permutation):
        assert p == pytest.approx(p.T, nan_ok=True)


def test_holms_correction_over_pairs_is_that_of_statsmodels():
    pairs = compare_all(Ratio(), systems(6), permutations=0)
    upper = np.triu_indices(6, 1)
    expected = multipletests(pairs.p[upper], method="holm")[1]
    assert pairs.p_holm[upper] == pytest.approx(expected)
    assert np.isnan(pairs.p_permutation).all()


def test_turns_held_twice_prove_nothing_more():
    rows = systems()
    once, twice = compare_all(Ratio(), rows), compare_all(Ratio(), 2 * rows)
    assert twice.se == pytest.approx(once.se)
    assert twice.p_holm == pytest.approx(once.p_holm, nan_ok=True)


def test_a_system_and_its_copy_are_not_told_apart():
    rows = systems(3)
    rows[2] = rows[0]
    pairs = compare_all(Ratio(), rows)
    assert (pairs.p[0, 2], pairs.p_permutation[0, 2]) == (1, 1)
    assert not pairs.different[0, 2]


def test_what_cannot_be_tested_is_no_finding_and_costs_the_others_nothing():
    rows = systems(4)
    rows[3, 19:] = 0  # 19 conversations are left
    rows[3, :, 0] *= 10
    pairs = compare_all(Ratio(), rows)
    assert np.isnan(pairs.p[3]).all()
    assert np.isnan(pairs.low[3]).all()
    assert not pairs.different[3].any()
    assert pairs.p_holm[:3, :3] == pytest.approx(compare_all(Ratio(), rows[:3]).p_holm, nan_ok=True)


def test_an_undefined_figure_has_no_test():
    rows = systems(3)
    rows[1, :, 1] = 0
    pairs = compare_all(Ratio(), rows)
    assert np.isnan(pairs.p[1]).all()
    assert np.isnan(pairs.p_permutation[1]).all()
    assert not np.isnan(pairs.p[0, 2])


@pytest.mark.parametrize("count", [0, 1])
def test_none_or_one_system_has_no_pairs(count):
    pairs = compare_all(Ratio(), systems(1)[:count])
    assert pairs.p.shape == (count, count)
    assert places([3.0][:count], pairs.different).letters == ("a",) * count


@given(
    values=st.lists(st.integers(0, 9).map(float), min_size=1, max_size=7), seed=st.integers(0, 99)
)
@settings(max_examples=60, deadline=None)
def test_places_do_not_depend_on_the_order_in_which_systems_come(values, seed):
    rng = np.random.default_rng(seed)
    count = len(values)
    different = np.triu(rng.random((count, count)) < 0.4, 1)
    different |= different.T
    values = [value + 0.01 * place for place, value in enumerate(values)]  # no ties
    turned = rng.permutation(count)
    once = places(values, different)
    again = places([values[i] for i in turned], different[np.ix_(turned, turned)])
    assert [once.ranks[i] for i in turned] == list(again.ranks)
    for a in range(count):
        for b in range(count):
            shares = bool(set(once.letters[a]) & set(once.letters[b]))
            assert shares == (not different[a, b])


def test_the_best_system_has_the_first_letter():
    apart = ~np.eye(3, dtype=bool)
    assert places([1.0, 3.0, 2.0], apart).letters == ("c", "a", "b")


def test_of_no_pairs_holm_is_nothing():
    assert holm_of_pairs(np.full((3, 3), np.nan)) == pytest.approx(
        np.full((3, 3), np.nan), nan_ok=True
    )
