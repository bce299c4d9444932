"""A report's files: each figure as PDF, all of them in one with captions, the table, the numbers.

Built beside their place and moved there together, so that no report is half written.
"""

import shutil
import tempfile
import textwrap
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from mint_bench.errors import MintError
from mint_bench.files import write_text
from mint_bench.records.tables import AT_BOUND_MARK, AT_BOUND_NOTE, cell, tex
from mint_bench.report.content import BESIDE, OF_TACTICS, RATED, Content, as_json, title_of
from mint_bench.report.drawing import INCHES, QUIET, draw_all

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Sheet

UNDATED = {"CreationDate": None, "ModDate": None}  # equal records, equal files
CAPTION_COLUMNS = 118
BRACKETS = "In brackets: 95 % intervals, bootstrap over conversations."


def write_report(found: Content, folder: Path) -> list[Path]:
    """Write the report and say which files it is, the whole first.

    Raises:
        MintError: If the folder is none, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as aside:
            names = _write(found, Path(aside))
            return [Path(shutil.move(Path(aside) / name, folder / name)) for name in names]
    except OSError as error:
        raise MintError(
            f"{folder}: no report can be written there ({error.strerror or error})"
        ) from None


def _write(found: Content, folder: Path) -> list[str]:
    from matplotlib.backends.backend_pdf import PdfPages

    drawn = draw_all(found)
    write_text(folder / "table.tex", latex_table(found))
    write_text(folder / "report.json", as_json(found))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs that the font lacks
        for name, (sheet, _) in drawn.items():
            sheet.savefig(folder / f"{name}.pdf", metadata=UNDATED)
        with PdfPages(folder / "report.pdf", metadata=UNDATED) as pages:
            for sheet, caption in drawn.values():
                _caption(sheet, caption)
                pages.savefig(sheet)
    return ["report.pdf", *(f"{name}.pdf" for name in drawn), "table.tex", "report.json"]


def _caption(sheet: "Sheet", caption: str) -> None:
    """Make room below a figure and write its caption there."""
    lines = textwrap.wrap(caption, CAPTION_COLUMNS)
    room, height = 0.145 * len(lines) + 0.1, float(sheet.get_figheight())
    engine = sheet.get_layout_engine()
    if engine is not None:
        share = room / (height + room)
        engine.set(rect=(0, share, 1, 1 - share))  # type: ignore[call-arg]
    sheet.set_size_inches(INCHES, height + room)
    sheet.text(0.01, 0.06 / (height + room), "\n".join(lines), fontsize=6.6, color=QUIET,
               va="bottom", linespacing=1.35, family="DejaVu Sans", parse_math=False)  # fmt: skip


def latex_table(found: Content) -> str:
    """A booktabs table: a figure a row, the system beside the human and the best other."""
    names = {"system": "", "human": "", "best": " (best other)"}
    heads = [tex(one.record.title + names[one.role]) for one in found.systems]
    body = [
        " & ".join([tex(title_of(name)), *(tex(cell(one.figures[name])) for one in found.systems)])
        + r" \\"
        for name in (*RATED, *OF_TACTICS, *BESIDE)
    ]
    for rows in (len(RATED) + len(OF_TACTICS), len(RATED)):
        body.insert(rows, r"\midrule")
    marked = any(f.at_bound for one in found.systems for f in one.figures.values())
    note = f" {tex(AT_BOUND_MARK)} {tex(AT_BOUND_NOTE)}." if marked else ""
    return "\n".join([
        "% needs \\usepackage{booktabs}",
        r"\begin{table}",
        r"\centering\small",
        r"\begin{tabular}{l" + "r" * len(heads) + "}",
        r"\toprule",
        " & ".join(["", *heads]) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
        rf"\caption{{{tex(found.caption('Figures of', BRACKETS))}{note}}}",
        r"\end{table}",
        "",
    ])
