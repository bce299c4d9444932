"""What a record says of its simulated seeker: how often the audit found fault, how it felt.

Recomputed from the conversations, like every other figure. Ranks nothing: what follows from a rate
stands in `wording`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mint_bench.records.arrays import Turns
from mint_bench.replay.audit import KINDS
from mint_bench.replay.audit_rules import audit_rules
from mint_bench.replay.course import SeekerFigures
from mint_bench.scoring import ScoredConversation
from mint_bench.stats.statistic import Floats

SeekerRows = Callable[[Turns], Floats]
OVER = frozenset({"length", "success", "failure", "goodbye"})
"""Endings of a conversation that was held to its end."""


@dataclass(frozen=True, slots=True)
class AuditRates:
    """The audit of a run.

    Attributes:
        lines: Simulated lines.
        faulty: Of them, those with a fault of any kind.
        kinds: Lines by fault, commonest first; a line may have several.
        unchecked: Lines by what could not be checked and why.
    """

    lines: int
    faulty: int
    kinds: dict[str, int]
    unchecked: dict[tuple[str, str], int]

    @property
    def share(self) -> float:
        """Share of the lines with a fault; 0 without any line."""
        return self.faulty / self.lines if self.lines else 0.0

    @property
    def unreliable(self) -> bool:
        """Whether the simulator is too faulty for its run to be ranked."""
        return self.share > audit_rules().unreliable_above

    def told(self) -> str:
        """The rates in one line.

        >>> AuditRates(200, 9, {"echo": 7, "drift": 3}, {}).told()
        '4.5 % of 200 simulated lines are faulty: echo 7, drift 3'
        """
        by_kind = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in self.kinds.items())
        left = "".join(
            f"; {kind.replace('_', ' ')} not checked in {n} ({why})"
            for (kind, why), n in self.unchecked.items()
        )
        faults = f" are faulty: {by_kind}" if by_kind else " are faulty"
        return f"{100 * self.share:.1f} % of {self.lines:,} simulated lines{faults}{left}"


def audit_rates(conversations: Sequence[ScoredConversation]) -> AuditRates | None:
    """The audit of a record's conversations; None where no seeker was simulated."""
    if all(conversation.seeker is None for conversation in conversations):
        return None
    lines = [line for c in conversations if c.seeker for line in c.seeker.lines]
    found = Counter(kind for line in lines for kind in line.faults)
    return AuditRates(
        lines=len(lines),
        faulty=sum(bool(line.faults) for line in lines),
        kinds=dict(sorted(found.items(), key=lambda item: (-item[1], KINDS.index(item[0])))),
        unchecked=dict(Counter(pair for line in lines for pair in line.unchecked.items())),
    )


def emotion_course(conversations: Sequence[ScoredConversation]) -> list[float]:
    """A persona's mean emotion before the first reply and after each.

    A conversation that is over keeps its last emotion; one that broke off is left out.
    """
    felt = [
        c.seeker.emotions
        for c in conversations
        if c.seeker and c.seeker.emotions and c.seeker.ending in OVER
    ]
    longest = max(map(len, felt), default=0)
    return [
        float(np.mean([emotions[min(t, len(emotions) - 1)] for emotions in felt]))
        for t in range(longest)
    ]


def _per_conversation(value: Callable[[SeekerFigures], tuple[float, float] | None]) -> SeekerRows:
    """Rows (sum, count) over conversations and epochs; those without a value count nowhere."""

    def rows(turns: Turns) -> Floats:
        sums = np.zeros((turns.groups, 2))
        for group, seeker in turns.seekers:
            found = value(seeker)
            if found is not None:
                sums[group] += found
        return sums

    return rows


def _faulty(seeker: SeekerFigures) -> tuple[float, float]:
    return sum(bool(line.faults) for line in seeker.lines), len(seeker.lines)


def _last_emotion(seeker: SeekerFigures) -> tuple[float, float] | None:
    whole = seeker.emotions and seeker.ending in OVER
    return (seeker.emotions[-1], 1) if whole else None


def _ended(ending: str) -> Callable[[SeekerFigures], tuple[float, float] | None]:
    def value(seeker: SeekerFigures) -> tuple[float, float] | None:
        whole = seeker.emotions and seeker.ending in OVER
        return (float(seeker.ending == ending), 1) if whole else None

    return value


SEEKER: tuple[tuple[str, str, SeekerRows, str | None, tuple[float, float]], ...] = (
    ("final_emotion", "final emotion", _per_conversation(_last_emotion), "higher", (0.0, 100.0)),
    ("success", "success", _per_conversation(_ended("success")), "higher", (0.0, 1.0)),
    ("failure", "failure", _per_conversation(_ended("failure")), "lower", (0.0, 1.0)),
    ("seeker_faults", "seeker faults", _per_conversation(_faulty), "lower", (0.0, 1.0)),
)
"""Columns of simulated seekers: name, title, rows, direction, scale. An emotion counts where the
conversation was held to its end."""
