"""Boards as the site needs them: who is told apart from whom, and where each record's page is.

Tests come from `records.comparison`; here they are only laid beside the rows.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mint_bench.errors import MintError
from mint_bench.leaderboard.measured import DIFFERENCES, Measured
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import Place
from mint_bench.records.schema import Record
from mint_bench.records.signature import short_sha
from mint_bench.records.tables import PRIMARY, BoardTable, Row
from mint_bench.records.wording import screened, source_card, unranked, why_unranked
from mint_bench.stats.power import minimum_detectable
from mint_bench.stats.ranking import Pairs, compare_all, places
from mint_bench.stats.statistic import Floats

NO_SOURCE = "conversations of no named source"


def folder_of(record: Record) -> str:
    """A record's folder on the site, named as its file in `results/`."""
    return f"systems/{record.system}/{short_sha(record.board)}-{short_sha(record.settings)}"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A record on the site.

    Attributes:
        row: Record and figures.
        measured: What was measured of it.
        folder: The record's folder on the site, named as its file in `results/`.
        reason: Why it has no rank; None if it has one or is no competitor.
        place: Tie letters and rank interval; None without rank.
        twin: What tells it from another record of the same title on its board; else empty.
    """

    row: Row
    measured: Measured
    folder: str
    reason: str | None
    place: Place | None = None
    twin: str = ""

    @property
    def title(self) -> str:
        """Name as people read it, with what tells it from another of that name."""
        return f"{self.row.record.title} ({self.twin})" if self.twin else self.row.record.title

    @property
    def competes(self) -> bool:
        """Whether it is a system, not a human or a trivial baseline."""
        return self.row.record.kind in {"model", "published"}

    @property
    def billions(self) -> float | None:
        """Parameters in billions, where the model's name says so."""
        found = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)[Bb](?![a-z])", self.row.record.settings.model)
        return float(found[1]) if found else None


@dataclass(frozen=True, eq=False)
class BoardPart:
    """One board with its entries, in the table's order.

    Attributes:
        table: Rows and signature.
        entries: One a row.
        ids: Of all conversations, sorted.
    """

    table: BoardTable
    entries: tuple[Entry, ...]
    ids: tuple[str, ...]

    @property
    def pairs(self) -> Pairs | None:
        """Every pair on the figure that ranks; None on a board without rank."""
        return None if self.screening else self.by_figure[PRIMARY]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number of each conversation, equal for all systems of the board."""
        return {name: number for number, name in enumerate(self.ids, 1)}

    @cached_property
    def key(self) -> str:
        """Its short name in addresses."""
        return short_sha(self.table.board)

    @property
    def screening(self) -> bool:
        """Whether it is shown without any rank."""
        return screening(self.table)

    def why_unranked(self, entry: Entry) -> str | None:
        """Why a record has no rank, its board's reasons first; None if it may have one."""
        no_source = NO_SOURCE if self.screening else None
        return why_unranked(self.table.board, entry.row) or no_source

    @property
    def human(self) -> Entry | None:
        """The human supporters, where there is one such row."""
        found = [entry for entry in self.entries if entry.row.record.kind == "human"]
        return found[0] if len(found) == 1 else None

    @property
    def competing(self) -> tuple[Entry, ...]:
        """Systems with a rank, or on a screening board all systems."""
        return tuple(
            entry for entry in self.entries if entry.competes and (entry.place or self.screening)
        )

    @property
    def leader(self) -> Entry | None:
        """The system with the highest empathy."""
        return next(iter(self.competing), None)

    @cached_property
    def by_figure(self) -> dict[str, Pairs]:
        """Every pair on each figure of `DIFFERENCES`, without label swaps."""
        return {
            name: compare_all(COLUMNS[name].statistic, stacked(self.entries, name, self.ids), 0)
            for name in DIFFERENCES
        }

    @cached_property
    def reaches(self) -> dict[str, float]:
        """Per figure the farthest end of any interval, so that all bars share a scale."""
        return {
            name: max(1e-9, float(np.nanmax(np.abs([pairs.low, pairs.high]), initial=0.0)))
            for name, pairs in self.by_figure.items()
        }

    @property
    def detectable(self) -> float | None:
        """Smallest difference in empathy that half of the pairs would show 4 times in 5."""
        if self.pairs is None:
            return None
        at = [i for i, entry in enumerate(self.entries) if entry.place]
        inside = np.ix_(at, at)
        errors, n = self.pairs.se[inside], self.pairs.n[inside]
        upper = np.triu_indices(len(at), 1)
        known = errors[upper][~np.isnan(errors[upper])]
        if not len(known):
            return None
        return minimum_detectable(float(np.median(known)), int(np.median(n[upper])))

    def tied(self, entry: Entry) -> list[Entry]:
        """Ranked systems that are not told apart from one."""
        if self.pairs is None or entry.place is None:
            return []
        me = self.entries.index(entry)
        return [
            other
            for position, other in enumerate(self.entries)
            if position != me and other.place and not self.pairs.different[me, position]
        ]


