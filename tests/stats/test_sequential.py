"""Looking every night: how often it errs, and how soon it finds what is there, by simulation."""

import math

import numpy as np
import pytest

from benchmarks.nights import LEVEL, SHARED, alarms, drawn, ever, normal, skewed, uneven, waits
from mint_bench.stats.compare import t_test_p
from mint_bench.stats.intervals import standard_error
from mint_bench.stats.sequential import NOTHING, change, shares
from mint_bench.stats.statistic import Ratio


@pytest.mark.parametrize("noise", [normal, skewed, uneven])
@pytest.mark.parametrize("conversations", [24, 50])
def test_looking_every_night_raises_false_alarms_less_often_than_the_level(noise, conversations):
    assert alarms(200, conversations, noise) <= LEVEL * 200


@pytest.mark.parametrize("shared", [s for s in SHARED if s])
def test_what_all_conversations_of_a_night_share_is_no_change(shared):
    assert alarms(100, 50, normal, shared) <= LEVEL * 100


def test_the_usual_paired_test_against_last_night_would_cry_wolf():
    rng = np.random.default_rng(8)
    nights = drawn(rng, 60, 50, normal)
    p = [
        t_test_p(d.mean(), standard_error((d - d.mean()) / 50, 50), 50)
        for d in np.diff(nights, axis=0)
    ]
    assert min(p) < LEVEL
    assert not ever(nights)


@pytest.mark.parametrize(
    ("shared", "quiet", "wait"),
    [
        (0, 5, 6), (0, 10, 3), (0, 40, 2),
        (0.05, 10, 5), (0.05, 40, 3),
        (0.1, 10, 8), (0.1, 40, 5),
    ],
)  # fmt: skip
def test_a_real_regression_is_found_the_sooner_the_less_nights_share(shared, quiet, wait):
    found = waits(30, quiet, shared)
    assert np.median(found) <= wait
    assert np.mean(np.isfinite(found)) >= (0.95 if shared < 0.1 else 0.8)


def test_after_a_single_night_a_regression_needs_about_as_many_as_show_what_nights_share():
    assert np.mean(np.isfinite(waits(30, 1))) >= 0.5


def test_a_fall_of_two_nights_noise_is_found_now_and_then_after_many_nights():
    assert np.mean(np.isfinite(waits(30, 40, 0.2))) >= 0.3


@pytest.mark.parametrize("quiet", [5, 10, 40])
def test_a_regression_is_dated(quiet):
    rng = np.random.default_rng(3)
    dated = 0
    for _ in range(40):
        nights = drawn(rng, quiet + 6, 50, normal)
        nights[quiet:] -= 0.4  # one standard deviation of a conversation's noise
        seen = change(nights, LEVEL)
        assert seen.difference == pytest.approx(-0.4, abs=0.2)
        dated += abs(seen.since - quiet) <= 1
    assert dated >= 38


def test_one_night_against_one_says_nothing_however_many_conversations_fell():
    nights = drawn(np.random.default_rng(6), 2, 200, normal)
    nights[1] -= 2
    seen = change(nights, LEVEL)
    assert seen.e == pytest.approx(1)
    assert (seen.low, seen.high) == (-math.inf, math.inf)


def test_what_never_varies_raises_nothing_and_a_neutral_change_of_it_neither():
    rng = np.random.default_rng(5)
    still = np.tile(rng.normal(3, 1, 50), (30, 1))
    assert change(still, LEVEL).e < 1
    alarms = 0
    for _ in range(100):
        altered = still.copy()
        altered[15:] += rng.normal(0, 0.3, 50)  # other replies, no better and no worse
        alarms += ever(altered)
    assert alarms <= LEVEL * 100


def test_a_system_without_noise_that_falls_is_found_the_same_night():
    nights = np.tile(np.random.default_rng(1).normal(3, 1, 24), (5, 1))
    nights[4] -= 0.5
    seen = change(nights, LEVEL)
    assert seen.found(LEVEL / 100)
    assert (seen.since, round(seen.difference, 6), seen.n) == (4, -0.5, 24)


def test_the_confidence_sequence_holds_the_truth_on_every_night():
    rng = np.random.default_rng(2)
    left_out = 0
    for _ in range(100):
        nights = drawn(rng, 30, 24, normal)
        left_out += any(
            not seen.low <= 0 <= seen.high
            for n in range(2, 31)
            if (seen := change(nights[:n], LEVEL))
        )
    assert left_out <= LEVEL * 100


def test_one_night_or_few_conversations_say_nothing():
    assert change(np.ones((1, 50)), LEVEL) is NOTHING
    assert change(np.arange(38.0).reshape(2, 19), LEVEL) is NOTHING
    assert not NOTHING.found(LEVEL)


def test_a_conversation_that_failed_one_night_does_not_stop_the_others():
    rng = np.random.default_rng(4)
    nights = drawn(rng, 12, 30, normal)
    nights[6:] -= 1
    nights[1, 0] = nights[10, 7] = np.nan
    assert change(nights, LEVEL).found(LEVEL)


def test_shares_average_to_the_figure():
    rows = np.stack([np.arange(1.0, 31), np.linspace(1, 4, 30)], axis=1)
    assert shares(Ratio(), rows).mean() == pytest.approx(float(Ratio().value(rows.sum(0))))
