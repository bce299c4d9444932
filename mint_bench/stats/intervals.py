"""Intervals over conversations: linearised t for live figures, studentised bootstrap for tables.

Intervals over turns claim 95 % and cover far less, since turns of one conversation resemble
each other; nothing here ever treats turns as independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from mint_bench.stats.statistic import Floats, Ratio, Statistic, divide, influence

RESAMPLES = 10_000
SEED = 20_260_412
LEVEL = 0.95
MIN_CONVERSATIONS = 20
RESAMPLES_AT_ONCE = 1_000  # of a figure that is no ratio: what they need stays in the cache
BLOCK = 64  # columns of the matrix product at a time: bounds memory, keeps it in one product


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its interval.

    Attributes:
        value: The figure; NaN where undefined.
        se: Linearised standard error; NaN below two conversations.
        low: Lower end; NaN where there is no interval.
        high: Upper end; NaN where there is no interval.
        n: Conversations that contribute.
    """

    value: float
    se: float
    low: float
    high: float
    n: int


def standard_error(u: Floats, n: int) -> float:
    """√(K/(K−1) Σ u_c²) for K conversations; NaN for fewer than two.

    >>> float(round(standard_error(np.array([-0.5, 0.5]), 2), 4))
    1.0
    """
    return float(np.sqrt(n / (n - 1) * (u @ u))) if n > 1 else float("nan")


def contributing(rows: Floats) -> int:
    """Conversations with anything in their row."""
    return int(np.any(rows != 0, axis=1).sum())


def linearised(statistic: Statistic, rows: Floats, least: int = MIN_CONVERSATIONS) -> Interval:
    """Figure with a t interval from the linearised standard error, K − 1 degrees of freedom.

    Args:
        statistic: The figure.
        rows: Shape (K, d), one row a conversation; rows of zeros do not count in K.
        least: Conversations below which no interval is given.

    Returns:
        The interval; without ends below `least` conversations.
    """
    value = float(statistic.value(rows.sum(axis=0)))
    n = contributing(rows)
    if np.isnan(value) or n < 2:
        return Interval(value, float("nan"), float("nan"), float("nan"), n)
    se = standard_error(influence(statistic, rows), n)
    if n < least:
        return Interval(value, se, float("nan"), float("nan"), n)
    reach = t_quantile(n - 1) * se
    return Interval(value, se, value - reach, value + reach, n)


