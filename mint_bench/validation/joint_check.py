"""How far one call for all six dimensions agrees with one call a dimension, reply by reply.

Pure: ratings of the same replies in both forms in, figures out. What stands in a ranking by them is
decided in `judging.joint`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats.agreement import bootstrapped, quadratic_kappas
from mint_bench.stats.intervals import (
    LEVEL,
    MIN_CONVERSATIONS,
    RESAMPLES,
    SEED,
    resampling_weights,
)
from mint_bench.validation.agreement import Figures, shown
from mint_bench.validation.ratings import Doubles


def figures(conversations: Sequence[str], each: Doubles, joint: Doubles) -> Figures:
    """Agreement of the two forms by dimension, JSON-ready.

    Args:
        conversations: The conversation of each reply.
        each: Ratings in one call a dimension, shape (replies, 6), NaN where unscored.
        joint: The same replies in one call for all six.

    Returns:
        `replies` rated in both forms, the `conversations` that they come from, `unscored` in
        either form; and by dimension `kappa` (quadratic, over replies; interval over whole
        conversations from 20 of them on; null where a form always gives one rating), `same`
        (share of equal ratings), `shift` (mean of joint − each, in points).

    Raises:
        MintError: If no reply was rated in both forms.
    """
    both = ~(np.isnan(each) | np.isnan(joint)).any(axis=1)
    if not both.any():
        raise MintError("no reply was rated in both forms, so there is nothing to compare")
    names, group = np.unique(np.array(conversations)[both], return_inverse=True)
    enough = len(names) >= MIN_CONVERSATIONS
    drawn = resampling_weights(len(names)) if enough else np.ones((1, len(names)))
    weights = drawn[:, group]
    return {
        "replies": int(both.sum()),
        "conversations": len(names),
        "unscored": int((~both).sum()),
        "interval": {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED},
        "agreement": {
            name: _of(np.stack([each[both, k], joint[both, k]]), weights, interval=enough)
            for k, name in enumerate(DIMENSIONS)
        },
    }


def _of(ratings: Doubles, weights: Doubles, *, interval: bool) -> Figures:
    found = bootstrapped(quadratic_kappas, ratings, weights)
    if not interval:
        found = replace(found, resampled=np.full(len(weights), np.nan))
    if (np.ptp(ratings, axis=1) == 0).any():
        found = replace(found, value=float("nan"))
    return {
        "kappa": shown(found.agreement()),
        "same": float((ratings[0] == ratings[1]).mean()),
        "shift": float((ratings[1] - ratings[0]).mean()),
    }
