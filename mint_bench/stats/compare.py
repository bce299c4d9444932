"""Which systems differ: paired tests over conversations, corrected for their number, and ties.

Ranks come out as intervals with tie letters, never as 1..N. Works on arrays of conversation
rows that are paired: row c of both systems is the same conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters

import numpy as np
import numpy.typing as npt

from mint_bench.stats.intervals import SEED, standard_error, t_quantile
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

    Raises:
        ValueError: If the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(f"rows of two systems must pair up: {first.shape} against {second.shape}")
    shared = np.any(first != 0, axis=1) | np.any(second != 0, axis=1)
    n = int(shared.sum())
    value = float(statistic.value(first.sum(0)) - statistic.value(second.sum(0)))
    u = influence(statistic, first) - influence(statistic, second)
    se = standard_error(u, n)
    p_permutation = (
        permutation_p(statistic, first, second, permutations, seed) if permutations else np.nan
    )
    if n < 2 or np.isnan(value):
        return Comparison(value, np.nan, np.nan, np.nan, p_permutation, n, se)
    reach = t_quantile(n - 1) * se
    return Comparison(
        value, value - reach, value + reach, t_test_p(value, se, n), p_permutation, n, se
    )


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


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: controls the chance of any false finding.

    >>> [round(x, 3) for x in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)
    scaled = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(x) for x in adjusted]


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

    Insert-and-absorb (Piepho 2004): start with one letter for all, split it at every pair that
    differs, drop letters that another covers.

    Args:
        different: Symmetric, shape (M, M), systems ordered best first.

    Returns:
        One string of letters a system, such as `a`, `ab`, `b`.

    >>> tie_letters(np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool))
    ['a', 'ab', 'b']
    """
    count = len(different)
    groups: list[frozenset[int]] = [frozenset(range(count))] if count else []
    for i in range(count):
        for j in range(i + 1, count):
            if different[i, j]:
                groups = _split(groups, i, j)
    groups.sort(key=sorted)
    names = [_letter(index) for index in range(len(groups))]
    return [
        "".join(name for name, group in zip(names, groups, strict=True) if system in group)
        for system in range(count)
    ]


def _split(groups: list[frozenset[int]], i: int, j: int) -> list[frozenset[int]]:
    split: set[frozenset[int]] = set()
    for group in groups:
        split |= {group - {i}, group - {j}} if {i, j} <= group else {group}
    return [group for group in split if not any(group < other for other in split)]


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
