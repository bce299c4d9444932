"""A system's figures with intervals, recomputed from its conversations.

Live metrics take the linearised t; tables and page the studentised bootstrap. Tests between
systems stand in `stats.compare`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
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
    rows = rows_of(turns, names)
    intervals = intervals_of(rows, method)
    return {
        name: _figure(COLUMNS[name], interval, rows[name], turns)
        for name, interval in intervals.items()
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
    value = None if math.isnan(interval.value) else interval.value
    if value is None:
        return Figure(None, None, None, interval.n, "undefined")
    notes = []
    bounded = column.interval and not math.isnan(interval.low)
    if column.interval and 0 < interval.n < MIN_CONVERSATIONS:
        notes.append(f"fewer than {MIN_CONVERSATIONS} conversations")
    if column.scale and off_bound(rows, column.scale) < MIN_OFF_BOUND:
        notes.append("at bound")
    if column.name.startswith("repetition") and np.nanmean(density(turns)) > UNSTABLE_DENSITY:
        notes.append(f"unstable: density above {UNSTABLE_DENSITY:g}")
    return Figure(
        value,
        interval.low if bounded else None,
        interval.high if bounded else None,
        interval.n,
        "; ".join(notes) or None,
    )


def off_bound(rows: Floats, scale: tuple[float, float]) -> int:
    """Conversations off the end of the scale at which most others lie, from rows (Σy, count)."""
    counted = rows[rows[:, 1] > 0]
    means = counted[:, 0] / counted[:, 1]
    return int(min((np.abs(means - end) > 1e-9).sum() for end in scale))
