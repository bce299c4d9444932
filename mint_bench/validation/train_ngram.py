"""The n-gram tagger: thresholds and figures from held-out logits, weights from all labels.

How it learns stands in `fit_tagger`; this is the order of the work and the card's figures.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mint_bench.tactics import ngram
from mint_bench.tactics.ngram import NgramModel
from mint_bench.validation import fit_tagger
from mint_bench.validation.agreement import Figures
from mint_bench.validation.fit_encoder import Learn
from mint_bench.validation.labels import (
    LabelledReply,
    LabelledSentence,
    read_replies,
    read_sentences,
)
from mint_bench.validation.own_labels import LabelledText, read_own
from mint_bench.validation.steps import Steps
from mint_bench.validation.tagger_figures import (
    data_figures,
    held_out_figures,
    people_figures,
    tags_by_fold,
    thresholds_by_name,
    thresholds_of,
)
from mint_bench.weights import write_arrays

STEPS = 2 + fit_tagger.FOLDS + 2 + fit_tagger.PEOPLE_FOLDS


def train(data: Path, folder: Path, steps: Steps, learn: Learn | None) -> Figures:  # noqa: ARG001
    """Write `weights.npz` into the folder; needs no network to be learned."""
    steps.begin("reading labels")
    replies, people, own = read_replies(data), read_sentences(data), read_own(data)
    methods, sizes = fit_tagger.method_folds(replies), fit_tagger.size_folds(replies)
    logits = _leave_out(replies, people, own, methods, steps, "leaving out methods")
    by_size = _leave_out(replies, people, own, sizes, steps, "leaving out a model size")
    by_response: dict[int, npt.NDArray[np.float32]] = {}
    for fold in range(fit_tagger.PEOPLE_FOLDS):
        steps.begin("leaving out human labels")
        by_response |= fit_tagger.held_out_people(replies, people, own, fold)
    steps.begin("learning from all")
    model = fit_tagger.fit(fit_tagger.gather(replies, people, own))
    thresholds = thresholds_of(replies, logits)
    model = NgramModel(
        model.vocabulary, model.weights, model.place_weights, model.intercepts, thresholds
    )
    figures = {
        "kind": "ngram",
        "data": data_figures(replies, people, own),
        "columns": model.vocabulary.columns,
        "thresholds": thresholds_by_name(thresholds, 3),
        "unseen_methods": held_out_figures(
            replies, tags_by_fold(replies, logits, methods), methods
        ),
        "unseen_size": held_out_figures(replies, tags_by_fold(replies, by_size, sizes), sizes),
        "people": people_figures(
            people, {index: row > thresholds for index, row in by_response.items()}
        ),
    }
    write_arrays(folder / ngram.WEIGHTS_FILE, model.arrays())
    return figures


def _leave_out(
    replies: Sequence[LabelledReply],
    people: Sequence[LabelledSentence],
    own: Sequence[LabelledText],
    folds: Mapping[str, int],
    steps: Steps,
    what: str,
) -> dict[int, npt.NDArray[np.float32]]:
    """Held-out logits of all replies whose system is in a fold."""
    logits: dict[int, npt.NDArray[np.float32]] = {}
    for fold in sorted(set(folds.values()) - {-1}):
        steps.begin(what)
        logits |= fit_tagger.held_out_logits(replies, people, own, folds, fold)
    return logits
