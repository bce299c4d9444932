"""Agreement between raters: weighted kappa, Krippendorff's alpha, Spearman, with intervals.

For ratings of the same units by two raters or more. Each coefficient is computed for many
weightings of the units at once, so that a bootstrap is one call. Knows nothing of who rates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from mint_bench.stats.intervals import LEVEL, MIN_CONVERSATIONS, resampling_weights
from mint_bench.stats.statistic import Floats, divide

BLOCK = 2_000  # resamples at a time: what they need stays in the processor's cache
NORMAL = 1.959964  # two-sided quantile of the normal distribution for `LEVEL`

Coefficient = Callable[[Floats, Floats], Floats]
"""From ratings (raters, units) and weights of the units (R, units) to R coefficients."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient with a percentile bootstrap interval over units (conversations).

    Attributes:
        value: The coefficient; NaN where undefined.
        low: Lower end; NaN where there is no interval.
        high: Upper end; NaN where there is no interval.
        n: Units rated by all raters.
    """

    value: float
    low: float
    high: float
    n: int


def quadratic_kappas(ratings: Floats, weights: Floats) -> Floats:
    """Cohen's kappa with quadratic weights, on the scale of the ratings themselves.

    κ = 1 − mean (a_u − b_u)² / mean (a_u − b_v)², the second over all pairs of units. On whole
    numbers this is the usual kappa over categories; ratings between them need no rounding.
    NaN where both raters give one and the same rating throughout.

    Args:
        ratings: Shape (2, units).
        weights: How often each unit counts, shape (R, units).

    Returns:
        Shape (R,).
    """
    return _kappas(ratings[0], ratings[1], weights)


def level_kappas(ratings: Floats, weights: Floats) -> Floats:
    """Quadratic kappa over the positions of the ratings among all that either rater gave.

    As `irr::kappa2(weight = "squared")` of R counts: neighbouring ratings are one step apart
    however far they lie on the scale, and each weighting knows only the ratings that occur in it.
    On averages of ratings it depends on how many different ones there are; it is here since the
    published figures are of this kind.
    """
    index, counts = _tally(ratings, weights)
    position = np.cumsum(counts > 0, axis=0, dtype=np.float64)
    return _kappas(position[index[0]], position[index[1]], weights)


def spearmans(ratings: Floats, weights: Floats) -> Floats:
    """Spearman's rank correlation of two raters; NaN where one of them is constant."""
    first, second = (_ranks(rater[None], weights) for rater in ratings)
    products = np.einsum(
        "ru,ur,ur->r", weights, first.middle[first.index[0]], second.middle[second.index[0]]
    )
    spreads = [(rank.counts * rank.middle**2).sum(axis=0) for rank in (first, second)]
    return divide(products, np.sqrt(spreads[0] * spreads[1]))


def ordinal_alphas(ratings: Floats, weights: Floats) -> Floats:
    """Krippendorff's alpha with the ordinal distance (Krippendorff 2011).

    α = 1 − D_o / D_e. The distance of two ratings is the squared number of ratings from one to
    the other, the ends counted half. Units with fewer than two ratings are left out. NaN where
    all ratings are equal.

    Args:
        ratings: Shape (raters, units), NaN where a rater did not rate.
        weights: How often each unit counts, shape (R, units).
    """
    per_unit = (~np.isnan(ratings)).sum(axis=0)
    pairable = per_unit >= 2
    if not pairable.any():
        return np.full(len(weights), np.nan)
    ratings, weights, per_unit = ratings[:, pairable], weights[:, pairable], per_unit[pairable]
    ranks = _ranks(ratings, weights)
    total = ranks.counts.sum(axis=0)
    sums, squares = np.zeros((2, ratings.shape[1], len(weights)))
    for index, rater in zip(ranks.index, ratings, strict=True):
        rated = ~np.isnan(rater)
        given = ranks.middle[index[rated]]
        sums[rated] += given
        squares[rated] += given**2
    within = (per_unit[:, None] * squares - sums**2) / (per_unit - 1)[:, None]
    observed = np.einsum("ru,ur->r", weights, within)
    expected = total * (ranks.counts * ranks.middle**2).sum(axis=0)
    result: Floats = 1 - divide(observed * (total - 1), expected)
    return result


COEFFICIENTS: Mapping[str, Coefficient] = MappingProxyType({
    "kappa": quadratic_kappas,
    "spearman": spearmans,
    "alpha": ordinal_alphas,
    "kappa_levels": level_kappas,
})
"""Every coefficient by name; all take two raters, `alpha` any number."""


def quadratic_kappa(first: Floats, second: Floats) -> float:
    """`quadratic_kappas` of two raters, each unit once.

    >>> quadratic_kappa(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    1.0
    """
    return _once(quadratic_kappas, np.stack([first, second]))


def level_kappa(first: Floats, second: Floats) -> float:
    """`level_kappas` of two raters, each unit once.

    4.5 and 5 are one step apart, as 1 and 2 are:

    >>> round(level_kappa(np.array([1.0, 2.0, 4.5]), np.array([1.0, 2.0, 5.0])), 3)
    0.857
    """
    return _once(level_kappas, np.stack([first, second]))


