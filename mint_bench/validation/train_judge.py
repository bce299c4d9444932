"""The embedded judges: a head for each fold of conversations, and held-out figures.

How they learn stands in `fit_judge` and `fit_second`; this is the order of the work and the cards'
figures.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mint_bench.encoder import beside
from mint_bench.judging import embedded
from mint_bench.judging.heads import FEWEST_WORDS
from mint_bench.validation import agreement, fit_judge, fit_second, fit_tagger, lessons
from mint_bench.validation.agreement import Figures
from mint_bench.validation.fit_encoder import Learn
from mint_bench.validation.labels import HUMAN, LabelledReply, read_replies
from mint_bench.validation.regression import Doubles
from mint_bench.validation.steps import Steps
from mint_bench.weights import write_arrays

STEPS = 2 + lessons.HEADS * (1 + fit_tagger.FOLDS + 1 + 2 + 1)


def train(data: Path, folder: Path, steps: Steps, learn: Learn | None) -> Figures:  # noqa: ARG001
    """Write `weights.npz` into the folder; reads with the encoder of the same scorers."""
    replies = _replies(data, steps)
    rows = fit_judge.prepare(replies, beside(folder.parents[1]), steps.share)
    model = fit_judge.fit(rows, lambda: steps.begin("learning from all"))
    figures = {
        "kind": "judge",
        "columns": model.vocabulary.columns,
        **_figures(rows, replies, steps),
    }
    figures["limits"] |= {"unseen": round(model.most_unseen, 4)}
    write_arrays(folder / embedded.WEIGHTS_FILE, model.arrays())
    return figures


def train_second(data: Path, folder: Path, steps: Steps, learn: Learn | None) -> Figures:  # noqa: ARG001
    """The same for the judge on what the encoder sees."""
    replies = _replies(data, steps)
    rows = fit_second.prepare(replies, beside(folder.parents[1]), steps.share)
    model = fit_second.fit(rows, lambda: steps.begin("learning from all"))
    figures = {"kind": "second", "width": len(model.weights), **_figures(rows, replies, steps)}
    write_arrays(folder / embedded.WEIGHTS_FILE, model.arrays())
    return figures


def _replies(data: Path, steps: Steps) -> list[LabelledReply]:
    steps.begin("reading ratings")
    replies = lessons.rated(read_replies(data))
    steps.begin("features")
    return replies


def _figures(rows: lessons.Lessons, replies: Sequence[LabelledReply], steps: Steps) -> Figures:
    systems = [reply.system for reply in replies]
    methods = method_folds(replies)
    return {
        "data": {"systems": len(set(systems)), "replies": len(replies), "written": _written()},
        "heads": lessons.HEADS,
        "limits": {
            "words": rows.most_words,
            "cosine": round(rows.near.least, 4),
            "fewest_words": FEWEST_WORDS,
        },
        "centres": len(rows.near.centres),
        "unseen_methods": _judge_figures(rows, replies, methods, steps, "leaving out methods"),
        "unseen_size": _judge_figures(
            rows, replies, fit_tagger.size_folds(replies), steps, "leaving out a model size"
        ),
        "unseen_conversations": _judge_figures(
            rows, replies, dict.fromkeys(systems, 0), steps, "leaving out conversations"
        ),
    }


def method_folds(replies: Sequence[LabelledReply]) -> dict[str, int]:
    """Fold of each system: both sizes of a method together, the human supporters alone."""
    methods = fit_tagger.method_folds(replies)
    methods[HUMAN] = max(methods.values()) + 1
    return methods


def _written() -> int:
    return len(lessons.SHORT_REPLIES)


def _judge_figures(
    rows: lessons.Lessons,
    replies: Sequence[LabelledReply],
    folds: Mapping[str, int],
    steps: Steps,
    what: str,
) -> Figures:
    """Agreement of held-out ratings."""
    found = held_out(rows, replies, folds, steps, what)
    asked = np.flatnonzero(~np.isnan(found[:, 0]))
    rated = [replies[int(index)] for index in asked]
    return agreement.rating_agreement(
        [reply.system for reply in rated],
        [reply.conversation for reply in rated],
        found[asked],
        rows.ratings[asked],
    )


def held_out(
    rows: lessons.Lessons,
    replies: Sequence[LabelledReply],
    folds: Mapping[str, int],
    steps: Steps,
    what: str,
) -> Doubles:
    """Ratings of each fold's systems by heads that saw none of them; NaN for those in fold -1.

    With one fold alone, no system is left out. Whatever the split, the heads that rate a reply
    never saw its conversation either.

    Args:
        rows: The replies, and the short written ones after them.
        replies: The replies.
        folds: Fold of each system.
        steps: Told after each head.
        what: What it is told.

    Returns:
        Shape (rows, 6).
    """
    owner = np.array([folds[reply.system] for reply in replies] + [-9] * _written())
    alone = len(set(folds.values())) == 1
    found = np.full((len(owner), len(rows.ratings[0])), np.nan)
    for fold in sorted(set(folds.values()) - {-1}):
        inside = owner == fold
        found[inside] = lessons.held_out_ratings(
            rows, inside, lambda: steps.begin(what), keep=alone
        )
    return found
