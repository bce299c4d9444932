"""Statistics as smooth functions of sums: values by hand, gradients by finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mint_bench.metrics.repetition import Persistence
from mint_bench.stats.statistic import Difference, MacroRatio, Ratio, influence

seeds = st.integers(0, 2**32 - 1)


def persistence_sums(rng):
    """Sums that pairs could have: h ≤ n, h ≤ b, n and b ≤ P."""
    pairs = 100.0
    n, b = rng.uniform(20, 60, 10), rng.uniform(20, 60, 10)
    return np.concatenate([np.minimum(n, b) * rng.uniform(0.1, 0.9, 10), n, b, [pairs]])


CASES = {
    "ratio": (Ratio(), lambda rng: rng.uniform(1, 9, 2)),
    "macro": (MacroRatio(), lambda rng: rng.uniform(1, 9, 20)),
    "difference": (Difference(MacroRatio(), Ratio(), 6), lambda rng: rng.uniform(1, 9, 8)),
    "persistence": (Persistence(), persistence_sums),
}


@pytest.mark.parametrize("name", CASES)
@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_the_gradient_is_what_finite_differences_say(name, seed):
    statistic, draw = CASES[name]
    sums = draw(np.random.default_rng(seed))
    steps = 1e-5 * np.eye(len(sums))
    numeric = (statistic.value(sums + steps) - statistic.value(sums - steps)) / 2e-5
    assert statistic.gradient(sums) == pytest.approx(numeric, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", CASES)
@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_many_sums_at_once_are_each_by_itself(name, seed):
    statistic, draw = CASES[name]
    rng = np.random.default_rng(seed)
    sums = np.stack([draw(rng) for _ in range(5)])
    assert statistic.value(sums) == pytest.approx([float(statistic.value(s)) for s in sums])
    assert statistic.gradient(sums) == pytest.approx(
        np.stack([statistic.gradient(s) for s in sums])
    )


@pytest.mark.parametrize("name", CASES)
@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_influences_sum_to_zero(name, seed):
    statistic, draw = CASES[name]
    rng = np.random.default_rng(seed)
    rows = np.stack([draw(rng) for _ in range(30)])
    assert influence(statistic, rows).sum() == pytest.approx(0, abs=1e-9)


def test_the_influence_of_a_ratio_is_the_textbooks():
    rows = np.array([[1.0, 2.0], [4.0, 5.0], [0.0, 3.0]])
    theta = 5 / 10
    expected = [(y - theta * m) / 10 for y, m in rows]
    assert influence(Ratio(), rows) == pytest.approx(expected)


def test_a_tactic_without_denominator_has_no_part_in_the_macro_mean():
    sums = np.array([1.0, 0.0, 3.0, 2.0, 0.0, 4.0])
    assert MacroRatio().value(sums) == pytest.approx((1 / 2 + 3 / 4) / 2)
    assert MacroRatio().gradient(sums)[[1, 4]].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("statistic", "columns"), [(Ratio(), 2), (MacroRatio(), 20),
                                                    (Persistence(), 31)])  # fmt: skip
def test_nothing_over_nothing_is_undefined(statistic, columns):
    assert np.isnan(statistic.value(np.zeros(columns)))
