"""How tactics run through a conversation, against loops over its turns."""

import numpy as np
import pytest

from mint_bench.records.figures import figures
from mint_bench.records.profiles import (
    lag_profile,
    mean_empathy,
    new_tactics,
    tactic_table,
    tactic_use,
    transitions,
    variance,
)
from mint_bench.scoring import ScoredConversation, ScoredTurn
from tests.records.test_figures import random_talks, talk


def sets_of(conversation):
    return [
        None if t.tactics is None else {k for k in range(10) if t.tactics[k]}
        for t in conversation.turns
    ]


def test_the_lag_profile_is_repetition_at_each_distance():
    talks = random_talks(30)
    names = ("repetition_vs_self", *(f"repetition_vs_self_lag{lag}" for lag in (2, 3, 4)))
    assert list(lag_profile(talks)) == [figures(talks)[name] for name in names]


def test_transitions_count_what_follows_what_and_drop_unscored_turns():
    talks = [*random_talks(30), talk("gap", {1, 2}, None, {1}, {1, 3})]
    found = transitions(talks)
    for j in range(10):
        for k in range(10):
            pairs = [
                (one, other)
                for conversation in talks
                for one, other in zip(
                    sets_of(conversation), sets_of(conversation)[1:], strict=False
                )
                if one is not None and other is not None and j in one
            ]
            expected = sum(k in other for _, other in pairs) / len(pairs)
            assert found[j][k].value == pytest.approx(expected)
            assert found[j][k].low <= found[j][k].value <= found[j][k].high


def test_the_diagonal_of_the_transitions_is_each_tactics_stickiness():
    talks = random_talks(30)
    diagonal = [row[k].value for k, row in enumerate(transitions(talks))]
    assert diagonal == [one.stickiness_vs_self.value for one in tactic_table(talks)]


def test_tactic_use_is_the_share_of_replies_at_each_turn():
    talks = [*random_talks(30), talk("gap", {1, 2}, None, {1})]
    for t, row in enumerate(tactic_use(talks)):
        there = [s[t] for s in map(sets_of, talks) if len(s) > t and s[t] is not None]
        for k in range(10):
            assert row[k].value == pytest.approx(sum(k in s for s in there) / len(there))


def test_new_tactics_are_those_not_seen_before():
    talks = random_talks(25)
    found = new_tactics(talks)
    for t in range(1, 5):
        new = used = 0
        for sets in map(sets_of, talks):
            used += len(sets[t])
            new += len(sets[t] - set().union(*sets[:t]))
        assert found[t - 1].value == pytest.approx(new / used)


def test_another_epoch_of_the_same_replies_narrows_no_interval():
    once = random_talks(25)
    twice = once + [c.model_copy(update={"epoch": 2}) for c in once]
    for one, two in zip(transitions(once)[2], transitions(twice)[2], strict=True):
        assert (one.low, one.high, one.n) == pytest.approx((two.low, two.high, two.n))


def test_turns_in_any_order_have_no_excess_over_the_shuffle_null():
    rng = np.random.default_rng(4)
    usual = [rng.random(10) < 0.4 for _ in range(40)]  # conversations differ, turns do not stick
    talks = [
        [set(np.flatnonzero((rng.random(10) < 0.2) ^ own).tolist()) for _ in range(6)]
        for own in usual
    ]
    found = [
        figures([talk(f"c{c:02}", *rng.permutation(sets)) for c, sets in enumerate(talks)],
                names=["stickiness_vs_self_excess"])["stickiness_vs_self_excess"]
        for _ in range(40)
    ]  # fmt: skip
    assert np.mean([f.value for f in found]) == pytest.approx(0, abs=0.005)
    sticking = [talk(f"c{c:02}", *sorted(sets, key=sorted)) for c, sets in enumerate(talks)]
    excess = figures(sticking, names=["stickiness_vs_self_excess"])["stickiness_vs_self_excess"]
    assert excess.low > 0


def test_a_rate_stays_on_its_scale_and_is_marked_at_its_end():
    rare = [talk(f"c{c}", {0}, {0, 5} if c < 2 else {0}, {0}) for c in range(30)]
    figure = tactic_use(rare)[1][5]
    assert figure.at_bound
    assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_a_record_without_tactics_has_no_transitions():
    silent = [talk(f"c{c}", None, None) for c in range(25)]
    assert all(f.value is None for row in transitions(silent) for f in row)
    assert all(f.value is None for row in tactic_use(silent) for f in row)


def test_mean_empathy_is_a_mean_over_turns_of_each_epoch():
    talks = random_talks(4, epochs=2)
    means = mean_empathy(talks)
    assert means.shape == (4, 2, 1)
    ratings = talks[1].turns[0].ratings  # the same for all turns of a conversation
    signed = [r if up else 6 - r for r, up in zip(ratings, [1, 1, 1, 0, 0, 0], strict=True)]
    assert means[0, 1, 0] == pytest.approx(np.mean(signed))


def test_a_panel_splits_off_the_judges_and_epochs_split_off_themselves():
    rng = np.random.default_rng(0)
    talks = [
        ScoredConversation(id=f"c{c}", epoch=e, turns=[
            ScoredTurn(t=1, ratings=[3.0] * 6, panel=[
                np.clip(rng.normal(3, 0.5, 6), 1, 5).tolist() for _ in range(3)
            ])
        ])
        for c in range(25) for e in (1, 2)
    ]  # fmt: skip
    split = variance(talks)
    assert (split.n, split.epochs, split.judges) == (25, 2, 3)
    assert split.judge.low < split.judge.value < split.judge.high
    assert variance(random_talks(25)).judge is None
