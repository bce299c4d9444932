"""Whether the moves of the previous supporter turn come back: ρ, stickiness, persistence.

Each function turns pairs of tactic sets into rows of sums, one a conversation, for a statistic
of `stats`. Which previous turn is meant (the human's or the system's own) is the caller's.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.stats.statistic import Floats, divide

TACTIC_COUNT = 10
Sets = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over the pairs (A, B) of each conversation; A the previous turn, B the reply.

    Attributes:
        hits: #{k ∈ A and k ∈ B}, shape (K, 10).
        before: #{k ∈ A}, shape (K, 10).
        after: #{k ∈ B}, shape (K, 10).
        product: Σ |A| |B|, shape (K,).
        pairs: Number of pairs, shape (K,).
    """

    hits: Floats
    before: Floats
    after: Floats
    product: Floats
    pairs: Floats


def pair_sums(before: Sets, after: Sets, group: Groups, groups: int) -> PairSums:
    """Sum pairs of tactic sets within conversations.

    Args:
        before: A of each pair, shape (P, 10).
        after: B of each pair, shape (P, 10).
        group: The conversation of each pair, 0 … groups − 1, shape (P,).
        groups: Number of conversations K; one without pairs gets zeros.
    """
    a, b = before.astype(np.float64), after.astype(np.float64)
    width = a.shape[1]
    product, one = a.sum(1) * b.sum(1), np.ones(len(a))
    sums = sums_of_groups(np.column_stack([a * b, a, b, product, one]), group, groups)
    hits, of_a, of_b, rest = np.split(sums, [width, 2 * width, 3 * width], axis=1)
    return PairSums(hits, of_a, of_b, rest[:, 0], rest[:, 1])


def sums_of_groups(values: Floats, group: Groups, groups: int) -> Floats:
    """Sum the rows of each group.

    Args:
        values: Shape (N, d). Whole numbers come out exact, whatever their order.
        group: The group of each row, 0 … groups − 1, shape (N,).
        groups: Number of groups; one without rows gets zeros.

    >>> sums_of_groups(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 1]), 2)
    array([[0., 0.],
           [4., 6.]])
    """
    width = values.shape[1]
    at = group[:, None] * width + np.arange(width)
    sums = np.bincount(at.ravel(), values.ravel(), groups * width)
    return sums.astype(np.float64, copy=False).reshape(groups, width)


def repetition_rows(sums: PairSums) -> Floats:
    """Rows (y, m) of repetition ρ = Σy / Σm, for `stats.statistic.Ratio`.

    ρ = (Σ|A∩B| − Σ|A||B|/10) / (Σ|A| − Σ|A||B|/10): how much more of the previous turn's moves
    come back than if as many were drawn at random. 0 random, 1 always the same.

    >>> from mint_bench.stats.statistic import Ratio
    >>> always = np.eye(10, dtype=bool)[[0, 1, 2]]
    >>> rows = repetition_rows(pair_sums(always, always, np.array([0, 0, 1]), 2))
    >>> float(Ratio().value(rows.sum(0)))
    1.0
    """
    chance = sums.product / TACTIC_COUNT
    return np.stack([sums.hits.sum(1) - chance, sums.before.sum(1) - chance], axis=1)


def stickiness_rows(sums: PairSums) -> Floats:
    """Rows (h_1 … h_10, n_1 … n_10), for `stats.statistic.MacroRatio`.

    s_k = #{k ∈ A, k ∈ B} / #{k ∈ A}; macro = plain mean over the tactics with a denominator
    (Zhan et al. 2026). Mostly follows density, so it never stands alone.
    """
    return np.concatenate([sums.hits, sums.before], axis=1)


def micro_rows(sums: PairSums) -> Floats:
    """Rows (Σ_k h_k, Σ_k n_k) of micro stickiness, for `stats.statistic.Ratio`."""
    return np.stack([sums.hits.sum(1), sums.before.sum(1)], axis=1)


def persistence_rows(sums: PairSums) -> Floats:
    """Rows (h, n, b, P), for `Persistence`."""
    return np.concatenate([sums.hits, sums.before, sums.after, sums.pairs[:, None]], axis=1)


