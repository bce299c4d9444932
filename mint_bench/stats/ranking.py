"""All systems of a board against each other: paired tests of every pair, tie letters, ranks.

`compare_all(statistic, rows)` gives `Pairs`, `places(values, different)` gives `Places`;
`stats.compare` tests one pair, with the same figures.
Works on arrays; which systems stand on one board is decided above.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.stats.compare import holm_array, rank_intervals, tie_letters
from mint_bench.stats.intervals import MIN_CONVERSATIONS, SEED, t_quantile
from mint_bench.stats.statistic import Floats, Ratio, Statistic

ALPHA = 0.05
PERMUTATIONS = 1_999
BLOCK = 128  # label swaps at a time: what a row of pairs needs stays in the cache


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every paired comparison among M systems; entry [i, j] is system i minus system j.

    All of shape (M, M). NaN on the diagonal's p, and where a test is not possible: a figure that
    is undefined, or fewer than 20 conversations of either.

    Attributes:
        difference: Of the figures.
        se: Standard error of the difference.
        low: Lower end of its 95 % t interval.
        high: Upper end.
        p: Two-sided p of the linearised t test.
        p_permutation: Two-sided p of the label-swap permutation.
        p_holm: `p` after Holm's correction over all pairs.
        n: Conversations.
    """

    difference: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    p_permutation: Floats
    p_holm: Floats
    n: npt.NDArray[np.int64]

    @property
    def different(self) -> npt.NDArray[np.bool_]:
        """Which pairs differ after correction, at 5 %."""
        return self.p_holm < ALPHA


@dataclass(frozen=True, slots=True)
class Places:
    """Where systems stand among each other, never as 1..N.

    Attributes:
        letters: Compact letter display: two systems that share a letter are not told apart.
        ranks: [1 + significantly better, M − significantly worse].
    """

    letters: tuple[str, ...]
    ranks: tuple[tuple[int, int], ...]


