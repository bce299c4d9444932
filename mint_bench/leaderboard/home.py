"""The first page: the answer in words, the picture, and one table a board.

Text and numbers go to the template, which escapes every one of them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from mint_bench.leaderboard.boards import BoardPart, Entry
from mint_bench.leaderboard.cells import Cell, Scale, cell, scale
from mint_bench.leaderboard.examples import best_and_human, example
from mint_bench.leaderboard.picture import SHEETS, Picture, drawable, picture
from mint_bench.records.figures import Figure
from mint_bench.records.tables import PRIMARY, SHOWN, size
from mint_bench.records.wording import headline, remarks, source_card, standing, title

UNITS = {
    "aggregated_empathy": "1 to 5, higher is better",
    "repetition_vs_self": "0 chance, 1 always the same, lower is better",
    "stickiness_vs_self": "share that comes back",
    "persistence_vs_self": "beyond each tactic’s frequency",
    "density": "tactics a turn",
    "words": "mean of all turns",
    "unscored": "of turns",
}
NAMED = 3
REPETITION = "repetition_vs_self"
MOST_LETTERS = 12  # beyond, a system's letters tell a reader less than its rank interval


@dataclass(frozen=True, slots=True)
class Line:
    """One system in a board's table."""

    entry: Entry
    n: int
    cells: tuple[Cell, ...]
    ranks: str
    letters: str
    cost: str
    date: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: its title, unit and common scale."""

    name: str
    title: str
    unit: str
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class BoardView:
    """One board: its words, its heads, and its lines in two groups.

    `told` if any of its figures leads to a conversation.
    """

    part: BoardPart
    headline: str
    n: str
    lettered: bool
    heads: tuple[Head, ...]
    groups: tuple[tuple[Line, ...], ...]
    remarks: tuple[str, ...]
    shared: tuple[str, ...]
    answer: "Answer | None"
    told: bool

    @property
    def costs(self) -> bool:
        """Whether any line has a cost."""
        return any(line.cost for group in self.groups for line in group)

    @property
    def dates(self) -> bool:
        """Whether any line has a date."""
        return any(line.date for group in self.groups for line in group)

    @property
    def columns(self) -> int:
        """Columns of its table."""
        return 3 + len(self.heads) + self.costs + self.dates


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stranger asks first: which is best, and is it really better than the next.

    Attributes:
        best: The system with the highest empathy.
        value: Its empathy.
        tied: The first of those that it is not told apart from.
        more: How many more of them there are.
        others: How many systems compete with it.
        calmest: The system with the least repetition among those where it is stable.
        calmest_value: Its repetition.
        unstable: Systems with less, but so many tactics in a turn that it is unstable.
        detectable: Difference in empathy that is found 4 times in 5; empty where unknown.
        talks: A conversation that shows why: who speaks, and its page; empty without words.
    """

    best: Entry
    value: Cell
    tied: tuple[Entry, ...]
    more: int
    others: int
    calmest: Entry
    calmest_value: Cell
    unstable: tuple[Entry, ...]
    detectable: str
    talks: tuple[tuple[Entry, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter: its name, label and values; one value is no choice."""

    name: str
    label: str
    values: tuple[str, ...]


def board_view(part: BoardPart, written: Collection[str] = ()) -> BoardView:
    """A board as the first page shows it.

    Args:
        part: The board.
        written: Pages that the site has; figures lead to those of conversations.
    """
    table = part.table
    heads = tuple(Head(n, title(n), UNITS[n], scale(n, table.rows)) for n in SHOWN)
    lettered = _lettered(part)
    compared = [entry for entry in part.entries if entry.competes]
    apart = [entry for entry in part.entries if not entry.competes]
    sizes = sorted({size(row) for row in table.rows})
    groups = tuple(
        tuple(_line(part, entry, heads, written, lettered=lettered) for entry in group)
        for group in (compared, apart)
        if group
    )
    card = source_card(table.board)
    caveat = [f"Of the conversations: {card.caveat}."] if card else []
    return BoardView(
        part=part,
        headline=headline(table.board),
        n=str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}",
        lettered=lettered,
        heads=heads,
        groups=groups,
        remarks=(*standing(table), *remarks(table), *caveat),
        shared=tuple(shared_notes(part)),
        answer=_answer(part, written),
        told=any(one.page for group in groups for line in group for one in line.cells),
    )


def shared_notes(part: BoardPart) -> list[str]:
    """Notes that all records of a board carry."""
    first, *others = (row.record.provenance.notes for row in part.table.rows)
    return [note for note in first if all(note in other for other in others)]


def _lettered(part: BoardPart) -> bool:
    """Whether ties are few enough to be read as letters."""
    return all(len(entry.place.letters) <= MOST_LETTERS for entry in part.entries if entry.place)


def _line(
    part: BoardPart,
    entry: Entry,
    heads: Sequence[Head],
    written: Collection[str],
    *,
    lettered: bool,
) -> Line:
    figures, provenance = entry.row.figures, entry.row.record.provenance
    place = entry.place
    cost, when = provenance.cost_usd, provenance.finished or provenance.started
    return Line(
        entry=entry,
        n=size(entry.row),
        cells=tuple(
            replace(
                cell(head.name, figures[head.name], head.scale),
                page=example(part, entry, head.name, written),
            )
            for head in heads
        ),
        ranks="" if place is None else ranks(place.best, place.worst),
        letters=place.letters if place and lettered else "",
        cost="" if cost is None else f"{cost:.2f}",
        date=when.date().isoformat() if when else "",
    )


def ranks(best: int, worst: int) -> str:
    """A rank interval as text.

    >>> ranks(1, 3), ranks(2, 2)
    ('1–3', '2')
    """
    return str(best) if best == worst else f"{best}–{worst}"


def _answer(part: BoardPart, written: Collection[str]) -> Answer | None:
    best = part.leader
    if best is None or best.place is None or len(part.competing) < 2:
        return None
    tied = part.tied(best)
    known = [entry for entry in part.competing if _repetition(entry).value is not None]
    stable = [entry for entry in known if "unstable" not in (_repetition(entry).note or "")]
    if not known:
        return None
    calmest = min(stable or known, key=_calmness)
    detectable = part.detectable
    return Answer(
        best,
        cell(PRIMARY, best.row.figures[PRIMARY], None),
        tuple(tied[:NAMED]),
        max(0, len(tied) - NAMED),
        len(part.competing) - 1,
        calmest,
        cell(REPETITION, _repetition(calmest), None),
        tuple(entry for entry in known if _calmness(entry) < _calmness(calmest)),
        "" if detectable is None else f"{detectable:.2f}",
        tuple(best_and_human(part, written)),
    )


def _repetition(entry: Entry) -> Figure:
    return entry.row.figures[REPETITION]


def _calmness(entry: Entry) -> float:
    return _repetition(entry).value or 0.0


def pictured(parts: Sequence[BoardPart]) -> BoardPart | None:
    """The board of the picture: most systems that can be drawn, boards without rank last."""

    def order(part: BoardPart) -> tuple[bool, bool, int]:
        drawn = drawable(part.table)
        return not part.screening, bool(drawn), len(drawn)

    best = max(parts, key=order, default=None)
    return best if best is not None and drawable(best.table) else None


def pictures(part: BoardPart) -> list[Picture]:
    """The picture of a board, wide and narrow."""
    return [picture(drawable(part.table), sheet) for sheet in SHEETS]


def choices(parts: Sequence[BoardPart]) -> list[Choice]:
    """The filters that have anything to choose."""
    entries = [entry for part in parts for entry in part.entries]
    offered = [
        Choice("history", "history", _values(part.table.board.history for part in parts)),
        Choice("source", "source", _values(part.table.board.source.name for part in parts)),
        Choice("weights", "weights", _values(weights(entry) for entry in entries)),
        Choice("size", "size", _values(billions(entry) for entry in entries)),
    ]
    return [choice for choice in offered if len(choice.values) > 1]


def weights(entry: Entry) -> str:
    """Whether a system's weights are open, as a filter's value; empty for what is no model."""
    known = {True: "open", False: "closed", None: "not said"}
    return known[entry.row.record.settings.open_weights] if entry.competes else ""


def billions(entry: Entry) -> str:
    """A system's size class, from its model's name; empty where it says nothing.

    Bounds in thousand millions of parameters, the unit of such names.
    """
    found = entry.billions if entry.competes else None
    if found is None:
        return ""
    names = {2: "up to 2B", 10: "2B to 10B", 40: "10B to 40B"}
    return next((name for most, name in names.items() if found <= most), "above 40B")


def _values(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in found if value}))
