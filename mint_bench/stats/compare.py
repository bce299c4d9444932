"""Which systems differ: paired tests over conversations, corrected for their number, and ties.

Ranks come out as intervals with tie letters, never as 1..N. Works on arrays of conversation
rows that are paired: row c of both systems is the same conversation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_letters

import numpy as np
import numpy.typing as npt

from mint_bench.stats.intervals import (
    MIN_CONVERSATIONS,
    SEED,
    contributing,
    standard_error,
    t_quantile,
)
from mint_bench.stats.statistic import Floats, Statistic, influence

PERMUTATIONS = 9_999
LETTERS = ascii_letters


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired comparison of two systems.

    Attributes:
        difference: First minus second.
        low: Lower end of the 95 % t interval.
        high: Upper end.
        p: Two-sided p of the linearised t test.
        p_permutation: Two-sided p of the label-swap permutation test.
        n: Conversations.
        se: Standard error of the difference.
    """

    difference: float
    low: float
    high: float
    p: float
    p_permutation: float
    n: int
    se: float


def compare(
    statistic: Statistic,
    first: Floats,
    second: Floats,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Comparison:
    """Paired difference of two systems over the same conversations.

    t on u_c^A − u_c^B; beside it a permutation that swaps the two systems' rows within
    conversations and recomputes the figure.

    Args:
        statistic: The figure.
        first: Rows of the first system, shape (K, d).
        second: Rows of the second system, same shape and conversation order.
        permutations: How many label swaps to draw; 0 leaves that p out (NaN).
        seed: Of the label swaps.

    Returns:
        The comparison; without interval and p where a figure is undefined or either system has
        fewer than 20 conversations.

    Raises:
        ValueError: If the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(f"rows of two systems must pair up: {first.shape} against {second.shape}")
    n = int((np.any(first != 0, axis=1) | np.any(second != 0, axis=1)).sum())
    value = float(statistic.value(first.sum(0)) - statistic.value(second.sum(0)))
    u = influence(statistic, first) - influence(statistic, second)
    se = standard_error(u, n)
    if np.isnan(value) or min(contributing(first), contributing(second)) < MIN_CONVERSATIONS:
        return Comparison(value, np.nan, np.nan, np.nan, np.nan, n, se)
    swapped = (
        permutation_p(statistic, first, second, permutations, seed) if permutations else np.nan
    )
    reach = t_quantile(n - 1) * se
    return Comparison(value, value - reach, value + reach, t_test_p(value, se, n), swapped, n, se)


def t_test_p(difference: float, se: float, n: int) -> float:
    """Two-sided p of a difference, K − 1 degrees of freedom; 1 where nothing differs."""
    from scipy.special import stdtr

    if se <= 1e-12:
        return 1.0 if abs(difference) <= 1e-12 else 0.0
    return float(2 * stdtr(n - 1, -abs(difference) / se))


def permutation_p(
    statistic: Statistic, first: Floats, second: Floats, permutations: int, seed: int = SEED
) -> float:
    """Share of label swaps with a difference at least as large, the observed one counted.

    NaN where the observed difference is undefined; a swap that makes it so counts as large.
    """
    rng = np.random.default_rng(seed)
    observed = abs(float(statistic.value(first.sum(0)) - statistic.value(second.sum(0))))
    if np.isnan(observed):
        return float("nan")
    swap = rng.integers(0, 2, size=(permutations, len(first))).astype(np.float64)
    moved = swap @ (second - first)
    drawn = np.abs(statistic.value(first.sum(0) + moved) - statistic.value(second.sum(0) - moved))
    return float((1 + np.sum(~(drawn < observed - 1e-12))) / (permutations + 1))


def holm_of_known(p: Sequence[float]) -> list[float]:
    """Holm's adjustment over the tests that could be made; where there is none, NaN stays.

    >>> [round(x, 3) for x in holm_of_known([0.01, float("nan"), 0.03])]
    [0.02, nan, 0.03]
    """
    adjusted = iter(holm([one for one in p if not np.isnan(one)]))
    return [one if np.isnan(one) else next(adjusted) for one in p]


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: controls the chance of any false finding.

    >>> [round(x, 3) for x in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    return [float(x) for x in holm_array(np.asarray(p, dtype=np.float64))]


def holm_array(p: Floats) -> Floats:
    """As `holm`, on an array of any number of p values."""
    order = np.argsort(p)
    scaled = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's adjustment: controls the share of false findings.

    >>> [round(x, 3) for x in benjamini_hochberg([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)
    count = len(values)
    scaled = values[order] * count / np.arange(1, count + 1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return [float(x) for x in adjusted]


def tie_letters(different: npt.NDArray[np.bool_]) -> list[str]:
    """Compact letter display: two systems share a letter exactly if they are not told apart.

    A letter is a largest group of systems of which no two differ; groups are grown, best system
    first, until every pair that is not told apart shares one (clique growing, after Gramm et al.
    2007). Its time grows with the number of letters, not with that of all such groups.

    Args:
        different: Symmetric, shape (M, M), systems ordered best first.

    Returns:
        One string of letters a system, such as `a`, `ab`, `b`.

    >>> tie_letters(np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool))
    ['a', 'ab', 'b']
    """
    letters = [""] * len(different)
    for index, group in enumerate(sorted(_groups([_bits(~row) for row in different]))):
        name = _letter(index)
        for system in group:
            letters[system] += name
    return letters


def _groups(alike: Sequence[int]) -> Iterator[list[int]]:
    """Largest groups of systems alike, until every two that are alike share one.

    Args:
        alike: Per system the set of those not told apart from it and itself, as a number's bits.
    """
    alone = list(alike)  # with whom each system shares no group yet
    for first in range(len(alike)):
        while missing := alone[first] >> first:
            second = first + _lowest(missing)
            group, candidates = 0, alike[first] & alike[second]
            for system in (first, second, *_ones(candidates)):
                if candidates >> system & 1:
                    group |= 1 << system
                    candidates &= alike[system]
            members = [*_ones(group)]
            for system in members:
                alone[system] &= ~group
            yield members


def _bits(flags: npt.NDArray[np.bool_]) -> int:
    """Flags as the bits of a number, the first one lowest."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _ones(bits: int) -> Iterator[int]:
    """Positions of the bits that are set, the lowest first."""
    while bits:
        yield _lowest(bits)
        bits &= bits - 1


def _letter(index: int) -> str:
    return LETTERS[index] if index < len(LETTERS) else f"({index + 1})"


def rank_intervals(
    values: Sequence[float], different: npt.NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """[1 + significantly better, M − significantly worse] for each of M systems.

    Args:
        values: The figure, higher is better.
        different: Which pairs differ after correction, symmetric, shape (M, M).

    >>> rank_intervals([3.0, 2.0, 1.0], np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool))
    [(1, 2), (1, 3), (2, 3)]
    """
    v = np.asarray(values, dtype=np.float64)
    better = different & (v[None, :] > v[:, None])
    worse = different & (v[None, :] < v[:, None])
    return [
        (1 + int(b), len(v) - int(w))
        for b, w in zip(better.sum(axis=1), worse.sum(axis=1), strict=True)
    ]
