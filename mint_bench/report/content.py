"""What a report says: a system's figures beside the human's and the best system's of its board.

Gathers figures; draws nothing.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure, figures
from mint_bench.records.profiles import (
    lag_profile,
    new_tactics,
    tactic_table,
    tactic_use,
    transitions,
    variance,
)
from mint_bench.records.schema import Record
from mint_bench.records.signature import board_signature, signature
from mint_bench.records.tables import PRIMARY, figure_json
from mint_bench.records.wording import headline
from mint_bench.stats.intervals import Interval
from mint_bench.stats.variance import VarianceSplit
from mint_bench.tactics.tagger import TACTICS

RATED = (PRIMARY, *DIMENSIONS)
OF_TACTICS = (
    "repetition_vs_self",
    "repetition_vs_human",
    "persistence_vs_self",
    "stickiness_vs_self_common",
    "stickiness_vs_human_common",
    "stickiness_vs_self_excess",
)
BESIDE = ("density", "words", "novelty_vs_self", "entropy")


@dataclass(frozen=True, slots=True)
class Beside:
    """A system of the report with the figures that are printed.

    Attributes:
        role: `system`, `human` or `best`.
        record: Its record.
        figures: By column.
    """

    role: str
    record: Record
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report shows.

    Attributes:
        systems: The system first, then the human and the best of the board, as far as there are.
        use: Share of replies with each tactic, by turn.
        transitions: P(k in the reply | j in the turn before), row j.
        lags: Repetition 1 to 4 turns apart, of each of `systems`.
        new: Share of tactics that are new, from turn 2 on.
        variance: Of a conversation's mean empathy; None where too little is rated.
    """

    systems: tuple[Beside, ...]
    use: list[list[Figure]]
    transitions: list[list[Figure]]
    lags: tuple[tuple[Figure, ...], ...]
    new: list[Figure]
    variance: VarianceSplit | None

    @property
    def record(self) -> Record:
        """The record that the report is of."""
        return self.systems[0].record

    @property
    def n(self) -> int:
        """Its conversations."""
        return len({conversation.id for conversation in self.record.conversations})

    def caption(self, what: str, unit: str) -> str:
        """A figure's caption: what it shows, on which board, over how many conversations."""
        return (
            f"{what} {self.record.title}, {self.n} conversations, {headline(self.record.board)}. "
            f"{unit}"
        )


def content(record: Record, others: Sequence[Record]) -> Content:
    """Gather a report.

    Args:
        record: The system.
        others: Records to look for the human and the best in; those of other boards are left out.
    """
    board = board_signature(record.board)
    peers = [r for r in others if board_signature(r.board) == board and r != record]
    chosen = [("system", record)]
    people = [r for r in peers if r.kind == "human"]
    chosen += [("human", people[0])] if people and record.kind != "human" else []
    if best := _best(peers):
        chosen.append(("best", best))
    names = (*RATED, *OF_TACTICS, *BESIDE)
    return Content(
        tuple(Beside(role, r, figures(r.conversations, names=names)) for role, r in chosen),
        tactic_use(record.conversations),
        transitions(record.conversations),
        tuple(lag_profile(r.conversations) for _, r in chosen),
        new_tactics(record.conversations),
        variance(record.conversations),
    )


def _best(peers: Sequence[Record]) -> Record | None:
    rated = [
        (figures(r.conversations, "t", [PRIMARY])[PRIMARY].value, r)
        for r in peers
        if r.kind in ("model", "published")
    ]
    known = [(value, r) for value, r in rated if value is not None]
    return max(known, key=lambda one: one[0])[1] if known else None


def variance_words(split: VarianceSplit | None) -> str:
    """The variance split in a sentence; standard deviations on the rating's scale."""
    if split is None:
        return ""
    parts = [
        f"{name} {_deviation(part)}"
        for name, part in (
            ("conversations", split.conversation),
            ("epochs", split.epoch),
            ("judges", split.judge),
        )
        if part is not None
    ]
    missing = [
        name for name, part in (("epochs", split.epoch), ("judges", split.judge)) if part is None
    ]
    unknown = f" Not told apart, since there was one of each: {', '.join(missing)}."
    return (
        "Standard deviation of a conversation's mean empathy between "
        + "; ".join(parts)
        + "."
        + (unknown if missing else "")
    )


def _deviation(part: Interval) -> str:
    low, value, high = (math.sqrt(max(0.0, x)) for x in (part.low, part.value, part.high))
    return f"{value:.2f}" if math.isnan(part.low) else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def as_json(found: Content) -> str:
    """Every number of the report, with its interval."""
    split = found.variance
    value = {
        "system": found.record.system,
        "signature": signature(found.record),
        "systems": [
            {
                "role": one.role,
                "system": one.record.system,
                "figures": {name: figure_json(f) for name, f in one.figures.items()},
                "lags": [figure_json(f) for f in lags],
            }
            for one, lags in zip(found.systems, found.lags, strict=True)
        ],
        "tactic_use": [dict(zip(TACTICS, map(figure_json, row), strict=True)) for row in found.use],
        "transitions": {
            name: dict(zip(TACTICS, map(figure_json, row), strict=True))
            for name, row in zip(TACTICS, found.transitions, strict=True)
        },
        "tactics": {
            name: {
                "prevalence": figure_json(one.prevalence),
                "stickiness_vs_self": figure_json(one.stickiness_vs_self),
                "stickiness_vs_human": figure_json(one.stickiness_vs_human),
            }
            for name, one in zip(TACTICS, tactic_table(found.record.conversations), strict=True)
        },
        "new_tactics": [figure_json(f) for f in found.new],
        "variance": None
        if split is None
        else {
            name: None
            if part is None
            else {"value": part.value, "low": _finite(part.low), "high": _finite(part.high)}
            for name, part in (
                ("conversation", split.conversation),
                ("epoch", split.epoch),
                ("judge", split.judge),
            )
        },
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def title_of(name: str) -> str:
    """A column's title within a report."""
    return "empathy, all six" if name == PRIMARY else COLUMNS[name].title
