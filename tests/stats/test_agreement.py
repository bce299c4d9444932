"""Agreement between raters, against scikit-learn, krippendorff and scipy."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from mint_bench.stats.agreement import ordinal_alpha, quadratic_kappa, spearman, with_interval

seeds = st.integers(0, 2**32 - 1)


def two_raters(seed, count=40):
    rng = np.random.default_rng(seed)
    first = rng.integers(1, 6, count)
    return first.astype(float), np.clip(first + rng.integers(-1, 2, count), 1, 5).astype(float)


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
    first, second = two_raters(seed)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)


def test_what_cannot_be_known_is_undefined():
    same = np.full(5, 3.0)
    assert np.isnan(quadratic_kappa(same, same))
    assert np.isnan(spearman(same, np.arange(5.0)))
    assert np.isnan(ordinal_alpha(np.stack([same, same])))
    assert np.isnan(ordinal_alpha(np.full((2, 5), np.nan)))
    assert np.isnan(ordinal_alpha(np.array([[1.0, np.nan], [np.nan, 2.0]])))


def test_an_interval_holds_its_value_and_comes_out_the_same_again():
    first, second = two_raters(0)
    found = with_interval(quadratic_kappa, first, second, resamples=300)
    assert found.low < found.value < found.high
    assert found.n == 40
    assert found == with_interval(quadratic_kappa, first, second, resamples=300)
