"""Training of the embedded judge: published ratings in, one head for each fold of conversations.

Learns from n-grams and from what a reply shows besides; what it learns from, and how a head is
solved, stands in `lessons`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from mint_bench.encoder import Encoder
from mint_bench.features import Floats, Sparse, Vocabulary
from mint_bench.judging.embedded import CHUNK, JudgeModel, standardised
from mint_bench.judging.judge import Exchange
from mint_bench.judging.reply_features import reply_features
from mint_bench.validation.labels import LabelledReply
from mint_bench.validation.lessons import (
    FAR_SHARE,
    HEADS,
    Lessons,
    reply_vectors,
    shared,
    short_exchanges,
    solve,
    typical,
)
from mint_bench.validation.regression import kernel

MIN_REPLIES = 8  # replies in which an n-gram must occur to be known
SHOWN_SCALE = 0.7  # of a standardised feature beside an n-gram block of length 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Lessons):
    """Lessons with the features of the n-gram judge, computed once.

    Attributes:
        vocabulary: N-grams of all replies (no rating enters it).
        grams: Their features, shape (n, V).
        shown: Standardised and scaled features, shape (n, F).
        centre: Mean of each shown feature.
        spread: Standard deviation of each.
        most_unseen: Share of unseen n-grams that `FAR_SHARE` of human replies exceed.
    """

    vocabulary: Vocabulary
    grams: Sparse
    shown: Floats
    centre: Floats
    spread: Floats
    most_unseen: float


def prepare(
    replies: Sequence[LabelledReply],
    encoder: Encoder,
    progress: Callable[[float], None] = lambda _: None,
) -> Rows:
    """Features and inner products of rated replies, then of the short written ones."""
    exchanges = [Exchange(r.history, r.text, r.conversation) for r in replies] + short_exchanges()
    texts = [exchange.reply for exchange in exchanges]
    vocabulary = Vocabulary.learn(texts, MIN_REPLIES)
    parts = [vocabulary.transform(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
    grams = sparse.vstack([part[0] for part in parts]).tocsr()
    unseen = np.concatenate([part[1] for part in parts])[: len(replies)]
    plain = reply_features(exchanges)
    centre = plain[: len(replies)].mean(axis=0).astype(np.float32)
    spread = (plain[: len(replies)].std(axis=0) + 1e-6).astype(np.float32)
    shown = standardised(plain, centre, spread) * np.float32(SHOWN_SCALE)
    return Rows(
        vocabulary=vocabulary,
        grams=grams,
        shown=shown,
        centre=centre,
        spread=spread,
        products=kernel(grams) + shown.astype(np.float64) @ shown.T.astype(np.float64),
        most_unseen=float(np.quantile(unseen[typical(replies)], 1 - FAR_SHARE)),
        **shared(replies, reply_vectors(replies, encoder, progress), encoder.sha),
    )


def fit(rows: Rows, progress: Callable[[], None] = lambda: None) -> JudgeModel:
    """The judge: for each fold a head that learns from all rows outside it."""
    heads = []
    for head in range(HEADS):
        chosen = np.flatnonzero(rows.fold != head)
        mean, dual = solve(rows, chosen)
        heads.append((rows.grams[chosen].T @ dual, rows.shown[chosen].T @ dual, mean))
        progress()
    return JudgeModel(
        vocabulary=rows.vocabulary,
        weights=np.concatenate([grams for grams, _, _ in heads], axis=1).astype(np.float32),
        shown_weights=SHOWN_SCALE
        * np.concatenate([shown for _, shown, _ in heads], axis=1).astype(np.float32),
        intercepts=np.concatenate([mean for _, _, mean in heads]).astype(np.float32),
        centre=rows.centre,
        spread=rows.spread,
        fold_of=rows.fold_of,
        most_unseen=rows.most_unseen,
        most_words=rows.most_words,
        near=rows.near,
    )
