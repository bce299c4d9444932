"""One completion with what was measured of it: its replies, their terms, and their means.

A completion is one reply, or a whole conversation of them. Nothing is measured here, and no group
is known: that is the business of `composite`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from mint_bench.conversation import Conversation, Message, Speaker, Turn
from mint_bench.grpo.data import Case
from mint_bench.grpo.quality import Completion
from mint_bench.grpo.rewards import (
    Numbers,
    Terms,
    clip,
    delta,
    label_penalty,
    length_scale,
    pooled_repetition,
    repetition,
)
from mint_bench.metrics.measured import Measured
from mint_bench.metrics.novelty import entropy, novelty
from mint_bench.sentences import visible_text

Counts = list[int]
LogMetric = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One reply of an episode with all that its reward needs.

    Attributes:
        sample: For the judge.
        counts: Sentences per tactic; None where the reply was not tagged.
        first: Whether no supporter turn answered the seeker before it.
        previous: Counts of the supporter turn before; None on the first turn, or where unknown.
        quality: From the judge.
        tokens: Of the visible reply.
    """

    sample: Completion
    counts: Counts | None
    first: bool
    previous: Counts | None
    quality: Measured
    tokens: int

    def terms(self) -> Terms:
        """What `rewards` takes of it."""
        comparable = self.first or self.previous is not None
        counts = self.counts
        return Terms(
            self.quality.value,
            novelty(counts, self.previous) if counts is not None and comparable else None,
            entropy(counts) if counts is not None else None,
            repetition(self.previous, counts) if counts is not None else None,
            length_scale(self.tokens),
            label_penalty(self.sample.exchange.reply),
        )


Episode = list[Spoken]
"""The replies of one completion: one, or those of a whole conversation."""


def mean_of(numbers: Numbers) -> float | None:
    """The mean of the numbers that are there; None where none is.

    >>> mean_of([1.0, None, 2.0]), mean_of([None])
    (1.5, None)
    """
    known = [number for number in numbers if number is not None]
    return fmean(known) if known else None


def of_conversation(episode: Episode) -> Terms:
    """One conversation's terms: means over its turns, and ρ over all its pairs.

    A turn that was not rated or not tagged leaves the whole without that term.
    """
    terms = [spoken.terms() for spoken in episode]
    tagged = [(one.previous, one.counts) for one in episode if one.counts is not None]
    return Terms(
        _whole_mean([one.quality for one in terms]),
        _whole_mean([one.novelty for one in terms]),
        _whole_mean([one.entropy for one in terms]),
        pooled_repetition(tagged) if len(tagged) == len(episode) else None,
        fmean([one.length for one in terms]) if terms else 1.0,
        fmean([one.penalty for one in terms]) if terms else 0.0,
    )


def _whole_mean(numbers: Numbers) -> float | None:
    return None if None in numbers else mean_of(numbers)


def with_delta(turns: Sequence[Terms], ceiling: float) -> list[Terms]:
    """A conversation's terms with the quality of each turn clipped, then less the next one's."""
    qualities = delta(clip([one.quality for one in turns], ceiling))
    return [replace(one, quality=q) for q, one in zip(qualities, turns, strict=True)]


def answered(case: Case, text: str) -> Conversation:
    """The real conversation up to the case's turn, and a reply in its place."""
    reply = Turn(Speaker.SUPPORTER, (Message(Speaker.SUPPORTER, visible_text(text)),))
    source = case.conversation
    return Conversation(source.id, (*source.turns[: case.position], reply), source.language)


def log_terms(
    log_metric: LogMetric,
    episodes: Sequence[Episode],
    turn_rewards: Sequence[Sequence[float | None]],
) -> None:
    """Log the mean of each term as it was measured, and the share of replies without a reward."""
    spoken = [one for episode in episodes for one in episode]
    terms = [one.terms() for one in spoken]
    tactics = [one.counts for one in spoken]
    figures: dict[str, Numbers] = {
        "quality": [one.quality for one in terms],
        "novelty": [one.novelty for one in terms],
        "entropy": [one.entropy for one in terms],
        "repetition": [one.repetition for one in terms],
        "density": [None if c is None else float(sum(n > 0 for n in c)) for c in tactics],
        "words": [float(len(one.sample.exchange.reply.split())) for one in spoken],
        "labels": [float(one.penalty < 0) for one in terms],
        "unscored": [float(one is None) for turns in turn_rewards for one in turns],
    }
    for name, numbers in figures.items():
        value = mean_of(numbers)
        if value is not None:
            log_metric(f"terms/{name}", value)
