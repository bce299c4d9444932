"""Metrics of the checks of scorers, over all samples, from what each score keeps in its metadata.

The figures are those of `validation`; here they only get the flat names that Inspect shows.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from inspect_ai.scorer import Metric, SampleScore, Value, metric

from mint_bench.inspect_plugin.checked import (
    Checked,
    CheckedConversation,
    CheckedResponse,
    bias_of,
    checked,
    over_epochs,
    over_rewordings,
    ratings_of,
    tagged_of,
)
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import judge_bias, judge_check
from mint_bench.validation.tagger_check import sentence_figures

SHOWN = ("kappa", "spearman", "alpha")
ALIKE = ("same", "sd", "alpha")
ROWS = (*DIMENSIONS, judge_check.MEAN)


def _checked(scores: Sequence[SampleScore], kind: type[Checked]) -> list[Checked]:
    return checked([score.score for score in scores], kind)


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
    judge = ratings_of("judge", talks)
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
        found = over_epochs(_checked(scores, CheckedConversation))
        return {f"repeats_{name}": _mean(found, name) for name in ALIKE}

    return compute


@metric(scores="unreduced")
def reworded() -> Metric:
    """How consistent the judge is over rewordings of its rubric; NaN where none was asked for.

    As `repeats`, over the shipped rubric and each rewording: `rewordings_same`, `rewordings_sd`,
    `rewordings_alpha`.
    """

    def compute(scores: list[SampleScore]) -> Value:
        found = over_rewordings(_checked(scores, CheckedConversation))
        return {f"rewordings_{name}": _mean(found, name) for name in ALIKE}

    return compute


@metric(scores="unreduced")
def biases() -> Metric:
    """What moves the ratings although it should not.

    `words_added_…`, `emoji_added_…`, `turn_later_…` (after greetings): mean change of a rating, in
    points, with intervals over conversations; `length_…`: correlation of (judge − experts' median)
    with words a reply; `repeat_same`, `order_same`: share of ratings that stay when replies are
    rated again, and in another order. NaN for a judge that knows no order.
    """

    def compute(scores: list[SampleScore]) -> Value:
        talks = _checked(scores, CheckedConversation)
        found = bias_of(talks) if talks else {}
        shown = {
            f"{part}_{column}{end}": number
            for part in ("words_added", "emoji_added", "turn_later")
            for column in judge_bias.COLUMNS
            for end, number in _ends(found, part, column).items()
        }
        for dimension in DIMENSIONS:
            shown |= {
                f"length_{dimension}{e}": x for e, x in _ends(found, "length", dimension).items()
            }
        return {
            **shown,
            **{f"{p}_same": _mean(found.get(p, {}), "same") for p in ("repeat", "order")},
        }

    return compute


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
    """F1 against people's labels: means over tactics, and by tactic.

    `macro_f1_both_classes` is the mean of the F1 of present and of absent, `macro_f1` that of
    present alone; with `_common` over the tactics labelled in at least 10 responses, tagged or
    not. Intervals are over responses. NaN where undefined, and for the interval of a tactic in too
    few of those that were tagged.
    """

    def compute(scores: list[SampleScore]) -> Value:
        responses = _checked(scores, CheckedResponse)
        tagged = tagged_of(responses)
        found = sentence_figures(tagged) if tagged.unit else {}
        means = {"means": found}
        names = ("macro_f1_both_classes", "macro_f1")
        return {
            **{name: _ends(means, "means", name)[""] for name in names},
            **{
                f"{name}_common{end}": number
                for name in names
                for end, number in _ends(means, "means", f"{name}_common").items()
            },
            **{
                f"f1_{tactic}{end}": number
                for tactic in TACTICS
                for end, number in _ends(found, "f1", tactic).items()
            },
        }

    return compute


@metric(scores="unreduced")
def untagged() -> Metric:
    """Share of sentences that the tagger did not tag."""

    def compute(scores: list[SampleScore]) -> Value:
        responses = _checked(scores, CheckedResponse)
        rows = [row for response in responses for row in response.found]
        return {"untagged": _share(sum(row is None for row in rows), len(rows))}

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
