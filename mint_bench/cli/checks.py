"""How checks of judges and taggers look in a terminal: figures with intervals, notes below."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

Figure = Mapping[str, Any]  # value, low, high, n
Rows = Sequence[tuple[str, str, Sequence[Figure | None]]]  # name, style, figures
UNBOUNDED = 1_000
NOTHING = "–"


def wide_console() -> Console:
    """The terminal as it is; for a file or a pipe, lines of any length."""
    console = Console()
    return console if console.is_terminal else Console(file=console.file, width=UNBOUNDED)


def show(console: Console, heading: str, columns: Sequence[str], rows: Rows) -> None:
    """A table of figures; where the terminal is narrow, intervals go below them, then away."""
    console.print()
    console.print(Text(heading, style="bold"))
    unbounded = console.options.update(max_width=UNBOUNDED)
    for between in (" ", "\n"):
        table = _table(columns, rows, between)
        if Measurement.get(console, unbounded, table).maximum <= console.width:
            console.print(table)
            return
    console.print(_table(columns, rows, None))
    note(console, "Left out for want of width: intervals; widen the window or use --json.")


def note(console: Console, *lines: str) -> None:
    """What a reader must know, below the tables."""
    for line in lines:
        console.print(Text(line, style="dim"))


def _table(columns: Sequence[str], rows: Rows, between: str | None) -> Table:
    """Rows of figures with `between` before each interval; no intervals where it is None."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(columns[0], no_wrap=True)
    for name in columns[1:]:
        head = name if between == " " else name.replace(" ", "\n", 1)
        table.add_column(head, justify="right", no_wrap=True)
    for name, style, figures in rows:
        table.add_row(Text(name, style=style), *(_cell(figure, between) for figure in figures))
    return table


def _cell(figure: Figure | None, between: str | None) -> Text:
    if figure is None:
        return Text("")
    if figure.get("value") is None:
        return Text(NOTHING, style="dim")
    text = Text(_number(figure["value"]))
    if between is not None and figure.get("low") is not None:
        ends = f"{_number(figure['low'])}–{_number(figure['high'])}"
        text.append(between + ends, style="dim")
    return text


def _number(value: float) -> str:
    """Two decimals with a minus sign that no dash is mistaken for, and no -0.00."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def plain(name: str) -> str:
    """A name as people write it."""
    return name.replace("_", " ")
