"""The arithmetic of follow-up likelihood."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mint_bench.metrics.follow_up import first_that_fits, follow_up_gain, shared

IDS = st.lists(st.integers(0, 2), max_size=8)


def test_the_gain_is_the_mean_difference_in_nats():
    after_reply = [math.log(0.5), math.log(0.25)]
    after_silence = [math.log(0.25), math.log(0.25)]
    assert follow_up_gain(after_reply, after_silence) == pytest.approx(math.log(2) / 2)


def test_a_longer_line_does_not_weigh_more():
    assert follow_up_gain([-1.0] * 40, [-2.0] * 40) == follow_up_gain([-1.0], [-2.0]) == 1


def test_the_order_among_replies_is_that_of_the_likelihood():
    silence, good, bad = [-3.0, -3.0], [-1.0, -2.0], [-4.0, -2.0]
    assert follow_up_gain(good, silence) > 0 == follow_up_gain(bad, silence)


@pytest.mark.parametrize(("first", "second"), [([], []), ([-1.0], []), ([-1.0], [-1.0, -2.0])])
def test_lines_that_do_not_match_are_refused(first, second):
    with pytest.raises(ValueError, match=r"token|argument"):
        follow_up_gain(first, second)


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(0, 60))
def test_as_many_of_the_newest_turns_as_fit(lengths, budget):
    start = first_that_fits(lengths, budget)
    assert sum(lengths[start:]) <= budget
    assert start == 0 or sum(lengths[start - 1 :]) > budget


@pytest.mark.parametrize("budget", [0, -5])
def test_without_room_nothing_fits(budget):
    assert first_that_fits([3, 4], budget) == 2


@given(IDS, IDS)
def test_what_both_begin_with(first, second):
    n = shared(first, second)
    assert first[:n] == second[:n]
    assert first[n : n + 1] != second[n : n + 1] or n == len(first) == len(second)
