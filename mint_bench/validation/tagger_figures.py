"""What a tagger's card says of held-out tags, for whichever model gave them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import agreement, fit_tagger
from mint_bench.validation.agreement import Figures
from mint_bench.validation.labels import HUMAN, LabelledReply, LabelledSentence
from mint_bench.validation.own_labels import LabelledText
from mint_bench.validation.tagger_check import Bools, Tagged, sentence_figures

MEANS = ("macro_f1", "macro_f1_both_classes", "macro_f1_common", "macro_f1_both_classes_common")
WITH_INTERVAL = ("f1", "f1_both_classes", *MEANS)


def thresholds_of(
    replies: Sequence[LabelledReply], logits: Mapping[int, npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    """For each tactic the logit that makes it as frequent as its labels, shape (10,)."""
    chosen = [index for index in logits if replies[index].present is not None]
    labels = [replies[index].present for index in chosen]
    return fit_tagger.matching_thresholds(
        np.concatenate([logits[index] for index in chosen]),
        np.concatenate([label for label in labels if label is not None]),
    )


def held_out_figures(
    replies: Sequence[LabelledReply],
    logits: Mapping[int, npt.NDArray[np.float32]],
    folds: Mapping[str, int],
) -> Figures:
    """Agreement of held-out tags; each fold's thresholds come from the other folds."""
    found: dict[int, npt.NDArray[np.bool_]] = {}
    for fold in sorted(set(folds.values()) - {-1}):
        inside = [index for index in logits if folds[replies[index].system] == fold]
        others = {index: logits[index] for index in logits if index not in set(inside)}
        limits = thresholds_of(replies, others)
        found |= {index: logits[index] > limits for index in inside}
    aligned = [(found[i], replies[i].present, replies[i].conversation) for i in found]
    known = [(ours, labels, name) for ours, labels, name in aligned if labels is not None]
    return {
        "folds": {name: fold for name, fold in sorted(folds.items()) if fold >= 0},
        **_f1_figures(
            np.concatenate([ours for ours, _, _ in known]),
            np.concatenate([labels for _, labels, _ in known]),
            [name for ours, _, name in known for _ in ours],
        ),
        **agreement.system_tag_figures(
            replies, {index: np.asarray(rows.any(axis=0)) for index, rows in found.items()}
        ),
    }


def data_figures(
    replies: Sequence[LabelledReply],
    people: Sequence[LabelledSentence],
    own: Sequence[LabelledText],
) -> Figures:
    """How much a tagger learned from."""
    learned = [reply for reply in replies if reply.system != HUMAN]
    aligned = [reply for reply in learned if reply.present is not None]
    present = np.concatenate([text.present for text in own])
    return {
        "systems": len({reply.system for reply in learned}),
        "replies": len(aligned),
        "sentences": sum(len(reply.sentences) for reply in aligned),
        "sentences_from_people": len(people),
        "own_replies": len(own),
        "own_sentences": len(present),
        "own_positives": dict(zip(TACTICS, present.sum(axis=0).tolist(), strict=True)),
        "same_sentence_count": round(
            sum(reply.present is not None for reply in replies) / len(replies), 4
        ),
    }


def thresholds_by_name(thresholds: npt.NDArray[np.float32], digits: int) -> dict[str, float]:
    """Each tactic's threshold, rounded."""
    return dict(zip(TACTICS, np.round(thresholds, digits).astype(float).tolist(), strict=True))


def people_figures(
    people: Sequence[LabelledSentence],
    logits: Mapping[int, npt.NDArray[np.float32]],
    thresholds: npt.NDArray[np.float32],
) -> Figures:
    """Agreement with people, from held-out logits by position in `people`."""
    answers = np.array([sentence.present for sentence in people])
    found = np.array([logits[i] for i in range(len(people))]) > thresholds
    units = [str(sentence.response) for sentence in people]
    return _f1_figures(found, answers, units) | {"responses": len(set(units))}


def _f1_figures(found: Bools, present: Bools, units: Sequence[str]) -> Figures:
    """Agreement of sentences: values by name, their intervals over what is drawn apart."""
    drawn = sentence_figures(Tagged(found, present, tuple(units)))
    intervals = {name: _four(drawn[name]) for name in WITH_INTERVAL}
    return {
        "sentences": len(present),
        "positives": drawn["positives"],
        "common": drawn["common"],
        **{name: _values(figure) for name, figure in intervals.items()},
        "intervals": intervals,
    }


def _values(figure: Figures) -> Any:  # noqa: ANN401 - a figure's value, or one a tactic
    if "value" in figure:
        return figure["value"]
    return {name: inner["value"] for name, inner in figure.items()}


def _four(value: Any) -> Any:  # noqa: ANN401 - nested figures
    """The same with every fraction to four digits."""
    if isinstance(value, dict):
        return {name: _four(inner) for name, inner in value.items()}
    return round(value, 4) if isinstance(value, float) else value
