"""How boards look in a terminal: calm, aligned, two decimals, every figure with its interval."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mint_bench.records.figures import Figure
from mint_bench.records.tables import SHOWN, BoardTable, Row, size
from mint_bench.records.wording import headline, remarks, title


def show_boards(tables: Sequence[BoardTable], console: Console | None = None) -> None:
    """Print each board as a table with its signature and what a reader must know below it."""
    console = console or Console()
    if not tables:
        console.print("No records.")
    for table in tables:
        console.print()
        console.print(Text(headline(table.board), style="bold"))
        console.print(_grid(table))
        for line in remarks(table):
            console.print(Text(line, style="dim"))
        console.print(Text(table.signature, style="dim"), soft_wrap=True)


def _grid(table: BoardTable) -> Table:
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    grid.add_column("system", no_wrap=True, overflow="ellipsis", max_width=38)
    for name in SHOWN:
        grid.add_column(title(name), justify="right", no_wrap=True)
    grid.add_column("n", justify="right")
    last = None
    for row in table.rows:
        if last is not None and (last == "model") != (_group(row) == "model"):
            grid.add_section()
        last = _group(row)
        style = "" if last == "model" else "dim" if row.record.kind == "trivial" else "italic"
        grid.add_row(
            Text(row.record.system, style=style),
            *(_cell(row.figures[name], percent=name == "unscored") for name in SHOWN),
            str(size(row)),
        )
    return grid


def _group(row: Row) -> str:
    return "model" if row.record.kind in ("model", "published") else "apart"


def _cell(figure: Figure, *, percent: bool) -> Text:
    if figure.value is None:
        return Text("–", style="dim")
    if percent:
        return Text(f"{100 * figure.value:.1f} %")
    text = Text(f"{figure.value:.2f}")
    if figure.low is not None and figure.high is not None:
        text.append(f" {figure.low:.2f}–{figure.high:.2f}", style="dim")
    return text
