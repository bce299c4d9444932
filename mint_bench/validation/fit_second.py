"""Training of the second judge: the same ratings, learned from what the encoder sees.

What it learns from, and how a head is solved, stands in `lessons`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mint_bench.encoder import Encoder
from mint_bench.features import Floats
from mint_bench.judging.embedded import CHUNK
from mint_bench.judging.second import Scale, SecondModel, Seen, seen_in
from mint_bench.validation.labels import LabelledReply
from mint_bench.validation.lessons import HEADS, Lessons, shared, short_exchanges, solve


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRows(Lessons):
    """Lessons with the features of the second judge.

    Attributes:
        scaled: Features of each reply as the regression sees them, shape (n, D + P).
        scale: How they were brought to one size.
    """

    scaled: Floats
    scale: Scale


def prepare(
    replies: Sequence[LabelledReply],
    encoder: Encoder,
    progress: Callable[[float], None] = lambda _: None,
) -> SeenRows:
    """Features and inner products of rated replies, then of the short written ones."""
    parts = []
    for start in range(0, len(replies), CHUNK):
        parts.append(seen_in(encoder, [r.text for r in replies[start : start + CHUNK]]))
        progress(min(start + CHUNK, len(replies)) / len(replies))
    known = _joined(parts)
    scale = Scale.of(known)
    written = seen_in(encoder, [exchange.reply for exchange in short_exchanges()])
    rows = scale.rows(_joined([known, written]))
    return SeenRows(
        scaled=rows,
        scale=scale,
        products=rows.astype(np.float64) @ rows.T.astype(np.float64),
        **shared(replies, known.vectors, encoder.sha),
    )


def _joined(parts: Sequence[Seen]) -> Seen:
    return Seen(
        np.concatenate([part.vectors for part in parts]),
        np.concatenate([part.plain for part in parts]),
    )


def fit(rows: SeenRows, progress: Callable[[], None] = lambda: None) -> SecondModel:
    """The judge: for each fold a head that learns from all rows outside it."""
    heads = []
    for head in range(HEADS):
        chosen = np.flatnonzero(rows.fold != head)
        mean, dual = solve(rows, chosen)
        heads.append((rows.scaled[chosen].T @ dual, mean))
        progress()
    return SecondModel(
        weights=np.concatenate([weights for weights, _ in heads], axis=1).astype(np.float32),
        intercepts=np.concatenate([mean for _, mean in heads]).astype(np.float32),
        scale=rows.scale,
        fold_of=rows.fold_of,
        most_words=rows.most_words,
        near=rows.near,
    )
