"""A system's own page: its figures against the human and the leader, and its tactics by turn.

Only lays out what records say and tests found; the template draws it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from mint_bench.leaderboard.boards import BoardPart, Entry
from mint_bench.leaderboard.cells import Cell, Scale, cell, scale
from mint_bench.leaderboard.examples import example
from mint_bench.leaderboard.versus import Against, against, company
from mint_bench.metrics.repetition import TACTIC_COUNT
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure
from mint_bench.records.tables import PRIMARY, Row
from mint_bench.records.wording import title

PLOT = 260
LEVELS = 9
GROUPS = (
    ("Headline", (PRIMARY, "repetition_vs_self", "persistence_vs_self", "density", "words")),
    ("Six dimensions of empathy", tuple(COLUMNS)[:6]),
    (
        "Further figures",
        (
            "repetition_vs_human",
            "stickiness_vs_self",
            "stickiness_vs_self_excess",
            "stickiness_vs_human",
            "novelty_vs_self",
            "entropy",
            "tokens",
        ),
    ),
)
LAGS = ("repetition_vs_self", *(f"repetition_vs_self_lag{lag}" for lag in (2, 3, 4)))
CHART = (360, 222)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row of the forest plot."""

    name: str
    title: str
    better: str | None
    cell: Cell
    scale: Scale | None
    human: Cell | None
    best: Cell | None


@dataclass(frozen=True, slots=True)
class Level:
    """A share as a cell of a heat map: its text, and how dark it is, from 0 to 9."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the lag profile: points, and their intervals where there are any."""

    points: tuple[tuple[float, float], ...]
    bars: tuple[tuple[float, float, float], ...]

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(self.points))


@dataclass(frozen=True, slots=True)
class Lags:
    """The lag profile: the system's line, the human's, and the axis."""

    own: Line
    human: Line | None
    ticks: tuple[tuple[float, str], ...]
    across: tuple[tuple[float, str], ...]
    width: int
    height: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SystemView:
    """All that a system's page shows."""

    entry: Entry
    part: BoardPart
    groups: tuple[tuple[str, tuple[Drawn, ...]], ...]
    use: tuple[tuple[Level, ...], ...]
    after: tuple[tuple[Level, ...], ...]
    human_after: tuple[tuple[Level, ...], ...] | None
    lags: Lags | None
    against: tuple[Against, ...]
    tied: tuple[Entry, ...]

    @property
    def told(self) -> bool:
        """Whether any figure leads to a conversation."""
        return any(line.cell.page for _, lines in self.groups for line in lines)

    @property
    def columns(self) -> int:
        """Columns of its table of figures."""
        beside = (self.part.human, self.part.leader)
        return 3 + sum(other is not None and other is not self.entry for other in beside)


def system_view(part: BoardPart, entry: Entry, written: Collection[str] = ()) -> SystemView:
    """A record's page.

    Args:
        part: Its board.
        entry: The record.
        written: Pages of its conversations, to which its figures lead.
    """
    human = part.human if part.human is not entry else None
    leader = part.leader if part.leader is not entry else None
    rows = part.table.rows
    groups = [
        (name, tuple(_drawn(one, entry, human, leader, rows) for one in names if _any(one, entry)))
        for name, names in GROUPS
    ]
    groups = [
        (name, tuple(_leading(line, part, entry, written) for line in lines))
        for name, lines in groups
    ]
    return SystemView(
        entry,
        part,
        tuple((name, lines) for name, lines in groups if lines),
        tuple(
            tuple(_level(turn[k]) for turn in entry.measured.patterns.use)
            for k in range(TACTIC_COUNT)
        ),
        _matrix(entry),
        _matrix(human) if human else None,
        lags(entry.row.figures, human.row.figures if human else None),
        tuple(against(part, entry, company(part, entry))),
        tuple(part.tied(entry)),
    )


def _leading(line: Drawn, part: BoardPart, entry: Entry, written: Collection[str]) -> Drawn:
    """A row whose figure leads to a conversation, if one shows it."""
    return replace(line, cell=replace(line.cell, page=example(part, entry, line.name, written)))


def _any(name: str, entry: Entry) -> bool:
    return entry.row.figures[name].value is not None


def _drawn(
    name: str, entry: Entry, human: Entry | None, leader: Entry | None, rows: Sequence[Row]
) -> Drawn:
    drawn = scale(name, rows, PLOT)
    return Drawn(
        name,
        title(name),
        COLUMNS[name].better,
        cell(name, entry.row.figures[name], drawn),
        drawn,
        cell(name, human.row.figures[name], drawn) if human else None,
        cell(name, leader.row.figures[name], drawn) if leader else None,
    )


def _matrix(entry: Entry) -> tuple[tuple[Level, ...], ...]:
    return tuple(tuple(_level(share) for share in row) for row in entry.measured.patterns.after)


def _level(share: float | None) -> Level:
    """A share as per cent.

    >>> _level(0.5), _level(None)
    (Level(text='50', level=5), Level(text='', level=0))
    """
    if share is None:
        return Level("", 0)
    return Level(f"{100 * share:.0f}", round(share * LEVELS + 0.01))


def lags(own: dict[str, Figure], human: dict[str, Figure] | None) -> Lags | None:
    """Repetition 1 to 4 turns apart as a small chart; None where fewer than two are known."""
    known = [name for name in LAGS if own[name].value is not None]
    if len(known) < 2:
        return None
    both = [own, *([human] if human else [])]
    values = [
        v
        for figures in both
        for name in known
        for v in (figures[name].value, figures[name].low, figures[name].high)
        if v is not None
    ]
    low, high = min(0.0, *values), max(0.1, *values)
    width, height = CHART

    def x(name: str) -> float:
        return round(60 + (width - 90) * LAGS.index(name) / (len(LAGS) - 1), 1)

    def y(value: float) -> float:
        return round(height - 52 - (height - 78) * (value - low) / (high - low), 1)

    def line(figures: dict[str, Figure]) -> Line:
        there = [(name, figures[name]) for name in known if figures[name].value is not None]
        return Line(
            tuple((x(name), y(f.value or 0.0)) for name, f in there),
            tuple(
                (x(name), y(f.low), y(f.high))
                for name, f in there
                if f.low is not None and f.high is not None
            ),
        )

    step = 0.2 if high - low > 0.5 else 0.1
    first = int(low / step) - 1
    ticks = [k * step for k in range(first, int(high / step) + 1) if k * step >= low - 1e-9]
    return Lags(
        line(own),
        line(human) if human else None,
        tuple((y(tick), f"{tick:.1f}".replace("-", "−")) for tick in ticks),
        tuple((x(name), str(LAGS.index(name) + 1)) for name in known),
        width,
        height,
        tuple(f"{LAGS.index(n) + 1} apart {cell(n, own[n], None).text}" for n in known),
    )
