"""Agreement between raters: weighted kappa, Krippendorff's alpha, Spearman, with intervals.

For ordinal ratings of the same units by two raters or more. Knows nothing of who rates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mint_bench.stats.intervals import LEVEL, SEED
from mint_bench.stats.statistic import Floats


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient with a percentile bootstrap interval over units (conversations)."""

    value: float
    low: float
    high: float
    n: int


def quadratic_kappa(first: Floats, second: Floats, categories: int = 5) -> float:
    """Cohen's kappa with quadratic weights on categories 1 … `categories`.

    κ = 1 − Σ (i−j)² O_ij / Σ (i−j)² E_ij, E from the two marginals. NaN where both raters use
    one category only.

    Args:
        first: Whole-number ratings, shape (n,).
        second: Whole-number ratings, shape (n,).
        categories: Number of categories.

    >>> quadratic_kappa(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    1.0
    """
    a, b = (np.asarray(x).astype(int) - 1 for x in (first, second))
    observed = np.zeros((categories, categories))
    np.add.at(observed, (a, b), 1)
    grid = np.arange(categories)
    weights = (grid[:, None] - grid[None, :]) ** 2
    expected = np.outer(observed.sum(1), observed.sum(0)) / len(a)
    disagreement = (weights * expected).sum()
    return float(1 - (weights * observed).sum() / disagreement) if disagreement else float("nan")


def spearman(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation; NaN where one side is constant."""
    from scipy.stats import rankdata

    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def ordinal_alpha(ratings: Floats) -> float:
    """Krippendorff's alpha with the ordinal distance.

    α = 1 − D_o / D_e (Krippendorff 2011). Units with fewer than two ratings are left out.

    Args:
        ratings: Shape (raters, units), NaN where a rater did not rate.

    Returns:
        Alpha, NaN where all ratings are equal.
    """
    values = np.unique(ratings[~np.isnan(ratings)])
    if not len(values):
        return float("nan")
    counts = np.stack([(ratings == value).sum(axis=0) for value in values], axis=1).astype(float)
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        return float("nan")
    per_unit = counts.sum(axis=1)
    coincidence = (
        np.einsum("ui,uj->uij", counts, counts)
        - np.einsum("ui,ij->uij", counts, np.eye(len(values)))
    ) / (per_unit - 1)[:, None, None]
    observed = coincidence.sum(axis=0)
    margins = observed.sum(axis=1)
    distance = _ordinal_distance(margins)
    expected = (np.outer(margins, margins) - np.diag(margins)) / (margins.sum() - 1)
    disagreement = (expected * distance).sum()
    return float(1 - (observed * distance).sum() / disagreement) if disagreement else float("nan")


def _ordinal_distance(margins: Floats) -> Floats:
    """Squared count of ratings from one category to another, the ends counted half."""
    cumulative = np.cumsum(margins)
    middle = cumulative - margins / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def with_interval(
    coefficient: Callable[..., float], *raters: Floats, resamples: int = 2_000, seed: int = SEED
) -> Agreement:
    """A coefficient of two raters' columns with a percentile bootstrap over units.

    Args:
        coefficient: A function of one array per rater.
        raters: Ratings, each of shape (n,), unit by unit.
        resamples: Bootstrap resamples.
        seed: Of the resampling.
    """
    n = len(raters[0])
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, n, size=(resamples, n))
    drawn = np.asarray([coefficient(*(rater[p] for rater in raters)) for p in picks])
    drawn = drawn[~np.isnan(drawn)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) if len(drawn) else (np.nan, np.nan)
    return Agreement(coefficient(*raters), float(low), float(high), n)
