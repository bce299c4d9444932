"""Metrics of the checks of scorers, over all samples, from what each score keeps in its metadata.

The figures are those of `validation`; here they only get the flat names that Inspect shows.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from inspect_ai.scorer import Metric, SampleScore, Value, metric
from pydantic import BaseModel, ConfigDict

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import judge_bias, judge_check
from mint_bench.validation.ratings import Doubles, Ratings, conversation_means
from mint_bench.validation.tagger_check import Tagged, sentence_figures

CHECKED = "checked"
"""Where a score's metadata holds what was checked."""

SHOWN = ("kappa", "spearman", "alpha")
ROWS = (*DIMENSIONS, judge_check.MEAN)
Row = list[float] | None


class CheckedConversation(BaseModel):
    """A conversation's ratings by a judge and by experts.

    Attributes:
        id: The conversation's.
        ratings: By pass (`plain`, …), six ratings a reply; null where unscored.
        experts: Six ratings by each expert.
        words: Mean words of a reply.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    ratings: dict[str, list[Row]]
    experts: list[list[float]]
    words: float

    def rated(self, name: str) -> Doubles:
        """One pass as an array, shape (replies, 6), NaN where unscored."""
        nothing = [math.nan] * len(DIMENSIONS)
        return np.array([row or nothing for row in self.ratings[name]], dtype=np.float64)

    def means(self) -> Doubles:
        """The judge's mean over the replies, shape (6,)."""
        plain = ((self.id, row) for row in self.rated(judge_bias.PLAIN))
        return conversation_means(plain)[self.id]


class CheckedResponse(BaseModel):
    """The sentences of a response with what a tagger found, and people's labels."""

    model_config = ConfigDict(frozen=True)

    id: str
    found: list[list[bool]]
    present: list[list[bool]]
    untagged: int

    def right(self) -> int:
        """Sentences whose ten tactics are all as labelled."""
        return sum(a == b for a, b in zip(self.found, self.present, strict=True))


Checked = TypeVar("Checked", bound=BaseModel)


def rows_of(ratings: Doubles) -> list[Row]:
    """Ratings as JSON has them: null for a reply without."""
    return [None if np.isnan(row).any() else row.tolist() for row in ratings]


def _checked(scores: Sequence[SampleScore], kind: type[Checked]) -> list[Checked]:
    kept = [score.score.metadata or {} for score in scores]
    return [kind.model_validate(metadata[CHECKED]) for metadata in kept if CHECKED in metadata]


@metric(scores="unreduced")
def agreement() -> Metric:
    """Kappa, Spearman and Krippendorff's alpha of the judge with the experts' median.

    By dimension and over the six, with intervals over conversations from 20 of them on; epochs of
    a conversation are averaged. `one_expert_…` is an expert against the median of the others.
    NaN where undefined.
    """

    def compute(scores: list[SampleScore]) -> Value:
        talks = _checked(scores, CheckedConversation)
        found, one = _against_experts(talks) if talks else ({}, {})
        return {
            **{
                f"{row}_{name}{end}": number
                for row in ROWS
                for name in SHOWN
                for end, number in _ends(found, row, name).items()
            },
            **{f"one_expert_{name}": _ends(one, judge_check.MEAN, name)[""] for name in SHOWN},
        }

    return compute


