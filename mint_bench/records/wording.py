"""The words in which terminal and page speak of a board: its headline, and what must be known.

One wording for both, so that they never disagree. How it looks belongs to `cli` and
`leaderboard`.
"""

from collections.abc import Iterable

from mint_bench.judging.embedded import FAR
from mint_bench.judging.joint import JOINT, joint_is_shown
from mint_bench.records.columns import COLUMNS
from mint_bench.records.schema import Board
from mint_bench.records.tables import MAX_UNSCORED, SHOWN, BoardTable, Row, size
from mint_bench.sources import SOURCES, SourceCard

TITLES = {"stickiness_vs_self": "stickiness", "aggregated_empathy": "empathy"}
EMBEDDED = "embedded"
NAMED = 4
MAX_FAR = 0.2


def headline(board: Board) -> str:
    """What a board is, in one line of words."""
    history = "own history" if board.history == "own" else "gold history"
    seeker = f", {board.seeker.name} seeker" if board.seeker else ""
    judges = " + ".join(judge.name for judge in board.judges) or "no judge"
    tagger = board.tagger.name if board.tagger else "none"
    return f"{board.source.name} · {history}{seeker} · judge {judges} · tagger {tagger}"


def title(column: str) -> str:
    """A column's name as people read it at the head of a table."""
    return TITLES.get(column, COLUMNS[column].title)


def remarks(table: BoardTable) -> list[str]:
    """Notes under a table: what the seeker hears, what is at bound or unstable, what is missing."""
    lines = []
    if table.board.seeker and table.board.seeker.name == "scripted":
        lines.append("The scripted seeker speaks its own lines and does not hear the system.")
    if table.board.history == "gold":
        lines.append(
            "Gold history: each reply answers the human's conversation; vs self is a proxy."
        )
    notes: dict[str, list[str]] = {}
    for row in table.rows:
        for name in SHOWN:
            if note := row.figures[name].note:
                notes.setdefault(f"{COLUMNS[name].title}: {note}", []).append(row.record.system)
    return lines + [f"{note} ({_some(systems)})" for note, systems in notes.items()]


def standing(table: BoardTable) -> list[str]:
    """Why a board, or some of its records, are shown without being ranked; empty if none."""
    lines = []
    card = source_card(table.board)
    if card is not None and not card.rankable:
        lines.append(f"Shown, not ranked: systems are not ranked on {card.name}.")
    if any(judge.name == EMBEDDED for judge in table.board.judges):
        lines.append("A screening board, by the embedded judge: not ranked against other judges.")
    reasons: dict[str, list[str]] = {}
    for row in table.rows:
        if reason := unranked(table.board, row):
            reasons.setdefault(reason, []).append(row.record.system)
    return lines + [f"Not ranked, {why}: {_some(systems)}." for why, systems in reasons.items()]


def unranked(board: Board, row: Row) -> str | None:
    """Why a record has no rank within its board; None if it has one."""
    share = row.figures["unscored"].value
    if share is not None and share > MAX_UNSCORED:
        return f"more than {MAX_UNSCORED:.0%} unscored"
    if _far_share(row) > MAX_FAR:
        return f"more than {MAX_FAR:.0%} of its rated replies far from what the judge learned from"
    for judge in board.judges:
        if judge.settings.get("form") == JOINT and not joint_is_shown(judge.name, judge.prompt_sha):
            return f"one call for all dimensions, not shown to agree with one each for {judge.name}"
    full = _full_set(board)
    if full is not None and size(row) < full:
        return f"fewer than the source's {full} conversations"
    return None


def _far_share(row: Row) -> float:
    """Share of a record's rated replies that the judge flags as far from what it learned from."""
    turns = [turn for conversation in row.record.conversations for turn in conversation.turns]
    far = [FAR in turn.flags for turn in turns if turn.ratings is not None]
    return sum(far) / len(far) if far else 0.0


def source_card(board: Board) -> SourceCard | None:
    """The card of a board's source; None where the source is a user's own file."""
    return SOURCES.get(board.source.name.partition(":")[0])


def _full_set(board: Board) -> int | None:
    card = source_card(board)
    if card is None:
        return None
    part = board.source.name.partition(":")[2]
    counts = {split.name: split.conversations for split in card.splits}
    return counts.get(part) if part else card.conversations


def _some(systems: Iterable[str]) -> str:
    names = list(systems)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
