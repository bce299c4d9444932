"""The figures of a corpus from sums, so that no conversation need be kept.

Ratios only: θ = Σy / Σm with the linearised t interval, which five sums give exactly.
"""

from collections.abc import Sequence

import numpy as np

from mint_bench.records.arrays import turns_of
from mint_bench.records.figures import rows_of
from mint_bench.scoring import ScoredConversation
from mint_bench.stats.intervals import MIN_CONVERSATIONS, Interval, t_quantile

SHOWN = ("aggregated_empathy", "repetition_vs_self", "density", "words")

Sums = dict[str, list[float]]
"""By figure: K, Σy, Σm, Σy², Σym, Σm² over the conversations that contribute."""


def sums_of(scored: Sequence[ScoredConversation]) -> Sums:
    """The sums of scored conversations, each id its own."""
    found: Sums = {}
    for name, rows in rows_of(turns_of(scored), SHOWN).items():
        y, m = rows[:, 0], rows[:, 1]
        count = float(np.count_nonzero((rows != 0).any(axis=1)))
        found[name] = [count, *map(float, (y.sum(), m.sum(), y @ y, y @ m, m @ m))]
    return found


def add(one: Sums, other: Sums) -> Sums:
    """The sums of both."""
    if not one or not other:
        return one or other
    return {name: [a + b for a, b in zip(one[name], other[name], strict=True)] for name in one}


def interval(sums: Sequence[float]) -> Interval:
    """The figure with its interval; without ends below 20 conversations."""
    count, y, m, yy, ym, mm = sums
    nan = float("nan")
    if not m or count < 2:
        return Interval(y / m if m else nan, nan, nan, nan, int(count))
    value = y / m
    spread = max(yy - 2 * value * ym + value**2 * mm, 0.0) / m**2
    error = (count / (count - 1) * spread) ** 0.5
    if count < MIN_CONVERSATIONS:
        return Interval(value, error, nan, nan, int(count))
    reach = t_quantile(int(count) - 1) * error
    return Interval(value, error, value - reach, value + reach, int(count))
