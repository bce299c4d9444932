"""Figures of systems left out, from what a card keeps of them, with intervals over systems."""

import numpy as np
import pytest
from scipy import stats

from mint_bench.validation.card_figures import (
    close_share,
    error_gap,
    error_of,
    error_of_one,
    rank_of,
    worst_of,
)

HELD = {
    "systems": {
        f"system{i}": {"warmth": [2 + i / 10, 2 + i / 10 + (-1) ** i * 0.1 * (i % 3)],
                       "advice": [3.0, 3.0]}
        for i in range(12)
    }
}  # fmt: skip


def apart():
    return np.array([0.1 * (i % 3) for i in range(12)])


def test_the_error_is_the_mean_distance_with_a_t_interval_over_systems():
    found = error_of(HELD, ["warmth"])
    expected = stats.t.interval(0.95, 11, apart().mean(), stats.sem(apart()))
    assert found["value"] == pytest.approx(apart().mean())
    assert (found["low"], found["high"]) == pytest.approx(expected)
    assert found["n"] == 12


def test_over_several_figures_a_systems_error_is_their_mean():
    assert error_of(HELD, ["warmth", "advice"])["value"] == pytest.approx(apart().mean() / 2)


def test_the_error_of_one_system_has_no_interval_unless_the_card_holds_it():
    found = error_of_one(HELD, "system1", ["warmth"])
    assert found == {"value": pytest.approx(0.1), "low": None, "high": None}
    measured = {"value": 0.1, "low": 0.05, "high": 0.2, "n": 50}
    assert error_of_one(HELD | {"errors": {"system1": measured}}, "system1", ["warmth"]) == measured


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((-0.3, -0.1), (0.1, 0.3)), ((0.1, 0.3), (0.1, 0.3)), ((-0.3, 0.1), (0.0, 0.3))],
)
def test_the_worst_system_has_its_own_interval_by_size(ends, expected):
    held = {"systems": {"a": {"x": [1.0, 1.1]}, "b": {"x": [1.0, 1.2]}}}
    low, high = ends
    apart = {"b": {"x": {"value": -0.2, "low": low, "high": high, "n": 50}}}
    found = worst_of(held | {"apart": apart}, "x")
    assert (found["low"], found["high"]) == expected
    assert (found["value"], found["n"]) == (pytest.approx(0.2), 50)
    assert worst_of(held, "x") == {"value": pytest.approx(0.2), "low": None, "high": None}


def test_a_gap_in_errors_is_paired_over_systems():
    first = {"systems": {f"s{i}": {"x": [1.0, 1.1]} for i in range(6)}}
    second = {"systems": {f"s{i}": {"x": [1.0, 0.8 - 0.01 * (i % 2)]} for i in range(6)}}
    found = error_gap(first, second, "x")
    assert (found["value"], found["n"]) == (pytest.approx(0.105), 6)
    assert 0.09 < found["low"] < 0.105 < found["high"] < 0.12


def test_ours_may_be_compared_with_what_else_the_card_holds():
    held = {"systems": {f"s{i}": {"x": [1.0, 2.0, 1.5]} for i in range(5)}}
    assert error_of(held, ["x"], against=2)["value"] == pytest.approx(0.5)


def test_the_share_of_systems_that_come_close_has_wilsons_interval():
    held = {"systems": {f"s{i}": {"x": [0.0, 0.1 if i < 9 else 0.5]} for i in range(10)}}
    found = close_share(held, "x")
    assert (found["value"], found["n"]) == (0.9, 10)
    assert (found["low"], found["high"]) == pytest.approx((0.596, 0.982), abs=1e-3)


def test_an_error_is_never_said_to_be_below_nought():
    held = {"systems": {f"s{i}": {"x": [0.0, float(i == 0)]} for i in range(9)}}
    assert error_of(held, ["x"])["low"] == 0


def test_ranks_are_compared_over_the_systems_that_are_left_in():
    values = np.array([row["warmth"] for row in HELD["systems"].values()])
    assert rank_of(HELD, "warmth")["value"] == pytest.approx(stats.spearmanr(*values.T)[0])
    without = rank_of(HELD, "warmth", without=["system0", "system11"])
    assert without["value"] == pytest.approx(stats.spearmanr(*values[1:11].T)[0])
    assert without["n"] == 10
    assert without["low"] < without["value"] < without["high"]


def test_a_figure_that_is_the_same_for_all_has_no_ranks():
    assert rank_of(HELD, "advice") == {"value": None, "low": None, "high": None, "n": 12}
