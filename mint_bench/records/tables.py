"""Boards and their rows, and the text of a cell.

One table a board; a record never stands among records that it cannot be compared with. Whole
tables as text are `forms`'; the look in a terminal belongs to `cli`, the page to `leaderboard`.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.records.figures import Figure, figures
from mint_bench.records.schema import Board, Record
from mint_bench.records.signature import board_signature, signature
from mint_bench.replay.definition import SCRIPTED, SEEKERS

SHOWN = (
    "aggregated_empathy",
    "repetition_vs_self",
    "stickiness_vs_self",
    "persistence_vs_self",
    "density",
    "words",
    "unscored",
)
PRIMARY = "aggregated_empathy"
COUNTED = ("unscored",)
"""Figures of `SHOWN` that tables show as what was counted, without an interval."""
KIND_ORDER = ("model", "published", "human", "trivial")
MAX_UNSCORED = 0.05
AT_BOUND_MARK = "†"
AT_BOUND_NOTE = (
    "at bound: fewer than 10 conversations lie off the scale's end, or none differs from another, "
    "so that the interval covers less than it says"
)
DEAF = "does not hear the system"
"""What must be known of the scripted seeker, wherever its figures stand."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its figures."""

    record: Record
    figures: dict[str, Figure]

    @property
    def signature(self) -> str:
        """The record's signature."""
        return signature(self.record)


@dataclass(frozen=True, slots=True)
class BoardTable:
    """All records of one board, best empathy first, human and trivial rows last."""

    signature: str
    board: Board
    rows: tuple[Row, ...]


def board_tables(records: Sequence[Record]) -> list[BoardTable]:
    """Group records by board and compute their figures; the largest board first."""
    return grouped([Row(record, figures(record.conversations)) for record in records])


def grouped(rows: Sequence[Row]) -> list[BoardTable]:
    """Rows by board; the largest board first."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(board_signature(row.record.board), []).append(row)
    tables = [
        BoardTable(name, members[0].record.board, tuple(sorted(members, key=_order)))
        for name, members in groups.items()
    ]
    return sorted(tables, key=lambda table: (-len(table.rows), table.signature))


def _order(row: Row) -> tuple[int, float, str]:
    empathy = row.figures[PRIMARY].value
    apart = max(0, KIND_ORDER.index(row.record.kind) - 1)
    return apart, -(empathy if empathy is not None else 0.0), row.record.system


def hears(board: Board) -> bool | None:
    """Whether the seeker hears the system; None where transcripts do not say, or nobody speaks."""
    if board.seeker is None or board.seeker.name not in SEEKERS:
        return None
    return board.seeker.name != SCRIPTED


def figure_json(figure: Figure) -> dict[str, float | int | str | None]:
    """A figure as value, low, high and n; a note only where there is one."""
    plain: dict[str, float | int | str | None] = {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
    }
    return plain | ({"note": figure.note} if figure.note else {})


def cells(row: Row) -> list[str]:
    """The shown figures of a row as text, each with its interval."""
    return [cell(row.figures[name], percent=name in COUNTED) for name in SHOWN]


def cell(figure: Figure, *, percent: bool = False) -> str:
    """A figure as text: two decimals, its interval in brackets, a dash where undefined.

    An interval at bound is marked with a dagger.

    >>> cell(Figure(3.456, 3.21, 3.7, 50)), cell(Figure(4.98, 4.9, 5, 50, "at bound"))
    ('3.46 [3.21, 3.70]', '4.98† [4.90, 5.00]')
    >>> cell(Figure(None, None, None, 0))
    '–'
    """
    value, interval = cell_parts(figure, percent=percent)
    return f"{value} [{interval.replace('–', ', ')}]" if interval else value


def cell_parts(figure: Figure, *, percent: bool = False) -> tuple[str, str]:
    """Value and interval as text, the interval empty where there is none.

    >>> cell_parts(Figure(0.456, -0.21, 0.7, 50))
    ('0.46', '-0.21–0.70')
    """
    if figure.value is None:
        return "–", ""
    if percent:
        return f"{100 * figure.value:.1f} %", ""
    value = f"{figure.value:.2f}{AT_BOUND_MARK if figure.at_bound else ''}"
    if figure.low is None or figure.high is None:
        return value, ""
    return value, f"{figure.low:.2f}–{figure.high:.2f}"


def chance(p: float) -> str:
    """A p value as text: three decimals, a dash where it could not be tested.

    >>> chance(0.0004), chance(0.0421), chance(1.0), chance(float("nan"))
    ('<.001', '.042', '1', '–')
    """
    if math.isnan(p):
        return "–"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0") if p < 1 else "1"


def marks(table: BoardTable) -> list[str]:
    """What the marks in a table's cells mean; empty where there are none."""
    drawn = [name for name in SHOWN if name not in COUNTED]
    marked = any(row.figures[name].at_bound for row in table.rows for name in drawn)
    return [f"{AT_BOUND_MARK} {AT_BOUND_NOTE}"] if marked else []


def size(row: Row) -> int:
    """Conversations of a record."""
    return len({conversation.id for conversation in row.record.conversations})


def markdown_text(text: str) -> str:
    """Text on one line whose characters mean nothing in Markdown."""
    return re.sub(r"([\\`*_\[\]<>&|#~])", r"\\\1", " ".join(text.split()))


def markdown_code(text: str) -> str:
    """Text as Markdown's code, in a fence that nothing in it can close.

    >>> markdown_code("a|b"), markdown_code("a`b")
    ('`a|b`', '`` a`b ``')
    """
    runs = [len(run) for run in re.findall("`+", text)]
    if not runs:
        return f"`{text}`"
    fence = "`" * (max(runs) + 1)
    return f"{fence} {text} {fence}"


_TEX = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "–": "--",
    "†": r"$^\dagger$",
}


def tex(text: str) -> str:
    """Text with LaTeX's own characters escaped.

    The end of a row before it takes no star and no bracket of it for its own.
    """
    start = "{}" if text[:1] in {"[", "*"} else ""
    return start + "".join(_TEX.get(character, character) for character in text)
