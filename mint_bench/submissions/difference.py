"""What a change does to the tables: each touched board, before and after, as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mint_bench.records.comparison import Place, rank_board
from mint_bench.records.figures import figures
from mint_bench.records.schema import Record
from mint_bench.records.signature import board_signature
from mint_bench.records.tables import SHOWN, BoardTable, Row, cell, grouped, size
from mint_bench.records.wording import headline, standing, title
from mint_bench.submissions.change import Change
from mint_bench.submissions.markdown import code, inert

FIGURES = ("aggregated_empathy", "repetition_vs_self", "density", "words", "unscored")
MOST = 30  # rows of a board; of longer ones only what the change moves


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the difference.

    Attributes:
        what: What became of it: `added`, `altered`, `withdrawn`, `removed`, `counted again`, or
            empty.
        row: As it is now; of what is gone, as it was.
        before: Its rank before, empty without one.
        after: Its rank now.
    """

    what: str
    row: Row
    before: str
    after: str

    @property
    def moved(self) -> bool:
        """Whether the change shows in this row."""
        return bool(self.what) or self.before != self.after


def differences(change: Change) -> Iterator[str]:
    """Each touched board as Markdown, the first in the order of the tables."""
    touched = {
        board_signature(record.board)
        for one in change.changed
        for record in (one.record, one.before)
        if record
    }
    rows: dict[int, Row] = {}  # most records stand before and after, and are computed once
    before, after = (_tables(records, touched, rows) for records in (change.before, change.after))
    what = {_key(r): one.what for one in change.changed if (r := one.record or one.before)}
    for name in dict.fromkeys([*after, *before]):
        yield _markdown(name, after.get(name), _lines(before.get(name), after.get(name), what))


def _tables(
    records: Sequence[Record], boards: set[str], rows: dict[int, Row]
) -> dict[str, BoardTable]:
    chosen = [record for record in records if board_signature(record.board) in boards]
    for record in chosen:
        if id(record) not in rows:
            rows[id(record)] = Row(record, figures(record.conversations, names=SHOWN))
    return {table.signature: table for table in grouped([rows[id(r)] for r in chosen])}


def _key(record: Record) -> tuple[str, str]:
    return record.system, record.model_dump_json(include={"board", "settings"})


def _ranks(table: BoardTable | None) -> dict[tuple[str, str], str]:
    if table is None:
        return {}
    places = rank_board(table, permutations=0).places
    return {_key(row.record): _told(place) for row, place in zip(table.rows, places, strict=True)}


def _told(place: Place | None) -> str:
    if place is None:
        return ""
    ranks = f"{place.best}" if place.best == place.worst else f"{place.best}–{place.worst}"
    return f"{ranks} {place.letters}"


def _lines(
    before: BoardTable | None, after: BoardTable | None, what: dict[tuple[str, str], str]
) -> list[Line]:
    """Rows as they are now in their order, then those that are gone."""
    old, new = _ranks(before), _ranks(after)
    rows = list(after.rows) if after else []
    rows += [row for row in (before.rows if before else ()) if _key(row.record) not in new]
    return [
        Line(what.get(key, ""), row, old.get(key, ""), new.get(key, ""))
        for row in rows
        for key in [_key(row.record)]
    ]


def _markdown(name: str, table: BoardTable | None, lines: Sequence[Line]) -> str:
    shown = lines if len(lines) <= MOST else [line for line in lines if line.moved][:MOST]
    ranked = any(line.before or line.after for line in lines)
    heads = ["", "system", *map(title, FIGURES), "n", *(["rank"] if ranked else [])]
    text = [
        f"#### {inert(headline(lines[0].row.record.board), 400)}",
        "",
        f"| {' | '.join(heads)} |",
        "| --- | --- |" + " ---: |" * (len(heads) - 2),
        *(_cells(line, ranked=ranked) for line in shown),
    ]
    if left := len(lines) - len(shown):
        text += ["", f"{left} more rows stay as they are."]
    if table:
        text += ["", *(f"- {inert(said, 400)}" for said in standing(table))]
    return "\n".join([*text, "", code(name, 600)]) + "\n"


def _cells(line: Line, *, ranked: bool) -> str:
    row = line.row
    name = inert(row.record.title, 60)
    gone = line.what in {"withdrawn", "removed"}
    name = f"~~{name}~~" if gone else f"**{name}**" if line.what else name
    cells = [cell(row.figures[figure], percent=figure == "unscored") for figure in FIGURES]
    rank = line.after or "–"
    if line.before != line.after:
        rank = f"{line.before or '–'} → {line.after or '–'}"
    parts = [line.what, name, *cells, str(size(row)), *([rank] if ranked else [])]
    return f"| {' | '.join(parts)} |"
