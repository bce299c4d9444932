"""Training of the n-gram tagger: published tags and human labels in, a model out.

Also gives held-out logits for any split, so that the card's figures come from the same code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.features import CHUNK, Floats, Sparse, Vocabulary
from mint_bench.tactics.ngram import NgramModel, place_features, place_of
from mint_bench.validation.labels import HUMAN, LabelledReply, LabelledSentence
from mint_bench.validation.own_labels import LabelledText
from mint_bench.validation.regression import fit_logistic

STRENGTH = 8.0
MIN_SENTENCES = 3  # sentences in which an n-gram must occur to be known
HUMAN_WEIGHT = 3.0  # of a sentence that people labelled, against one tagged by a model
OWN_WEIGHT = 0.5  # of a sentence labelled or written for this project
FOLDS = 6
PEOPLE_FOLDS = 5

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Labelled sentences as columns.

    Attributes:
        texts: The sentences.
        place: Features of their place in the reply, shape (n, 4).
        present: Labels, shape (n, 10).
        weights: Weight of each in training, shape (n,).
    """

    texts: tuple[str, ...]
    place: Floats
    present: Bools
    weights: Floats


def gather(
    replies: Sequence[LabelledReply],
    people: Sequence[LabelledSentence],
    own: Sequence[LabelledText],
) -> Sentences:
    """All sentences with labels.

    Left out are the human supporters' replies, whose published tags come from another sheet (and
    whom the tagger is to tag), and replies whose published sentences are not ours.
    """
    tagged = [reply for reply in replies if reply.present is not None and reply.system != HUMAN]
    place = [place_features([len(reply.sentences) for reply in tagged])]
    place += [place_of(*map(np.atleast_1d, sentence.place)) for sentence in people]
    place.append(place_features([len(text.sentences) for text in own]))
    parts = (
        [text for reply in tagged for text in reply.sentences],
        [sentence.text for sentence in people],
        [sentence for text in own for sentence in text.sentences],
    )
    present = [reply.present for reply in tagged if reply.present is not None]
    present += [sentence.present[None] for sentence in people]
    weights = np.repeat([1.0, HUMAN_WEIGHT, OWN_WEIGHT], [len(part) for part in parts])
    return Sentences(
        tuple(text for part in parts for text in part),
        np.concatenate(place),
        np.concatenate([*present, *(text.present for text in own)]),
        weights.astype(np.float32),
    )


def fit(sentences: Sentences) -> NgramModel:
    """A model from all given sentences; its thresholds are those of even odds."""
    from scipy import sparse

    vocabulary = Vocabulary.learn(sentences.texts, MIN_SENTENCES)
    rows: Sparse = sparse.vstack([
        vocabulary.transform(sentences.texts[start : start + CHUNK])[0]
        for start in range(0, len(sentences.texts), CHUNK)
    ])
    rows = sparse.hstack([rows, sparse.csr_matrix(sentences.place)]).tocsr()
    weights, intercepts = fit_logistic(rows, sentences.present, sentences.weights, STRENGTH)
    columns = vocabulary.columns
    even = np.zeros_like(intercepts)
    return NgramModel(vocabulary, weights[:columns], weights[columns:], intercepts, even)


def reply_logits(model: NgramModel, replies: Sequence[LabelledReply]) -> list[Floats]:
    """Logits of the sentences of each reply, each of shape (sentences, 10)."""
    counts = [len(reply.sentences) for reply in replies]
    texts = [text for reply in replies for text in reply.sentences]
    logits = model.logits(texts, place_features(counts))
    return np.split(logits, np.cumsum(counts)[:-1]) if counts else []


def held_out_logits(
    replies: Sequence[LabelledReply],
    people: Sequence[LabelledSentence],
    own: Sequence[LabelledText],
    folds: Mapping[str, int],
    only: int,
) -> dict[int, Floats]:
    """Logits of the replies whose system is in fold `only`, from a model that saw none of them.

    Returns:
        Position of the reply in `replies` to its logits.
    """
    asked = [index for index, reply in enumerate(replies) if folds[reply.system] == only]
    model = fit(gather([reply for reply in replies if folds[reply.system] != only], people, own))
    return dict(zip(asked, reply_logits(model, [replies[i] for i in asked]), strict=True))


def held_out_people(
    replies: Sequence[LabelledReply],
    people: Sequence[LabelledSentence],
    own: Sequence[LabelledText],
    only: int,
) -> dict[int, Floats]:
    """Logits of the people's sentences in fold `only` (by response), from a model without them.

    Returns:
        Position of the sentence in `people` to its ten logits.
    """
    asked = [index for index, item in enumerate(people) if item.response % PEOPLE_FOLDS == only]
    kept = [item for item in people if item.response % PEOPLE_FOLDS != only]
    model = fit(gather(replies, kept, own))
    place = np.concatenate([place_of(*map(np.atleast_1d, people[i].place)) for i in asked])
    return dict(zip(asked, model.logits([people[i].text for i in asked], place), strict=True))


def method_folds(replies: Sequence[LabelledReply]) -> dict[str, int]:
    """Fold of each system: both sizes of a method share one; human supporters are in none (-1).

    A system is thus measured by a model that saw no system trained or prompted like it.
    """
    methods = sorted({_method(reply.system) for reply in replies if reply.system != HUMAN})
    return {
        reply.system: -1 if reply.system == HUMAN else methods.index(_method(reply.system)) % FOLDS
        for reply in replies
    }


def size_folds(replies: Sequence[LabelledReply]) -> dict[str, int]:
    """Fold of each system by the size of its base model; human supporters are in none (-1)."""
    systems = {reply.system for reply in replies}
    sizes = sorted({_size(system) for system in systems if system != HUMAN})
    return {
        system: -1 if system == HUMAN else sizes.index(_size(system)) for system in sorted(systems)
    }


def _method(system: str) -> str:
    return system.split("_Qwen", maxsplit=1)[0]


def _size(system: str) -> str:
    return system.rsplit("-", 1)[-1]


def matching_thresholds(logits: Floats, present: Bools) -> Floats:
    """For each tactic the logit above which as many sentences lie as have the label, shape (10,).

    Held-out logits are needed. Tactics so found are as frequent as the labels, which repetition
    and stickiness need more than the last point of F1.

    >>> matching_thresholds(np.array([[2.0], [1.0], [-1.0]]), np.array([[True], [False], [True]]))
    array([0.], dtype=float32)
    """
    thresholds = []
    for scores, count in zip(np.sort(logits, axis=0).T[:, ::-1], present.sum(axis=0), strict=True):
        above, below = scores[max(count - 1, 0)], scores[min(count, len(scores) - 1)]
        thresholds.append((above + below) / 2 if count else np.inf)
    return np.array(thresholds, dtype=np.float32)
