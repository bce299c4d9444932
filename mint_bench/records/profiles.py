"""How a system's tactics run through a conversation, each figure with its interval.

`lag_profile`, `transitions`, `tactic_use`, `new_tactics`, `tactic_table` and `variance` take a
record's conversations. Single figures stand in `columns`; how these look belongs to pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mint_bench.judging.aggregate import aggregate_array
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.metrics.repetition import (
    TACTIC_COUNT,
    new_tactic_rows,
    stickiness_rows,
    transition_rows,
)
from mint_bench.records.arrays import Pairing, Turns, adjacent, pairs, turns_of
from mint_bench.records.columns import aggregates
from mint_bench.records.figures import Figure, figure_of, figures
from mint_bench.scoring import ScoredConversation
from mint_bench.stats.intervals import bootstrap_ratios
from mint_bench.stats.statistic import Floats
from mint_bench.stats.variance import VarianceSplit, variance_split

LAGS = ("repetition_vs_self", *(f"repetition_vs_self_lag{lag}" for lag in (2, 3, 4)))
MOST_TURNS = 10
Conversations = Sequence[ScoredConversation]


@dataclass(frozen=True, slots=True)
class TacticFigures:
    """One tactic of one system.

    Attributes:
        prevalence: Share of turns that have it.
        stickiness_vs_self: Share of turns after one of the system's own with it that have it too.
        stickiness_vs_human: The same after a turn of the human's with it.
    """

    prevalence: Figure
    stickiness_vs_self: Figure
    stickiness_vs_human: Figure


def lag_profile(conversations: Conversations) -> tuple[Figure, ...]:
    """Repetition 1, 2, 3 and 4 turns apart, against the system's own turns."""
    found = figures(conversations, names=LAGS)
    return tuple(found[name] for name in LAGS)


def transitions(conversations: Conversations, pairing: Pairing = "self") -> list[list[Figure]]:
    """P(k in the reply | j in the previous turn), row j and column k; stickiness on the diagonal.

    No interval where fewer than 20 conversations have j in a turn with another after it.
    """
    turns = turns_of(conversations)
    before, known = (
        (turns.human, turns.human_known) if pairing == "human" else (turns.tactics, turns.tagged)
    )
    earlier, later = adjacent(turns)
    usable = known[earlier] & turns.tagged[later]
    earlier, later = earlier[usable], later[usable]
    y, m = transition_rows(
        before[earlier] > 0, turns.tactics[later] > 0, turns.group[later], turns.groups
    )
    flat = _shares(y.reshape(len(y), -1), m.reshape(len(m), -1))
    return [flat[row * TACTIC_COUNT : (row + 1) * TACTIC_COUNT] for row in range(TACTIC_COUNT)]


def tactic_use(conversations: Conversations, most: int = MOST_TURNS) -> list[list[Figure]]:
    """Share of replies with each tactic at turn 1, 2, …: one list of 10 a turn.

    Args:
        conversations: Of one record.
        most: Turns at the most; fewer where no conversation is as long.
    """
    turns = turns_of(conversations)
    last = min(most, int(turns.t.max(initial=0)))
    present = (turns.tactics > 0).astype(np.float64)
    found = []
    for t in range(1, last + 1):
        here = turns.tagged & (turns.t == t)
        y, m = np.zeros((2, turns.groups, TACTIC_COUNT))
        np.add.at(y, turns.group[here], present[here])
        np.add.at(m, turns.group[here], 1.0)
        found.append(_shares(y, m))
    return found


def new_tactics(conversations: Conversations, most: int = MOST_TURNS) -> list[Figure]:
    """Of the tactics used at turn 2, 3, …, the share not seen earlier in the conversation."""
    turns = turns_of(conversations)
    last = min(most, int(turns.t.max(initial=0)))
    known, sessions = turns.tagged, int(turns.session.max(initial=-1)) + 1
    owner = np.zeros(sessions, dtype=np.int64)
    owner[turns.session] = turns.group
    columns = []
    for t in range(2, last + 1):
        by_session = new_tactic_rows(
            turns.tactics[known] > 0, turns.session[known], turns.t[known], sessions, t
        )
        rows = np.zeros((turns.groups, 2))
        np.add.at(rows, owner, by_session)
        columns.append(rows)
    if not columns:
        return []
    stacked = np.stack(columns, axis=1)
    return _shares(stacked[:, :, 0], stacked[:, :, 1])


def tactic_table(conversations: Conversations) -> list[TacticFigures]:
    """How often each of the 10 tactics is used, and how often it comes back."""
    turns = turns_of(conversations)
    y, m = np.zeros((2, turns.groups, TACTIC_COUNT))
    here = turns.tagged
    np.add.at(y, turns.group[here], (turns.tactics[here] > 0).astype(np.float64))
    np.add.at(m, turns.group[here], 1.0)
    own, human = (
        np.split(stickiness_rows(pairs(turns, pairing)), 2, axis=1) for pairing in ("self", "human")
    )
    columns = (_shares(y, m), _shares(*own), _shares(*human))
    return [TacticFigures(*three) for three in zip(*columns, strict=True)]


def variance(conversations: Conversations) -> VarianceSplit | None:
    """The variance of a conversation's mean empathy: conversation, epoch, judge.

    Judges are told apart where a panel rated, each with the ratings that it gave alone. None
    where fewer than two conversations are complete in all epochs.
    """
    return variance_split(mean_empathy(conversations))


def mean_empathy(conversations: Conversations) -> Floats:
    """Mean empathy of each conversation, epoch and judge, NaN where nothing is rated.

    Shape (K, E, J); J is 1 unless every rated turn carries the ratings of the same panel.
    """
    turns = turns_of(conversations)
    epochs = sorted({c.epoch for c in conversations})
    values = _by_judge(turns)
    session_epoch = np.array([epochs.index(c.epoch) for c in conversations], dtype=np.int64)
    sums, counts = np.zeros((2, turns.groups, len(epochs), values.shape[1]))
    where = (turns.group, session_epoch[turns.session])
    known = ~np.isnan(values)
    np.add.at(sums, where, np.where(known, values, 0.0))
    np.add.at(counts, where, known.astype(np.float64))
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts)


def _by_judge(turns: Turns) -> Floats:
    """Aggregate empathy of each turn and judge, shape (N, J)."""
    rated = [turn for turn in turns.source if turn.ratings is not None]
    sizes = {len(turn.panel) for turn in rated}
    if len(sizes) != 1 or sizes <= {0, 1}:
        return aggregates(turns)[:, None]
    judges = sizes.pop()
    nothing = [None] * len(DIMENSIONS)
    given = [
        [one or nothing for one in turn.panel] if turn.ratings is not None else [nothing] * judges
        for turn in turns.source
    ]
    ratings = np.array(given, dtype=np.float64).reshape(-1, len(DIMENSIONS))
    return aggregate_array(ratings).reshape(-1, judges)


def _shares(y: Floats, m: Floats) -> list[Figure]:
    """Ratios of columns with intervals; marked where fewer than 10 conversations are off an end."""
    return [
        figure_of(interval, np.stack([y[:, j], m[:, j]], axis=1), (0.0, 1.0))
        for j, interval in enumerate(bootstrap_ratios(y, m))
    ]
