"""A record's figures, computed again from its file, with nothing that the site's builder holds.

Tactics and single conversations are counted plainly, turn by turn, for a second opinion on the
arrays that the builder uses.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from mint_bench.judging.judge import HIGHER_IS_BETTER
from mint_bench.leaderboard.measured import BOOTSTRAPPED
from mint_bench.leaderboard.patterns import MOST_TURNS
from mint_bench.metrics.repetition import TACTIC_COUNT
from mint_bench.records.arrays import Turns, turns_of
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import paired_rows
from mint_bench.records.figures import Figure, figures
from mint_bench.records.schema import Record
from mint_bench.records.signature import short_sha
from mint_bench.scoring import ScoredTurn
from mint_bench.stats.compare import compare


@dataclass(frozen=True)
class Recomputed:
    """One record; each figure is computed when it is asked for."""

    record: Record

    @property
    def folder(self) -> str:
        """Where its page belongs on the site."""
        record = self.record
        return f"systems/{record.system}/{short_sha(record.board)}-{short_sha(record.settings)}"

    @property
    def conversations(self) -> int:
        """How many, each counted once."""
        return len({one.id for one in self.record.conversations})

    @cached_property
    def turns(self) -> Turns:
        """Its turns as arrays."""
        return turns_of(self.record.conversations)

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """All figures, with the kind of interval that the page names."""
        held = self.record.conversations
        rest = [name for name in COLUMNS if name not in BOOTSTRAPPED]
        return figures(held, names=BOOTSTRAPPED) | figures(held, "t", rest)

    def minus(self, other: "Recomputed", name: str) -> Figure:
        """The paired difference to another record, with its t interval."""
        column = COLUMNS[name]
        first, second = paired_rows(column, [self.turns, other.turns])
        found = compare(column.statistic, first, second, 0)
        value, low, high = (
            None if math.isnan(x) else x for x in (found.difference, found.low, found.high)
        )
        return Figure(value, low, high, found.n)

    def use_by_turn(self) -> list[list[float | None]]:
        """Per tactic and turn, the share of replies with it; below, how many replies there are."""
        by_turn: dict[int, list[set[int]]] = {}
        for held in self.record.conversations:
            for turn in held.turns:
                if turn.tactics is not None and turn.t <= MOST_TURNS:
                    by_turn.setdefault(turn.t, []).append(tactics_of(turn))
        turns = [by_turn[t] for t in sorted(by_turn)]
        shares: list[list[float | None]] = [
            [sum(k in used for used in turn) / len(turn) for turn in turns]
            for k in range(TACTIC_COUNT)
        ]
        return [*shares, [float(len(turn)) for turn in turns]]

    def after(self) -> list[list[float | None]]:
        """Row j, column k: the share of replies with k right after one with j; last, how many."""
        pairs = [
            (tactics_of(first), tactics_of(second))
            for held in self.record.conversations
            for first in held.turns
            for second in held.turns
            if second.t == first.t + 1 and first.tactics is not None and second.tactics is not None
        ]
        result: list[list[float | None]] = []
        for j in range(TACTIC_COUNT):
            seconds = [second for first, second in pairs if j in first]
            result.append([
                *(
                    sum(k in second for second in seconds) / len(seconds) if seconds else None
                    for k in range(TACTIC_COUNT)
                ),
                float(len(seconds)),
            ])
        return result

    def talk(self, name: str, epoch: int) -> tuple[float, float | None, float | None]:
        """Of one conversation: turns, mean empathy, and per cent of tactics that return."""
        held = next(c for c in self.record.conversations if (c.id, c.epoch) == (name, epoch))
        rated = []
        for turn in held.turns:
            given = [
                rating if up else 6 - rating
                for rating, up in zip(turn.ratings or (), HIGHER_IS_BETTER, strict=False)
                if rating is not None
            ]
            if given:
                rated.append(sum(given) / len(given))
        again = used = 0
        for first, second in zip(held.turns, held.turns[1:], strict=False):
            if first.tactics is not None and second.tactics is not None:
                own = tactics_of(second)
                again, used = again + len(tactics_of(first) & own), used + len(own)
        return (
            float(len(held.turns)),
            sum(rated) / len(rated) if rated else None,
            100 * again / used if used else None,
        )


def tactics_of(turn: ScoredTurn) -> set[int]:
    """The tactics of a reply, by their number; none where they are not known."""
    return {k for k, count in enumerate(turn.tactics or ()) if count}
