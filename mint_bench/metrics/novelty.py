"""How new a turn's mix of tactics is, and how mixed it is: novelty D and entropy H.

The same functions serve evaluation and reward, so that neither can drift from the other.
"""

from collections.abc import Sequence

import numpy as np

from mint_bench.metrics.repetition import TACTIC_COUNT
from mint_bench.stats.statistic import Floats

SMOOTHING = 0.1
CAP = 5.0


def novelty(counts: Sequence[float], previous: Sequence[float] | None) -> float:
    """D(c ‖ h) = Σ_k q_k ln(q_k / p_k), at most 5.

    q from this turn's sentence counts per tactic, p from the previous turn's, each with 0.1 added
    to all ten; p is uniform on the first turn. 0 when the reply has no tactic (Zhan et al. 2026,
    reward D).

    Args:
        counts: Sentences per tactic in this turn, ten numbers.
        previous: The same for the previous supporter turn; None on the first turn.

    >>> novelty([1] + [0] * 9, [1] + [0] * 9)
    0.0
    >>> novelty([0] * 10, None)
    0.0
    >>> round(novelty([1] + [0] * 9, None), 4)
    0.6257
    """
    before = np.zeros(TACTIC_COUNT) if previous is None else np.asarray(previous, dtype=np.float64)
    return float(novelties(np.asarray(counts, dtype=np.float64), before))


def novelties(counts: Floats, previous: Floats) -> Floats:
    """D of many turns at once.

    Args:
        counts: Sentences per tactic, shape (..., 10).
        previous: The same for the turn before; zeros, which make p uniform, on a first turn.

    Returns:
        Shape (...).
    """
    q, p = counts + SMOOTHING, previous + SMOOTHING
    q = q / q.sum(axis=-1, keepdims=True)
    p = p / p.sum(axis=-1, keepdims=True)
    found = np.minimum(CAP, (q * np.log(q / p)).sum(axis=-1))
    return np.where(counts.sum(axis=-1) == 0, 0.0, found)


def entropy(counts: Sequence[float] | Floats) -> float:
    """Within-turn entropy −Σ (c_k/Σc) ln(c_k/Σc); 0 when the reply has no tactic.

    >>> round(entropy([1, 1] + [0] * 8), 4)
    0.6931
    """
    return float(entropies(np.asarray(counts, dtype=np.float64)))


def entropies(counts: Floats) -> Floats:
    """Within-turn entropy of many turns at once, shape (..., 10) to (...)."""
    share = counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1e-300)
    logs = np.log(np.where(share > 0, share, 1.0))
    return np.asarray(np.abs((share * logs).sum(axis=-1)), dtype=np.float64)
