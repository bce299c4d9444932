"""What the page shows of each board, in the order in which it shows it; then the page itself.

Text and numbers go to the template, which escapes every one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench import __version__
from mint_bench.leaderboard.cells import Cell, Scale, cell, scale
from mint_bench.leaderboard.picture import drawable
from mint_bench.records.columns import COLUMNS
from mint_bench.records.schema import Record
from mint_bench.records.tables import SHOWN, BoardTable, Row, size
from mint_bench.records.wording import headline, remarks, source_card, standing, title, unranked
from mint_bench.resources import resource

UNITS = {
    "aggregated_empathy": "1 to 5, higher is better",
    "repetition_vs_self": "0 chance, 1 always the same, lower is better",
    "stickiness_vs_self": "share that comes back",
    "persistence_vs_self": "beyond each tactic’s frequency",
    "density": "tactics a turn",
    "words": "mean of all turns",
    "unscored": "of turns",
}
FURTHER = (
    *tuple(COLUMNS)[:6],
    "repetition_vs_human",
    "stickiness_vs_human",
    "repetition_vs_self_lag2",
    "repetition_vs_self_lag3",
    "repetition_vs_self_lag4",
    "novelty_vs_self",
    "entropy",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One system in a board's table, and what its details say."""

    record: Record
    n: int
    signature: str
    cells: tuple[Cell, ...]
    further: tuple[Cell, ...]
    ranked: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: its title, unit and common scale."""

    name: str
    title: str
    unit: str
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class BoardView:
    """One board: its words, its heads, and its lines in two groups."""

    headline: str
    signature: str
    n: str
    heads: tuple[Head, ...]
    further: tuple[str, ...]
    groups: tuple[tuple[Line, ...], ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in the table's order."""
        return tuple(line for group in self.groups for line in group)


def board_view(table: BoardTable) -> BoardView:
    """A board as the page shows it."""
    heads = tuple(Head(n, title(n), UNITS[n], scale(n, table.rows)) for n in SHOWN)
    shared = [
        note
        for note in table.rows[0].record.provenance.notes
        if all(note in row.record.provenance.notes for row in table.rows)
    ]
    compared = tuple(r for r in table.rows if r.record.kind in {"model", "published"})
    apart = tuple(r for r in table.rows if r not in compared)
    sizes = sorted({size(row) for row in table.rows})
    card = source_card(table.board)
    caveat = [f"Of the conversations: {card.caveat}."] if card else []
    return BoardView(
        headline=headline(table.board),
        signature=table.signature,
        n=str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}",
        heads=heads,
        further=tuple(COLUMNS[name].title for name in FURTHER),
        groups=tuple(
            tuple(_line(row, table, heads, shared) for row in group)
            for group in (compared, apart)
            if group
        ),
        remarks=(*standing(table), *remarks(table), *caveat),
        notes=tuple(shared),
    )


def _line(row: Row, table: BoardTable, heads: Sequence[Head], shared: Sequence[str]) -> Line:
    return Line(
        record=row.record,
        n=size(row),
        signature=row.signature,
        cells=tuple(cell(head.name, row.figures[head.name], head.scale) for head in heads),
        further=tuple(cell(name, row.figures[name], None) for name in FURTHER),
        ranked=unranked(table.board, row) is None,
        notes=tuple(note for note in row.record.provenance.notes if note not in shared),
    )


def pictured(tables: Sequence[BoardTable]) -> BoardTable | None:
    """The board of the picture: most systems that can be drawn, boards without rank last."""

    def order(table: BoardTable) -> tuple[int, bool, int]:
        card = source_card(table.board)
        ranked = card is not None and card.rankable
        embedded = any(judge.name == "embedded" for judge in table.board.judges)
        return ranked + (ranked and not embedded), bool(drawable(table)), len(drawable(table))

    best = max(tables, key=order, default=None)
    return best if best is not None and drawable(best) else None


def page(tables: Sequence[BoardTable]) -> str:
    """The page as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resource("leaderboard")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = pictured(tables)
    return environment.get_template("index.html.j2").render(
        boards=[board_view(table) for table in tables],
        picture=board_view(shown) if shown else None,
        drawn=len(drawable(shown)) if shown else 0,
        records=sum(len(table.rows) for table in tables),
        version=__version__,
    )
