"""The columns of every table: each a statistic with its rows of sums a conversation.

One registry serves table, page, comparison and live metrics. A column knows its formula's name
and direction; intervals and printing stand elsewhere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mint_bench.judging.aggregate import aggregate_array
from mint_bench.judging.judge import DIMENSIONS, HIGHER_IS_BETTER
from mint_bench.metrics import novelty
from mint_bench.metrics.repetition import (
    TACTIC_COUNT,
    Persistence,
    micro_rows,
    persistence_rows,
    repetition_rows,
    shuffle_null_rows,
    stickiness_rows,
)
from mint_bench.metrics.surface import EMBEDDING, OVERLAPS, PAIRINGS
from mint_bench.records.arrays import Pairing, Turns, adjacent, pairs
from mint_bench.records.seeker import SEEKER
from mint_bench.stats.statistic import Difference, Floats, MacroRatio, Ratio, Statistic

MIN_TACTIC_CONVERSATIONS = 10
UNSTABLE_DENSITY = 8.0


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a system.

    Attributes:
        name: As in JSON and CSV.
        title: As people read it.
        statistic: The figure as a function of summed rows.
        rows: From a system's turns to rows of sums, shape (K, d).
        better: `higher`, `lower`, or None where neither is.
        scale: Ends of its scale, infinite where it has none, for marking figures at its bound.
        interval: Whether an interval is given (raw macro stickiness is a point).
        rare_left_out: Whether tactics in fewer than 10 conversations are left out of it.
    """

    name: str
    title: str
    statistic: Statistic
    rows: Callable[[Turns], Floats]
    better: str | None = None
    scale: tuple[float, float] | None = None
    interval: bool = True
    rare_left_out: bool = False


def mean_rows(turns: Turns, values: Floats) -> Floats:
    """Rows (Σy, count) over a system's turns; NaN values count nowhere."""
    known = ~np.isnan(values)
    group, groups = turns.group[known], turns.groups
    counts = np.bincount(group, minlength=groups).astype(np.float64)
    return np.stack([np.bincount(group, values[known], groups), counts], axis=1)


def aggregates(turns: Turns) -> Floats:
    """Aggregate empathy a turn, NaN unless all six ratings are there.

    A published aggregate of five keeps its value: the mean of those there, the turn is flagged.
    """
    values = aggregate_array(turns.ratings)
    if turns.partial.any():
        signed = np.where(HIGHER_IS_BETTER, turns.ratings, 6 - turns.ratings)
        values[turns.partial] = np.nanmean(signed[turns.partial], axis=1)
    return values


def _rating(index: int) -> Callable[[Turns], Floats]:
    return lambda turns: mean_rows(turns, turns.ratings[:, index])


def _per_turn(value: Callable[[Turns], Floats]) -> Callable[[Turns], Floats]:
    return lambda turns: mean_rows(turns, value(turns))


def density(turns: Turns) -> Floats:
    """|B_t| of each turn, NaN where unscored."""
    return np.where(turns.tagged, (turns.tactics > 0).sum(axis=1), np.nan)


def _number(name: str) -> Callable[[Turns], Floats]:
    return lambda turns: np.array([getattr(t, name) for t in turns.source], dtype=np.float64)


def _surface(name: str) -> Callable[[Turns], Floats]:
    return lambda turns: np.array([t.surface.get(name, math.nan) for t in turns.source])


def unscored(turns: Turns) -> Floats:
    """1 for a turn with any part unscored that the ranking stands on, else 0."""
    return np.array([float(t.lacks_a_part) for t in turns.source])


def novelties(turns: Turns) -> Floats:
    """Novelty of each reply against the system's own previous turn; NaN where either is unknown."""
    values = np.full(len(turns.source), np.nan)
    first = (turns.t == 1) & turns.tagged
    values[first] = novelty.novelties(turns.tactics[first], np.zeros((int(first.sum()), 10)))
    earlier, later = adjacent(turns)
    known = turns.tagged[earlier] & turns.tagged[later]
    earlier, later = earlier[known], later[known]
    values[later] = novelty.novelties(turns.tactics[later], turns.tactics[earlier])
    return values


def entropies(turns: Turns) -> Floats:
    """Within-turn entropy of each reply; NaN where unscored."""
    return np.where(turns.tagged, novelty.entropies(turns.tactics), np.nan)


def common_tactics(rows: Floats) -> Floats:
    """Stickiness rows with only the tactics that have a denominator in at least 10 conversations.

    The others' columns are set to zero, which leaves them out of the macro mean.
    """
    return rows * common_mask(rows)


