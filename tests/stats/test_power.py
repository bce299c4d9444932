"""What a comparison can see, against simulation and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestPower

from mint_bench.stats.power import conversations_needed, minimum_detectable


def test_the_minimum_detectable_effect_is_found_four_times_in_five():
    k, spread = 50, 0.4
    effect = minimum_detectable(spread / np.sqrt(k), k)
    draws = np.random.default_rng(8).normal(effect, spread, (4000, k))
    p = stats.ttest_1samp(draws, 0, axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("effect", [0.15, 0.3, 0.5])
def test_as_many_conversations_are_needed_as_statsmodels_says(effect):
    needed = conversations_needed(1 / np.sqrt(50), 50, effect)
    assert needed == pytest.approx(
        TTestPower().solve_power(effect, alpha=0.05, power=0.8), rel=0.03, abs=2
    )


@given(st.floats(0.01, 2), st.integers(20, 300), st.floats(0.02, 3))
@settings(max_examples=80, deadline=None)
def test_one_conversation_fewer_would_not_do(se, n, difference):
    needed = conversations_needed(se, n, difference)
    if needed is None:
        return

    def seen(k):
        return minimum_detectable(se * np.sqrt(n / k), k) <= difference

    assert seen(needed)
    assert needed == 2 or not seen(needed - 1)


def test_the_sign_of_the_difference_is_all_the_same():
    assert conversations_needed(0.1, 50, -0.2) == conversations_needed(0.1, 50, 0.2)


@pytest.mark.parametrize(
    ("se", "n", "difference"),
    [(0.1, 50, 0.0), (float("nan"), 50, 0.1), (0.1, 1, 0.1), (9, 9, 1e-5)],
)
def test_what_is_unknown_or_out_of_reach_is_none(se, n, difference):
    assert conversations_needed(se, n, difference) is None


def test_without_a_spread_nothing_is_detectable():
    assert np.isnan(minimum_detectable(0.1, 1))
    assert np.isnan(minimum_detectable(float("nan"), 50))
