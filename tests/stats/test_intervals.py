"""Intervals over conversations, against textbook, loops and scipy."""

import numpy as np
import pytest
from scipy import stats

from mint_bench.metrics.repetition import Persistence, pair_sums, persistence_rows
from mint_bench.stats.intervals import (
    bootstrap,
    bootstrap_ratios,
    linearised,
    resampling_weights,
)
from mint_bench.stats.statistic import MacroRatio, Ratio


def ratio_rows(count=40, seed=0):
    """Sums of 3 to 9 ratings a conversation, conversations apart from each other."""
    rng = np.random.default_rng(seed)
    turns = rng.integers(3, 10, count)
    level = rng.normal(3, 0.7, count)
    return np.array([
        [rng.normal(mean, 0.5, n).sum(), n] for mean, n in zip(level, turns, strict=True)
    ])


def persistence_case(count=30, seed=1):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(count), 5)
    before, after = (rng.random((2, len(group), 10)) < 0.4).astype(bool)
    return persistence_rows(pair_sums(before, after, group, count))


CASES = {
    "ratio": (Ratio(), ratio_rows()),
    "macro": (MacroRatio(), np.random.default_rng(2).integers(1, 9, (30, 20)).astype(float)),
    "persistence": (Persistence(), persistence_case()),
}


def test_the_standard_error_of_a_ratio_is_the_textbooks():
    rows = ratio_rows()
    y, m = rows.T
    k, theta = len(y), y.sum() / m.sum()
    residual = y - theta * m
    textbook = np.sqrt((residual**2).sum() / (k - 1) / k) / m.mean()
    interval = linearised(Ratio(), rows)
    assert interval.se == pytest.approx(textbook)
    assert interval.value == pytest.approx(theta)
    reach = stats.t.ppf(0.975, k - 1) * textbook
    assert (interval.low, interval.high) == pytest.approx((theta - reach, theta + reach))


@pytest.mark.parametrize("name", CASES)
def test_leaving_out_one_conversation_at_a_time_gives_about_the_same(name):
    statistic, rows = CASES[name]
    k = len(rows)
    left = np.array([statistic.value(np.delete(rows, c, axis=0).sum(0)) for c in range(k)])
    jackknife = np.sqrt((k - 1) / k * ((left - left.mean()) ** 2).sum())
    assert linearised(statistic, rows).se == pytest.approx(jackknife, rel=0.1)


def test_a_mean_of_equal_conversations_has_the_plain_t_interval():
    values = np.random.default_rng(3).normal(2, 1, 25)
    interval = linearised(Ratio(), np.stack([values, np.ones(25)], axis=1))
    plain = stats.t.interval(0.95, 24, values.mean(), stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx(plain)


@pytest.mark.parametrize("name", CASES)
def test_the_bootstrap_is_the_loop_over_resamples(name):
    statistic, rows = CASES[name]
    k = len(rows)
    weights = resampling_weights(k, 200, 7)
    theta = float(statistic.value(rows.sum(0)))
    plain = linearised(statistic, rows)
    t = []
    for weight in weights:
        drawn = np.repeat(rows, weight.astype(int), axis=0)
        again = linearised(statistic, drawn)
        t.append((again.value - theta) / again.se)
    lower, upper = np.quantile(t, [0.025, 0.975])
    interval = bootstrap(statistic, rows, weights)
    expected = (theta - upper * plain.se, theta - lower * plain.se)
    assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-9)


def test_the_bootstrap_agrees_with_scipys():
    values = np.random.default_rng(4).exponential(2, 60)
    interval = bootstrap(Ratio(), np.stack([values, np.ones(60)], axis=1))
    other = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    width = other.high - other.low
    assert interval.low == pytest.approx(other.low, abs=0.15 * width)
    assert interval.high == pytest.approx(other.high, abs=0.3 * width)
    assert interval.high - interval.value > interval.value - interval.low  # skewed as the data


def test_many_ratios_at_once_are_each_by_itself():
    rng = np.random.default_rng(5)
    y, m = rng.uniform(0, 5, (30, 70)), rng.integers(1, 6, (30, 70)).astype(float)
    m[:15, 3] = y[:15, 3] = 0  # fewer than 20 conversations: no interval
    weights = resampling_weights(30, 300, 1)
    for j, interval in enumerate(bootstrap_ratios(y, m, weights)):
        alone = bootstrap(Ratio(), np.stack([y[:, j], m[:, j]], axis=1), weights)
        assert (interval.value, interval.se, interval.low, interval.high) == pytest.approx(
            (alone.value, alone.se, alone.low, alone.high), nan_ok=True
        )
        assert interval.n == alone.n


def test_the_same_data_give_the_same_interval_again():
    rows = ratio_rows()
    resampling_weights.cache_clear()
    first = bootstrap(Ratio(), rows)
    resampling_weights.cache_clear()
    assert bootstrap(Ratio(), rows) == first


def test_every_resample_draws_as_many_conversations_as_there_are():
    weights = resampling_weights(33, 500)
    assert weights.shape == (500, 33)
    assert (weights.sum(axis=1) == 33).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(33), abs=0.2)


@pytest.mark.parametrize("method", [linearised, bootstrap])
def test_turns_held_twice_do_not_narrow_an_interval(method):
    rows = ratio_rows()
    once, twice = method(Ratio(), rows), method(Ratio(), 2 * rows)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    assert twice.n == once.n


@pytest.mark.parametrize("method", [linearised, bootstrap])
def test_fewer_than_20_conversations_have_no_interval(method):
    few, enough = method(Ratio(), ratio_rows(19)), method(Ratio(), ratio_rows(20))
    assert np.isnan([few.low, few.high]).all()
    assert not np.isnan(few.value)
    assert enough.low < enough.value < enough.high


def test_conversations_without_anything_are_not_counted():
    rows = np.concatenate([ratio_rows(19), np.zeros((10, 2))])
    assert linearised(Ratio(), rows).n == 19
    assert np.isnan(bootstrap(Ratio(), rows).low)


@pytest.mark.parametrize("method", [linearised, bootstrap])
@pytest.mark.parametrize("count", [0, 1])
def test_none_or_one_conversation_has_no_spread(method, count):
    interval = method(Ratio(), np.ones((count, 2)))
    assert np.isnan([interval.se, interval.low, interval.high]).all()
    assert interval.n == count


def test_where_all_conversations_are_equal_the_interval_is_a_point():
    rows = np.tile([3.0, 1.0], (25, 1))
    interval = bootstrap(Ratio(), rows)
    assert (interval.low, interval.value, interval.high) == pytest.approx((3, 3, 3))


@pytest.mark.parametrize("method", [linearised, bootstrap])
def test_95_of_100_intervals_hold_the_truth(method):
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(200):
        level = rng.normal(3, 0.6, 40)
        turns = rng.integers(3, 10, 40)
        sums = level * turns + rng.normal(0, 0.4, 40) * np.sqrt(turns)
        rows = np.stack([sums, turns.astype(float)], axis=1)
        interval = (
            method(Ratio(), rows)
            if method is linearised
            else method(Ratio(), rows, resampling_weights(40, 1000))
        )
        held += interval.low <= 3 <= interval.high
    assert 180 <= held <= 199
