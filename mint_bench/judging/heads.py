"""What all embedded judges do with their heads: which one rates a reply, within the scale."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mint_bench.features import Floats
from mint_bench.judging.judge import DIMENSIONS, Exchange
from mint_bench.weights import Arrays

FEWEST_WORDS = 8  # of a reply whose share of unseen n-grams, or whose place, says anything


def again(name: str) -> str:
    """How to get weights that can be read."""
    return f"reinstall it or run: mint-bench scorers train judges/{name}"


def fold_arrays(fold_of: Mapping[str, int]) -> dict[str, npt.NDArray[np.generic]]:
    """The fold of each conversation, as a weights file keeps it."""
    names = sorted(fold_of)
    return {"conversations": np.array(names), "folds": np.array([fold_of[name] for name in names])}


def folds_of(arrays: Arrays) -> dict[str, int]:
    """The same of a weights file.

    Raises:
        KeyError, ValueError: If it holds none, or not one a conversation.
    """
    return dict(zip(arrays["conversations"].tolist(), arrays["folds"].tolist(), strict=True))


def same_in_any_batch(features: Floats, weights: Floats) -> Floats:
    """The product of n replies' features (n, F) with weights (F, K), shape (n, K).

    In single precision a processor sums a small batch in another order than a large one, and a
    reply would be rated otherwise, in the last digits, beside other replies. In double precision
    that lies far below what is left after rounding.
    """
    product = features.astype(np.float64) @ weights.astype(np.float64)
    return product.astype(np.float32)


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
