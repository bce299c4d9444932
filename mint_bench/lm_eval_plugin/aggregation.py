"""From a figure with its interval to three aggregations of lm-eval: the figure and its two ends.

lm-eval prints no error for an aggregation that it does not know, so the ends of an interval over
conversations are metrics of their own. Computes nothing itself.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]
"""What one document gives to a metric; goes into the sample file as it is."""

Aggregation = Callable[[Sequence[Item]], float]
Figured = Callable[[Sequence[Item]], Mapping[str, Any]]
"""From all items of a metric to `value`, `low` and `high`; None or absent where undefined."""

ENDS: Mapping[str, str] = {"": "value", "_low": "low", "_high": "high"}
"""A metric's suffix to the end of the interval that it holds."""


def end_of(figure: Figured, end: str) -> Aggregation:
    """The aggregation that gives one end of a figure; NaN where it is undefined."""

    def aggregate(items: Sequence[Item]) -> float:
        number = figure(items).get(end)
        return math.nan if number is None else float(number)

    return aggregate


def three(figure: Figured) -> tuple[Aggregation, Aggregation, Aggregation]:
    """The aggregations of a metric, of its `_low` and of its `_high`.

    >>> value, low, high = three(lambda items: {"value": len(items), "low": None})
    >>> value([{}, {}]), low([{}]), high([{}])
    (2.0, nan, nan)
    """
    value, low, high = (end_of(figure, end) for end in ENDS.values())
    return value, low, high


def thrice(name: str, item: Item) -> dict[str, Item]:
    """One document's item under a metric's name and under those of its interval's ends."""
    return {f"{name}{suffix}": item for suffix in ENDS}
