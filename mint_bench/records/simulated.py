"""Conversations whose true figures are known, to see how often an interval holds them.

Rows of sums as `columns` makes them, drawn from populations of conversations; no text, and
nothing of a real system.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from mint_bench.metrics.repetition import (
    TACTIC_COUNT,
    PairSums,
    Persistence,
    persistence_rows,
    repetition_rows,
    stickiness_rows,
)
from mint_bench.stats.statistic import Difference, Floats, MacroRatio, Ratio, Statistic
from mint_bench.stats.variance import Component

TURNS = (3, 10)  # replies of a conversation, the upper end left out
MANY = 400_000  # conversations that stand for the whole population
STICKS = 0.3  # how often a tactic's presence is that of the turn before


@dataclass(frozen=True, slots=True)
class Population:
    """Conversations to draw from.

    Attributes:
        name: As in the table.
        statistic: The figure.
        draw: From a generator and a count to rows, shape (count, d).
        scale: Ends of the scale, where the figure has them; of a difference, of both its figures.
        truth: The figure of the whole population; computed from many conversations where None.
        methods: With which intervals such a figure is shown: `t` live and in tests, `bootstrap` in
            tables and pages.
    """

    name: str
    statistic: Statistic
    draw: Callable[[np.random.Generator, int], Floats]
    scale: tuple[float, float] | None = None
    truth: float | None = None
    methods: tuple[str, ...] = ("t", "bootstrap")

    @property
    def paired(self) -> bool:
        """Whether the figure is the difference of two systems, each with half of the columns."""
        return isinstance(self.statistic, Difference)


@cache
def true_value(population: Population) -> float:
    """The figure of the whole population."""
    if population.truth is not None:
        return population.truth
    rng = np.random.default_rng(1)
    sums = sum(population.draw(rng, MANY // 20).sum(axis=0) for _ in range(20))
    return float(population.statistic.value(np.asarray(sums)))


def _turns(rng: np.random.Generator, count: int) -> Floats:
    return rng.integers(*TURNS, count).astype(np.float64)


def gaussian(rng: np.random.Generator, count: int) -> Floats:
    """Ratings around 3 that vary between conversations and between turns."""
    m = _turns(rng, count)
    y = m * rng.normal(3.0, 0.6, count) + np.sqrt(m) * rng.normal(0.0, 0.5, count)
    return np.stack([y, m], axis=1)


def spread_out(rng: np.random.Generator, count: int) -> Floats:
    """Means of conversations with a standard deviation of 0.6, as `stats.variance` sums them."""
    x = rng.normal(0.0, 0.6, count)
    return np.stack([np.ones(count), x, x * x, np.zeros(count), np.zeros(count)], axis=1)


def ceiling(share: float) -> Callable[[np.random.Generator, int], Floats]:
    """Ratings of 5, but in a share of conversations each is 4 or 3 as often as not."""

    def draw(rng: np.random.Generator, count: int) -> Floats:
        m = _turns(rng, count)
        lower = rng.binomial(m.astype(np.int64), 0.5)
        lost = lower + rng.binomial(lower, 0.3)
        off = rng.random(count) < share
        return np.stack([5 * m - np.where(off, lost, 0), m], axis=1)

    return draw


def two_at_the_ceiling(first: float, second: float) -> Callable[[np.random.Generator, int], Floats]:
    """`ceiling` of two systems that mostly fail in the same conversations."""

    def draw(rng: np.random.Generator, count: int) -> Floats:
        m, hard = _turns(rng, count), rng.random(count)
        columns = []
        for share in (first, second):
            lower = rng.binomial(m.astype(np.int64), 0.5)
            lost = lower + rng.binomial(lower, 0.3)
            columns += [5 * m - np.where(hard < share, lost, 0), m]
        return np.stack(columns, axis=1)

    return draw


def rate(mean: float) -> Callable[[np.random.Generator, int], Floats]:
    """Whether each turn has a thing, with a chance of each conversation's own around a mean."""

    def draw(rng: np.random.Generator, count: int) -> Floats:
        m = _turns(rng, count)
        chance = rng.beta(4 * mean, 4 * (1 - mean), count)
        return np.stack([rng.binomial(m.astype(np.int64), chance).astype(np.float64), m], axis=1)

    return draw


