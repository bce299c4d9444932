"""A tagger against people, and against the published tags of whole systems.

Figures of replies tagged here and now, by any tagger. On labels that the tagger learned from they
say how well it remembers, not how well it tags: the caller must know which labels those are.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.errors import MintError
from mint_bench.stats.agreement import Drawn
from mint_bench.stats.intervals import MIN_CONVERSATIONS, resampling_weights
from mint_bench.stats.statistic import Floats, divide
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagger, Tagging
from mint_bench.validation.agreement import (
    COMMON_IN,
    TAG_FIGURES,
    Figures,
    shown,
    system_tag_figures,
)
from mint_bench.validation.card_figures import error_of, rank_of, worst_of
from mint_bench.validation.labels import HUMAN, LabelledReply, LabelledSentence

Bools = npt.NDArray[np.bool_]
Row = tuple[npt.ArrayLike | None, npt.ArrayLike, str]
"""Of a sentence, or of several: what was found (null where unscored), the labels, the unit."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """Labelled sentences with what a tagger found in them.

    Attributes:
        found: Shape (n, 10).
        present: The labels, shape (n, 10).
        unit: What each sentence is drawn with in a bootstrap: its response, or conversation.
        common: The tactics of the means over common ones; null for those common in `present`.
    """

    found: Bools
    present: Bools
    unit: tuple[str, ...]
    common: tuple[int, ...] | None = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Tagged":
        """The scored ones of labelled sentences; which tactics are common, all of them say.

        A tagger that leaves replies unscored is thus averaged over the same tactics as others.
        """
        each = np.array([len(np.atleast_2d(present)) for _, present, _ in rows], dtype=np.int64)
        scored = np.repeat(np.array([found is not None for found, _, _ in rows], np.bool_), each)
        unit = np.repeat(np.array([unit for _, _, unit in rows], np.str_), each)
        present = _stack([present for _, present, _ in rows])
        return cls(
            _stack([found for found, _, _ in rows if found is not None]),
            present[scored],
            tuple(unit[scored].tolist()),
            common_tactics(present, unit.tolist()),
        )


def common_tactics(present: Bools, unit: Sequence[str]) -> tuple[int, ...]:
    """The tactics that are labelled in enough units to be resampled."""
    names = np.array(unit)
    units = [len(np.unique(names[labels])) for labels in present.T]
    return tuple(k for k, count in enumerate(units) if count >= COMMON_IN)


def _stack(arrays: Sequence[npt.ArrayLike]) -> Bools:
    nothing = np.zeros((0, len(TACTICS)), dtype=np.bool_)
    return np.concatenate([nothing, *(np.atleast_2d(np.asarray(a, np.bool_)) for a in arrays)])


def figures(
    tagger: Tagger,
    people: Sequence[LabelledSentence],
    systems: Sequence[LabelledReply] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Figures:
    """A tagger against people, and against the published tags of systems where there are any.

    Args:
        tagger: Who is checked; it tags everything anew.
        people: Sentences that people labelled; none leaves `people` null.
        systems: As `systems_figures` takes them; none leaves `systems` null.
        progress: Told what is being tagged.
    """
    result: Figures = {"kind": "tagger_check", "tagger": tagger.name, "sha": tagger.sha}
    progress("people's sentences")
    different, which = distinct([split_of(sentence) for sentence in people])
    tagged_once = tagger.tag(different)
    taggings = [tagged_once[place] for place in which]
    result["people"] = people_figures(people, taggings) if people else None
    result["systems"] = systems_figures(tagger, systems, progress) if systems else None
    return result


def split_of(sentence: LabelledSentence) -> SplitReply:
    """What a tagger is given for a labelled sentence: its whole reply."""
    return SplitReply(sentence.context, sentence.within)


def distinct(splits: Sequence[SplitReply]) -> tuple[list[SplitReply], list[int]]:
    """Each different one once, and which of them each is.

    The labelled sentences of a reply are all given with the whole reply: tag it once.
    """
    places = {split: place for place, split in enumerate(dict.fromkeys(splits))}
    return list(places), [places[split] for split in splits]


def tags_of(sentence: LabelledSentence, tagging: Tagging) -> Bools:
    """What a tagger found in the labelled sentence of the reply it was given."""
    row: Bools = tagging.present[sentence.place[0] if len(sentence.within) > 1 else 0]
    return row


def people_figures(people: Sequence[LabelledSentence], taggings: Sequence[Tagging]) -> Figures:
    """Agreement with people's labels; a sentence whose reply is unscored is left out, counted.

    Its labels still count for which tactics are common.

    Args:
        people: Labelled sentences.
        taggings: Of `split_of` each sentence.

    Returns:
        As `sentence_figures`, with `responses` and `unscored` by reason.
    """
    tagged = Tagged.of([
        (
            tags_of(sentence, tagging) if tagging.unscored is None else None,
            sentence.present,
            str(sentence.response),
        )
        for sentence, tagging in zip(people, taggings, strict=True)
    ])
    unscored = Counter(tagging.unscored for tagging in taggings if tagging.unscored is not None)
    return {
        "sentences": len(tagged.unit),
        "responses": len(set(tagged.unit)),
        "unscored": dict(unscored),
        **sentence_figures(tagged),
    }


def sentence_figures(tagged: Tagged) -> Figures:
    """F1 of "present", and its mean with that of "absent", by tactic and over all.

    A tactic that is neither labelled nor found has no F1 of "present": it is null, and out of the
    means. `macro_f1` and `macro_f1_both_classes` are over all other tactics, the rarest too: points
    without interval, unless all are common. Those in `_common` are over the tactics that are
    labelled in at least 10 units, scored or not: the same for each tagger and in each resample.
    They are null where one of them is neither labelled nor found in what is scored. Intervals are
    percentiles over 10,000 resamples of whole units (studentised ones run past 1 where a
    tactic is rare); none below 20 scored units, nor with a tactic labelled in fewer than 10 of
    them.

    Returns:
        `positives` by tactic; `f1` and `f1_both_classes` by tactic, the four means, each with
        value, low, high and n units; `common`, the names of those tactics.
    """
    scores = _Scores.of(tagged)
    common = scores.dense if tagged.common is None else tagged.common
    over = () if np.isnan(scores.once[list(common)]).any() else common
    ten = len(TACTICS)

    def figure(tactics: Sequence[int], *, both: bool = False) -> Figures:
        return shown(scores.mean(tactics, both=both).agreement())

    return {
        "positives": dict(zip(TACTICS, tagged.present.sum(axis=0).tolist(), strict=True)),
        "common": [TACTICS[k] for k in common],
        "f1": {name: figure([k]) for k, name in enumerate(TACTICS)},
        "f1_both_classes": {name: figure([k], both=True) for k, name in enumerate(TACTICS)},
        "macro_f1": figure(range(ten)),
        "macro_f1_both_classes": figure(range(ten), both=True),
        "macro_f1_common": figure(over),
        "macro_f1_both_classes_common": figure(over, both=True),
    }


def f1_lost(better: Tagged, worse: Tagged) -> Figures:
    """By how much one tagger's means lie above another's on the same sentences, drawn together.

    Returns:
        The four means of `sentence_figures`, first minus second, with value, low, high and n; in
        `common` the tactics of those in `_common`.
    """
    first, second = _Scores.of(better), _Scores.of(worse)
    everything = list(range(len(TACTICS)))
    common = first.dense
    figures: Figures = {"common": [TACTICS[k] for k in common]}
    for end, tactics in (("", everything), ("_common", common)):
        for name, both in (("macro_f1", False), ("macro_f1_both_classes", True)):
            one, other = (scores.mean(tactics, both=both) for scores in (first, second))
            lost = Drawn(one.value - other.value, one.resampled - other.resampled, one.n)
            figures[f"{name}{end}"] = shown(lost.agreement())
    return figures


@dataclass(frozen=True, slots=True)
class _Scores:
    """F1 of "present" for ten tactics, then of "absent", once and in each resample of the units.

    Attributes:
        once: Shape (20,), NaN where undefined.
        drawn: Shape (resamples, 20); all NaN below 20 units.
        dense: The tactics that are labelled in enough units to be resampled.
        units: How many units there are.
    """

    once: Floats
    drawn: Floats
    dense: tuple[int, ...]
    units: int

    @classmethod
    def of(cls, tagged: Tagged) -> "_Scores":
        hits, either = _sums(tagged)
        units = len(hits)
        drawn = np.full((1, hits.shape[1]), np.nan)
        if units >= MIN_CONVERSATIONS:
            weights = resampling_weights(units)
            drawn = divide(weights @ hits, weights @ either)
        dense = common_tactics(tagged.present, tagged.unit)
        return cls(divide(hits.sum(axis=0), either.sum(axis=0)), drawn, dense, units)

    def mean(self, tactics: Sequence[int], *, both: bool) -> Drawn:
        """Mean F1 over what is defined of these tactics; no draws where one of them is rare."""
        columns = [*tactics, *(len(TACTICS) + k for k in tactics)] if both else [*tactics]
        columns = [column for column in columns if not np.isnan(self.once[column])]
        if not columns:
            return Drawn(float("nan"), np.full(1, np.nan), self.units)
        asked = [k for k in tactics if k in columns]
        draws = self.drawn[:, columns].mean(axis=1)
        if not asked or not set(asked) <= set(self.dense):
            draws = np.full(len(draws), np.nan)
        return Drawn(float(self.once[columns].mean()), draws, self.units)


def _sums(tagged: Tagged) -> tuple[Floats, Floats]:
    """By unit, F1's numerators and denominators: "present" of ten tactics, then "absent"."""
    names, unit = np.unique(np.array(tagged.unit), return_inverse=True)
    found = np.concatenate([tagged.found, ~tagged.found], axis=1)
    present = np.concatenate([tagged.present, ~tagged.present], axis=1)
    hits, either = np.zeros((2, len(names), 2 * len(TACTICS)))
    np.add.at(hits, unit, 2.0 * (found & present))
    np.add.at(either, unit, found.astype(float) + present)
    return hits, either