def spearman(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation; NaN where one side is constant."""
    return _once(spearmans, np.stack([first, second])) if len(first) > 1 else float("nan")


def ranked_alike(first: Floats, second: Floats) -> Agreement:
    """Spearman's rank correlation with its 95 % interval, for few units, such as systems.

    Ends by Fisher's z with SE² = (1 + ρ²/2) / (n − 3) (Bonett and Wright 2000,
    doi:10.1007/BF02294183); none below 4 units or where ρ is ±1.

    >>> found = ranked_alike(np.arange(18.0), np.roll(np.arange(18.0), 1))
    >>> round(found.value, 2), round(found.low, 1), round(found.high, 1), found.n
    (0.68, 0.3, 0.9, 18)
    """
    rho, n = spearman(first, second), len(first)
    if n < 4 or np.isnan(rho) or abs(rho) > 1 - 1e-12:
        return Agreement(rho, float("nan"), float("nan"), n)
    middle, reach = np.arctanh(rho), NORMAL * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return Agreement(rho, float(np.tanh(middle - reach)), float(np.tanh(middle + reach)), n)


def ordinal_alpha(ratings: Floats) -> float:
    """`ordinal_alphas` of raters by units, each unit once."""
    return _once(ordinal_alphas, ratings)


def bootstrapped(
    coefficient: Coefficient, ratings: Floats, weights: Floats | None = None
) -> "Drawn":
    """A coefficient with its bootstrap over units.

    Units with fewer than two ratings do not count.

    Args:
        coefficient: One of `COEFFICIENTS`.
        ratings: Shape (raters, units), NaN where unrated.
        weights: Shape (R, units), by default 10,000 resamples with the fixed seed.
    """
    usable = (~np.isnan(ratings)).sum(axis=0) >= 2
    n = int(usable.sum())
    weights = resampling_weights(ratings.shape[1]) if weights is None else weights
    if not n:
        return Drawn(float("nan"), np.full(len(weights), np.nan), 0)
    value = _once(coefficient, ratings[:, usable])
    if np.isnan(value) or n < MIN_CONVERSATIONS:
        return Drawn(value, np.full(len(weights), np.nan), n)
    kept = weights[:, usable]
    empty = kept.sum(axis=1) == 0
    kept[empty] = 1.0
    found = np.concatenate([
        coefficient(ratings[:, usable], kept[start : start + BLOCK])
        for start in range(0, len(kept), BLOCK)
    ])
    return Drawn(value, np.where(empty, np.nan, found), n)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A coefficient and what each resample makes of it.

    Attributes:
        value: The coefficient; NaN where undefined.
        resampled: Shape (R,), NaN where undefined; all NaN below 20 units.
        n: Units that count.
    """

    value: float
    resampled: Floats
    n: int

    def agreement(self) -> Agreement:
        """With a percentile interval, unless more than half of the resamples are undefined."""
        defined = self.resampled[~np.isnan(self.resampled)]
        if np.isnan(self.value) or len(defined) < len(self.resampled) / 2:
            return Agreement(self.value, float("nan"), float("nan"), self.n)
        tail = (1 - LEVEL) / 2
        low, high = np.quantile(defined, [tail, 1 - tail])
        return Agreement(self.value, float(low), float(high), self.n)


def mean_of(drawn: Sequence[Drawn]) -> Drawn:
    """The mean of coefficients whose units were drawn together; undefined if one of them is.

    For a mean over pairs of raters or over dimensions; n is the smallest.
    """
    return Drawn(
        float(np.mean([one.value for one in drawn])),
        np.mean([one.resampled for one in drawn], axis=0),
        min(one.n for one in drawn),
    )


def _once(coefficient: Coefficient, ratings: Floats) -> float:
    return float(coefficient(ratings, np.ones((1, ratings.shape[1])))[0])


def _kappas(first: Floats, second: Floats, weights: Floats) -> Floats:
    """Kappa from ratings of shape (units,) or (units, R)."""
    columns = (np.ones(len(first)), (first - second) ** 2, first, second, first**2 + second**2)
    if first.ndim == 1:
        total, apart, one, two, squares = (weights @ np.stack(columns, axis=1)).T
    else:
        total, apart, one, two, squares = (
            weights.sum(axis=1),
            *(np.einsum("ru,ur->r", weights, column) for column in columns[1:]),
        )
    across = squares - 2 * one * two / total
    result: Floats = 1 - divide(apart, across)
    return result


@dataclass(frozen=True, slots=True)
class _Ranks:
    """The distinct ratings by rank, under each weighting.

    Attributes:
        index: Which distinct rating each one is, shape (raters, units).
        counts: How often each distinct rating occurs, shape (distinct, R).
        middle: Its middle rank, less that of all ratings, shape (distinct, R): means are 0, so
            nothing is lost in differences.
    """

    index: npt.NDArray[np.int64]
    counts: Floats
    middle: Floats


def _ranks(ratings: Floats, weights: Floats) -> _Ranks:
    index, counts = _tally(ratings, weights)
    return _Ranks(index, counts, np.cumsum(counts, axis=0) - counts / 2 - counts.sum(axis=0) / 2)


def _tally(ratings: Floats, weights: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Which of the distinct ratings each one is, and how often each occurs under each weighting.

    Returns:
        Indices of shape (raters, units) (of no meaning where a rating is NaN), and counts of
        shape (distinct, R): with R last, looking up a unit's rating copies one stretch of memory.
    """
    levels, inverse = np.unique(ratings[~np.isnan(ratings)], return_inverse=True)
    index = np.zeros(ratings.shape, dtype=np.int64)
    index[~np.isnan(ratings)] = inverse
    unit = np.nonzero(~np.isnan(ratings))[1]
    order = np.argsort(inverse, kind="stable")
    starts = np.searchsorted(inverse[order], np.arange(len(levels)))
    # No matrix product: its threads would fight with whatever else runs on the machine.
    return index, np.add.reduceat(weights.T[unit[order]], starts, axis=0)
