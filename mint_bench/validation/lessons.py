"""What any head of an embedded judge learns from, and how one head is solved.

Which features a reply has is the fitters' (`fit_judge`, `fit_second`): they give inner products.
Also gives held-out ratings for any split, so that the cards' figures come from the same code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import kmeans2

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.encoder import Encoder
from mint_bench.features import Floats
from mint_bench.judging.embedded import CHUNK
from mint_bench.judging.heads import FEWEST_WORDS
from mint_bench.judging.judge import DIMENSIONS, Exchange
from mint_bench.judging.nearness import Nearness, directions, vectors_of
from mint_bench.validation.labels import HUMAN, LabelledReply
from mint_bench.validation.regression import Doubles, fit_ridge

STRENGTH = 1.0
HEADS = 5
CENTRES = 32  # by choice; how often texts of each kind are far stands on the judges' cards
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What any head learns from: n rated replies, and the short written ones after them.

    Attributes:
        products: Inner products of all rows, shape (n, n).
        ratings: Shape (n, 6).
        weights: Weight of each row.
        fold: Fold of the row's conversation; -1 for a written row, which all heads learn from.
        fold_of: Fold by conversation.
        most_words: `MARGIN` times the words of the longest reply.
        near: Centres of all replies; `FAR_SHARE` of human ones are far from the centres of the
            other folds' replies.
    """

    products: Doubles
    ratings: Doubles
    weights: Doubles
    fold: Ints
    fold_of: dict[str, int]
    most_words: float
    near: Nearness


def rated(replies: Sequence[LabelledReply]) -> list[LabelledReply]:
    """The replies that have all six ratings."""
    return [reply for reply in replies if not np.isnan(reply.ratings).any()]


def conversation_folds(replies: Sequence[LabelledReply]) -> dict[str, int]:
    """Fold of each conversation, dealt out in the order of ids."""
    names = sorted({reply.conversation for reply in replies})
    return {name: index % HEADS for index, name in enumerate(names)}


def shared(replies: Sequence[LabelledReply], vectors: Floats, encoder_sha: str) -> dict[str, Any]:
    """All of the lessons but the inner products, by name.

    Args:
        replies: Rated ones.
        vectors: Of each, in the encoder's space, shape (n, 384).
        encoder_sha: Of that encoder.
    """
    written = len(SHORT_REPLIES)
    fold_of = conversation_folds(replies)
    fold = np.array([fold_of[reply.conversation] for reply in replies] + [-1] * written)
    known = np.array([reply.ratings for reply in replies])
    return {
        "ratings": np.concatenate([known, np.tile(SHORT_RATINGS, (written, 1))]),
        "weights": np.concatenate([np.ones(len(replies)), np.full(written, SHORT_WEIGHT)]),
        "fold": fold,
        "fold_of": fold_of,
        "most_words": float(MARGIN * max(len(reply.text.split()) for reply in replies)),
        "near": nearness(vectors, fold[: len(replies)], typical(replies), encoder_sha),
    }


def typical(replies: Sequence[LabelledReply]) -> Bools:
    """Human replies, the most varied, that are long enough to say where they lie."""
    words = np.array([len(reply.text.split()) for reply in replies])
    human = np.array([reply.system == HUMAN for reply in replies])
    long: Bools = (words >= FEWEST_WORDS) & (human if human.any() else True)
    return long


def reply_vectors(
    replies: Sequence[LabelledReply],
    encoder: Encoder,
    progress: Callable[[float], None] = lambda _: None,
) -> Floats:
    """The encoder's vector of each reply, shape (n, 384)."""
    parts = []
    for start in range(0, len(replies), CHUNK):
        texts = [reply.text for reply in replies[start : start + CHUNK]]
        parts.append(vectors_of(encoder, texts))
        progress((start + len(texts)) / len(replies))
    return np.concatenate(parts)


def nearness(vectors: Floats, fold: Ints, typical: Bools, encoder_sha: str) -> Nearness:
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


def short_exchanges() -> list[Exchange]:
    """The short written replies, each after the same line of a seeker."""
    history = (Turn(Speaker.SEEKER, (Message(Speaker.SEEKER, "I feel low and cannot sleep."),)),)
    return [Exchange(history, text) for text in SHORT_REPLIES]


def held_out_ratings(
    rows: Lessons,
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
        mean, dual = solve(rows, chosen)
        result[asked] = rows.products[np.ix_(asked, chosen)] @ dual + mean
        progress()
    bounded: Doubles = np.clip(result[left_out], 1.0, 5.0)
    return bounded


def solve(rows: Lessons, chosen: Ints) -> tuple[Doubles, Doubles]:
    """A head that learns from the chosen rows: mean rating, and dual coefficients."""
    mean = rows.ratings[chosen].mean(axis=0)
    products = rows.products[np.ix_(chosen, chosen)]
    return mean, fit_ridge(products, rows.ratings[chosen] - mean, rows.weights[chosen], STRENGTH)