def systems_figures(
    tagger: Tagger,
    replies: Sequence[LabelledReply],
    progress: Callable[[str], None] = lambda _: None,
) -> Figures:
    """Agreement with published tags, by sentence and in the figures of whole systems.

    Args:
        tagger: Tags the systems' replies; the human supporters keep their published tags.
        replies: Of the systems, and of the human supporters, whose system is `gold`.
        progress: Told the name of each system before it is tagged.

    Returns:
        As `sentence_figures` over all systems, with `systems`, `apart`, and `mean_error`,
        `worst_error` and `spearman` of `stickiness_vs_human`, `repetition_vs_self` and `density`,
        with intervals; `f1_by_system`; `left_out` (system to reason) and `unaligned` replies, which
        count by reply only.

    Raises:
        MintError: If there is no system, or no reply of the human supporters.
    """
    names = sorted({reply.system for reply in replies} - {HUMAN})
    if not names or not any(reply.system == HUMAN for reply in replies):
        raise MintError("no tagged replies of a system, or none of the human supporters")
    sets: dict[int, Bools] = {}
    rows: dict[str, list[Row]] = {name: [] for name in names}
    left_out: dict[str, str] = {}
    unaligned = 0
    for name in names:
        progress(name)
        where = [i for i, reply in enumerate(replies) if reply.system == name]
        taggings = tagger.tag([SplitReply(replies[i].text, replies[i].sentences) for i in where])
        for i, tagging in zip(where, taggings, strict=True):
            present = replies[i].present
            tags = tagging.present if tagging.unscored is None else None
            if present is not None:
                rows[name].append((tags, present, replies[i].conversation))
            if tagging.unscored is not None:
                left_out[name] = tagging.unscored
                continue
            sets[i] = np.asarray(tagging.present.any(axis=0))
            unaligned += present is None
    whole = {i: found for i, found in sets.items() if replies[i].system not in left_out}
    if not whole:
        raise MintError(f"every system has replies that could not be tagged: {left_out}")
    found = system_tag_figures(replies, whole)
    tagged = Tagged.of([row for name in names for row in rows[name]])
    return {
        "sentences": len(tagged.unit),
        "unaligned": unaligned,
        "left_out": left_out,
        **sentence_figures(tagged),
        "f1_by_system": {
            name: sentence_figures(Tagged.of(rows[name]))["macro_f1"] for name in names
        },
        **found,
        "mean_error": {figure: error_of(found, [figure]) for figure in TAG_FIGURES},
        "worst_error": {figure: worst_of(found, figure) for figure in TAG_FIGURES},
        "spearman": {figure: rank_of(found, figure) for figure in TAG_FIGURES},
    }
