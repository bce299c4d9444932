"""Tonight against all earlier nights: which figures changed, since when, and whether for the worse.

The test is `stats.sequential`; here nights become its arrays, and what it finds gets a name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from mint_bench.nightly.history import Night
from mint_bench.records.columns import COLUMNS
from mint_bench.stats.sequential import Change, change

Kind = Literal["regression", "improvement", "change"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a system on a task, over the nights that can be compared.

    Attributes:
        name: Of the history.
        figure: Which figure.
        nights: How many nights.
        change: What they say.
        level: The chance that was allowed, in this stretch of nights.
        since: First night after the likeliest change; None where nothing is tested.
        altered: What is known to have altered between the night before it and it.
        record: The latest record.
    """

    name: str
    figure: str
    nights: int
    change: Change
    level: float
    since: date | None
    altered: tuple[str, ...]
    record: str

    @property
    def found(self) -> bool:
        """Whether the figure changed."""
        return self.change.found(self.level)

    @property
    def kind(self) -> Kind:
        """What a change means, by the figure's direction."""
        better = COLUMNS[self.figure].better
        if better is None:
            return "change"
        return (
            "improvement" if (self.change.difference > 0) == (better == "higher") else "regression"
        )


def compared(name: str, nights: Sequence[Night], figure: str, level: float) -> Compared:
    """One figure over the nights that can be compared with the latest.

    Those are the nights of its series after the one on which a change was last told. The nights
    that told it do not count again: they were picked for what they showed.

    Args:
        name: Of the history.
        nights: All, the oldest first; at least one.
        figure: Which figure.
        level: Chance of a false alarm over all nights and all stretches of them.
    """
    latest = nights[-1]
    level = level * share_of(stretch(nights, figure))
    told = max((n.night for n in nights if figure in n.told), default=None)
    series = [
        night
        for night in nights
        if night.series == latest.series
        and figure in night.shares
        and (told is None or night.night > told)
    ]
    ids = sorted({one for night in series for one in night.shares[figure]})
    values = np.array([[night.shares[figure].get(one, np.nan) for one in ids] for night in series])
    seen = change(values.reshape(len(series), len(ids)), level)
    first = series[seen.since] if seen.since else None
    before = series[seen.since - 1] if seen.since else None
    return Compared(
        name,
        figure,
        len(series),
        seen,
        level,
        first.night if first else None,
        _altered(before, first) if before and first else (),
        latest.record,
    )


def stretch(nights: Sequence[Night], figure: str) -> int:
    """Which stretch of nights this is: one begins with each series and after each told change."""
    told = sum(figure in night.told for night in nights)
    return told + len({night.series for night in nights})


def share_of(stretch: int) -> float:
    """The share of the level that the k-th stretch of nights may spend: 6/(π² k²), which sum to 1.

    >>> [round(share_of(k), 3) for k in (1, 2, 3)]
    [0.608, 0.152, 0.068]
    """
    return 6 / (math.pi * stretch) ** 2


def _altered(before: Night, after: Night) -> tuple[str, ...]:
    words = {**before.shape, **after.shape}
    return tuple(
        f"{word}: {before.shape.get(word, 'none')} → {after.shape.get(word, 'none')}"
        for word in words
        if before.shape.get(word) != after.shape.get(word)
    )
