"""What a check of a scorer leaves in each score's metadata, and the figures made of all of them.

The figures are those of `validation`; as Inspect shows them they stand in `check_metrics`.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from inspect_ai.scorer import Score
from pydantic import BaseModel, ConfigDict, Field

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import judge_bias
from mint_bench.validation.agreement import Figures
from mint_bench.validation.ratings import Doubles, Ratings, conversation_means
from mint_bench.validation.tagger_check import Tagged

CHECKED = "checked"
"""Where a score's metadata holds what was checked."""

Row = list[float] | None


class CheckedConversation(BaseModel):
    """A conversation's ratings by a judge and by experts.

    Attributes:
        id: The conversation's.
        ratings: By pass (`plain`, …), six ratings a reply; null where unscored.
        reworded: The same by rewording of the rubric; empty where none was asked for.
        experts: Six ratings by each expert.
        words: Mean words of a reply.
        unscored: Replies without a rating in the plain pass, by reason.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    ratings: dict[str, list[Row]]
    reworded: dict[str, list[Row]] = Field(default_factory=dict)
    experts: list[list[float]]
    words: float
    unscored: dict[str, int] = Field(default_factory=dict)

    def rated(self, name: str) -> Doubles:
        """One pass as an array, shape (replies, 6), NaN where unscored."""
        return _array(self.ratings[name])

    def means(self) -> Doubles:
        """The judge's mean over the replies, shape (6,)."""
        plain = ((self.id, row) for row in self.rated(judge_bias.PLAIN))
        return conversation_means(plain)[self.id]


class CheckedResponse(BaseModel):
    """The sentences of a response with what a tagger found, and people's labels.

    Attributes:
        id: The response's.
        found: Ten answers a sentence; null where it could not be tagged.
        present: Ten labels a sentence.
        unscored: Sentences that could not be tagged, by reason.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    found: list[list[bool] | None]
    present: list[list[bool]]
    unscored: dict[str, int]

    def right(self) -> int:
        """Sentences whose ten tactics are all as labelled."""
        return sum(a == b for a, b in zip(self.found, self.present, strict=True))

    def tags(self) -> Doubles:
        """What was found, shape (sentences, 10), NaN where there is nothing."""
        nothing = [math.nan] * len(TACTICS)
        rows = [nothing if row is None else row for row in self.found]
        return np.array(rows, dtype=np.float64).reshape(-1, len(TACTICS))


Checked = TypeVar("Checked", bound=BaseModel)


def rows_of(ratings: Doubles) -> list[Row]:
    """Ratings as JSON has them: null for a reply without."""
    return [None if np.isnan(row).any() else row.tolist() for row in ratings]


def _array(rows: Sequence[Row]) -> Doubles:
    nothing = [math.nan] * len(DIMENSIONS)
    return np.array([row or nothing for row in rows], dtype=np.float64).reshape(-1, len(DIMENSIONS))


def checked(scores: Sequence[Score], kind: type[Checked]) -> list[Checked]:
    """What scores keep in their metadata; those that keep nothing are passed over."""
    kept = [score.metadata or {} for score in scores]
    return [kind.model_validate(metadata[CHECKED]) for metadata in kept if CHECKED in metadata]


def over_epochs(talks: Sequence[CheckedConversation]) -> Figures:
    """How alike the ratings of all epochs are, by dimension; empty with one epoch."""
    return _alike([(talk.id, talk.rated(judge_bias.PLAIN)) for talk in talks], DIMENSIONS)


def tags_over_epochs(responses: Sequence[CheckedResponse]) -> Figures:
    """How alike the tactics of all epochs are, by tactic; empty with one epoch."""
    return _alike([(response.id, response.tags()) for response in responses], TACTICS)


def _alike(given: Sequence[tuple[str, Doubles]], names: Sequence[str]) -> Figures:
    """How alike what was given to the same id is; an id that lacks an epoch is left out."""
    epochs: dict[str, list[Doubles]] = defaultdict(list)
    for name, rows in given:
        epochs[name].append(rows)
    most = max((len(each) for each in epochs.values()), default=0)
    whole = [np.stack(each) for each in epochs.values() if len(each) == most]
    return judge_bias.consistency([*np.concatenate(whole, axis=1)], names) if most > 1 else {}


def tagged_of(responses: Sequence[CheckedResponse]) -> Tagged:
    """The sentences that were tagged, in every epoch, each drawn with its response."""
    return Tagged.of([
        (found, present, response.id)
        for response in responses
        for found, present in zip(response.found, response.present, strict=True)
    ])


def over_rewordings(talks: Sequence[CheckedConversation]) -> Figures:
    """How alike the ratings by the rubric and by its rewordings are, by dimension; else empty."""
    names = sorted({name for talk in talks for name in talk.reworded})
    whole = [talk for talk in talks if all(name in talk.reworded for name in names)]
    if not names or not whole:
        return {}
    plain = np.concatenate([talk.rated(judge_bias.PLAIN) for talk in whole])
    others = [np.concatenate([_array(talk.reworded[name]) for talk in whole]) for name in names]
    return judge_bias.consistency([plain, *others])


def bias_of(talks: Sequence[CheckedConversation]) -> Figures:
    """What moves the ratings of conversations that were rated in every pass.

    That of another order may lack: not every judge knows one.
    """
    there = [name for name in judge_bias.PASSES if all(name in talk.ratings for talk in talks)]
    ratings = {name: np.concatenate([talk.rated(name) for talk in talks]) for name in there}
    owners = [talk.id for talk in talks for _ in talk.ratings[judge_bias.PLAIN]]
    return {**judge_bias.bias(owners, ratings), "length": _length(talks)}


def _length(talks: Sequence[CheckedConversation]) -> Figures:
    experts = [
        Ratings(f"expert{i}", {talk.id: np.array(talk.experts[i]) for talk in talks}, len(talks))
        for i in range(len(talks[0].experts))
    ]
    words = {talk.id: talk.words for talk in talks}
    return judge_bias.length_residual(ratings_of("judge", talks), experts, words)


def ratings_of(name: str, talks: Sequence[CheckedConversation]) -> Ratings:
    """The judge's ratings of conversations, over all replies and epochs."""
    rows = [(talk.id, row) for talk in talks for row in talk.rated(judge_bias.PLAIN)]
    unscored: Counter[str] = Counter()
    for talk in talks:
        unscored.update(talk.unscored)
    given = sum(not np.isnan(row).any() for _, row in rows)
    return Ratings(name, conversation_means(rows), given, unscored)
