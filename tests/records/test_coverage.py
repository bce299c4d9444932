"""The simulation behind the coverage page: its truths, its counts, and what it says of a miss."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mint_bench.records.coverage import Coverage, at_bound, coverage, main, page
from mint_bench.records.simulated import POPULATIONS, Population, tactic_sums, true_value
from mint_bench.stats.statistic import Ratio

TEMPLATE = Path(__file__).parents[2] / "docs" / "pages" / "coverage.md.j2"
BY_NAME = {population.name: population for population in POPULATIONS}


@pytest.mark.parametrize("name", [p.name for p in POPULATIONS if p.truth is not None])
def test_the_given_truth_is_that_of_very_many_conversations(name):
    population = BY_NAME[name]
    found = true_value(replace(population, truth=None))
    assert found == pytest.approx(population.truth, abs=0.01)


def test_tactics_that_never_stick_repeat_as_by_chance():
    sums = tactic_sums(np.random.default_rng(0), 2000, 0.0)
    same = tactic_sums(np.random.default_rng(0), 2000, 1.0)
    assert sums.hits.sum() < 0.7 * sums.before.sum()
    assert (same.hits == same.before).all()


def test_about_95_of_100_intervals_of_gaussian_means_hold_the_truth():
    for found in coverage(BY_NAME["mean, Gaussian"], 50, 400):
        assert 0.92 <= found.share <= 0.98
        assert (found.at_bound, found.unmarked) == (0, found.share)
        assert found.aimed
        assert math.isnan(found.marked)


def test_an_interval_that_looks_elsewhere_covers_nothing():
    wrong = replace(BY_NAME["mean, Gaussian"], truth=4.0)
    assert all(found.share == 0 for found in coverage(wrong, 50, 100))


def test_what_lies_at_the_end_of_its_scale_is_marked_and_held_to_no_aim():
    for found in coverage(BY_NAME["mean, ceiling, 1 in 20 off the end"], 50, 100):
        assert found.at_bound > 0.9
        assert not found.aimed


def test_a_difference_is_at_bound_where_either_figure_is():
    population = BY_NAME["paired difference, ceiling, 4 and 2 in 10 off the end"]
    top, spread = np.full((30, 2), (20.0, 4.0)), np.full((30, 2), (12.0, 4.0))
    assert at_bound(population, np.concatenate([top, spread], axis=1))
    assert at_bound(population, np.concatenate([spread, top], axis=1))
    assert not at_bound(population, np.concatenate([spread, spread], axis=1))


def test_the_aim_is_held_against_what_is_not_marked():
    of_all = Coverage("x", "t", 50, 4000, 0.917, 0.5, 0.95, 0.88, 0.1)
    assert (of_all.aimed, of_all.missed) == (True, False)
    assert replace(of_all, unmarked=0.92).missed
    assert replace(of_all, unmarked=0.98).missed
    assert not replace(of_all, unmarked=math.nan).aimed
    assert not replace(of_all, conversations=20, unmarked=0.5).aimed


def test_both_intervals_are_told_where_data_are_at_bound():
    name = "rate of 0.05"
    cells = [
        Coverage(name, method, size, 4000, share, marked, unmarked, 0.85, 0.1)
        for method, share, unmarked in (("t", 0.908, 0.951), ("bootstrap", 0.955, 0.963))
        for size, marked in ((10, 1.0), (20, 1.0), (50, 0.59), (200, 0.0))
    ]
    text = page(cells, TEMPLATE)
    assert "| 50 | 59 % | 95.1 / 96.3 | 85.0 / 85.0 |" in text
    assert "90.8† / 95.5† | 90.8 / 95.5 |" in text
    worse = [replace(c, unmarked=0.91) if c.method == "t" else c for c in cells]
    assert "**91.0** / 96.3" in page(worse, TEMPLATE)
    assert "rate of 0.05, 50 conversations, t: 91.0 %, 59 % of all data sets at bound." in page(
        worse, TEMPLATE
    )


def test_a_miss_is_said_on_the_page():
    plain = Population("mean, Gaussian", Ratio(), BY_NAME["mean, Gaussian"].draw)
    cells = [
        Coverage(plain.name, method, size, 100, share, 0.0, share, math.nan, 0.1)
        for method in ("t", "bootstrap")
        for size, share in ((10, 0.8), (20, 0.9), (50, 0.9), (200, 0.95))
    ]
    text = page(cells, TEMPLATE)
    assert "**Missed** in 2 of 4" in text
    assert "mean, Gaussian, 50 conversations, bootstrap: 90.0 %" in text
    assert "**90.0** / **90.0**" in text
    assert "80.0 / 80.0" in text
    held = page([replace(c, share=0.95, unmarked=0.95) for c in cells], TEMPLATE)
    assert "Met in all 4 cells" in held


@pytest.mark.slow
def test_the_page_is_written(tmp_path):
    main([str(TEMPLATE), str(tmp_path / "coverage.md"), "--sets", "0.01"])
    assert "| persistence |" in (tmp_path / "coverage.md").read_text()