def screening(table: BoardTable) -> bool:
    """Whether a board is shown apart, without ranks: its judge screens, or its source is none."""
    card = source_card(table.board)
    return screened(table.board) or card is None or not card.rankable


def stacked(entries: Sequence[Entry], name: str, ids: Sequence[str]) -> Floats:
    """A figure's rows of several systems, shape (M, K, d); zeros where one lacks a conversation."""
    place = {one: position for position, one in enumerate(ids)}
    blocks = []
    for entry in entries:
        rows = entry.measured.rows[name]
        block = np.zeros((len(ids), rows.shape[1]))
        block[[place[one] for one in entry.measured.ids]] = rows
        blocks.append(block)
    return np.array(blocks)


def _twins(records: Sequence[Record]) -> list[str]:
    """What tells records of one title apart: the system's name, or else the settings' hash."""
    titles = Counter(record.title for record in records)
    systems = Counter((record.title, record.system) for record in records)
    return [
        ""
        if titles[record.title] == 1
        else record.system
        if systems[record.title, record.system] == 1
        else short_sha(record.settings)
        for record in records
    ]


def board_part(table: BoardTable, measured: Sequence[Measured]) -> BoardPart:
    """A board with its tests; `measured` in the order of its rows."""
    ids = tuple(sorted({one for part in measured for one in part.ids}))
    twins = _twins([row.record for row in table.rows])
    entries = tuple(
        Entry(row, part, folder_of(row.record), unranked(table.board, row), twin=twin)
        for row, part, twin in zip(table.rows, measured, twins, strict=True)
    )
    part = BoardPart(table, entries, ids)
    if part.screening:
        return part
    ranked = [
        position
        for position, entry in enumerate(entries)
        if entry.competes and not entry.reason and entry.row.figures[PRIMARY].value is not None
    ]
    pairs = part.by_figure[PRIMARY]
    values = [entries[position].row.figures[PRIMARY].value or 0.0 for position in ranked]
    found = places(values, pairs.different[np.ix_(ranked, ranked)])
    with_place = list(entries)
    for position, letters, ranks in zip(ranked, found.letters, found.ranks, strict=True):
        with_place[position] = replace(entries[position], place=Place(letters, *ranks))
    placed = BoardPart(table, tuple(with_place), ids)
    placed.__dict__["by_figure"] = part.by_figure  # the same rows: tested once
    return placed


def refuse_twins(parts: Sequence[BoardPart]) -> None:
    """Raise where two records would have one page.

    Raises:
        MintError: If a system stands on a board twice with the same settings.
    """
    seen: set[str] = set()
    for entry in (entry for part in parts for entry in part.entries):
        if entry.folder.lower() in seen:
            raise MintError(
                f"{entry.row.record.system}: two records with the same board and settings; "
                "remove one"
            )
        seen.add(entry.folder.lower())
