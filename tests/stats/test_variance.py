"""Variance components, against the textbook's mean squares, finite differences and known truth."""

import numpy as np
import pytest

from mint_bench.stats.variance import Component, variance_split


def drawn(count=60, epochs=3, judges=2, spreads=(0.5, 0.3, 0.2), seed=0):
    rng = np.random.default_rng(seed)
    conversation, epoch, judge = spreads
    return (
        3
        + rng.normal(0, 1, judges)  # each judge's own level
        + rng.normal(0, conversation, (count, 1, 1))
        + rng.normal(0, epoch, (count, epochs, 1))
        + rng.normal(0, judge, (count, epochs, judges))
    )


def test_the_components_are_those_of_the_nested_mean_squares():
    values = drawn(20)
    values -= values.mean(axis=(0, 1))
    k, e, j = values.shape
    by_epoch, by_talk = values.mean(axis=2), values.mean(axis=(1, 2))
    ms_talk = e * j * sum((by_talk[c] - values.mean()) ** 2 for c in range(k)) / (k - 1)
    ms_epoch = j * sum(
        (by_epoch[c, i] - by_talk[c]) ** 2 for c in range(k) for i in range(e)
    ) / (k * (e - 1))  # fmt: skip
    ms_judge = sum(
        (values[c, i, g] - by_epoch[c, i]) ** 2
        for c in range(k) for i in range(e) for g in range(j)
    ) / (k * e * (j - 1))  # fmt: skip
    split = variance_split(values)
    assert split.judge.value == pytest.approx(ms_judge)
    assert split.epoch.value == pytest.approx((ms_epoch - ms_judge) / j)
    assert split.conversation.value == pytest.approx((ms_talk - ms_epoch) / (e * j))


def test_known_components_are_found_within_their_intervals():
    split = variance_split(drawn(400))
    for part, spread in zip((split.conversation, split.epoch, split.judge), (0.5, 0.3, 0.2),
                            strict=True):  # fmt: skip
        assert part.low < spread**2 < part.high
        assert part.value == pytest.approx(spread**2, rel=0.25)
    assert sum(split.shares.values()) == pytest.approx(1)


def test_a_strict_judge_is_no_spread():
    values = drawn(30)
    strict = values - np.array([0.0, 1.5])
    assert variance_split(strict).judge.value == pytest.approx(variance_split(values).judge.value)


def test_of_one_epoch_and_judge_all_is_between_conversations():
    values = drawn(30, 1, 1)
    split = variance_split(values)
    assert (split.epoch, split.judge) == (None, None)
    assert split.conversation.value == pytest.approx(values.var(ddof=1))
    assert split.shares == {"conversation": 1.0}


def test_a_conversation_that_lacks_an_epoch_does_not_count():
    values = drawn(30)
    values[0, 1, 0] = np.nan
    assert variance_split(values).n == 29
    assert variance_split(values).epoch == variance_split(values[1:]).epoch


def test_too_few_conversations_have_no_split_or_no_interval():
    assert variance_split(drawn(1)) is None
    assert np.isnan(variance_split(drawn(19)).conversation.low)


@pytest.mark.parametrize("component", [Component(1, 0, 0), Component(1, -0.5, 0.25)])
def test_the_gradient_is_the_slope(component):
    sums = np.array([20.0, 3.0, 9.0, 4.0, 2.0])
    slopes = [
        (component.value(sums + step) - component.value(sums - step)) / 2e-5
        for step in 1e-5 * np.eye(5)
    ]
    assert component.gradient(sums) == pytest.approx(slopes, rel=1e-5)
