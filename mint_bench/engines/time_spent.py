"""Where the time of a run's conversations went: which model was being waited for.

Read from Inspect's log. Conversations are held side by side, so these are seconds of
conversations, not of the clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalSample, read_eval_log_samples

OURS = "here"
SYSTEM = "model"
NAMES = {"grader": "judge"}
"""Roles by another name than Inspect's."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Seconds of conversations.

    Attributes:
        seconds: By whom was waited for: `model` (the system under test), `seeker`, `judge`,
            `tagger`; `here` is what is left: scoring in this process, and waiting for a turn.
        total: All of them.
    """

    seconds: dict[str, float]
    total: float

    def shares(self) -> dict[str, float]:
        """Part of the whole, the largest first."""
        if not self.total:
            return {}
        order = sorted(self.seconds, key=lambda name: -self.seconds[name])
        return {name: self.seconds[name] / self.total for name in order}

    def __add__(self, other: "TimeSpent") -> "TimeSpent":
        names = {**self.seconds, **other.seconds}
        both = {n: self.seconds.get(n, 0.0) + other.seconds.get(n, 0.0) for n in names}
        return TimeSpent(both, self.total + other.total)


NONE_SPENT = TimeSpent({}, 0.0)


def time_spent(log: Path) -> TimeSpent:
    """Where the time of a log's conversations went, one after the other read."""
    spent = NONE_SPENT
    for sample in read_eval_log_samples(str(log), all_samples_required=False):
        spent += of_sample(sample)
    return spent


def of_sample(sample: EvalSample) -> TimeSpent:
    """Where the time of one conversation went; calls at the same time count once."""
    spans: dict[str, list[Span]] = {}
    for event in sample.events:
        if isinstance(event, ModelEvent) and event.completed is not None:
            who = NAMES.get(event.role, event.role) if event.role else SYSTEM
            span = (event.timestamp.timestamp(), event.completed.timestamp())
            spans.setdefault(who, []).append(span)
    seconds = {who: covered(found) for who, found in spans.items()}
    waited = covered([span for found in spans.values() for span in found])
    total = max(sample.total_time or 0.0, waited)
    return TimeSpent({**seconds, OURS: total - waited}, total)


def covered(spans: Sequence[Span] | Iterable[Span]) -> float:
    """Length of the union of spans.

    >>> covered([(0, 2), (1, 3), (5, 6)])
    4.0
    """
    length, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        length += max(end - max(start, reached), 0.0)
        reached = max(reached, end)
    return float(length)
