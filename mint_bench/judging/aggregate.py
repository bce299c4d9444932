"""Six ratings into one figure of empathy. No rating is guessed: one missing, none at all.

Design and paper (Zhan et al. 2026, arXiv 2604.11742) agree on the formula; the published figures
use five dimensions where one is missing, which an import keeps and flags, and this never does.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mint_bench.judging.judge import DIMENSIONS, HIGHER_IS_BETTER


def aggregate(ratings: Sequence[float | None]) -> float | None:
    """The mean of the six ratings after 6 - x for those where lower is better.

    Args:
        ratings: Six numbers from 1 to 5 in the order of `DIMENSIONS`; None or NaN where missing.

    Returns:
        1 (worst) to 5 (best), or None unless all six are there.

    Raises:
        ValueError: If there are not six places.

    >>> aggregate([5, 4, 5, 1, 1, 2])
    4.666666666666667
    >>> aggregate([5, 4, None, 1, 1, 2]) is None
    True
    """
    if len(ratings) != len(DIMENSIONS):
        raise ValueError(f"expected {len(DIMENSIONS)} ratings, got {len(ratings)}")
    upright = [
        rating if higher else 6 - rating
        for rating, higher in zip(ratings, HIGHER_IS_BETTER, strict=True)
        if rating is not None and not math.isnan(rating)
    ]
    return sum(upright) / len(DIMENSIONS) if len(upright) == len(DIMENSIONS) else None


def aggregate_array(ratings: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """`aggregate` over the last axis.

    Args:
        ratings: Shape (..., 6), NaN where missing.

    Returns:
        Shape (...), NaN where any of the six is.

    Raises:
        ValueError: If the last axis does not have six places.

    >>> aggregate_array(np.array([[5, 4, 5, 1, 1, 2], [5, 4, np.nan, 1, 1, 2]])).round(2)
    array([4.67,  nan])
    """
    if ratings.shape[-1:] != (len(DIMENSIONS),):
        raise ValueError(f"expected shape (..., {len(DIMENSIONS)}), got {ratings.shape}")
    upright = np.where(np.array(HIGHER_IS_BETTER), ratings, 6 - ratings)
    mean: npt.NDArray[np.float64] = upright.astype(np.float64).mean(axis=-1)
    return mean