def compare_all(
    statistic: Statistic,
    rows: Floats,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> Pairs:
    """Compare every two systems over the same conversations.

    Args:
        statistic: The figure.
        rows: Shape (M, K, d): M systems, row c of each from the same conversation.
        permutations: Label swaps, the same for all pairs; 0 leaves their p out (NaN).
        seed: Of the label swaps.
    """
    sums = rows.sum(axis=1)
    values = np.asarray(statistic.value(sums), dtype=np.float64)
    u = np.einsum("mkd,md->mk", rows, statistic.gradient(sums))
    present = np.any(rows != 0, axis=2)
    square = (len(rows), len(rows))
    n = np.array([(present | one).sum(axis=1) for one in present], dtype=np.int64).reshape(square)
    enough = present.sum(axis=1) >= MIN_CONVERSATIONS
    usable = enough[:, None] & enough[None, :] & ~np.eye(len(rows), dtype=bool)
    squares = np.array([((u - one) ** 2).sum(axis=1) for one in u]).reshape(square)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.where(n > 1, np.sqrt(n / (n - 1.0) * squares), np.nan)
    difference = values[:, None] - values[None, :]
    reach = np.where(usable, _quantiles(n) * se, np.nan)
    p = np.where(usable, _t_tests(difference, se, n), np.nan)
    drawn = _permutation_ps(statistic, rows, permutations, seed)
    return Pairs(
        difference,
        se,
        difference - reach,
        difference + reach,
        p,
        np.where(usable, drawn, np.nan),
        holm_of_pairs(p),
        n,
    )


def places(values: Sequence[float], different: npt.NDArray[np.bool_]) -> Places:
    """Tie letters and rank intervals.

    Args:
        values: The figure of each of M systems, higher is better; negate it where lower is.
        different: Which pairs differ after correction, symmetric, shape (M, M).

    >>> apart = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=bool)
    >>> places([1.0, 3.0, 2.0], apart)
    Places(letters=('b', 'a', 'ab'), ranks=((2, 3), (1, 2), (1, 3)))
    """
    order = np.argsort(-np.asarray(values, dtype=np.float64), kind="stable")
    letters = [""] * len(order)
    for system, own in zip(order, tie_letters(different[np.ix_(order, order)]), strict=True):
        letters[system] = own
    return Places(tuple(letters), tuple(rank_intervals(values, different)))


def holm_of_pairs(p: Floats) -> Floats:
    """Holm's correction over the pairs of a symmetric matrix; NaN stays and counts for none."""
    upper = np.triu_indices(len(p), 1)
    flat = p[upper]
    tested = ~np.isnan(flat)
    flat[tested] = holm_array(flat[tested])
    adjusted = np.full(p.shape, np.nan)
    adjusted[upper] = flat
    adjusted.T[upper] = flat
    return adjusted


def _quantiles(n: npt.NDArray[np.int64]) -> Floats:
    known, place = np.unique(n, return_inverse=True)
    found = [t_quantile(int(k) - 1) if k > 1 else float("nan") for k in known]
    return np.array(found, dtype=np.float64)[place].reshape(n.shape)


def _t_tests(difference: Floats, se: Floats, n: npt.NDArray[np.int64]) -> Floats:
    """As `compare.t_test_p`, on arrays."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(n - 1, -np.abs(difference) / se)
    equal = np.where(np.abs(difference) <= 1e-12, 1.0, 0.0)
    undefined = np.isnan(difference) | np.isnan(se)
    return np.where(undefined, np.nan, np.where(se <= 1e-12, equal, p))


def _permutation_ps(statistic: Statistic, rows: Floats, permutations: int, seed: int) -> Floats:
    """As `compare.permutation_p`, for all pairs from the same label swaps.

    A swap's sums are the same for every partner of a system, so that one matrix product over
    all systems serves all pairs.
    """
    count, conversations = rows.shape[:2]
    result = np.full((count, count), np.nan)
    if not permutations or not count:
        return result
    rng = np.random.default_rng(seed)
    swap = rng.integers(0, 2, size=(permutations, conversations)).astype(np.float64)
    sums = rows.sum(axis=1)
    observed = np.asarray(statistic.value(sums), dtype=np.float64)
    flat = rows.transpose(2, 1, 0)  # each column by itself: what follows runs along systems
    reached = _ratio_reached if isinstance(statistic, Ratio) else _reached
    large = np.ones((count, count))
    for start in range(0, permutations, BLOCK):
        swapped = swap[start : start + BLOCK] @ flat
        for i in range(count - 1):
            least = np.abs(observed[i] - observed[i + 1 :]) - 1e-12
            large[i, i + 1 :] += reached(statistic, sums, swapped, i, least).sum(axis=0)
    upper = np.triu_indices(count, 1)
    p = large[upper] / (permutations + 1)
    p[np.isnan(observed[upper[0]] - observed[upper[1]])] = np.nan
    result[upper] = p
    result.T[upper] = p
    return result


def _reached(
    statistic: Statistic, sums: Floats, swapped: Floats, i: int, least: Floats
) -> npt.NDArray[np.bool_]:
    """Which label swaps make system i and each later one differ by `least` or are undefined.

    Args:
        statistic: The figure.
        sums: Of all conversations, shape (M, d).
        swapped: Of the swapped conversations, shape (d, swaps, M).
        i: A system.
        least: Shape (M − i − 1,).

    Returns:
        Shape (swaps, M − i − 1).
    """
    moved = np.moveaxis(swapped[:, :, i + 1 :] - swapped[:, :, i, None], 0, -1)
    drawn = np.abs(statistic.value(sums[i] + moved) - statistic.value(sums[i + 1 :] - moved))
    return ~(drawn < least)


def _ratio_reached(
    _statistic: Statistic, sums: Floats, swapped: Floats, i: int, least: Floats
) -> npt.NDArray[np.bool_]:
    """As `_reached`, of a ratio, without a quotient.

    A swap moves sums between two systems and leaves their total Y and M as it is, so that
    |y₁/m₁ − y₂/m₂| = |y₁ M − m₁ Y| / |m₁ m₂|.
    """
    (y, m), (own_y, own_m) = swapped, sums[i]
    y = y[:, i + 1 :] + (own_y - y[:, i, None])
    m = m[:, i + 1 :] + (own_m - m[:, i, None])
    whole_y, whole_m = sums[i + 1 :, 0] + own_y, sums[i + 1 :, 1] + own_m
    apart: Floats = np.abs(y * whole_m - m * whole_y)
    told: npt.NDArray[np.bool_] = ~(apart < np.abs(m * (whole_m - m)) * least)
    return told
