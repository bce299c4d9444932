"""Training of the embedded judge: published ratings in, one head for each fold of conversations.

Also gives held-out ratings for any split, so that the card's figures come from the same code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.cluster.vq import kmeans2

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.encoder import Encoder
from mint_bench.features import Floats, Sparse, Vocabulary
from mint_bench.judging.embedded import CHUNK, FEWEST_TOKENS, JudgeModel, standardised
from mint_bench.judging.judge import DIMENSIONS, Exchange
from mint_bench.judging.nearness import Nearness, directions, vectors_of
from mint_bench.judging.reply_features import reply_features
from mint_bench.validation.labels import HUMAN, LabelledReply
from mint_bench.validation.regression import Doubles, fit_ridge, kernel

STRENGTH = 1.0
MIN_REPLIES = 8  # replies in which an n-gram must occur to be known
SHOWN_SCALE = 0.7  # of a standardised feature beside an n-gram block of length 1
HEADS = 5
CENTRES = 32  # of 8 to 64 tried, these call texts of another kind far most often
SEED = 1  # of the centres' start
FAR_SHARE = 0.01  # of human replies, the most varied that it learned from, that are called far
MARGIN = 1.5  # beyond the longest reply learned from, a reply is far from training

# Assumption: words that answer nothing are rated like this; written for this project.
SHORT_REPLIES = (
    "Ok.", "Okay then.", "Hm.", "Hmm...", "Yes.", "No.", "Sure.", "Right.", "Fine.", "Noted.",
    "Hello.", "Thanks.", "I see.", "Go on then.", "Whatever.", "Lol", "Yep", "K",
)  # fmt: skip
SHORT_RATINGS = (1.0, 1.0, 1.0, 1.0, 1.0, 4.0)
SHORT_WEIGHT = 3.0

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that training needs of the replies, computed once.

    Attributes:
        vocabulary: N-grams of all replies (no rating enters it).
        grams: Their features, shape (n, V).
        shown: Standardised and scaled features, shape (n, F).
        centre: Mean of each shown feature.
        spread: Standard deviation of each.
        products: Inner products of all rows, shape (n, n).
        ratings: Shape (n, 6).
        weights: Weight of each row.
        fold: Fold of the row's conversation; -1 for a written row, which all heads learn from.
        fold_of: Fold by conversation.
        most_unseen: Share of unseen n-grams that `FAR_SHARE` of human replies exceed.
        most_words: `MARGIN` times the words of the longest reply.
        near: Centres of all replies; `FAR_SHARE` of human ones are far from the centres of the
            other folds' replies.
    """

    vocabulary: Vocabulary
    grams: Sparse
    shown: Floats
    centre: Floats
    spread: Floats
    products: Doubles
    ratings: Doubles
    weights: Doubles
    fold: Ints
    fold_of: dict[str, int]
    most_unseen: float
    most_words: float
    near: Nearness


def rated(replies: Sequence[LabelledReply]) -> list[LabelledReply]:
    """The replies that have all six ratings."""
    return [reply for reply in replies if not np.isnan(reply.ratings).any()]


def conversation_folds(replies: Sequence[LabelledReply]) -> dict[str, int]:
    """Fold of each conversation, dealt out in the order of ids."""
    names = sorted({reply.conversation for reply in replies})
    return {name: index % HEADS for index, name in enumerate(names)}