@dataclass(frozen=True, slots=True)
class Persistence:
    """Σ_k n_k (s_k − p_k) / Σ_k n_k (1 − p_k): repetition beyond each tactic's own frequency.

    n_k = #{k ∈ A}, s_k = h_k / n_k, p_k = b_k / P over the same pairs' B. Columns
    (h_1…h_10, n_1…n_10, b_1…b_10, P). A system that does the same each turn has 0/0: NaN.
    Shown, never ranked.

    >>> alternating = np.eye(2, 10, dtype=bool)[[0, 1, 0, 1]]
    >>> sums = pair_sums(alternating[:-1], alternating[1:], np.zeros(3, dtype=np.int64), 1)
    >>> round(float(Persistence().value(persistence_rows(sums).sum(0))), 4)
    -0.8
    """

    def value(self, sums: Floats) -> Floats:
        """The figure from summed columns; NaN for 0/0 and for no pairs."""
        h, n, b, pairs = self._parts(sums)
        chance = divide((n * b).sum(-1), pairs)
        return divide(h.sum(-1) - chance, n.sum(-1) - chance)

    def gradient(self, sums: Floats) -> Floats:
        """Derivatives by h, n, b and P in the order of the columns."""
        h, n, b, pairs = self._parts(sums)
        chance = divide((n * b).sum(-1), pairs)
        bottom = divide(np.ones_like(pairs), n.sum(-1) - chance)[..., None]
        theta = ((h.sum(-1) - chance)[..., None]) * bottom
        p = divide(b, pairs[..., None])
        share = divide(n, pairs[..., None])
        return np.concatenate(
            [
                np.broadcast_to(bottom, h.shape),
                (-p - theta * (1 - p)) * bottom,
                (theta - 1) * share * bottom,
                (1 - theta) * divide(chance, pairs)[..., None] * bottom,
            ],
            axis=-1,
        )

    @staticmethod
    def _parts(sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        t = TACTIC_COUNT
        return sums[..., :t], sums[..., t : 2 * t], sums[..., 2 * t : 3 * t], sums[..., 3 * t]


def shuffle_null_rows(present: Sets, group: Groups, pairs: Floats, groups: int) -> Floats:
    """Rows (h⁰, n⁰) of stickiness expected if turns were permuted within each conversation.

    With m_k of n turns having tactic k, and P adjacent pairs among them: h⁰ = P m_k (m_k − 1) /
    (n (n − 1)) and n⁰ = P m_k / n. Where no turn is unscored P = n − 1, which gives the closed
    form m_k (m_k − 1) / n and m_k (n − 1) / n.

    Args:
        present: Tactic sets of all scored turns, shape (N, 10).
        group: Conversation of each turn, shape (N,).
        pairs: Adjacent pairs of each conversation, shape (K,).
        groups: K.

    Returns:
        Shape (K, 20), for `stats.statistic.MacroRatio`.
    """
    m = sums_of_groups(present.astype(np.float64), group, groups)
    n = np.bincount(group, minlength=groups).astype(np.float64)[:, None]
    p = pairs[:, None]
    hits = np.nan_to_num(divide(p * m * (m - 1), n * (n - 1)))
    before = np.nan_to_num(divide(p * m, n * np.ones_like(m)))
    return np.concatenate([hits, before], axis=1)


def transition_rows(before: Sets, after: Sets, group: Groups, groups: int) -> tuple[Floats, Floats]:
    """Rows (y, m) of P(k ∈ B | j ∈ A) = Σy / Σm, with stickiness on the diagonal.

    Args:
        before: A of each pair, shape (P, 10).
        after: B of each pair, shape (P, 10).
        group: The conversation of each pair, shape (P,).
        groups: K.

    Returns:
        #{j ∈ A, k ∈ B} and #{j ∈ A}, both of shape (K, 10, 10) with j before k.
    """
    a, b = before.astype(np.float64), after.astype(np.float64)
    y, m = np.zeros((2, groups, TACTIC_COUNT, TACTIC_COUNT))
    np.add.at(y, group, a[:, :, None] * b[:, None, :])
    np.add.at(m, group, np.broadcast_to(a[:, :, None], (len(a), TACTIC_COUNT, TACTIC_COUNT)))
    return y, m


def new_tactic_rows(sets: Sets, group: Groups, turn: Groups, groups: int, t: int) -> Floats:
    """Rows (new, used) at turn t: tactics not seen earlier in the conversation, of those used.

    A conversation with an unscored earlier turn is left out at t: what was said there is unknown.

    Args:
        sets: Tactic sets of scored turns, shape (N, 10), in order within each conversation.
        group: Conversation, in one epoch, of each turn, shape (N,).
        turn: Number t of each turn from 1, shape (N,).
        groups: K.
        t: The turn to look at.
    """
    rows = np.zeros((groups, 2))
    for c in np.unique(group):
        mine = group == c
        earlier, now = mine & (turn < t), mine & (turn == t)
        if now.sum() == 1 and earlier.sum() == t - 1:
            known = sets[earlier].any(axis=0)
            used = sets[now][0]
            rows[c] = (used & ~known).sum(), used.sum()
    return rows
