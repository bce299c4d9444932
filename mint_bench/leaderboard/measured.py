"""Records measured for the site, in two processes where there are many.

The figures that are ranked or drawn get bootstrap intervals, as in tables; the others, which
stand in files only, linearised t intervals, so that a site of hundreds of systems builds at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mint_bench.leaderboard.examples import nearest
from mint_bench.leaderboard.patterns import Patterns, patterns
from mint_bench.leaderboard.processes import each
from mint_bench.records.arrays import Turns, turns_of
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure, figures_from, rows_of
from mint_bench.records.schema import Record
from mint_bench.records.tables import PRIMARY, SHOWN
from mint_bench.stats.statistic import Floats

DIFFERENCES = (
    PRIMARY,
    "repetition_vs_self",
    "persistence_vs_self",
    "density",
    "words",
    "novelty_vs_self",
)
"""Figures that any two systems are compared on."""

EXEMPLIFIED = (
    *tuple(COLUMNS)[:6],
    PRIMARY,
    "repetition_vs_self",
    "repetition_vs_human",
    "density",
    "words",
    "tokens",
    "novelty_vs_self",
    "entropy",
)
"""Figures that a single conversation has, too, so that one can show them."""

BOOTSTRAPPED = (*tuple(COLUMNS)[:6], *SHOWN)
"""Figures with bootstrap intervals."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the site needs of a record.

    Attributes:
        figures: By column, in the columns' order.
        patterns: Its tactics over the turns.
        rows: Sums a conversation of the figures in `DIFFERENCES`.
        ids: The conversations of those rows.
        examples: By figure of `EXEMPLIFIED`, the conversation that comes near it.
    """

    figures: dict[str, Figure]
    patterns: Patterns
    rows: dict[str, Floats]
    ids: tuple[str, ...]
    examples: dict[str, str]


def measured(records: Sequence[Record], note: Callable[[str], None]) -> list[Measured]:
    """Measure records, in their order."""
    return each(
        lambda index: measure(turns_of(records[index].conversations)),
        len(records),
        lambda done: note(f"figures {done}/{len(records)}"),
    )


def measure(turns: Turns) -> Measured:
    """Measure one record from its turns."""
    rows = rows_of(turns)
    found = figures_from(turns, {name: rows[name] for name in BOOTSTRAPPED}, "bootstrap")
    others = {name: part for name, part in rows.items() if name not in BOOTSTRAPPED}
    found |= figures_from(turns, others, "t")
    return Measured(
        {name: found[name] for name in COLUMNS},
        patterns(turns),
        {name: rows[name] for name in DIFFERENCES},
        turns.ids,
        {
            name: shown
            for name in EXEMPLIFIED
            if (shown := nearest(rows[name], turns.ids)) is not None
        },
    )
