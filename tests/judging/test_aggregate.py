"""Six ratings into one figure, and none where one is missing."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mint_bench.judging.aggregate import aggregate, aggregate_array
from tests.data_folder import data_folder

RATING = st.one_of(st.none(), st.floats(1, 5))
SIX = st.lists(RATING, min_size=6, max_size=6)


def test_the_best_and_the_worst_reply_are_the_ends_of_the_scale():
    assert aggregate([5, 5, 5, 1, 1, 1]) == 5
    assert aggregate([1, 1, 1, 5, 5, 5]) == 1


@pytest.mark.parametrize("missing", [None, float("nan")])
@pytest.mark.parametrize("place", range(6))
def test_one_rating_missing_leaves_no_aggregate(place, missing):
    ratings = [3.0] * 6
    ratings[place] = missing
    assert aggregate(ratings) is None


@given(st.lists(SIX, max_size=8))
def test_the_array_gives_what_the_list_gives(rows):
    array = np.array([[np.nan if x is None else x for x in row] for row in rows]).reshape(-1, 6)
    single = [aggregate(row) for row in rows]
    expected = np.array([np.nan if value is None else value for value in single])
    np.testing.assert_allclose(aggregate_array(array), expected)


@pytest.mark.parametrize("shape", [(4, 2, 6), (0, 6), (6,)])
def test_the_array_keeps_its_leading_axes(shape):
    assert aggregate_array(np.ones(shape)).shape == shape[:-1]


def test_another_number_of_ratings_is_a_mistake():
    with pytest.raises(ValueError, match="expected 6 ratings, got 5"):
        aggregate([1, 2, 3, 4, 5])
    for shape in ((3, 5), ()):
        with pytest.raises(ValueError, match="expected shape"):
            aggregate_array(np.ones(shape))


def test_published_aggregates_of_complete_ratings_come_out():
    folder = data_folder()
    files = sorted(Path(folder, "mint_empathy/evaluation/eval_outputs").glob("*/*_ratings.csv"))
    checked = 0
    for path in files:
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                cells = list(row.values())[-7:]
                if all(cells):
                    *ratings, published = map(float, cells)
                    assert aggregate(ratings) == pytest.approx(published, abs=5e-5)
                    checked += 1
    assert checked > 5000
