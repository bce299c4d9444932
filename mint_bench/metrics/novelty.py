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
    q = np.asarray(counts, dtype=np.float64)
    if q.sum() == 0:
        return 0.0
    p = np.ones(TACTIC_COUNT) if previous is None else np.asarray(previous) + SMOOTHING
    q += SMOOTHING
    q, p = q / q.sum(), p / p.sum()
    return float(min(CAP, (q * np.log(q / p)).sum()))


def entropy(counts: Sequence[float] | Floats) -> float:
    """Within-turn entropy −Σ (c_k/Σc) ln(c_k/Σc); 0 when the reply has no tactic.

    >>> round(entropy([1, 1] + [0] * 8), 4)
    0.6931
    """
    c = np.asarray(counts, dtype=np.float64)
    c = c[c > 0]
    if not len(c):
        return 0.0
    share = c / c.sum()
    return float(abs((share * np.log(share)).sum()))
