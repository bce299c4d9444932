"""Whether a system changed, looked at every night for years without raising false alarms.

A time-uniform test of repeated measurements on the same conversations. Knows neither records nor
nights of a calendar; `compare` tests two systems once.

For a change before night s + 1, the nights have one difference: the mean over K conversations from
then on minus that before. Its t statistic T is turned into an e-value, a bet on a change of
`spread` standard deviations of one conversation's noise, either way:

    e_s = (1 + g)^(−1/2) · ((1 + T²/f) / (1 + T²/(f (1 + g))))^((f + 1)/2)
    g = spread² · K · s · (n − s) / n,   f = min(n − 2, K − 1)   after n nights

The unit is the night. Whatever all conversations of a night share (a provider that drifts, a judge
that is strict today) makes their differences alike, so that their own spread does not know of it,
however many they are. The standard error in T is the largest of three: that of night means, pooled
before and since, which has n − 2 degrees of freedom; that of the K conversations' differences,
which stands when replies changed for no better and no worse; and that of the noise within
conversations, which stands when nights happened to be alike. Only where every night before was the
same in every conversation, and every night since, too, is there nothing that nights share: such a
system is held to its conversations, with f = K − 1.

This is the t test's normal mixture (Robbins 1970; Wang and Ramdas 2024, arXiv 2310.03722; Lindon
et al. 2022, arXiv 2210.08589), here for two means with one unknown variance: a likelihood ratio of
what no shift and no scale of the figure alters, a martingale where nothing changes (Pérez-Ortiz et
al. 2022, arXiv 2208.07610). As nobody knows when a change comes, the bets on all s are averaged
with weights 1 / (s (s + 1)), which sum to 1:

    E_n = Σ_{s<n} e_s / (s (s + 1)) + 1 / n

the last term being the money kept for changes still to come. If nothing changes, E has mean 1 and,
by Ville's inequality, ever reaches 1/α with probability at most α, however often it is looked at.
A fixed baseline would not do: its own noise is found sooner or later.

What it stands on: nights are drawn independently of one another, and the mean of a night's
conversations is about normal. `tests/stats/test_sequential.py` simulates how often it errs and how
soon it finds what is there; `python -m benchmarks.nights` prints the table of `docs/nightly.md`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.stats.intervals import MIN_CONVERSATIONS
from mint_bench.stats.statistic import Floats, Statistic, influence

SPREAD = 0.5
"""The change that is bet on, in standard deviations of one conversation's figure over nights."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the nights so far say of a change.

    Attributes:
        e: Evidence E; 1 says nothing, 1/α is what no change reaches with probability 1 − α.
        since: Position of the first night after the likeliest change; 0 where nothing is tested.
        difference: Mean from then on minus mean before; NaN where nothing is tested.
        low: Lower end of its confidence sequence, which holds for all nights and all positions.
        high: Upper end.
        n: Conversations with a figure on both sides.
    """

    e: float
    since: int
    difference: float
    low: float
    high: float
    n: int

    def found(self, level: float) -> bool:
        """Whether it is a change, at a chance of `level` to say so of any night without one."""
        return self.e >= 1 / level


NOTHING = Change(1.0, 0, float("nan"), float("nan"), float("nan"), 0)


def change(nights: Floats, level: float, spread: float = SPREAD) -> Change:
    """The evidence for a change at any time in a series of nights.

    Args:
        nights: Each conversation's share in a figure, shape (n, K), as `shares` gives it; NaN
            where a conversation has none that night.
        level: Of the confidence sequence: how often it may ever leave out the truth.
        spread: What is bet on.

    Returns:
        The evidence; `NOTHING` before the second night and below 20 conversations.
    """
    n = len(nights)
    if n < 2:
        return NOTHING
    s = np.arange(1, n)
    moved, error, k = _moved(nights)
    usable = k >= MIN_CONVERSATIONS
    if not usable.any():
        return NOTHING
    still = _still(nights)
    error = np.where(still, error, np.maximum(error, _of_nights(nights)))
    freedom = np.where(still, k - 1, np.minimum(n - 2, k - 1))
    g = spread**2 * k * s * (n - s) / n
    log_e = np.where(usable & (freedom > 0), _log_e(moved, error, freedom, g), 0.0)
    weight = 1 / (s * (s + 1))
    best = int(np.argmax(np.where(usable, moved**2 * s * (n - s), -1.0)))  # least squares left
    reach = _reach(
        float(error[best]), int(freedom[best]), float(g[best]), level * float(weight[best])
    )
    value = float(moved[best])
    e = float(np.exp(np.logaddexp.reduce([*(log_e + np.log(weight)), -np.log(n)])))
    return Change(e, best + 1, value, value - reach, value + reach, int(k[best]))


def _moved(nights: Floats) -> tuple[Floats, Floats, Floats]:
    """For each s: the mean difference, its squared standard error, and over how many it goes."""
    known = ~np.isnan(nights)
    filled = np.where(known, nights, 0.0)
    counts, sums, squares = (np.cumsum(part, axis=0) for part in (known, filled, filled**2))
    first = (counts[:-1], sums[:-1], squares[:-1])
    second = tuple(part[-1] - part[:-1] for part in (counts, sums, squares))
    both = (first[0] > 0) & (second[0] > 0)
    means = [part[1] / np.maximum(part[0], 1) for part in (first, second)]
    by_conversation = np.where(both, means[1] - means[0], 0.0)
    k = both.sum(axis=1).astype(np.float64)
    mean = by_conversation.sum(axis=1) / np.maximum(k, 1)
    spread = np.where(both, by_conversation - mean[:, None], 0.0)
    paired = (spread**2).sum(axis=1) / np.maximum((k - 1) * k, 1)
    within = sum(p[2] - p[0] * m**2 for p, m in zip((first, second), means, strict=True))
    freedom = np.where(both, first[0] + second[0] - 2, 0).sum(axis=1)
    noise = np.where(both, within, 0.0).sum(axis=1).clip(0) / np.maximum(freedom, 1)
    often = np.where(both, 1 / np.maximum(first[0], 1) + 1 / np.maximum(second[0], 1), 0.0)
    return mean, np.maximum(paired, noise * often.sum(axis=1) / np.maximum(k, 1) ** 2), k


def _of_nights(nights: Floats) -> Floats:
    """For each s: the squared standard error of the difference by the night means' own variance."""
    n = len(nights)
    known = ~np.isnan(nights)
    filled = np.where(known, nights, 0.0)
    # A conversation that lacks a night must not move that night's mean by how it differs itself.
    level = filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    means = np.where(known, nights - level, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    s = np.arange(1, n)
    sums, squares = np.cumsum(means), np.cumsum(means**2)
    before = squares[:-1] - sums[:-1] ** 2 / s
    since = squares[-1] - squares[:-1] - (sums[-1] - sums[:-1]) ** 2 / (n - s)
    variance: Floats = (before + since).clip(0) / max(n - 2, 1)
    return variance * (1 / s + 1 / (n - s))


def _still(nights: Floats) -> npt.NDArray[np.bool_]:
    """For each s: whether all nights before it are the same in everything, and all since, too."""
    moved = ~((nights[1:] == nights[:-1]) | (np.isnan(nights[1:]) & np.isnan(nights[:-1])))
    other = moved.any(axis=1).astype(int)
    still: npt.NDArray[np.bool_] = (other.sum() - other == 0) & (len(nights) > 2)
    return still


def shares(statistic: Statistic, rows: Floats) -> Floats:
    """Each conversation's share in a figure, such that their mean is the figure.

    θ + K u_c, with the linearised u_c of `statistic.influence`: what the paired tests take, too.

    Args:
        statistic: The figure.
        rows: Shape (K, d); a row of zeros is a conversation that contributes nothing.

    Returns:
        Shape (K,), NaN for conversations that contribute nothing.

    >>> from mint_bench.stats.statistic import Ratio
    >>> shares(Ratio(), np.array([[1.0, 1.0], [3.0, 1.0], [0.0, 0.0]])).tolist()
    [1.0, 3.0, nan]
    """
    present = np.any(rows != 0, axis=1)
    figure = float(statistic.value(rows.sum(axis=0)))
    return np.where(present, figure + present.sum() * influence(statistic, rows), np.nan)


def _log_e(mean: Floats, error: Floats, freedom: Floats, g: Floats) -> Floats:
    """The logarithm of e_s; where every conversation moved by the same, its limit for T² → ∞."""
    flat = error <= 1e-24
    x = mean**2 / np.where(flat, 1.0, error) / np.maximum(freedom, 1)
    moved = (freedom + 1) / 2 * (np.log1p(x) - np.log1p(x / (1 + g)))
    limit = np.where(np.abs(mean) <= 1e-12, 0.0, (freedom + 1) / 2 * np.log1p(g))
    return np.where(flat, limit, moved) - np.log1p(g) / 2


def _reach(error: float, freedom: int, g: float, level: float) -> float:
    """Half the width of the confidence sequence: the differences that e_s < 1/level leaves."""
    ratio = np.exp(2 * (-np.log(level) + np.log1p(g) / 2) / (freedom + 1))
    if freedom < 1 or ratio >= 1 + g:
        return float("inf")
    return float(np.sqrt((ratio - 1) / (1 - ratio / (1 + g)) * freedom * error))
