"""One system under each history: its proxy against the human's turns, and what came of its own.

Boards of different histories are never one table; here the history itself is the question, asked
of one system at a time, paired by conversation. Writes nothing: a page of the docs does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from mint_bench.errors import MintError
from mint_bench.records.arrays import Turns, turns_of
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import board_differences, paired
from mint_bench.records.figures import Figure, figures
from mint_bench.records.schema import Record
from mint_bench.stats.compare import Comparison, compare, holm_of_known

History = Literal["gold", "scripted", "anchored"]
HISTORIES: tuple[History, ...] = ("gold", "scripted", "anchored")
ALLOWED = ("history", "seeker", "model of seeker", "prompt of seeker", "judge's view")
"""Parts of a board in which the histories of one system may differ."""


@dataclass(frozen=True, slots=True)
class View:
    """A history, and the turn before with which each reply is held.

    Attributes:
        title: As the page says it.
        alone: The same where nothing is held against a turn before.
        history: Of the record that shows it.
        pairing: `human`, or `self` for the system's own reply one turn earlier.
    """

    title: str
    alone: str
    history: History
    pairing: Literal["human", "self"]


AGAINST_HUMAN = View("gold, against the human's turn", "gold", "gold", "human")
PROXY = View("gold, against its own (proxy)", "gold", "gold", "self")
SCRIPTED = View("own history, scripted", "own, scripted", "scripted", "self")
ANCHORED = View("own history, anchored", "own, anchored", "anchored", "self")
VIEWS = (AGAINST_HUMAN, PROXY, SCRIPTED, ANCHORED)
CHANGES = ((AGAINST_HUMAN, PROXY), (PROXY, SCRIPTED), (SCRIPTED, ANCHORED))
"""From one view to the next: another pairing, its own replies, a seeker that hears it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be had in several views.

    Attributes:
        title: As the page says it.
        human: Its column against the human's turn, None where it has none.
        own: Its column against the system's own turn, or without any pairing.
        paired: Whether it asks for a turn before; the two gold views are one otherwise.
    """

    title: str
    human: str | None
    own: str
    paired: bool = True

    def column(self, view: View) -> str | None:
        """The column that shows it in a view, None where there is none."""
        return self.human if view.pairing == "human" else self.own


MEASURES = (
    Measure("repetition", "repetition_vs_human", "repetition_vs_self"),
    Measure("persistence", None, "persistence_vs_self"),
    Measure("raw stickiness", "stickiness_vs_human_common", "stickiness_vs_self_common"),
    Measure("density", None, "density", paired=False),
    Measure("words a turn", None, "words", paired=False),
    Measure("empathy", None, "aggregated_empathy", paired=False),
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a figure becomes from one view to another, `after` minus `before`, paired.

    Attributes:
        system: Whose.
        measure: Which figure.
        before: The first view.
        after: The second.
        test: The comparison; without interval where it cannot be had.
        p_holm: After Holm's correction over all changes that were asked for together.
    """

    system: str
    measure: Measure
    before: View
    after: View
    test: Comparison
    p_holm: float


def by_history(system: str, records: Sequence[Record], source: str) -> dict[History, Record]:
    """The record of each history that a system has on a source, that of most epochs.

    Raises:
        MintError: If there is none, or two differ in more than their history and seeker.
    """
    found: dict[History, Record] = {}
    for record in records:
        history = _history(record)
        if record.system == system and record.board.source.name == source and history:
            known = found.get(history)
            if known is None or record.settings.epochs > known.settings.epochs:
                found[history] = record
    if not found:
        raise MintError(f"{system} has no record on {source}; `make multi-turn` makes them")
    boards = [record.board for record in found.values()]
    for other in boards[1:]:
        differ = [
            part for part in board_differences(boards[0], other) if not part.startswith(ALLOWED)
        ]
        if differ:
            raise MintError(f"records of {system} differ in more than history: {differ[0]}")
    return found


def _history(record: Record) -> History | None:
    if record.board.history == "gold":
        return "gold"
    seeker = record.board.seeker
    return next((h for h in HISTORIES[1:] if seeker and seeker.name == h), None)


def view_figures(by: dict[History, Record]) -> dict[tuple[Measure, View], Figure]:
    """Every figure in every view that a system's records show."""
    names = list(dict.fromkeys(n for m in MEASURES for n in (m.human, m.own) if n))
    shown = {history: figures(record.conversations, names=names) for history, record in by.items()}
    return {
        (measure, view): shown[view.history][column]
        for measure in MEASURES
        for view in VIEWS
        if view.history in shown and (column := measure.column(view))
    }


def changes(systems: dict[str, dict[History, Record]]) -> list[Change]:
    """Every change from one view to the next, of every system, corrected over all of them.

    A system that gives the same under both views has none: there is nothing to test.
    """
    planned = [
        (system, measure, before, after)
        for measure in MEASURES
        for before, after in CHANGES
        if measure.column(before) and measure.column(after)
        for system, by in systems.items()
        if {before.history, after.history} <= by.keys()
    ]

    @cache
    def turns(system: str, history: History) -> Turns:
        return turns_of(systems[system][history].conversations)

    tested = [
        (plan, _test(*plan[1:], *(turns(plan[0], view.history) for view in plan[2:])))
        for plan in planned
    ]
    moved = [(plan, test) for plan, test in tested if test is not None]
    adjusted = holm_of_known([test.p for _, test in moved])
    return [
        Change(*plan, test, p_holm) for (plan, test), p_holm in zip(moved, adjusted, strict=True)
    ]


def _test(
    measure: Measure, before: View, after: View, first: Turns, second: Turns
) -> Comparison | None:
    columns = [COLUMNS[measure.column(view) or ""] for view in (before, after)]
    rows = [column.rows(turns) for column, turns in zip(columns, (first, second), strict=True)]
    one, other = paired(columns[0], [first, second], rows)
    if np.array_equal(one, other):
        return None
    return compare(columns[0].statistic, other, one, 0)