def common_mask(rows: Floats) -> Floats:
    """1 for the columns of a tactic with a denominator in enough conversations, else 0.

    Args:
        rows: Blocks (h_1 … h_10, n_1 … n_10), shape (K, d), or of several systems (M, K, d): then
            in enough conversations of every one.

    Returns:
        Shape (d,).
    """
    before = rows[..., TACTIC_COUNT : 2 * TACTIC_COUNT] > 0
    common = before.sum(axis=-2) >= MIN_TACTIC_CONVERSATIONS
    common = common.reshape(-1, TACTIC_COUNT).all(axis=0)
    return np.tile(common, rows.shape[-1] // TACTIC_COUNT).astype(np.float64)


def excess_rows(turns: Turns) -> Floats:
    """Stickiness rows beside those of the shuffle null, over tactics common enough to test.

    Turns are permuted within one epoch of a conversation; epochs are then summed.
    """
    rows = stickiness_rows(pairs(turns, "self"))
    known, sessions = turns.tagged, int(turns.session.max(initial=-1)) + 1
    earlier, later = adjacent(turns)
    paired = turns.session[later[known[earlier] & known[later]]]
    null_by_session = shuffle_null_rows(
        turns.tactics[known] > 0,
        turns.session[known],
        np.bincount(paired, minlength=sessions).astype(np.float64),
        sessions,
    )
    owner = np.zeros(sessions, dtype=np.int64)
    owner[turns.session] = turns.group
    null = np.zeros_like(rows)
    np.add.at(null, owner, null_by_session)  # fractions: in the order of sessions
    kept = common_mask(rows)
    return np.concatenate([rows * kept, null * kept], axis=1)


def _repetition(pairing: Pairing, lag: int = 1) -> Callable[[Turns], Floats]:
    return lambda turns: repetition_rows(pairs(turns, pairing, lag))


def _stickiness(pairing: Pairing) -> Callable[[Turns], Floats]:
    return lambda turns: stickiness_rows(pairs(turns, pairing))


def _common(pairing: Pairing) -> Callable[[Turns], Floats]:
    return lambda turns: common_tactics(stickiness_rows(pairs(turns, pairing)))


def _columns() -> list[Column]:
    five, share = (1.0, 5.0), (0.0, 1.0)
    most = (-math.inf, 1.0)  # of repetition only the upper end is fixed
    tactics, counts = (0.0, float(TACTIC_COUNT)), (0.0, math.inf)
    columns = [
        Column(name, name.replace("_", " "), Ratio(), _rating(i), direction, five)
        for i, (name, direction) in enumerate(
            zip(DIMENSIONS, ("higher" if up else "lower" for up in HIGHER_IS_BETTER), strict=True)
        )
    ]
    columns += [
        Column("aggregated_empathy", "empathy", Ratio(), _per_turn(aggregates), "higher", five),
        Column("density", "density", Ratio(), _per_turn(density), scale=tactics),
        Column(
            "stickiness_vs_human",
            "stickiness vs human",
            MacroRatio(),
            _stickiness("human"),
            interval=False,
        ),
        Column(
            "stickiness_vs_self",
            "stickiness vs self",
            MacroRatio(),
            _stickiness("self"),
            interval=False,
        ),
        Column(
            "repetition_vs_human", "repetition vs human", Ratio(), _repetition("human"), None, most
        ),
        Column("repetition_vs_self", "repetition", Ratio(), _repetition("self"), "lower", most),
        Column(
            "persistence_vs_self",
            "persistence",
            Persistence(),
            lambda turns: persistence_rows(pairs(turns, "self")),
        ),
        Column(
            "stickiness_vs_human_common",
            "stickiness vs human, tested tactics",
            MacroRatio(),
            _common("human"),
            rare_left_out=True,
        ),
        Column(
            "stickiness_vs_self_common",
            "stickiness vs self, tested tactics",
            MacroRatio(),
            _common("self"),
            rare_left_out=True,
        ),
        Column(
            "stickiness_vs_self_micro",
            "stickiness vs self, micro",
            Ratio(),
            lambda turns: micro_rows(pairs(turns, "self")),
            scale=share,
        ),
        Column(
            "stickiness_vs_self_excess",
            "stickiness over the shuffle null",
            Difference(MacroRatio(), MacroRatio(), 20),
            excess_rows,
            rare_left_out=True,
        ),
        *(
            Column(
                f"repetition_vs_self_lag{lag}",
                f"repetition, {lag} turns apart",
                Ratio(),
                _repetition("self", lag),
                scale=most,
            )
            for lag in (2, 3, 4)
        ),
        Column("novelty_vs_self", "novelty", Ratio(), _per_turn(novelties), scale=counts),
        Column("entropy", "entropy within a turn", Ratio(), _per_turn(entropies), scale=counts),
        Column("words", "words a turn", Ratio(), _per_turn(_number("words")), scale=counts),
        Column("tokens", "tokens a turn", Ratio(), _per_turn(_number("tokens")), scale=counts),
        Column(
            "reasoning_tokens",
            "reasoning tokens a turn",
            Ratio(),
            _per_turn(_number("reasoning_tokens")),
            scale=counts,
        ),
        *(
            Column(
                f"{name}_{pairing}",
                f"{name} {pairing.replace('_', ' ')}",
                Ratio(),
                _per_turn(_surface(f"{name}_{pairing}")),
                scale=most if name == EMBEDDING else share,
            )
            for name in (*OVERLAPS, EMBEDDING)
            for pairing in PAIRINGS
        ),
        Column("unscored", "unscored", Ratio(), _per_turn(unscored), "lower", share),
        *(
            Column(name, heading, Ratio(), rows, better, scale)
            for name, heading, rows, better, scale in SEEKER
        ),
    ]
    return columns


COLUMNS: dict[str, Column] = {column.name: column for column in _columns()}
GOLDEN: tuple[str, ...] = tuple(list(COLUMNS)[:13])
