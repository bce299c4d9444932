"""Rebuilding the embedded scorers: labels in, weights and card out.

The held-out figures of a card come from the same run that makes the weights.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mint_bench.errors import MintError
from mint_bench.files import write_json, write_text
from mint_bench.resources import sha256_file
from mint_bench.tactics.ngram import NgramModel
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import agreement, fit_judge, fit_tagger
from mint_bench.validation.agreement import Figures
from mint_bench.validation.cards import render_card
from mint_bench.validation.labels import (
    HUMAN,
    LabelledReply,
    LabelledSentence,
    read_replies,
    read_sentences,
)
from mint_bench.weights import Arrays, write_arrays

Report = Callable[[str], None]  # told at the beginning of each step what it is
TAGGER, JUDGE = "taggers/embedded-fast", "judges/embedded"


@dataclass(frozen=True, slots=True)
class Trainer:
    """How one scorer is rebuilt.

    Attributes:
        run: From the data folder to the weights and the figures of the card.
        steps: How often `run` reports.
    """

    run: Callable[[Path, Report], tuple[Arrays, Figures]]
    steps: int


def train(name: str, data: Path, out: Path, report: Report = lambda _: None) -> Path:
    """Rebuild one scorer; returns the folder with its weights and card.

    Args:
        name: A key of `TRAINERS`.
        data: Folder that holds `mint_empathy/`, as MINT_BENCH_DATA names it.
        out: Folder that gets `taggers/…` or `judges/…`.
        report: Told what is being done.

    Raises:
        MintError: If labels are missing or damaged, or the folder cannot be written.
    """
    if name not in TRAINERS:
        raise MintError(f"no scorer {name!r} to train; there are: {', '.join(TRAINERS)}")
    arrays, figures = TRAINERS[name].run(data, report)
    folder = out / name
    write_arrays(folder / "weights.npz", arrays)
    card = {"name": name, "weights_sha256": sha256_file(folder / "weights.npz"), **figures}
    write_json(folder / "card.json", card)
    write_text(folder / "CARD.md", render_card(card))
    return folder


def train_tagger(data: Path, report: Report) -> tuple[Arrays, Figures]:
    """The n-gram tagger: its thresholds and figures from held-out logits, its weights from all."""
    report("reading labels")
    replies, people = read_replies(data), read_sentences(data)
    methods, sizes = fit_tagger.method_folds(replies), fit_tagger.size_folds(replies)
    logits = _leave_out(replies, people, methods, report, "leaving out methods")
    by_size = _leave_out(replies, people, sizes, report, "leaving out a model size")
    by_response: dict[int, npt.NDArray[np.float32]] = {}
    for fold in range(fit_tagger.PEOPLE_FOLDS):
        report("leaving out human labels")
        by_response |= fit_tagger.held_out_people(replies, people, fold)
    report("learning from all")
    model = fit_tagger.fit(fit_tagger.gather(replies, people))
    thresholds = _thresholds(replies, logits)
    model = NgramModel(
        model.vocabulary, model.weights, model.place_weights, model.intercepts, thresholds
    )
    answers = np.array([sentence.present for sentence in people])
    found = np.array([by_response[i] for i in range(len(people))]) > thresholds
    figures = {
        "kind": "tagger",
        "data": _data_figures(replies, people),
        "columns": model.vocabulary.columns,
        "thresholds": dict(
            zip(TACTICS, np.round(thresholds, 3).astype(float).tolist(), strict=True)
        ),
        "unseen_methods": _tagger_figures(replies, logits, methods),
        "unseen_size": _tagger_figures(replies, by_size, sizes),
        "people": agreement.sentence_agreement(found, answers)
        | {"responses": len({sentence.response for sentence in people})},
    }
    return model.arrays(), figures


def _leave_out(
    replies: Sequence[LabelledReply],
    people: Sequence[LabelledSentence],
    folds: Mapping[str, int],
    report: Report,
    what: str,
) -> dict[int, npt.NDArray[np.float32]]:
    """Held-out logits of all replies whose system is in a fold."""
    logits: dict[int, npt.NDArray[np.float32]] = {}
    for fold in sorted(set(folds.values()) - {-1}):
        report(what)
        logits |= fit_tagger.held_out_logits(replies, people, folds, fold)
    return logits


def _thresholds(
    replies: Sequence[LabelledReply], logits: Mapping[int, npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    chosen = [index for index in logits if replies[index].present is not None]
    labels = [replies[index].present for index in chosen]
    return fit_tagger.matching_thresholds(
        np.concatenate([logits[index] for index in chosen]),
        np.concatenate([label for label in labels if label is not None]),
    )


def _tagger_figures(
    replies: Sequence[LabelledReply],
    logits: Mapping[int, npt.NDArray[np.float32]],
    folds: Mapping[str, int],
) -> Figures:
    """Agreement of held-out tags; each fold's thresholds come from the other folds."""
    found: dict[int, npt.NDArray[np.bool_]] = {}
    for fold in sorted(set(folds.values()) - {-1}):
        inside = [index for index in logits if folds[replies[index].system] == fold]
        others = {index: logits[index] for index in logits if index not in set(inside)}
        limits = _thresholds(replies, others)
        found |= {index: logits[index] > limits for index in inside}
    aligned = [(found[i], replies[i].present) for i in found if replies[i].present is not None]
    return {
        "folds": {name: fold for name, fold in sorted(folds.items()) if fold >= 0},
        **agreement.sentence_agreement(
            np.concatenate([ours for ours, _ in aligned]),
            np.concatenate([labels for _, labels in aligned if labels is not None]),
        ),
        **agreement.system_tag_figures(
            replies, {index: np.asarray(rows.any(axis=0)) for index, rows in found.items()}
        ),
    }


