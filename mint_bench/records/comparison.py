"""Records against each other: whether they may be compared, and what paired tests then say.

`one_board(records)` refuses what differs and says in what; `compare_records(a, b)` gives a
`FigureComparison` a figure; `rank_records(records)` and `rank_board(table)` give a `BoardRanking`
with tie letters, rank intervals and every pair. How it looks belongs to `cli` and `leaderboard`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mint_bench.errors import MintError
from mint_bench.records.arrays import Turns, turns_of
from mint_bench.records.columns import COLUMNS, Column, common_mask
from mint_bench.records.figures import Figure, figures
from mint_bench.records.schema import Board, Record
from mint_bench.records.signature import SHORT
from mint_bench.records.tables import PRIMARY, BoardTable
from mint_bench.records.wording import unranked
from mint_bench.stats.compare import Comparison, benjamini_hochberg, compare
from mint_bench.stats.intervals import MIN_CONVERSATIONS
from mint_bench.stats.power import minimum_detectable
from mint_bench.stats.ranking import PERMUTATIONS, Pairs, Places, compare_all, places
from mint_bench.stats.statistic import Floats

COMPETING = ("model", "published")
COMPARED = tuple(name for name, column in COLUMNS.items() if column.interval and name != "unscored")
"""Figures that take part in tests: all but the share unscored and the raw macro stickiness."""


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """One figure of two records.

    Attributes:
        name: Of the column.
        first: The first record's figure.
        second: The second record's.
        test: First minus second with its tests; NaN where not possible.
        p_adjusted: Of the primary figure p itself, of all others after Benjamini and Hochberg's
            correction over them; NaN where there is no test.
        detectable: Smallest true difference that this many conversations find 4 times in 5.
        note: Why there is no test, or what a reader must know of either figure.
    """

    name: str
    first: Figure
    second: Figure
    test: Comparison
    p_adjusted: float
    detectable: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BoardRanking:
    """Records of one board on one figure.

    Attributes:
        column: The figure.
        records: In the order of the matrices of `pairs`.
        figures: Each record's figure.
        pairs: Every paired comparison, Holm's correction over all of them.
        places: By position in `records`: tie letters and rank interval among the models and
            published systems that can be ranked; None for human, trivial and unranked records.
    """

    column: Column
    records: tuple[Record, ...]
    figures: tuple[Figure, ...]
    pairs: Pairs
    places: tuple["Place | None", ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A system's place: letters that it shares with those not told apart from it, and ranks.

    Attributes:
        letters: Such as `ab`.
        best: 1 + systems that are significantly better.
        worst: Systems less those that are significantly worse.
    """

    letters: str
    best: int
    worst: int


def board_differences(first: Board, second: Board) -> list[str]:
    """In what two boards differ, one entry a part, such as `history gold against own`."""
    one, other = _named_parts(first), _named_parts(second)
    return [
        f"{part} {one.get(part, 'none')} against {other.get(part, 'none')}"
        for part in {**one, **other}
        if one.get(part) != other.get(part)
        # A part of what only one has, or of two that differ themselves, says nothing more.
        and (" of " not in part or one.keys() & other.keys() >= {part})
    ]


def _named_parts(board: Board) -> dict[str, str]:
    """What a board fixes, by the name of the part; hashes in their short form."""
    seeker, tagger = board.seeker, board.tagger
    parts = {
        "protocol": str(board.protocol),
        "source": board.source.name,
        f"revision of {board.source.name}": board.source.revision,
        f"conversations (hash of their ids) of {board.source.name}": board.source.ids_sha[:SHORT],
        "history": board.history,
        "most turns": str(board.max_turns or "all"),
        "seeker": seeker.name if seeker else "none",
        "judge's view": board.judge_view,
        "tagger": tagger.name if tagger else "none",
        "judge": " + ".join(judge.name for judge in board.judges) or "none",
    }
    if seeker:
        parts[f"model of seeker {seeker.name}"] = str(seeker.model or "none")
        parts[f"prompt of seeker {seeker.name}"] = _short(seeker.prompt_sha)
    if tagger:
        parts[f"weights of tagger {tagger.name}"] = _short(tagger.sha)
    for judge in board.judges:
        parts[f"prompt or weights of judge {judge.name}"] = _short(judge.prompt_sha)
        settings = {name: str(value) for name, value in sorted(judge.settings.items())}
        parts[f"settings of judge {judge.name}"] = str(settings).replace("'", "")
    return parts


def _short(sha: str | None) -> str:
    return sha[:SHORT] if sha else "unknown"


def one_board(records: Sequence[Record]) -> Board:
    """The board that all records stand on.

    Raises:
        MintError: If two stand on different boards; says in what they differ.
    """
    first = records[0]
    for record in records[1:]:
        if differences := board_differences(first.board, record.board):
            raise MintError(
                f"{first.system} and {record.system} stand on different boards and cannot be "
                f"compared; they differ in {'; '.join(differences)}"
            )
    return first.board


