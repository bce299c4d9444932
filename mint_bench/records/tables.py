"""Boards and their rows, and their plain forms: JSON, CSV, Markdown, LaTeX.

One table a board; a record never stands among records that it cannot be compared with. The
look in a terminal belongs to `cli`, the page to `leaderboard`.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure, figures
from mint_bench.records.schema import Board, Record
from mint_bench.records.signature import board_signature, signature

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
KIND_ORDER = ("model", "published", "human", "trivial")
MAX_UNSCORED = 0.05


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
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(board_signature(record.board), []).append(record)
    tables = [
        BoardTable(
            name,
            members[0].board,
            tuple(sorted((Row(r, figures(r.conversations)) for r in members), key=_order)),
        )
        for name, members in groups.items()
    ]
    return sorted(tables, key=lambda table: (-len(table.rows), table.signature))


def _order(row: Row) -> tuple[int, float, str]:
    empathy = row.figures[PRIMARY].value
    apart = max(0, KIND_ORDER.index(row.record.kind) - 1)
    return apart, -(empathy if empathy is not None else 0.0), row.record.system


def as_json(tables: Sequence[BoardTable]) -> str:
    """One object a record: system, board, and per column value, low, high, n."""
    objects = [
        {
            "system": row.record.system,
            "title": row.record.title,
            "kind": row.record.kind,
            "board": table.signature,
            "signature": row.signature,
            **{name: figure_json(row.figures[name]) for name in COLUMNS},
        }
        for table in tables
        for row in table.rows
    ]
    return json.dumps(objects, ensure_ascii=False, indent=1)


def figure_json(figure: Figure) -> dict[str, float | int | str | None]:
    """A figure as value, low, high and n; a note only where there is one."""
    plain: dict[str, float | int | str | None] = {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
    }
    return plain | ({"note": figure.note} if figure.note else {})


def as_csv(tables: Sequence[BoardTable]) -> str:
    """One line a record: the columns of the published table, each with low and high."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    ends = [f"{name}{end}" for name in COLUMNS for end in ("", "_low", "_high")]
    writer.writerow(["system", "board", "n", *ends])
    for table in tables:
        for row in table.rows:
            cells = [
                "" if number is None else f"{number:.4f}"
                for name in COLUMNS
                for number in (
                    row.figures[name].value,
                    row.figures[name].low,
                    row.figures[name].high,
                )
            ]
            writer.writerow([row.record.system, table.signature, row.figures[PRIMARY].n, *cells])
    return out.getvalue()


def as_markdown(tables: Sequence[BoardTable]) -> str:
    """A Markdown table a board, with the board's signature under it."""
    parts = []
    for table in tables:
        heads = ["system", *(COLUMNS[name].title for name in SHOWN), "n"]
        lines = [
            "| " + " | ".join(heads) + " |",
            "| --- |" + " ---: |" * (len(heads) - 1),
        ]
        lines += [
            "| " + " | ".join([_plain(row.record.title), *cells(row), str(size(row))]) + " |"
            for row in table.rows
        ]
        parts.append("\n".join(lines) + f"\n\n`{table.signature}`\n")
    return "\n".join(parts)


def as_latex(tables: Sequence[BoardTable]) -> str:
    """A booktabs table a board, with the board's signature as caption."""
    parts = []
    for table in tables:
        heads = ["system", *(COLUMNS[name].title for name in SHOWN), "$n$"]
        lines = [
            r"\begin{table}",
            r"\begin{tabular}{l" + "r" * (len(heads) - 1) + "}",
            r"\toprule",
            " & ".join(heads) + r" \\",
            r"\midrule",
            *(
                " & ".join([_tex(row.record.title), *map(_tex, cells(row)), str(size(row))])
                + r" \\"
                for row in table.rows
            ),
            r"\bottomrule",
            r"\end{tabular}",
            rf"\caption{{\texttt{{{_tex(table.signature)}}}}}",
            r"\end{table}",
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def cells(row: Row) -> list[str]:
    """The shown figures of a row as text, each with its interval."""
    return [cell(row.figures[name], percent=name == "unscored") for name in SHOWN]


def cell(figure: Figure, *, percent: bool = False) -> str:
    """A figure as text: two decimals, its interval in brackets, a dash where undefined.

    >>> cell(Figure(3.456, 3.21, 3.7, 50))
    '3.46 [3.21, 3.70]'
    >>> cell(Figure(None, None, None, 0))
    '–'
    """
    if figure.value is None:
        return "–"
    if percent:
        return f"{100 * figure.value:.1f} %"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def size(row: Row) -> int:
    """Conversations of a record."""
    return len({conversation.id for conversation in row.record.conversations})


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&|#~])", r"\\\1", " ".join(text.split()))


_TEX = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "–": "--",
}


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)
