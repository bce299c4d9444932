"""What a system's page draws of its tactics: use by turn, and what follows on what.

Shares without intervals, for pictures; tables with intervals come from `records.profiles`.
"""

from dataclasses import dataclass

import numpy as np

from mint_bench.metrics.repetition import TACTIC_COUNT
from mint_bench.records.arrays import Turns, adjacent

MOST_TURNS = 10


@dataclass(frozen=True, slots=True)
class Patterns:
    """Shares by turn and by the turn before.

    Attributes:
        use: Per turn, the share of replies with each of the 10 tactics.
        replies: Replies behind each turn.
        after: Row j, column k: share of replies with k after a reply with j; None without one.
        before: How many replies with j have a reply after them.
    """

    use: tuple[tuple[float, ...], ...]
    replies: tuple[int, ...]
    after: tuple[tuple[float | None, ...], ...]
    before: tuple[int, ...]


def patterns(turns: Turns) -> Patterns:
    """The patterns of a system's turns, at most the first 10 of a conversation."""
    present = (turns.tactics > 0).astype(np.float64)
    use, replies = [], []
    for t in range(1, min(MOST_TURNS, int(turns.t.max(initial=0))) + 1):
        here = turns.tagged & (turns.t == t)
        if here.any():
            use.append(tuple(present[here].mean(axis=0).tolist()))
            replies.append(int(here.sum()))
    earlier, later = adjacent(turns)
    both = turns.tagged[earlier] & turns.tagged[later]
    first, second = present[earlier[both]], present[later[both]]
    joint, count = first.T @ second, first.sum(axis=0)
    after = tuple(
        tuple(joint[j] / count[j]) if count[j] else (None,) * TACTIC_COUNT
        for j in range(TACTIC_COUNT)
    )
    return Patterns(tuple(use), tuple(replies), after, tuple(int(c) for c in count))
