"""Who is told apart from whom on a board, computed again from the records and counted plainly.

Goes pair by pair where the site's builder works on matrices, for a second opinion: the t test of
each pair, Holm's correction step by step, ranks and ties by their definition.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import median

import numpy as np

from mint_bench.judging import JUDGES
from mint_bench.leaderboard.boards import NO_SOURCE
from mint_bench.nightly.recomputed import Recomputed
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import COMPETING, paired_rows
from mint_bench.records.tables import KIND_ORDER, PRIMARY, Row
from mint_bench.records.wording import source_card, why_unranked
from mint_bench.stats.compare import t_test_p
from mint_bench.stats.intervals import MIN_CONVERSATIONS, contributing, standard_error
from mint_bench.stats.power import minimum_detectable
from mint_bench.stats.ranking import ALPHA
from mint_bench.stats.statistic import influence

LETTER = re.compile(r"\(\d+\)|[A-Za-z]")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Tested:
    """The paired test of two systems on the ranking figure."""

    p: float
    se: float
    n: int


@dataclass(frozen=True)
class Standing:
    """The records of one board; each is named by the folder of its page.

    Attributes:
        systems: In the order of the table.
    """

    systems: dict[str, Recomputed]

    @classmethod
    def of(cls, members: Sequence[Recomputed]) -> "Standing":
        """A board's records, in the order of its table: best empathy first, others last."""

        def order(one: Recomputed) -> tuple[int, float, str]:
            apart = max(0, KIND_ORDER.index(one.record.kind) - 1)
            return apart, -(one.figures[PRIMARY].value or 0.0), one.record.system

        return cls({one.folder: one for one in sorted(members, key=order)})

    @cached_property
    def unranked(self) -> dict[str, str | None]:
        """Why each record has no rank; None where nothing keeps it from one."""
        found = {}
        for folder, one in self.systems.items():
            board = one.record.board
            nameless = NO_SOURCE if source_card(board) is None else None
            found[folder] = why_unranked(board, Row(one.record, one.figures)) or nameless
        return found

    @cached_property
    def shown_only(self) -> bool:
        """Whether its judge only screens or its source ranks nobody, so that nothing is tested."""
        board = next(iter(self.systems.values())).record.board
        card = source_card(board)
        embedded = any(judge.name in JUDGES for judge in board.judges)
        return embedded or card is None or not card.rankable

    @cached_property
    def ranked(self) -> list[str]:
        """Systems with a rank, the best first."""
        if self.shown_only:
            return []
        return [
            folder
            for folder, one in self.systems.items()
            if one.record.kind in COMPETING
            and self.unranked[folder] is None
            and one.figures[PRIMARY].value is not None
        ]

    @property
    def competing(self) -> list[str]:
        """Systems with a rank; on a board without ranks all systems."""
        if not self.shown_only:
            return self.ranked
        return [f for f, one in self.systems.items() if one.record.kind in COMPETING]

    @property
    def leader(self) -> str | None:
        """The system with the highest empathy."""
        return next(iter(self.competing), None)

    @property
    def human(self) -> str | None:
        """The human supporters, where there is one such record."""
        found = [f for f, one in self.systems.items() if one.record.kind == "human"]
        return found[0] if len(found) == 1 else None

    @cached_property
    def tests(self) -> dict[Pair, Tested]:
        """The test of every pair that can be tested, in the order of the table."""
        column, folders = COLUMNS[PRIMARY], list(self.systems)
        rows = paired_rows(column, [one.turns for one in self.systems.values()])
        shares = [influence(column.statistic, one) for one in rows]
        values = [float(column.statistic.value(one.sum(axis=0))) for one in rows]
        there = [np.any(one != 0, axis=1) for one in rows]
        enough = [contributing(one) >= MIN_CONVERSATIONS for one in rows]
        found = {}
        for i, j in combinations(range(len(folders)), 2):
            difference = values[i] - values[j]
            if enough[i] and enough[j] and not math.isnan(difference):
                n = int((there[i] | there[j]).sum())
                se = standard_error(shares[i] - shares[j], n)
                found[folders[i], folders[j]] = Tested(t_test_p(difference, se, n), se, n)
        return found

    @cached_property
    def _apart(self) -> dict[Pair, bool]:
        """Holm: the smallest p times the number of pairs, the next times one less, never falling.

        Once a pair is not told apart, no later one is.
        """
        found, so_far = {}, 0.0
        order = sorted(self.tests, key=lambda pair: self.tests[pair].p)
        for position, pair in enumerate(order):
            so_far = max(so_far, min(1.0, (len(order) - position) * self.tests[pair].p))
            found[pair] = so_far < ALPHA
        return found

    def apart(self, first: str, second: str) -> bool | None:
        """Whether two are told apart on empathy; None where nothing ranks or none was tested."""
        if self.shown_only:
            return None
        return self._apart.get((first, second), self._apart.get((second, first)))

    def ranks(self, folder: str) -> list[int] | None:
        """1 + systems that are significantly better, systems less those significantly worse."""
        if folder not in self.ranked:
            return None
        own = self.systems[folder].figures[PRIMARY].value or 0.0
        told = [other for other in self.ranked if other != folder and self.apart(folder, other)]
        better = sum((self.systems[one].figures[PRIMARY].value or 0.0) > own for one in told)
        worse = sum((self.systems[one].figures[PRIMARY].value or 0.0) < own for one in told)
        return [1 + better, len(self.ranked) - worse]

    def tied(self, folder: str) -> list[str]:
        """Ranked systems that are not told apart from a ranked one, in the table's order."""
        if folder not in self.ranked:
            return []
        return [one for one in self.ranked if one != folder and not self.apart(folder, one)]

    @property
    def detectable(self) -> float | None:
        """Smallest difference in empathy that half of the pairs would show 4 times in 5."""
        inside = set(self.ranked)
        tests = [test for pair, test in self.tests.items() if inside >= set(pair)]
        if not tests or self.shown_only:
            return None
        counts = [test.n for test in tests]
        return minimum_detectable(median(test.se for test in tests), int(median(counts)))


def wrong_letters(letters: dict[str, str], standing: Standing) -> list[Pair]:
    """Pairs of ranked systems whose letters do not say what the tests say.

    Two share a letter exactly if they are not told apart.
    """
    own = {folder: frozenset(LETTER.findall(text)) for folder, text in letters.items()}
    return [
        (first, second)
        for first, second in combinations(standing.ranked, 2)
        if first in own
        and second in own
        and bool(own[first] & own[second]) == bool(standing.apart(first, second))
    ]
