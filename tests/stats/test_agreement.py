"""Agreement between raters, against scikit-learn, krippendorff, scipy and resampling by hand."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from mint_bench.stats.agreement import (
    COEFFICIENTS,
    bootstrapped,
    level_kappa,
    mean_of,
    ordinal_alpha,
    quadratic_kappa,
    ranked_alike,
    spearman,
)

seeds = st.integers(0, 2**32 - 1)


def two_raters(seed, count=40):
    rng = np.random.default_rng(seed)
    first = rng.integers(1, 6, count)
    return first.astype(float), np.clip(first + rng.integers(-1, 2, count), 1, 5).astype(float)


def averages(seed, count=40):
    """A rater of thirds, as a mean over replies is, and one of whole numbers."""
    first, second = two_raters(seed, count)
    return np.clip(first + np.random.default_rng(seed).integers(-2, 3, count) / 3, 1, 5), second


def by_hand(name):
    """The coefficient by another road, for one set of ratings without weights."""

    def positions(a, b):
        levels = np.unique(np.concatenate([a, b]))
        return np.searchsorted(levels, a), np.searchsorted(levels, b)

    def kappa(a, b):
        across = np.mean([(x - y) ** 2 for x in a for y in b])
        return 1 - np.mean((a - b) ** 2) / across

    return {
        "kappa": kappa,
        "spearman": lambda a, b: stats.spearmanr(a, b).statistic,
        "alpha": lambda a, b: krippendorff.alpha(np.stack([a, b]), level_of_measurement="ordinal"),
        "kappa_levels": lambda a, b: cohen_kappa_score(*positions(a, b), weights="quadratic"),
    }[name]


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_kappa_is_that_of_scikit_learn(seed):
    first, second = two_raters(seed)
    expected = cohen_kappa_score(first, second, weights="quadratic", labels=[1, 2, 3, 4, 5])
    assert quadratic_kappa(first, second) == pytest.approx(expected)


@given(seed=seeds, missing=st.floats(0, 0.6))
@settings(max_examples=40, deadline=None)
def test_alpha_is_that_of_krippendorff(seed, missing):
    rng = np.random.default_rng(seed)
    ratings = np.stack([*two_raters(seed), rng.integers(1, 6, 40)])
    ratings[rng.random(ratings.shape) < missing] = np.nan
    expected = krippendorff.alpha(ratings, level_of_measurement="ordinal")
    assert ordinal_alpha(ratings) == pytest.approx(expected)


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_spearman_is_that_of_scipy(seed):
    first, second = averages(seed)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_kappa_over_levels_is_that_of_scikit_learn_on_positions(seed):
    first, second = averages(seed)
    assert level_kappa(first, second) == pytest.approx(by_hand("kappa_levels")(first, second))


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_a_weighted_unit_counts_as_that_many_units(name):
    """Every resample at once gives what each drawn sample gives by itself."""
    ratings = np.stack(averages(3))
    picks = np.random.default_rng(0).integers(0, 40, size=(25, 40))
    weights = np.stack([np.bincount(pick, minlength=40) for pick in picks]).astype(float)
    expected = [by_hand(name)(*ratings[:, pick]) for pick in picks]
    assert COEFFICIENTS[name](ratings, weights) == pytest.approx(expected)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_raters_who_agree_everywhere_reach_one(name):
    first, _ = averages(5)
    found = bootstrapped(COEFFICIENTS[name], np.stack([first, first])).agreement()
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))


def test_what_cannot_be_known_is_undefined():
    same = np.full(5, 3.0)
    assert np.isnan(quadratic_kappa(same, same))
    assert np.isnan(level_kappa(same, same))
    assert np.isnan(spearman(same, np.arange(5.0)))
    assert np.isnan(spearman(np.array([1.0]), np.array([2.0])))
    assert np.isnan(ordinal_alpha(np.stack([same, same])))
    assert np.isnan(ordinal_alpha(np.full((2, 5), np.nan)))
    assert np.isnan(ordinal_alpha(np.array([[1.0, np.nan], [np.nan, 2.0]])))


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_an_interval_holds_its_value_and_comes_out_the_same_again(name):
    table = np.stack(averages(0))
    found = bootstrapped(COEFFICIENTS[name], table).agreement()
    assert found.low < found.value < found.high
    assert found.n == 40
    assert found == bootstrapped(COEFFICIENTS[name], table).agreement()


def test_a_mean_draws_the_units_of_all_together():
    """The mean of a coefficient and itself has the interval of the one."""
    table, other = np.stack(averages(0)), np.stack(averages(1))
    one, two = (bootstrapped(COEFFICIENTS["kappa"], t) for t in (table, other))
    assert mean_of([one, one]).agreement() == one.agreement()
    both = mean_of([one, two])
    assert both.value == pytest.approx((quadratic_kappa(*table) + quadratic_kappa(*other)) / 2)
    assert both.resampled[:3] == pytest.approx((one.resampled[:3] + two.resampled[:3]) / 2)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_unrated_units_are_left_out(name):
    table = np.stack(averages(2))
    longer = np.concatenate([table, [[2.0, np.nan], [np.nan, np.nan]]], axis=1)
    found = bootstrapped(COEFFICIENTS[name], longer)
    assert found.value == pytest.approx(bootstrapped(COEFFICIENTS[name], table).value)
    assert found.n == 40


def test_few_units_have_a_value_and_no_interval():
    found = bootstrapped(COEFFICIENTS["kappa"], np.stack(two_raters(0, 19))).agreement()
    assert not np.isnan(found.value)
    assert np.isnan(found.low)


def test_nothing_rated_is_undefined():
    found = bootstrapped(COEFFICIENTS["spearman"], np.full((2, 30), np.nan)).agreement()
    assert np.isnan(found.value)
    assert found.n == 0


def test_the_interval_of_few_ranks_holds_the_truth_as_often_as_it_says():
    """18 systems whose true rank correlation is 0.8, drawn 2,000 times."""
    rng = np.random.default_rng(3)
    pearson = 2 * np.sin(np.pi * 0.8 / 6)  # of normal variables with that rank correlation
    pairs = rng.multivariate_normal([0, 0], [[1, pearson], [pearson, 1]], (2_000, 18))
    found = [ranked_alike(*pair.T) for pair in pairs]
    assert 0.92 < np.mean([one.low <= 0.8 <= one.high for one in found]) < 0.98


@pytest.mark.parametrize(
    ("first", "second"),
    [([1, 2, 3], [2, 1, 3]), ([1, 2, 3, 4], [1, 2, 3, 4]), ([1, 1, 1, 1], [1, 2, 3, 4])],
    ids=["three units", "the same ranks", "one side constant"],
)
def test_where_ranks_say_too_little_there_is_no_interval(first, second):
    found = ranked_alike(np.array(first, float), np.array(second, float))
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert found.n == len(first)