def compare_records(
    first: Record,
    second: Record,
    names: Sequence[str] = COMPARED,
    permutations: int = 9_999,
) -> list[FigureComparison]:
    """Every named figure of two records, first minus second, over the same conversations.

    Args:
        first: A record.
        second: Another of the same board.
        names: Columns; those not in `COMPARED` are left out.
        permutations: Label swaps of the permutation test; 0 leaves its p out.

    Raises:
        MintError: If they stand on different boards.
    """
    one_board([first, second])
    names = [name for name in names if name in COMPARED]
    own = [figures(record.conversations, names=names) for record in (first, second)]
    turns = [turns_of(record.conversations) for record in (first, second)]
    found = [
        _compare(COLUMNS[name], own[0][name], own[1][name], turns, permutations) for name in names
    ]
    return _adjusted(found)


def _compare(
    column: Column, first: Figure, second: Figure, turns: Sequence[Turns], permutations: int
) -> FigureComparison:
    a, b = paired_rows(column, turns)
    test = compare(column.statistic, a, b, permutations)
    return FigureComparison(
        column.name,
        first,
        second,
        test,
        math.nan,
        minimum_detectable(test.se, test.n) if not math.isnan(test.p) else math.nan,
        _note(first, second, test),
    )


def _note(first: Figure, second: Figure, test: Comparison) -> str | None:
    notes = {note for figure in (first, second) if figure.note for note in figure.note.split("; ")}
    few = f"fewer than {MIN_CONVERSATIONS} conversations"
    if math.isnan(test.p) and not notes:
        notes.add(few)
    return "; ".join(sorted(notes)) or None


def _adjusted(found: Sequence[FigureComparison]) -> list[FigureComparison]:
    others = [c for c in found if c.name != PRIMARY and not math.isnan(c.test.p)]
    adjusted = dict(
        zip(
            (c.name for c in others),
            benjamini_hochberg([c.test.p for c in others]),
            strict=True,
        )
    )
    return [replace(c, p_adjusted=adjusted.get(c.name, c.test.p)) for c in found]


def rank_board(
    table: BoardTable, name: str = PRIMARY, permutations: int = PERMUTATIONS
) -> BoardRanking:
    """All records of a board on one figure; those that cannot be ranked get no place."""
    ranked = [unranked(table.board, row) is None for row in table.rows]
    return _ranking(
        [row.record for row in table.rows],
        name,
        [row.figures[name] for row in table.rows],
        ranked,
        permutations,
    )


def rank_records(
    records: Sequence[Record], name: str = PRIMARY, permutations: int = PERMUTATIONS
) -> BoardRanking:
    """Any records of one board on one figure; pairs are corrected for among these alone.

    Raises:
        MintError: If two stand on different boards.
    """
    one_board(records)
    own = [figures(record.conversations, names=[name])[name] for record in records]
    return _ranking(records, name, own, [True] * len(records), permutations)


def _ranking(
    records: Sequence[Record],
    name: str,
    own: Sequence[Figure],
    ranked: Sequence[bool],
    permutations: int,
) -> BoardRanking:
    column = COLUMNS[name]
    turns = [turns_of(record.conversations) for record in records]
    pairs = compare_all(column.statistic, paired_rows(column, turns), permutations)
    competing = [
        position
        for position, record in enumerate(records)
        if ranked[position] and record.kind in COMPETING and own[position].value is not None
    ]
    found = _places(column, competing, own, pairs)
    where: dict[int, Place] = {
        position: Place(letters, *ranks)
        for position, letters, ranks in zip(competing, found.letters, found.ranks, strict=True)
    }
    return BoardRanking(
        column,
        tuple(records),
        tuple(own),
        pairs,
        tuple(where.get(position) for position in range(len(records))),
    )


def _places(
    column: Column, competing: Sequence[int], own: Sequence[Figure], pairs: Pairs
) -> Places:
    sign = -1.0 if column.better == "lower" else 1.0
    values = [sign * (own[position].value or 0.0) for position in competing]
    inside = np.ix_(competing, competing)
    different = pairs.different[inside] if competing else np.zeros((0, 0), dtype=bool)
    return places(values, different)


def paired_rows(column: Column, turns: Sequence[Turns]) -> Floats:
    """A column's rows of several systems, as `paired` puts them side by side."""
    return paired(column, turns, [column.rows(system) for system in turns])


def paired(column: Column, turns: Sequence[Turns], rows: Sequence[Floats]) -> Floats:
    """Rows of several systems side by side, shape (M, K, d); row c of each is one conversation.

    A conversation that a system lacks is a row of zeros. Where a column leaves out rare tactics,
    only those that are common enough in every system stay: all are compared on the same ones.
    """
    ids = sorted({name for system in turns for name in system.ids})
    place = {name: position for position, name in enumerate(ids)}
    blocks = []
    for system, own in zip(turns, rows, strict=True):
        block = np.zeros((len(ids), own.shape[1]))
        block[[place[name] for name in system.ids]] = own
        blocks.append(block)
    stacked = np.array(blocks)
    return stacked * common_mask(stacked) if column.rare_left_out else stacked
