"""Repetition, stickiness, persistence and the shuffle null, each by its definition in loops."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mint_bench.metrics.repetition import (
    Persistence,
    micro_rows,
    new_tactic_rows,
    pair_sums,
    persistence_rows,
    repetition_rows,
    shuffle_null_rows,
    stickiness_rows,
    transition_rows,
)
from mint_bench.stats.statistic import MacroRatio, Ratio

seeds = st.integers(0, 2**32 - 1)


def pairs(seed, count=60, groups=8, density=0.3):
    rng = np.random.default_rng(seed)
    before, after = rng.random((2, count, 10)) < density
    return before, after, rng.integers(0, groups, count), groups


def as_sets(sets):
    return [set(np.flatnonzero(row).tolist()) for row in sets]


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_repetition_is_its_definition(seed):
    before, after, group, groups = pairs(seed)
    common = chance = used = 0.0
    for a, b in zip(as_sets(before), as_sets(after), strict=True):
        common += len(a & b)
        chance += len(a) * len(b) / 10
        used += len(a)
    rows = repetition_rows(pair_sums(before, after, group, groups))
    assert Ratio().value(rows.sum(0)) == pytest.approx((common - chance) / (used - chance))


@given(seed=seeds)
@settings(max_examples=30, deadline=None)
def test_always_the_same_is_1_at_every_density_but_that_of_all_ten(seed):
    rng = np.random.default_rng(seed)
    sets = rng.random((20, 10)) < rng.uniform(0.2, 0.8)
    sets[0, 0] = True
    sets[0, 1] = False
    rows = repetition_rows(pair_sums(sets, sets, np.zeros(20, dtype=np.int64), 1))
    assert Ratio().value(rows.sum(0)) == pytest.approx(1)


def test_as_many_moves_drawn_at_random_are_0():
    before, after, group, groups = pairs(0, count=40_000)
    rows = repetition_rows(pair_sums(before, after, group, groups))
    assert Ratio().value(rows.sum(0)) == pytest.approx(0, abs=0.01)


def test_all_ten_moves_each_turn_are_undefined():
    every = np.ones((6, 10), dtype=bool)
    sums = pair_sums(every, every, np.zeros(6, dtype=np.int64), 1)
    assert np.isnan(Ratio().value(repetition_rows(sums).sum(0)))
    assert np.isnan(Persistence().value(persistence_rows(sums).sum(0)))


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_stickiness_is_its_definition_macro_and_micro(seed):
    before, after, group, groups = pairs(seed, density=0.08)
    couples = list(zip(as_sets(before), as_sets(after), strict=True))
    used = [sum(k in a for a, _ in couples) for k in range(10)]
    kept = [sum(k in a and k in b for a, b in couples) for k in range(10)]
    shares = [h / n for h, n in zip(kept, used, strict=True) if n]
    sums = pair_sums(before, after, group, groups)
    macro = MacroRatio().value(stickiness_rows(sums).sum(0))
    assert macro == pytest.approx(sum(shares) / len(shares))
    assert Ratio().value(micro_rows(sums).sum(0)) == pytest.approx(sum(kept) / sum(used))


@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_persistence_is_its_definition(seed):
    before, after, group, groups = pairs(seed)
    couples = list(zip(as_sets(before), as_sets(after), strict=True))
    top = bottom = 0.0
    for k in range(10):
        n = sum(k in a for a, _ in couples)
        p = sum(k in b for _, b in couples) / len(couples)
        if n:
            s = sum(k in a and k in b for a, b in couples) / n
            top += n * (s - p)
            bottom += n * (1 - p)
    rows = persistence_rows(pair_sums(before, after, group, groups))
    assert Persistence().value(rows.sum(0)) == pytest.approx(top / bottom)


def test_frequent_moves_repeat_but_do_not_persist():
    """Each tactic independent of the turn before, some far more frequent than others."""
    rng = np.random.default_rng(1)
    frequency = np.array([0.9, 0.9, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05])
    before, after = rng.random((2, 20_000, 10)) < frequency
    sums = pair_sums(before, after, np.zeros(20_000, dtype=np.int64), 1)
    assert Ratio().value(repetition_rows(sums).sum(0)) > 0.6
    assert Persistence().value(persistence_rows(sums).sum(0)) == pytest.approx(0, abs=0.02)


@given(seed=seeds)
@settings(max_examples=20, deadline=None)
def test_sums_stay_within_their_conversation(seed):
    before, after, group, groups = pairs(seed)
    sums = pair_sums(before, after, group, groups)
    for c in range(groups):
        mine = group == c
        assert sums.hits[c].tolist() == (before & after)[mine].sum(0).tolist()
        assert sums.pairs[c] == mine.sum()


def adjacent(turns):
    return pair_sums(turns[:-1], turns[1:], np.zeros(len(turns) - 1, dtype=np.int64), 1)


def test_the_shuffle_null_is_the_mean_over_all_orders():
    turns = np.random.default_rng(2).random((5, 10)) < 0.45
    orders = [stickiness_rows(adjacent(turns[list(o)]))[0] for o in permutations(range(5))]
    null = shuffle_null_rows(turns, np.zeros(5, dtype=np.int64), np.array([4.0]), 1)
    assert null[0] == pytest.approx(np.mean(orders, axis=0))


def test_the_shuffle_null_has_the_closed_form_where_nothing_is_unscored():
    turns = np.random.default_rng(3).random((7, 10)) < 0.4
    m, n = turns.sum(0), 7
    null = shuffle_null_rows(turns, np.zeros(7, dtype=np.int64), np.array([6.0]), 1)[0]
    assert null[:10] == pytest.approx(m * (m - 1) / n)
    assert null[10:] == pytest.approx(m * (n - 1) / n)


def test_drawn_orders_come_to_the_shuffle_null():
    rng = np.random.default_rng(4)
    talks = [rng.random((length, 10)) < 0.4 for length in (4, 6, 9)]
    drawn = np.mean(
        [
            sum(stickiness_rows(adjacent(talk[rng.permutation(len(talk))]))[0] for talk in talks)
            for _ in range(3000)
        ],
        axis=0,
    )
    group = np.repeat([0, 1, 2], [4, 6, 9])
    null = shuffle_null_rows(np.concatenate(talks), group, np.array([3.0, 5.0, 8.0]), 3)
    assert null.sum(0) == pytest.approx(drawn, abs=0.12)


def test_a_conversation_of_one_turn_adds_nothing_to_the_null():
    turn = np.ones((1, 10), dtype=bool)
    null = shuffle_null_rows(turn, np.zeros(1, dtype=np.int64), np.zeros(2), 2)
    assert not null.any()


def test_transitions_have_stickiness_on_their_diagonal():
    before, after, group, groups = pairs(5)
    together, of = transition_rows(before, after, group, groups)
    sums = pair_sums(before, after, group, groups)
    assert np.diagonal(together, axis1=1, axis2=2).tolist() == sums.hits.tolist()
    assert (of == sums.before[:, :, None]).all()
    assert together.sum(0)[2, 7] == (before[:, 2] & after[:, 7]).sum()


def sets_of(*rows):
    return np.array([[k in row for k in range(10)] for row in rows])


def test_a_new_tactic_is_one_not_seen_earlier_in_the_conversation():
    sets = sets_of({0, 1}, {1, 2}, {0, 2, 5})
    group, turn = np.zeros(3, dtype=np.int64), np.array([1, 2, 3])
    rows = [new_tactic_rows(sets, group, turn, 1, t)[0].tolist() for t in (1, 2, 3, 4)]
    assert rows == [[2, 2], [1, 2], [1, 3], [0, 0]]


def test_what_is_new_is_unknown_after_an_unscored_turn():
    sets = sets_of({0}, {0, 3})
    rows = new_tactic_rows(sets, np.zeros(2, dtype=np.int64), np.array([1, 3]), 1, 3)
    assert rows.tolist() == [[0, 0]]