def _data_figures(replies: Sequence[LabelledReply], people: Sequence[LabelledSentence]) -> Figures:
    learned = [reply for reply in replies if reply.system != HUMAN]
    aligned = [reply for reply in learned if reply.present is not None]
    return {
        "systems": len({reply.system for reply in learned}),
        "replies": len(aligned),
        "sentences": sum(len(reply.sentences) for reply in aligned),
        "sentences_from_people": len(people),
        "same_sentence_count": round(
            sum(reply.present is not None for reply in replies) / len(replies), 4
        ),
    }


def train_judge(data: Path, report: Report) -> tuple[Arrays, Figures]:
    """The embedded judge: a head for each fold of conversations, and held-out figures."""
    report("reading ratings")
    replies = fit_judge.rated(read_replies(data))
    report("features")
    rows = fit_judge.prepare(replies)
    systems = [reply.system for reply in replies]
    model = fit_judge.fit(rows, lambda: report("learning from all"))
    methods = fit_tagger.method_folds(replies)
    methods[HUMAN] = max(methods.values()) + 1
    figures = {
        "kind": "judge",
        "data": {"systems": len(set(systems)), "replies": len(replies), "written": _written()},
        "columns": model.vocabulary.columns,
        "heads": fit_judge.HEADS,
        "limits": {"unseen": round(model.most_unseen, 4), "words": model.most_words},
        "unseen_methods": _judge_figures(rows, systems, methods, report, "leaving out methods"),
        "unseen_size": _judge_figures(
            rows, systems, fit_tagger.size_folds(replies), report, "leaving out a model size"
        ),
        "unseen_conversations": _judge_figures(
            rows, systems, dict.fromkeys(systems, 0), report, "leaving out conversations"
        ),
    }
    return model.arrays(), figures


def _written() -> int:
    return len(fit_judge.SHORT_REPLIES)


def _judge_figures(
    rows: fit_judge.Rows,
    systems: Sequence[str],
    folds: Mapping[str, int],
    report: Report,
    what: str,
) -> Figures:
    """Agreement of held-out ratings; with one fold alone, no system is left out.

    Whatever the split, the heads that rate a reply never saw its conversation either.
    """
    owner = np.array([folds[system] for system in systems] + [-9] * _written())
    alone = len(set(folds.values())) == 1
    found = np.full((len(owner), len(rows.ratings[0])), np.nan)
    for fold in sorted(set(folds.values()) - {-1}):
        inside = owner == fold
        found[inside] = fit_judge.held_out_ratings(rows, inside, lambda: report(what), keep=alone)
    asked = np.flatnonzero(~np.isnan(found[:, 0]))
    return agreement.rating_agreement(
        [systems[int(index)] for index in asked], found[asked], rows.ratings[asked]
    )


TRAINERS: Mapping[str, Trainer] = {
    TAGGER: Trainer(train_tagger, 2 + fit_tagger.FOLDS + 2 + fit_tagger.PEOPLE_FOLDS),
    JUDGE: Trainer(train_judge, 2 + fit_judge.HEADS * (1 + fit_tagger.FOLDS + 1 + 2 + 1)),
}