def prepare(
    replies: Sequence[LabelledReply],
    encoder: Encoder,
    progress: Callable[[float], None] = lambda _: None,
) -> Rows:
    """Features and inner products of rated replies, then of the short written ones."""
    exchanges = [Exchange(r.history, r.text, r.conversation) for r in replies] + _short_exchanges()
    texts = [exchange.reply for exchange in exchanges]
    vocabulary = Vocabulary.learn(texts, MIN_REPLIES)
    parts = [vocabulary.transform(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
    grams = sparse.vstack([part[0] for part in parts]).tocsr()
    unseen = np.concatenate([part[1] for part in parts])[: len(replies)]
    words = np.array([len(reply.text.split()) for reply in replies])
    human = np.array([reply.system == HUMAN for reply in replies])
    typical = (words >= FEWEST_TOKENS) & (human if human.any() else True)
    plain = reply_features(exchanges)
    centre = plain[: len(replies)].mean(axis=0).astype(np.float32)
    spread = (plain[: len(replies)].std(axis=0) + 1e-6).astype(np.float32)
    shown = standardised(plain, centre, spread) * np.float32(SHOWN_SCALE)
    written = len(SHORT_REPLIES)
    fold_of = conversation_folds(replies)
    fold = np.array([fold_of[r.conversation] for r in replies] + [-1] * written)
    return Rows(
        vocabulary=vocabulary,
        grams=grams,
        shown=shown,
        centre=centre,
        spread=spread,
        products=kernel(grams) + shown.astype(np.float64) @ shown.T.astype(np.float64),
        ratings=np.concatenate([
            np.array([r.ratings for r in replies]),
            np.tile(SHORT_RATINGS, (written, 1)),
        ]),
        weights=np.concatenate([np.ones(len(replies)), np.full(written, SHORT_WEIGHT)]),
        fold=fold,
        fold_of=fold_of,
        most_unseen=float(np.quantile(unseen[typical], 1 - FAR_SHARE)),
        most_words=float(MARGIN * words.max()),
        near=_nearness(
            _vectors(replies, encoder, progress), fold[: len(replies)], typical, encoder.sha
        ),
    )


def _vectors(
    replies: Sequence[LabelledReply], encoder: Encoder, progress: Callable[[float], None]
) -> Floats:
    """The encoder's vector of each reply, shape (n, 384)."""
    parts = []
    for start in range(0, len(replies), CHUNK):
        texts = [reply.text for reply in replies[start : start + CHUNK]]
        parts.append(vectors_of(encoder, texts))
        progress((start + len(texts)) / len(replies))
    return np.concatenate(parts)


def _nearness(vectors: Floats, fold: Ints, typical: Bools, encoder_sha: str) -> Nearness:
    """Where replies lie, and how near those marked as typical are to other folds' replies."""
    cosines = np.zeros(len(vectors), dtype=np.float32)
    for head in range(HEADS):
        others = Nearness(_centres(vectors[fold != head]), 0.0, encoder_sha)
        cosines[fold == head] = others.cosines(vectors[fold == head])
    least = float(np.quantile(cosines[typical], FAR_SHARE))
    return Nearness(_centres(vectors), least, encoder_sha)


def _centres(vectors: Floats) -> Floats:
    """Directions around which replies lie, by k-means; at most one a reply."""
    known = np.unique(directions(vectors), axis=0)
    found, _ = kmeans2(known, min(CENTRES, len(known)), minit="++", seed=SEED)
    # A weights file keeps half precision: what is measured is what will be read.
    return directions(found).astype(np.float16).astype(np.float32)


def _short_exchanges() -> list[Exchange]:
    history = (Turn(Speaker.SEEKER, (Message(Speaker.SEEKER, "I feel low and cannot sleep."),)),)
    return [Exchange(history, text) for text in SHORT_REPLIES]


def fit(rows: Rows, progress: Callable[[], None] = lambda: None) -> JudgeModel:
    """The judge: for each fold a head that learns from all rows outside it."""
    heads = []
    for head in range(HEADS):
        chosen = np.flatnonzero(rows.fold != head)
        mean, dual = _solve(rows, chosen)
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


def held_out_ratings(
    rows: Rows,
    left_out: Bools,
    progress: Callable[[], None] = lambda: None,
    *,
    keep: bool = False,
) -> Doubles:
    """Ratings of the rows in `left_out`, by heads that saw neither them nor their conversation.

    Args:
        rows: As `prepare` gives them.
        left_out: Rows kept from training, such as all of some systems; shape (n,).
        progress: Called after each head.
        keep: Learn from `left_out` in other conversations after all, as the shipped heads do.

    Returns:
        Ratings within [1, 5] of the left-out rows in their order, shape (left out, 6).
    """
    result = np.full((len(left_out), len(DIMENSIONS)), np.nan)
    for head in range(HEADS):
        chosen = np.flatnonzero((rows.fold != head) & (keep | ~left_out))
        asked = np.flatnonzero((rows.fold == head) & left_out)
        mean, dual = _solve(rows, chosen)
        result[asked] = rows.products[np.ix_(asked, chosen)] @ dual + mean
        progress()
    bounded: Doubles = np.clip(result[left_out], 1.0, 5.0)
    return bounded


def _solve(rows: Rows, chosen: Ints) -> tuple[Doubles, Doubles]:
    mean = rows.ratings[chosen].mean(axis=0)
    products = rows.products[np.ix_(chosen, chosen)]
    return mean, fit_ridge(products, rows.ratings[chosen] - mean, rows.weights[chosen], STRENGTH)
