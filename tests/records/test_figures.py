"""A system's figures from its conversations: epochs, gaps, bounds and notes."""

import numpy as np
import pytest

from mint_bench.metrics.repetition import shuffle_null_rows
from mint_bench.records.arrays import adjacent, pairs, turns_of
from mint_bench.records.columns import COLUMNS, excess_rows
from mint_bench.records.figures import figures
from mint_bench.scoring import ScoredConversation, ScoredTurn


def talk(name, *sets, epoch=1, ratings=None, start=1):
    """A conversation whose turns have these tactics; None is an unscored turn."""
    return ScoredConversation(
        id=name,
        epoch=epoch,
        turns=[
            ScoredTurn(
                t=t,
                tactics=None if s is None else [int(k in s) for k in range(10)],
                ratings=ratings,
                words=10,
                unscored={"tactics": "x"} if s is None else {},
            )
            for t, s in enumerate(sets, start)
        ],
    )


def random_talks(count, seed=0, epochs=1):
    rng = np.random.default_rng(seed)
    return [
        talk(
            f"c{c:03}", *(set(np.flatnonzero(rng.random(10) < 0.3).tolist()) for _ in range(5)),
            epoch=e, ratings=rng.integers(1, 6, 6).tolist(),
        )
        for c in range(count) for e in range(1, epochs + 1)
    ]  # fmt: skip


def test_an_unscored_turn_breaks_both_its_pairs_and_none_reaches_over_it():
    sums = pairs(turns_of([talk("a", {0}, {0}, None, {0}, {1})]), "self")
    assert sums.pairs.tolist() == [2]
    assert sums.hits[0, 0] == 1


def test_pairs_never_cross_conversations_or_epochs():
    turns = turns_of([talk("a", {0}, {0}), talk("a", {1}, {1}, epoch=2), talk("b", {0})])
    earlier, later = adjacent(turns)
    assert turns.session[earlier].tolist() == turns.session[later].tolist() == [0, 1]
    assert pairs(turns, "self").pairs.tolist() == [2, 0]


@pytest.mark.parametrize("lag", [1, 2, 3, 4])
def test_a_lag_pairs_turns_that_far_apart(lag):
    turns = turns_of([talk("a", *[{0}] * 6)])
    assert pairs(turns, "self", lag).pairs.tolist() == [6 - lag]


def test_epochs_held_alike_change_neither_figure_nor_interval():
    once = random_talks(25)
    twice = [c.model_copy(update={"epoch": e}) for c in once for e in (1, 2)]
    for method in ("t", "bootstrap"):
        for name, figure in figures(once, method).items():
            again = figures(twice, method, [name])[name]
            assert again.n == figure.n
            assert (again.value, again.low) == pytest.approx((figure.value, figure.low))


def test_the_shuffle_null_permutes_within_an_epoch_only():
    """The first epoch always does 0, the second always 1: shuffled or not, it is the same."""
    talks = [talk(f"c{c}", *[{epoch - 1}] * 5, epoch=epoch) for c in range(12) for epoch in (1, 2)]
    rows = excess_rows(turns_of(talks)).sum(0)
    assert COLUMNS["stickiness_vs_self_excess"].statistic.value(rows) == pytest.approx(0)


def test_the_excess_is_that_over_the_closed_form():
    talks = random_talks(30)
    turns = turns_of(talks)
    null = shuffle_null_rows(turns.tactics > 0, turns.group, np.full(30, 4.0), 30).sum(0)
    expected = figures(talks, "t", ["stickiness_vs_self"])["stickiness_vs_self"].value - np.mean(
        null[:10] / null[10:]
    )
    found = figures(talks, "t", ["stickiness_vs_self_excess"])["stickiness_vs_self_excess"]
    assert found.value == pytest.approx(expected)


def test_novelty_counts_the_first_turn_and_drops_pairs_with_an_unscored_turn():
    found = figures([talk("a", {0}, None, {0}, {0})], "t", ["novelty_vs_self"])
    first = 0.55 * np.log(5.5) + 0.45 * np.log(0.5)
    assert found["novelty_vs_self"].value == pytest.approx((first + 0) / 2)


def test_fewer_than_20_conversations_have_a_figure_a_note_and_no_interval():
    figure = figures(random_talks(19), names=["aggregated_empathy"])["aggregated_empathy"]
    assert figure.value is not None
    assert (figure.low, figure.high) == (None, None)
    assert "fewer than 20 conversations" in figure.note
    enough = figures(random_talks(20), names=["aggregated_empathy"])["aggregated_empathy"]
    assert enough.low < enough.value < enough.high


def test_a_dimension_at_the_end_of_its_scale_is_marked():
    few = [talk(f"c{c}", {0}, ratings=[1 + (c < 9), 3 + c % 2, 3, 3, 3, 3]) for c in range(25)]
    found = figures(few, names=["validating_emotions", "encouraging_elaboration"])
    assert found["validating_emotions"].note == "at bound"
    assert found["encouraging_elaboration"].note is None


def test_rates_and_counts_at_the_end_of_theirs_are_marked_too():
    """What never happened in 25 conversations has an interval from 0 to 0, and no certainty."""
    quiet = [talk(f"c{c}", set(), set(), ratings=[3] * 6) for c in range(25)]
    found = figures(quiet, names=["unscored", "density", "entropy"])
    for figure in found.values():
        assert (figure.value, figure.low, figure.high) == (0, 0, 0)
        assert figure.at_bound


@pytest.mark.parametrize("method", ["t", "bootstrap"])
def test_an_interval_without_width_is_marked_wherever_it_lies(method):
    """Each of 25 conversations says 10 words a turn: nothing varies, so nothing is known of it."""
    alike = [talk(f"c{c}", {0, c % 10}, {c % 7}) for c in range(25)]
    found = figures(alike, method, names=["words", "density"])
    assert (found["words"].low, found["words"].high) == (10, 10)
    assert found["words"].at_bound
    assert not found["density"].at_bound


def test_repetition_above_density_8_is_unstable():
    dense = [talk(f"c{c}", *[set(range(9))] * 3) for c in range(25)]
    assert "unstable" in figures(dense, names=["repetition_vs_self"])["repetition_vs_self"].note


def test_what_was_not_measured_is_undefined_not_zero():
    found = figures([talk("a", None, None)], "bootstrap")
    undefined = {"aggregated_empathy", "density", "repetition_vs_self", "tokens", "entropy"}
    for name in undefined:
        assert (found[name].value, found[name].n) == (None, 0)
    assert found["unscored"].value == 1


def test_raw_macro_stickiness_is_a_point():
    found = figures(random_talks(30))
    assert found["stickiness_vs_self"].low is None
    assert found["stickiness_vs_self_common"].low is not None


def test_bootstrap_and_t_are_near_each_other():
    talks = random_talks(60)
    live, table = figures(talks, "t"), figures(talks, "bootstrap")
    for name in ("aggregated_empathy", "density", "repetition_vs_self"):
        width = live[name].high - live[name].low
        assert live[name].value == pytest.approx(table[name].value)
        assert table[name].high - table[name].low == pytest.approx(width, rel=0.15)
