"""Whether a judge favours systems of its own family: the same replies, rated by it and by others.

Finds replies that several judges rated, in panels or on boards that differ in the judge alone; what
the ratings come to is computed in `validation.judge_bias`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from mint_bench.errors import MintError, suggestion
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.schema import Record
from mint_bench.scoring import ScoredTurn
from mint_bench.stats.intervals import LEVEL, RESAMPLES, SEED
from mint_bench.validation import judge_bias
from mint_bench.validation.agreement import Figures

COMPETING = ("model", "published")
"""Kinds of records that are compared: people and trivial baselines have no family."""

Place = tuple[str, int, int]  # conversation, epoch, turn
Rating = tuple[float, ...]


@dataclass
class _Replies:
    """One system's replies under one set of settings, as its records have them."""

    record: Record
    words: dict[Place, int | None] = field(default_factory=dict)
    ratings: dict[Place, dict[str, Rating]] = field(
        default_factory=lambda: defaultdict(dict[str, Rating])
    )

    def add(self, record: Record) -> None:
        """Take in another record of the same replies."""
        for conversation in record.conversations:
            for turn in conversation.turns:
                self._add(record, (conversation.id, conversation.epoch, turn.t), turn)

    def _add(self, record: Record, place: Place, turn: ScoredTurn) -> None:
        if self.words.setdefault(place, turn.words) != turn.words:
            raise MintError(
                f"{record.system}: turn {place[2]} of {place[0]} has {turn.words} words by one "
                f"judge and {self.words[place]} by another, so these are not the same replies; "
                "score one log again with `mint-bench regrade`"
            )
        for name, given in _given(record, turn):
            if name in self.ratings[place]:
                raise MintError(
                    f"{record.system}: rated twice by {name}; choose one board by --board, or "
                    "name the records"
                )
            self.ratings[place][name] = given


def favour(
    records: Sequence[Record], judge: str, own: Sequence[str], against: Sequence[str] = ()
) -> Figures:
    """How much higher a judge rates systems of its own family, against other judges, JSON-ready.

    Args:
        records: Of systems that both sides rated.
        judge: Name of the judge, as a record's board has it.
        own: A model whose name contains one of these, whatever the case, is of its family.
        against: Names of other judges, whose mean is taken; by default all that rated.

    Returns:
        Which systems are on which side, how many replies were compared (`unmatched` lack one of
        the judges), and under `favour` by dimension and `aggregate` the mean of (the judge −
        the others) over its own family minus the same over all other systems.

    Raises:
        MintError: If a judge is not there, a side has no system, or replies are not the same.
    """
    groups = _grouped(records)
    names = sorted({n for g in groups for by in g.ratings.values() for n in by})
    for name in (judge, *against):
        if name not in names:
            raise MintError(f"no record is rated by {name!r}; {suggestion(name, names)}")
    met = {name for group in groups for by in group.ratings.values() if judge in by for name in by}
    others = list(dict.fromkeys(against)) or sorted(met - {judge})
    if not others or judge in others:
        raise MintError(f"{judge} can be compared with other judges only; no other one is given")
    lines = [(group, place, by) for group in groups for place, by in sorted(group.ratings.items())]
    both = [line for line in lines if {judge, *others} <= set(line[2])]
    sides: dict[bool, list[str]] = {True: [], False: []}
    for group, _, _ in both:
        sides[_is_own(group.record, own)].append(group.record.system)
    for is_own, systems in sides.items():
        if not systems:
            what = f"with {' or '.join(own)} in its model's name" if is_own else "of another family"
            raise MintError(f"no system {what} was rated by {judge} and by {', '.join(others)}")
    favoured = judge_bias.own_family(
        np.array([by[judge] for _, _, by in both]),
        np.array([np.mean([by[name] for name in others], axis=0) for _, _, by in both]),
        [place[0] for _, place, _ in both],
        np.array([_is_own(group.record, own) for group, _, _ in both]),
    )
    return {
        "kind": "judge_family",
        "judge": judge,
        "against": others,
        "own": sorted(set(sides[True])),
        "others": sorted(set(sides[False])),
        "replies": {"own": len(sides[True]), "others": len(sides[False])},
        "unmatched": len(lines) - len(both),
        "interval": {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED},
        "favour": favoured,
    }


def _grouped(records: Sequence[Record]) -> list[_Replies]:
    """The records by whose replies they hold, whoever rated or tagged them."""
    groups: dict[str, _Replies] = {}
    for record in records:
        if record.kind in COMPETING:
            board = record.board.model_copy(update={"judges": [], "tagger": None})
            parts = (record.system, board.model_dump_json(), record.settings.model_dump_json())
            groups.setdefault("\n".join(parts), _Replies(record)).add(record)
    return list(groups.values())


def _given(record: Record, turn: ScoredTurn) -> Iterator[tuple[str, Rating]]:
    """Who gave which six ratings to a reply; without those that are incomplete."""
    judges = record.board.judges
    rows = turn.panel if len(judges) > 1 else [turn.ratings]
    for judge, row in zip(judges, rows, strict=False):
        given = [number for number in row or () if number is not None]
        if len(given) == len(DIMENSIONS):
            yield judge.name, tuple(given)


def _is_own(record: Record, own: Sequence[str]) -> bool:
    names = f"{record.settings.model}\n{record.system}".lower()
    return any(part.lower() in names for part in own)
