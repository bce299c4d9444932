"""What all embedded judges do with their heads: which one rates a reply, within the scale."""

from collections.abc import Mapping, Sequence

import numpy as np

from mint_bench.features import Floats
from mint_bench.judging.judge import DIMENSIONS, Exchange

FEWEST_WORDS = 8  # of a reply whose share of unseen n-grams, or whose place, says anything


def again(name: str) -> str:
    """How to get weights that can be read."""
    return f"reinstall it or run: mint-bench scorers train judges/{name}"


def by_head(scores: Floats, exchanges: Sequence[Exchange], fold_of: Mapping[str, int]) -> Floats:
    """Ratings within [1, 5], shape (n, 6), from the heads' scores, shape (n, H · 6).

    A conversation that was learned from is rated by the head that never saw it, any other by the
    mean of all heads.
    """
    heads = np.clip(scores.reshape(len(exchanges), -1, len(DIMENSIONS)), 1.0, 5.0)
    rated: Floats = heads.mean(axis=1)
    for row, exchange in enumerate(exchanges):
        head = fold_of.get(exchange.conversation_id or "")
        if head is not None:
            rated[row] = heads[row, head]
    return rated
