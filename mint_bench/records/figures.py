"""A system's figures with intervals, recomputed from its conversations.

Live metrics take the linearised t; tables and page the studentised bootstrap. Tests between
systems stand in `stats.compare`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mint_bench.records.arrays import Turns, turns_of
from mint_bench.records.columns import COLUMNS, UNSTABLE_DENSITY, Column, density
from mint_bench.scoring import ScoredConversation
from mint_bench.stats.intervals import (
    MIN_CONVERSATIONS,
    Interval,
    bootstrap,
    bootstrap_ratios,
    linearised,
)
from mint_bench.stats.statistic import Floats, Ratio

MIN_OFF_BOUND = 10
AT_BOUND = "at bound"
NO_WIDTH = 1e-9
Method = Literal["t", "bootstrap"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one system.

    Attributes:
        value: The figure, None where undefined.
        low: Lower end of its 95 % interval, None where there is none.
        high: Upper end.
        n: Conversations that contribute.
        note: What a reader must know: `at bound`, `unstable`, `fewer than 20 conversations`.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    note: str | None = None

    @property
    def at_bound(self) -> bool:
        """Whether fewer than 10 conversations lie off the end of the scale, or none differs.

        Its interval then covers less than it claims, see `coverage`.
        """
        return self.note is not None and AT_BOUND in self.note.split("; ")

    def without_mark(self) -> "Figure":
        """The figure as it stands where no mark can stand beside it: at bound without interval."""
        return replace(self, low=None, high=None) if self.at_bound else self


def figures(
    conversations: Sequence[ScoredConversation],
    method: Method = "bootstrap",
    names: Sequence[str] | None = None,
) -> dict[str, Figure]:
    """Every figure of a system, or those named, in the order of the columns.

    Args:
        conversations: Scored conversations; epochs of one conversation are summed.
        method: Linearised t for live figures, bootstrap for tables.
        names: Which columns; all by default.
    """
    turns = turns_of(conversations)
    return figures_from(turns, rows_of(turns, names), method)


def values(conversations: Sequence[ScoredConversation]) -> dict[str, float]:
    """Every figure without its interval, NaN where undefined: what `verify` recomputes."""
    turns = turns_of(conversations)
    return {
        name: float(COLUMNS[name].statistic.value(rows.sum(axis=0)))
        for name, rows in rows_of(turns).items()
    }


def figures_from(turns: Turns, rows: dict[str, Floats], method: Method) -> dict[str, Figure]:
    """The figures of the columns in `rows`, which `rows_of` makes of the same turns."""
    return {
        name: _figure(COLUMNS[name], interval, rows[name], turns)
        for name, interval in intervals_of(rows, method).items()
    }


def rows_of(turns: Turns, names: Sequence[str] | None = None) -> dict[str, Floats]:
    """Rows of sums a conversation for each column, or those named."""
    return {name: COLUMNS[name].rows(turns) for name in (names or COLUMNS)}


def intervals_of(rows: dict[str, Floats], method: Method) -> dict[str, Interval]:
    """Each column's figure with its interval, in the order of `rows`."""
    columns = [COLUMNS[name] for name in rows]
    if method == "t":
        return {c.name: linearised(c.statistic, rows[c.name]) for c in columns}
    ratios = [c.name for c in columns if isinstance(c.statistic, Ratio) and c.interval]
    result = {
        c.name: (bootstrap if c.interval else linearised)(c.statistic, rows[c.name])
        for c in columns
        if c.name not in ratios
    }
    if ratios:
        y = np.stack([rows[name][:, 0] for name in ratios], axis=1)
        m = np.stack([rows[name][:, 1] for name in ratios], axis=1)
        result |= dict(zip(ratios, bootstrap_ratios(y, m), strict=True))
    return {name: result[name] for name in rows}


def _figure(column: Column, interval: Interval, rows: Floats, turns: Turns) -> Figure:
    unstable = (
        column.name.startswith("repetition")
        and turns.tagged.any()
        and np.nanmean(density(turns)) > UNSTABLE_DENSITY
    )
    note = f"unstable: density above {UNSTABLE_DENSITY:g}" if unstable else None
    return figure_of(interval, rows, column.scale, bounded=column.interval, note=note)


def figure_of(
    interval: Interval,
    rows: Floats,
    scale: tuple[float, float] | None = None,
    *,
    bounded: bool = True,
    note: str | None = None,
) -> Figure:
    """A figure as it is shown: its interval, and what a reader must know of it.

    Args:
        interval: Value with interval.
        rows: What it was computed from; (Σy, count) where there is a scale.
        scale: Ends of its scale: no interval leaves it, and figures at its end are marked. So is
            one whose interval has no width, since every conversation gives the same.
        bounded: Whether it is shown with an interval.
        note: A further note.
    """
    if math.isnan(interval.value):
        return Figure(None, None, None, interval.n, "undefined")
    notes = []
    shown = bounded and not math.isnan(interval.low)
    if bounded and 0 < interval.n < MIN_CONVERSATIONS:
        notes.append(f"fewer than {MIN_CONVERSATIONS} conversations")
    ended = scale is not None and off_bound(rows, scale) < MIN_OFF_BOUND
    if (bounded and ended) or (shown and no_width(interval.low, interval.high)):
        notes.append(AT_BOUND)
    if note:
        notes.append(note)
    least, most = scale or (-math.inf, math.inf)
    return Figure(
        interval.value,
        max(interval.low, least) if shown else None,
        min(interval.high, most) if shown else None,
        interval.n,
        "; ".join(notes) or None,
    )


def no_width(low: float, high: float) -> bool:
    """Whether an interval is a point: every conversation gives the same, and nothing varies."""
    return high - low <= NO_WIDTH * max(1.0, abs(low))


def off_bound(rows: Floats, scale: tuple[float, float]) -> int:
    """Conversations off the end of the scale at which most others lie, from rows (Σy, count)."""
    counted = rows[rows[:, 1] > 0]
    means = counted[:, 0] / counted[:, 1]
    return int(min((np.abs(means - end) > 1e-9).sum() for end in scale))
