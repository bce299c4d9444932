"""What a tagger's card says of held-out tags, for whichever model gave them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import agreement, fit_tagger
from mint_bench.validation.agreement import Figures
from mint_bench.validation.card_figures import rounded
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


def tags_by_fold(
    replies: Sequence[LabelledReply],
    logits: Mapping[int, npt.NDArray[np.float32]],
    folds: Mapping[str, int],
) -> dict[int, Bools]:
    """Held-out tags by position of the reply; each fold's thresholds come from the other folds."""
    found: dict[int, Bools] = {}
    for fold in sorted(set(folds.values()) - {-1}):
        inside = [index for index in logits if folds[replies[index].system] == fold]
        others = {index: logits[index] for index in logits if index not in set(inside)}
        limits = thresholds_of(replies, others)
        found |= {index: logits[index] > limits for index in inside}
    return found


def held_out_figures(
    replies: Sequence[LabelledReply], found: Mapping[int, Bools], folds: Mapping[str, int]
) -> Figures:
    """Agreement of held-out tags, by position of the reply, with the published ones."""
    return {
        "folds": {name: fold for name, fold in sorted(folds.items()) if fold >= 0},
        **f1_figures(aligned(replies, found)),
        **agreement.system_tag_figures(
            replies, {index: np.asarray(rows.any(axis=0)) for index, rows in found.items()}
        ),
    }


def aligned(replies: Sequence[LabelledReply], found: Mapping[int, Bools]) -> Tagged:
    """The tagged sentences of replies whose published sentences are ours, drawn by conversation."""
    return Tagged.of([
        (rows, present, replies[index].conversation)
        for index, rows in found.items()
        if (present := replies[index].present) is not None
    ])


def on_people(people: Sequence[LabelledSentence], found: Mapping[int, Bools]) -> Tagged:
    """The tagged ones of people's sentences, drawn by response."""
    return Tagged.of([
        (found[index], people[index].present, str(people[index].response))
        for index in sorted(found)
    ])


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


def people_figures(people: Sequence[LabelledSentence], found: Mapping[int, Bools]) -> Figures:
    """Agreement with people, from held-out tags by position in `people`."""
    tagged = on_people(people, found)
    return f1_figures(tagged) | {"responses": len(set(tagged.unit))}


def f1_figures(tagged: Tagged) -> Figures:
    """Agreement of sentences: values by name, their intervals over what is drawn apart."""
    drawn = sentence_figures(tagged)
    intervals = {name: rounded(drawn[name]) for name in WITH_INTERVAL}
    return {
        "sentences": len(tagged.present),
        "positives": drawn["positives"],
        "common": drawn["common"],
        **{name: _values(figure) for name, figure in intervals.items()},
        "intervals": intervals,
    }


def _values(figure: Figures) -> Any:  # noqa: ANN401 - a figure's value, or one a tactic
    if "value" in figure:
        return figure["value"]
    return {name: inner["value"] for name, inner in figure.items()}
