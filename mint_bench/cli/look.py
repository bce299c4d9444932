"""How boards look in a terminal: calm, aligned, two decimals, every figure with its interval."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from mint_bench.records.figures import Figure
from mint_bench.records.tables import SHOWN, BoardTable, Row, cell_parts, marks, size
from mint_bench.records.wording import headline, remarks, standing, title

UNBOUNDED = 1_000
LEFT_OUT = ("stickiness_vs_self", "persistence_vs_self")


def show_boards(tables: Sequence[BoardTable], console: Console | None = None) -> None:
    """Print each board as a table with its signature and what a reader must know below it."""
    console = console or Console()
    if not console.is_terminal:  # a file or a pipe takes lines of any length
        console = Console(file=console.file, width=UNBOUNDED)
    if not tables:
        console.print("No records.")
    for table in tables:
        console.print()
        console.print(Text(headline(table.board), style="bold"))
        grid, width, said = _fitting(table, console)
        console.print(grid, width=width)
        for line in [*said, *marks(table), *standing(table), *remarks(table)]:
            console.print(Text(line, style="dim"))
        console.print(Text(table.signature, style="dim"), soft_wrap=True)


def show_lines(lines: Sequence[str]) -> None:
    """Print remarks that belong to no single board."""
    console = Console()
    console.print()
    for line in lines:
        console.print(Text(line, style="dim"), soft_wrap=not console.is_terminal)


def _fitting(table: BoardTable, console: Console) -> tuple[Table, int, list[str]]:
    """The fullest grid that the terminal holds, its width, and what it had to leave out.

    A figure is never cut: intervals go below the figures first, then away.
    """
    unbounded = console.options.update(max_width=UNBOUNDED)
    for between in (" ", "\n"):
        grid = _grid(table, SHOWN, between)
        needed = Measurement.get(console, unbounded, grid).maximum
        if needed <= console.width:
            return grid, needed, []
    names = [name for name in SHOWN if name not in LEFT_OUT]
    needed = Measurement.get(console, unbounded, _grid(table, names, None)).maximum
    missing = ", ".join(["intervals", *map(title, LEFT_OUT)])
    said = [f"Left out for want of width: {missing}; widen the window or use --format."]
    return _grid(table, names, None), min(needed, console.width), said


def _grid(table: BoardTable, names: Sequence[str], between: str | None) -> Table:
    """Rows of figures with `between` before each interval; no intervals where it is None."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    grid.add_column("system", no_wrap=between is not None, overflow="fold", max_width=38)
    for name in names:
        head = title(name) if between == " " else title(name).replace(" ", "\n", 1)
        grid.add_column(head, justify="right", no_wrap=True)
    grid.add_column("n", justify="right")
    last = None
    for row in table.rows:
        if last is not None and (last == "model") != (_group(row) == "model"):
            grid.add_section()
        last = _group(row)
        style = "" if last == "model" else "dim" if row.record.kind == "trivial" else "italic"
        grid.add_row(
            Text(row.record.system, style=style),
            *(_cell(row.figures[name], between, percent=name == "unscored") for name in names),
            str(size(row)),
        )
    return grid


def _group(row: Row) -> str:
    return "model" if row.record.kind in ("model", "published") else "apart"


def _cell(figure: Figure, between: str | None, *, percent: bool) -> Text:
    value, interval = cell_parts(figure, percent=percent)
    text = Text(value, style="dim" if figure.value is None else "")
    if between is not None and interval:
        text.append(f"{between}{interval}", style="dim")
    return text