def _against_experts(
    talks: Sequence[CheckedConversation],
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Agreement of the judge with the experts, and of one expert with the others."""
    replies = ((talk.id, row) for talk in talks for row in talk.rated(judge_bias.PLAIN))
    judge = Ratings("judge", conversation_means(replies), len(talks))
    by_id = {talk.id: talk.experts for talk in talks}
    ids = sorted(by_id)
    people = np.array([by_id[name] for name in ids]).swapaxes(0, 1)
    return (
        judge_check.against_experts(judge.table(ids), people, SHOWN),
        judge_check.one_expert(people, interval=False),
    )


@metric(scores="unreduced")
def repeats() -> Metric:
    """How consistent the judge is over epochs; NaN with one epoch.

    `repeats_same`: share of ratings that are the same in all; `repeats_sd`: mean standard
    deviation of a rating; `repeats_alpha`: Krippendorff's alpha of the epochs. Means over the
    six dimensions.
    """

    def compute(scores: list[SampleScore]) -> Value:
        epochs: dict[str, list[Doubles]] = defaultdict(list)
        for talk in _checked(scores, CheckedConversation):
            epochs[talk.id].append(talk.rated(judge_bias.PLAIN))
        most = max((len(given) for given in epochs.values()), default=0)
        whole = [np.stack(given) for given in epochs.values() if len(given) == most]
        found = judge_bias.consistency([*np.concatenate(whole, axis=1)]) if most > 1 else {}
        return {f"repeats_{name}": _mean(found, name) for name in ("same", "sd", "alpha")}

    return compute


@metric(scores="unreduced")
def biases() -> Metric:
    """What moves the ratings although it should not.

    `words_added_…`, `emoji_added_…`: mean change of a rating, in points, with intervals over
    conversations; `length_…`: correlation of (judge − experts' median) with words a reply;
    `repeat_same`, `order_same`: share of ratings that stay when replies are rated again, and in
    another order.
    """

    def compute(scores: list[SampleScore]) -> Value:
        talks = _checked(scores, CheckedConversation)
        ratings = {
            name: np.concatenate([np.zeros((0, 6)), *(talk.rated(name) for talk in talks)])
            for name in judge_bias.PASSES
        }
        owners = [t.id for t in talks for _ in t.ratings[judge_bias.PLAIN]]
        found = judge_bias.bias(owners, ratings) if owners else {}
        shown = {
            f"{part}_{column}{end}": number
            for part in ("words_added", "emoji_added")
            for column in judge_bias.COLUMNS
            for end, number in _ends(found, part, column).items()
        }
        length = {"length": _length(talks)} if talks else {}
        for dimension in DIMENSIONS:
            shown |= {
                f"length_{dimension}{e}": x for e, x in _ends(length, "length", dimension).items()
            }
        return {
            **shown,
            **{f"{p}_same": _mean(found.get(p, {}), "same") for p in ("repeat", "order")},
        }

    return compute


def _length(talks: Sequence[CheckedConversation]) -> Mapping[str, Any]:
    replies = ((talk.id, row) for talk in talks for row in talk.rated(judge_bias.PLAIN))
    judge = Ratings("judge", conversation_means(replies), len(talks))
    experts = [
        Ratings(f"expert{i}", {talk.id: np.array(talk.experts[i]) for talk in talks}, len(talks))
        for i in range(len(talks[0].experts))
    ]
    return judge_bias.length_residual(judge, experts, {talk.id: talk.words for talk in talks})


@metric(scores="unreduced")
def unrated() -> Metric:
    """Share of replies that the judge did not rate."""

    def compute(scores: list[SampleScore]) -> Value:
        talks = _checked(scores, CheckedConversation)
        rows = [row for talk in talks for row in talk.ratings[judge_bias.PLAIN]]
        return {"unrated": _share(sum(row is None for row in rows), len(rows))}

    return compute


@metric(scores="unreduced")
def f1() -> Metric:
    """F1 against people's labels: means over tactics with intervals over responses, and by tactic.

    `macro_f1_both_classes` is the mean of the F1 of present and of absent, `macro_f1` that of
    present alone. NaN where undefined.
    """

    def compute(scores: list[SampleScore]) -> Value:
        responses = _checked(scores, CheckedResponse)
        tagged = Tagged(
            np.array([row for r in responses for row in r.found], dtype=np.bool_),
            np.array([row for r in responses for row in r.present], dtype=np.bool_),
            tuple(r.id for r in responses for _ in r.found),
        )
        found = sentence_figures(tagged) if tagged.unit else {}
        means = {"means": found}
        return {
            **{
                f"{name}{end}": number
                for name in ("macro_f1_both_classes", "macro_f1")
                for end, number in _ends(means, "means", name).items()
            },
            **{f"f1_{tactic}": _ends(found, "f1", tactic)[""] for tactic in TACTICS},
        }

    return compute


@metric(scores="unreduced")
def untagged() -> Metric:
    """Share of sentences that the tagger did not tag."""

    def compute(scores: list[SampleScore]) -> Value:
        responses = _checked(scores, CheckedResponse)
        missing = sum(response.untagged for response in responses)
        return {"untagged": _share(missing, missing + sum(len(r.found) for r in responses))}

    return compute


def _ends(found: Mapping[str, Any], row: str, name: str) -> dict[str, float]:
    """A figure's value and the ends of its interval by suffix; NaN where there is none."""
    figure = found.get(row, {}).get(name, {})
    ends = {"": "value", "_low": "low", "_high": "high"}
    return {suffix: _or_nan(figure.get(end)) for suffix, end in ends.items()}


def _mean(found: Mapping[str, Any], name: str) -> float:
    """Mean over the dimensions of what is defined."""
    known = [row[name] for row in found.values() if row[name] is not None]
    return float(np.mean(known)) if known else math.nan


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
