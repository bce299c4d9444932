"""The picture first: empathy against repetition on one board, laid out as plain numbers.

Every system with both intervals, its mark as large as its density. The template draws it, the
style colours it; marks differ in shape, so that it can be read in black and white.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mint_bench.leaderboard.cells import signed
from mint_bench.records.figures import Figure
from mint_bench.records.tables import BoardTable, Row

X, Y, SIZE = "repetition_vs_self", "aggregated_empathy", "density"
ENDS = {X: (-math.inf, 1.0), Y: (1.0, 5.0)}  # of each scale: no tick lies beyond
LEAST = {X: 0.5, Y: 1.0}  # of each axis, so that few systems do not look far apart
MOST_LABELLED = 40
MOST_WHISKERS = 150  # systems; beyond, only named ones show their intervals
LETTER = 0.54  # mean width of a letter, as a share of the font's size
NEAR = 12  # pixels to a name without a line to it
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The size of a picture.

    Attributes:
        name: `wide` or `narrow`.
        width: In units of its view box.
        height: Likewise.
        font: Size of its letters.
        labels: The most names that are written.
        longest: Letters of a name before it is cut.
    """

    name: str
    width: int
    height: int
    font: int
    labels: int
    longest: int


SHEETS = (
    Sheet("wide", 1180, 600, 13, 40, 44),
    Sheet("narrow", 420, 440, 13, 7, 24),
)
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 30, 44


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside its mark; `leader` is the line to it, if it stands away from it."""

    text: str
    x: float
    y: float
    anchor: str
    leader: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One system in the picture; whiskers are None without interval."""

    row: Row
    x: float
    y: float
    size: float
    across: tuple[float, float] | None
    up: tuple[float, float] | None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the template needs to draw.

    Attributes:
        sheet: Its size.
        marks: One a system.
        across: Ticks of the axis of repetition.
        up: Ticks of the axis of empathy.
        human: The human's mark, where there is one.
        whiskers: Whether every system's intervals are drawn, not only those of named ones.
    """

    sheet: Sheet
    marks: tuple[Mark, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    human: Mark | None
    whiskers: bool
    left: int = LEFT
    top: int = TOP

    @property
    def right(self) -> int:
        """Where the drawing area ends."""
        return self.sheet.width - RIGHT

    @property
    def bottom(self) -> int:
        """Where the drawing area ends below."""
        return self.sheet.height - BOTTOM


Box = tuple[float, float, float, float]  # left, top, right, bottom


def drawable(table: BoardTable) -> list[Row]:
    """The rows that have both figures."""
    return [
        row for row in table.rows if all(row.figures[name].value is not None for name in (X, Y))
    ]


def picture(rows: Sequence[Row], sheet: Sheet) -> Picture:
    """Lay out rows that have both figures, as `drawable` gives them."""
    across, up = (_axis([row.figures[name] for row in rows], name) for name in (X, Y))

    def x(value: float) -> float:
        share = (value - across[0]) / (across[1] - across[0])
        return round(LEFT + share * (sheet.width - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        share = (value - up[0]) / (up[1] - up[0])
        return round(sheet.height - BOTTOM - share * (sheet.height - TOP - BOTTOM), 1)

    marks = [
        Mark(
            row,
            x(row.figures[X].value or 0.0),
            y(row.figures[Y].value or 0.0),
            round(2.7 * math.sqrt(max(1.0, row.figures[SIZE].value or 1.0)), 1),
            _ends(row.figures[X], x),
            _ends(row.figures[Y], y),
        )
        for row in rows
    ]
    humans = [mark for mark in marks if mark.row.record.kind == "human"]
    return Picture(
        sheet,
        tuple(_labelled(marks, sheet)),
        tuple((x(tick), text) for tick, text in _ticks(across, ENDS[X])),
        tuple((y(tick), text) for tick, text in _ticks(up, ENDS[Y])),
        humans[0] if len(humans) == 1 else None,
        len(rows) <= MOST_WHISKERS,
    )


def _ends(figure: Figure, place: Callable[[float], float]) -> tuple[float, float] | None:
    if figure.low is None or figure.high is None:
        return None
    return place(figure.low), place(figure.high)


def _axis(figures: Sequence[Figure], name: str) -> tuple[float, float]:
    """The ends of an axis: all values and intervals with a little air, and not too little of it."""
    known = [v for f in figures for v in (f.value, f.low, f.high) if v is not None]
    low, high = min(known), max(known)
    air = max(0.05 * (high - low), (LEAST[name] - (high - low)) / 2)
    low, high = low - air, high + air
    margin = 0.05 * (high - low)
    beyond = max(0.0, high - ENDS[name][1] - margin) - max(0.0, ENDS[name][0] - margin - low)
    return low - beyond, high - beyond


def _ticks(axis: tuple[float, float], ends: tuple[float, float]) -> list[tuple[float, str]]:
    low, high = axis
    inner = max(low, ends[0]), min(high, ends[1])
    step = next((s for s in STEPS if (high - low) / s <= 7), 10.0)
    digits = max(1, len(f"{step:g}".partition(".")[2]))
    first, last = math.ceil(inner[0] / step - 1e-9), math.floor(inner[1] / step + 1e-9)
    return [(k * step, signed(f"{k * step:.{digits}f}")) for k in range(first, last + 1)]


def _labelled(marks: Sequence[Mark], sheet: Sheet) -> list[Mark]:
    """The marks with names where there is room; those that stand out come first."""
    solid: list[Box] = [_around(mark) for mark in marks]
    thin: list[Box] = [box for mark in marks for box in _whiskers(mark)]
    names: dict[int, Label] = {}
    for position in _order(marks)[: min(sheet.labels, MOST_LABELLED)]:
        placed = _place(marks[position], sheet, solid, thin)
        if placed:
            names[position], box = placed
            solid.append(box)
    return [
        Mark(m.row, m.x, m.y, m.size, m.across, m.up, names.get(i)) for i, m in enumerate(marks)
    ]


def _order(marks: Sequence[Mark]) -> list[int]:
    """The human, then what nothing else beats on both figures, then the rest as in the table."""

    def beaten(mark: Mark) -> bool:
        return any(o.x <= mark.x and o.y < mark.y for o in marks if o.row.record.kind != "human")

    rank = [0 if mark.row.record.kind == "human" else 2 if beaten(mark) else 1 for mark in marks]
    return sorted(range(len(marks)), key=lambda i: (rank[i], i))


def _place(
    mark: Mark, sheet: Sheet, solid: Sequence[Box], thin: Sequence[Box]
) -> tuple[Label, Box] | None:
    """The nearest free place for a name; None where it would cover a mark or another name."""
    title = mark.row.record.title
    text = title if len(title) <= sheet.longest else title[: sheet.longest - 1] + "…"
    wide, high = len(text) * LETTER * sheet.font, sheet.font
    best: tuple[float, Label, Box] | None = None
    for far in (5, 12, 22, 34, 48):
        gap = mark.size + far
        for dx, dy, anchor in (
            (gap, 0, "start"), (-gap, 0, "end"), (0, -gap, "middle"), (0, gap, "middle"),
            (gap, gap, "start"), (gap, -gap, "start"), (-gap, gap, "end"), (-gap, -gap, "end"),
        ):  # fmt: skip
            x, middle = mark.x + dx, mark.y + dy + (0.5 * high * _sign(dy) if dx == 0 else 0)
            left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
            box = (left - 2, middle - high / 2 - 1, left + wide + 2, middle + high / 2 + 1)
            if box[0] < 2 or box[2] > sheet.width - 2 or box[1] < 4 or box[3] > sheet.height - 36:
                continue
            if any(_overlap(box, other) for other in solid):
                continue
            if far > NEAR and _cuts((mark.x, mark.y), (x, middle), mark.size, solid):
                continue
            crossed = sum(_overlap(box, other) for other in thin)
            cost = far + 0.25 * crossed
            if best is None or cost < best[0]:
                leader = (mark.x, mark.y, x, middle) if far > NEAR else None
                best = (
                    cost, Label(text, round(x, 1), round(middle + 0.35 * high, 1), anchor, leader),
                    box,
                )  # fmt: skip
    return best[1:] if best else None


def _cuts(
    start: tuple[float, float], end: tuple[float, float], size: float, solid: Sequence[Box]
) -> bool:
    """Whether the line from a mark to its name crosses anything else that is solid."""
    long = math.dist(start, end)
    for step in range(1, 12):
        share = step / 12
        if share * long <= size + 2:
            continue
        x = start[0] + share * (end[0] - start[0])
        y = start[1] + share * (end[1] - start[1])
        for box in solid:
            around = box[0] <= start[0] <= box[2] and box[1] <= start[1] <= box[3]
            if not around and box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                return True
    return False


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _around(mark: Mark) -> Box:
    reach = mark.size + 1
    return mark.x - reach, mark.y - reach, mark.x + reach, mark.y + reach


def _whiskers(mark: Mark) -> list[Box]:
    found: list[Box] = []
    if mark.across:
        found.append((mark.across[0], mark.y - 0.5, mark.across[1], mark.y + 0.5))
    if mark.up:
        found.append((mark.x - 0.5, mark.up[1], mark.x + 0.5, mark.up[0]))
    return found


def _overlap(one: Box, other: Box) -> float:
    """Length and height of what two boxes share, as an area; thin lines count by their length."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