def tactic_sums(rng: np.random.Generator, count: int, sticks: float = STICKS) -> PairSums:
    """Sums over pairs of turns whose tactics partly stay from turn to turn."""
    return _sums_of(rng, _chances(rng, count), sticks)


def _chances(rng: np.random.Generator, count: int) -> Floats:
    usual = np.linspace(-2.2, 0.4, TACTIC_COUNT)
    return np.asarray(1 / (1 + np.exp(-(usual + rng.normal(0, 0.7, (count, TACTIC_COUNT))))))


def _sums_of(rng: np.random.Generator, chances: Floats, sticks: float) -> PairSums:
    count = len(chances)
    turns = _turns(rng, count)
    hits, before, after = np.zeros((3, count, TACTIC_COUNT))
    product, pairs = np.zeros((2, count))
    last = rng.random(chances.shape) < chances
    for t in range(2, TURNS[1]):
        anew = rng.random(chances.shape) < chances
        stays = rng.random(chances.shape) < sticks
        now = np.where(stays, last, anew)
        there = (turns >= t).astype(np.float64)
        hits += (last & now) * there[:, None]
        before += last * there[:, None]
        after += now * there[:, None]
        product += last.sum(1) * now.sum(1) * there
        pairs += there
        last = now
    return PairSums(hits, before, after, product, pairs)


def two_systems(rng: np.random.Generator, count: int) -> Floats:
    """Repetition rows of two systems in the same conversations, the second sticking less."""
    chances = _chances(rng, count)
    return np.concatenate(
        [repetition_rows(_sums_of(rng, chances, sticks)) for sticks in (STICKS, 0.1)], axis=1
    )


POPULATIONS: tuple[Population, ...] = (
    Population("mean, Gaussian", Ratio(), gaussian, truth=3.0),
    Population("mean, ceiling, 4 in 10 off the end", Ratio(), ceiling(0.4), (1.0, 5.0),
               5 - 0.4 * 0.5 * 1.3),
    Population("mean, ceiling, 2 in 10 off the end", Ratio(), ceiling(0.2), (1.0, 5.0),
               5 - 0.2 * 0.5 * 1.3),
    Population("mean, ceiling, 1 in 20 off the end", Ratio(), ceiling(0.05), (1.0, 5.0),
               5 - 0.05 * 0.5 * 1.3),
    Population("rate of 0.3", Ratio(), rate(0.3), (0.0, 1.0), 0.3),
    Population("rate of 0.05", Ratio(), rate(0.05), (0.0, 1.0), 0.05),
    Population("repetition", Ratio(), lambda g, k: repetition_rows(tactic_sums(g, k))),
    Population("paired difference in repetition", Difference(Ratio(), Ratio(), 2), two_systems,
               methods=("t",)),
    Population("paired difference, ceiling, 4 in 10 off the end", Difference(Ratio(), Ratio(), 2),
               two_at_the_ceiling(0.4, 0.4), (1.0, 5.0), 0.0, ("t",)),
    Population("paired difference, ceiling, 4 and 2 in 10 off the end",
               Difference(Ratio(), Ratio(), 2), two_at_the_ceiling(0.4, 0.2), (1.0, 5.0),
               -0.2 * 0.5 * 1.3, ("t",)),
    Population("stickiness, macro", MacroRatio(), lambda g, k: stickiness_rows(tactic_sums(g, k))),
    Population("persistence", Persistence(), lambda g, k: persistence_rows(tactic_sums(g, k))),
    Population("variance between conversations", Component(1.0, 0.0, 0.0), spread_out, truth=0.36,
               methods=("bootstrap",)),
)  # fmt: skip
"""The populations of the coverage table, from the plainest figure to the most involved."""