@cache
def t_quantile(freedom: int, level: float = LEVEL) -> float:
    """Two-sided quantile of Student's t, such as 2.01 for 49 degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


@cache
def resampling_weights(
    conversations: int, resamples: int = RESAMPLES, seed: int = SEED
) -> npt.NDArray[np.float64]:
    """How often each conversation is drawn in each resample, shape (resamples, conversations).

    The same for every system, so that systems of one board are resampled together.
    """
    rng = np.random.default_rng(seed)
    share = np.full(conversations, 1 / conversations)
    weights = rng.multinomial(conversations, share, size=resamples).astype(np.float64)
    weights.setflags(write=False)
    return weights


def bootstrap(
    statistic: Statistic,
    rows: Floats,
    weights: npt.NDArray[np.float64] | None = None,
    least: int = MIN_CONVERSATIONS,
) -> Interval:
    """Figure with a studentised bootstrap interval over whole conversations.

    Each resample gives t* = (θ* − θ) / SE*, SE* from the resample's own weighted u; the ends are
    θ − SE · q(t*). One matrix product for all resamples.

    Args:
        statistic: The figure.
        rows: Shape (K, d).
        weights: Shape (R, K), by default 10,000 resamples with the fixed seed.
        least: Conversations below which no interval is given.

    Returns:
        The interval; without ends below `least` conversations.
    """
    plain = linearised(statistic, rows, least)
    if np.isnan(plain.low):
        return plain
    weights = resampling_weights(len(rows)) if weights is None else weights
    theta, squares = np.empty((2, len(weights)))
    for start in range(0, len(weights), RESAMPLES_AT_ONCE):
        block = slice(start, start + RESAMPLES_AT_ONCE)
        sums = weights[block] @ rows
        u = statistic.gradient(sums) @ rows.T
        theta[block] = statistic.value(sums)
        squares[block] = np.einsum("rk,rk->r", weights[block] * u, u)
    n = plain.n
    return _studentised(plain, theta, np.sqrt(n / (n - 1) * squares))


def bootstrap_ratios(
    numerators: Floats,
    denominators: Floats,
    weights: npt.NDArray[np.float64] | None = None,
    least: int = MIN_CONVERSATIONS,
) -> list[Interval]:
    """Studentised bootstrap of many ratios at once; equal to `bootstrap(Ratio(), …)` on each.

    Σ w u² of a ratio needs only the weighted sums of y², ym and m², so that all ratios share one
    matrix product.

    Args:
        numerators: Shape (K, M).
        denominators: Shape (K, M).
        weights: Shape (R, K), by default 10,000 resamples with the fixed seed.
        least: Conversations below which no interval is given.

    Returns:
        M intervals.
    """
    plain = [
        linearised(Ratio(), np.stack([numerators[:, j], denominators[:, j]], axis=1), least)
        for j in range(numerators.shape[1])
    ]
    live = [j for j, interval in enumerate(plain) if not np.isnan(interval.low)]
    if not live:
        return plain
    weights = resampling_weights(len(numerators)) if weights is None else weights
    result = list(plain)
    for start in range(0, len(live), BLOCK):
        block = live[start : start + BLOCK]
        y, m = numerators[:, block].T, denominators[:, block].T
        # Most figures count the same turns: what hangs on m alone is drawn once for all of them.
        counts, owner = np.unique(m, axis=0, return_inverse=True)
        own = np.split(np.concatenate([y, y * y, y * m]) @ weights.T, 3)
        shared = np.split(np.concatenate([counts, counts * counts]) @ weights.T, 2)
        for i, (j, k) in enumerate(zip(block, owner.reshape(-1), strict=True)):
            sums = [drawn[i] for drawn in own] + [drawn[k] for drawn in shared]
            result[j] = _studentised(plain[j], *_ratio_and_error(sums, plain[j].n))
    return result


def _ratio_and_error(sums: Sequence[Floats], n: int) -> tuple[Floats, Floats]:
    """θ* and SE* of each resample from its weighted sums of y, y², ym, m and m²."""
    y, yy, ym, m, mm = sums
    theta = divide(y, m)
    squares = np.maximum(yy - theta * (2 * ym - theta * mm), 0.0)
    return theta, np.sqrt(n / (n - 1) * squares) / np.abs(m)


def _studentised(plain: Interval, theta: Floats, se: Floats) -> Interval:
    if plain.se <= 1e-12:
        return Interval(plain.value, plain.se, plain.value, plain.value, plain.n)
    usable = se > 1e-9 * max(1.0, abs(plain.value))
    if usable.sum() < len(se) // 2:
        return plain
    t = (theta[usable] - plain.value) / se[usable]
    tail = (1 - LEVEL) / 2
    lower, upper = np.quantile(t[~np.isnan(t)], [tail, 1 - tail])
    return Interval(
        plain.value,
        plain.se,
        float(plain.value - upper * plain.se),
        float(plain.value - lower * plain.se),
        plain.n,
    )


def wilson(count: int, of: int) -> dict[str, float | None]:
    """A share with its 95 % Wilson interval, the cases taken as independent; null of none.

    >>> {end: round(share, 2) for end, share in wilson(5, 20).items()}
    {'value': 0.25, 'low': 0.11, 'high': 0.47}
    """
    from scipy.stats import binomtest

    if not of:
        return dict.fromkeys(("value", "low", "high"))
    found = binomtest(count, of).proportion_ci(LEVEL, method="wilson")
    return {"value": count / of, "low": float(found.low), "high": float(found.high)}
