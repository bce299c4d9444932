"""Boards in plain forms, for files and pipes: JSON, CSV, Markdown, LaTeX.

Each says why a record has no rank, in the words of `wording`. The look in a terminal belongs to
`cli`, the page to `leaderboard`.
"""

import csv
import io
import json
from collections.abc import Sequence

from mint_bench.records.columns import COLUMNS
from mint_bench.records.schema import Record
from mint_bench.records.seeker import audit_rates, emotion_course
from mint_bench.records.tables import (
    DEAF,
    PRIMARY,
    SHOWN,
    BoardTable,
    cells,
    figure_json,
    hears,
    markdown_code,
    markdown_text,
    marks,
    size,
    tex,
)
from mint_bench.records.wording import standing, standing_markdown, why_unranked


def as_json(tables: Sequence[BoardTable]) -> str:
    """One object a record: system, board, why it is not ranked, and a figure a column."""
    objects = [
        {
            "system": row.record.system,
            "title": row.record.title,
            "kind": row.record.kind,
            "seeker": seeker_json(row.record),
            "board": table.signature,
            "signature": row.signature,
            "not_ranked": why_unranked(table.board, row),
            **{name: figure_json(row.figures[name]) for name in COLUMNS},
        }
        for table in tables
        for row in table.rows
    ]
    return json.dumps(objects, ensure_ascii=False, indent=1)


def seeker_json(record: Record) -> dict[str, object] | None:
    """Who speaks for the seeker, whether it hears the system, and its audit; None for nobody."""
    seeker = record.board.seeker
    if seeker is None:
        return None
    said: dict[str, object] = {"name": seeker.name, "hears_the_system": hears(record.board)}
    rates = audit_rates(record.conversations)
    if rates is None:
        return said
    audit = {"lines": rates.lines, "faulty": rates.faulty, "share": rates.share,
             "unreliable": rates.unreliable, "kinds": rates.kinds,
             "unchecked": {kind: n for (kind, _), n in rates.unchecked.items()}}  # fmt: skip
    felt = emotion_course(record.conversations)
    return said | {"model": seeker.model, "audit": audit} | ({"emotions": felt} if felt else {})


def as_csv(tables: Sequence[BoardTable]) -> str:
    """One line a record: every column with low and high, what is at bound, why it has no rank."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    ends = [f"{name}{end}" for name in COLUMNS for end in ("", "_low", "_high")]
    writer.writerow(["system", "board", "seeker_hears", "n", *ends, "at_bound", "not_ranked"])
    for table in tables:
        for row in table.rows:
            numbers = [
                "" if number is None else f"{number:.4f}"
                for name in COLUMNS
                for number in (
                    row.figures[name].value,
                    row.figures[name].low,
                    row.figures[name].high,
                )
            ]
            bound = " ".join(name for name in COLUMNS if row.figures[name].at_bound)
            heard = {True: "yes", False: "no", None: ""}[hears(table.board)]
            head = [row.record.system, table.signature, heard, row.figures[PRIMARY].n]
            writer.writerow([*head, *numbers, bound, why_unranked(table.board, row) or ""])
    return out.getvalue()


def as_markdown(tables: Sequence[BoardTable]) -> str:
    """A Markdown table a board; under it its signature and why records have no rank."""
    parts = []
    for table in tables:
        heads = ["system", *(COLUMNS[name].title for name in SHOWN), "n"]
        lines = [
            "| " + " | ".join(heads) + " |",
            "| --- |" + " ---: |" * (len(heads) - 1),
        ]
        lines += [
            "| " + " | ".join([markdown_text(row.record.title), *cells(row), str(size(row))]) + " |"
            for row in table.rows
        ]
        deaf = f"The scripted seeker {DEAF}.\n\n" if hears(table.board) is False else ""
        below = "".join(f"\n\n{mark}" for mark in marks(table))
        why = standing_markdown(table)
        said = f"\n{why}" if why else ""
        code = markdown_code(table.signature)
        parts.append("\n".join(lines) + f"{below}\n\n{deaf}{code}\n{said}")
    return "\n".join(parts)


def as_latex(tables: Sequence[BoardTable]) -> str:
    """A booktabs table a board; under it why records have no rank, its signature as caption."""
    parts = []
    for table in tables:
        heads = ["system", *(COLUMNS[name].title for name in SHOWN), "$n$"]
        deaf = f" The scripted seeker {DEAF}." if hears(table.board) is False else ""
        lines = [
            r"\begin{table}",
            r"\begin{tabular}{l" + "r" * (len(heads) - 1) + "}",
            r"\toprule",
            " & ".join(heads) + r" \\",
            r"\midrule",
            *(
                " & ".join([tex(row.record.title), *map(tex, cells(row)), str(size(row))]) + r" \\"
                for row in table.rows
            ),
            r"\bottomrule",
            r"\end{tabular}",
            *(rf"\par\footnotesize {tex(line)}" for line in (*marks(table), *standing(table))),
            rf"\caption{{\texttt{{{tex(table.signature)}}}{deaf}}}",
            r"\end{table}",
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
