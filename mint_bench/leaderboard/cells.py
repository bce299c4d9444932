"""A figure as a table cell: its text, and its interval drawn on the column's common scale.

Plain numbers for the template, no markup.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.records.figures import Figure
from mint_bench.records.tables import COUNTED, Row

WIDTH = 56
MARGIN = 3
WHOLE = ("words", "tokens", "reasoning_tokens")
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """The common scale of a column, and where the human stands on it.

    Attributes:
        low: Value at the left end.
        high: Value at the right end.
        human: Pixels from the left of the human's thin line; None without a human.
        width: Pixels that it is wide.
    """

    low: float
    high: float
    human: float | None
    width: int = WIDTH

    def x(self, value: float) -> float:
        """Pixels from the left at which a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return round(MARGIN + share * (self.width - 2 * MARGIN), 1)

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends as text."""
        digits = 0 if self.high - self.low >= 5 else 1
        return signed(f"{self.low:.{digits}f}"), signed(f"{self.high:.{digits}f}")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, ready to be set.

    Attributes:
        text: The figure, two decimals; a dash where undefined.
        interval: Its 95 % interval as text; empty where there is none.
        note: What a reader must know; empty if nothing.
        x: Pixels of the figure's mark; None where nothing is drawn.
        start: Pixels at which its interval begins; None without interval.
        width: Pixels that its interval is wide.
        page: Of a conversation that shows the figure, from the site's folder; empty without one.
    """

    text: str
    interval: str
    note: str
    x: float | None = None
    start: float | None = None
    width: float | None = None
    page: str = ""


def scale(name: str, rows: Sequence[Row], width: int = WIDTH) -> Scale | None:
    """The scale of a column over all rows; None where nothing is to be drawn."""
    known = [row.figures[name] for row in rows if row.figures[name].value is not None]
    if name in COUNTED or not known:
        return None
    ends = [v for f in known for v in (f.value, f.low, f.high) if v is not None]
    low, high = min(ends), max(ends)
    step = next((s for s in STEPS if (high - low) / s <= 8), 1000.0)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    found = Scale(low, high if high > low else low + step, None, width)
    human = [row.figures[name].value for row in rows if row.record.kind == "human"]
    if len(human) == 1 and human[0] is not None:
        return Scale(found.low, found.high, found.x(human[0]), width)
    return found


def cell(name: str, figure: Figure, drawn: Scale | None) -> Cell:
    """A figure as text and, where the column has a scale, as a mark with its interval.

    >>> cell("density", Figure(2.5, 2.0, 3.0, 50), Scale(2.0, 3.0, None))
    Cell(text='2.50', interval='2.00–3.00', note='', x=28.0, start=3.0, width=50.0, page='')
    """
    note = figure.note or ""
    if figure.value is None:
        return Cell("–", "", note)
    if name in COUNTED:
        return Cell(f"{100 * figure.value:.1f} %", "", "")
    low, high = figure.low, figure.high
    text = signed(f"{figure.value:.2f}")
    if low is None or high is None:
        return Cell(text, "", note, drawn.x(figure.value) if drawn else None)
    digits = 0 if name in WHOLE else 2
    between = " to " if low < 0 else "–"
    interval = signed(f"{low:.{digits}f}") + between + signed(f"{high:.{digits}f}")
    if drawn is None:
        return Cell(text, interval, note)
    start = drawn.x(low)
    width = max(1.0, round(drawn.x(high) - start, 1))
    return Cell(text, interval, note, drawn.x(figure.value), start, width)


def signed(text: str) -> str:
    """A number with minus signs as wide as digits, and none before a plain zero."""
    return text.replace("-", "−") if text.strip("-0.") else text.replace("-", "")
