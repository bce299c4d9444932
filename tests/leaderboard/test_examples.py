"""Which conversation shows a figure: one near it, that is long enough to say anything."""

import numpy as np
import pytest

from mint_bench.leaderboard.examples import nearest
from mint_bench.leaderboard.measured import EXEMPLIFIED
from mint_bench.records.columns import COLUMNS
from mint_bench.stats.statistic import Ratio


def test_the_nearest_to_the_figure_of_all_is_taken():
    rows = np.array([[10.0, 10.0], [31.0, 10.0], [50.0, 10.0]])  # 1.0, 3.1 and 5.0; together 3.03
    assert nearest(rows, ["low", "near", "high"]) == "near"


def test_a_short_conversation_is_passed_over_however_near():
    rows = np.array([[3.0, 1.0], [28.0, 10.0], [32.0, 10.0]])  # exactly 3.0, but of one turn
    assert nearest(rows, ["short", "a", "b"]) in {"a", "b"}


def test_conversations_without_the_figure_are_none():
    assert nearest(np.array([[0.0, 0.0], [4.0, 2.0]]), ["none", "some"]) == "some"
    assert nearest(np.zeros((3, 2)), "abc") is None


@pytest.mark.parametrize("name", EXEMPLIFIED)
def test_only_figures_that_one_conversation_has_are_shown_by_one(name):
    assert isinstance(COLUMNS[name].statistic, Ratio)
