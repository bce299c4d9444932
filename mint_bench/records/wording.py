"""The words in which terminal and page speak of a board: its headline, and what must be known.

One wording for both, so that they never disagree. How it looks belongs to `cli` and
`leaderboard`.
"""

from collections.abc import Iterable, Iterator

from mint_bench.judging import JUDGES
from mint_bench.judging.embedded import FAR
from mint_bench.judging.joint import FORM, JOINT, why_not_joint
from mint_bench.records.columns import COLUMNS
from mint_bench.records.schema import Board, Record
from mint_bench.records.seeker import audit_rates, emotion_course
from mint_bench.records.shown_probes import can_be_probed, gate, shown_for
from mint_bench.records.tables import (
    COUNTED,
    DEAF,
    MAX_UNSCORED,
    SHOWN,
    BoardTable,
    Row,
    cell,
    markdown_text,
    size,
)
from mint_bench.replay.audit_rules import audit_rules
from mint_bench.replay.definition import SCRIPTED
from mint_bench.sources import SOURCES, SourceCard

TITLES = {"stickiness_vs_self": "stickiness", "aggregated_empathy": "empathy"}
NAMED = 4
MAX_FAR = 0.2


def headline(board: Board) -> str:
    """What a board is, in one line of words."""
    history = "own history" if board.history == "own" else "gold history"
    seeker = f", {seeker_told(board)}" if board.seeker else ""
    judges = " + ".join(judge.name for judge in board.judges) or "no judge"
    tagger = board.tagger.name if board.tagger else "none"
    return f"{board.source.name} · {history}{seeker} · judge {judges} · tagger {tagger}"


def seeker_told(board: Board) -> str:
    """The board's seeker in words; empty under gold history, where nobody speaks for it."""
    seeker = board.seeker
    if seeker is None:
        return ""
    if seeker.name == SCRIPTED:
        return f"{SCRIPTED} seeker that {DEAF}"
    model = f" played by {seeker.model}" if seeker.model else ""
    return f"{seeker.name} seeker{model}"


def seeker_line(record: Record) -> str:
    """What a run's seeker was, in one line: its audit, or that it is deaf; empty for nobody."""
    rates = audit_rates(record.conversations)
    if rates is None:
        return seeker_told(record.board)
    mark = "simulator unreliable: " if rates.unreliable else ""
    return f"{seeker_told(record.board)}; {mark}{rates.told()}"


def title(column: str) -> str:
    """A column's name as people read it at the head of a table."""
    return TITLES.get(column, COLUMNS[column].title)


def remarks(table: BoardTable) -> list[str]:
    """Notes under a table: what the seeker hears, what is at bound or unstable, what is missing."""
    lines = []
    if table.board.seeker and table.board.seeker.name == SCRIPTED:
        lines.append(f"The scripted seeker speaks its own lines and {DEAF}.")
    if table.board.history == "gold":
        lines.append(
            "Gold history: each reply answers the human's conversation; vs self is a proxy."
        )
    lines += [line for row in table.rows for line in _of_simulated(row)]
    notes: dict[str, list[str]] = {}
    for row in table.rows:
        for name in SHOWN:
            if (note := row.figures[name].note) and name not in COUNTED:
                notes.setdefault(f"{COLUMNS[name].title}: {note}", []).append(row.record.system)
    return lines + [f"{note} ({_some(systems)})" for note, systems in notes.items()]


def _of_simulated(row: Row) -> list[str]:
    """What a simulated seeker did in a record: its audit, and how a persona felt."""
    rates = audit_rates(row.record.conversations)
    if rates is None:
        return []
    lines = [f"Seeker of {row.record.system}: {rates.told()}."]
    if row.figures["final_emotion"].value is not None:
        shown = ", ".join(
            f"{COLUMNS[name].title} {cell(row.figures[name], percent=name != 'final_emotion')}"
            for name in ("final_emotion", "success", "failure")
        )
        felt = " ".join(f"{emotion:.0f}" for emotion in emotion_course(row.record.conversations))
        lines.append(f"Persona with {row.record.system}: {shown}; emotion by turn {felt}.")
    return lines


def standing(table: BoardTable) -> list[str]:
    """Why a board, or some of its records, have no rank, and what is to be known of its judge."""
    lines = [f"Shown, not ranked: {reason}." for reason in _board_unranked(table.board)]
    lines += [*_gate_passed(table.board), *_at_own_temperature(table.board)]
    reasons: dict[str, list[str]] = {}
    for row in table.rows:
        for reason in unranked_for(table.board, row):
            reasons.setdefault(reason, []).append(row.record.system)
    count = len(table.rows)
    return lines + [
        f"Not ranked, {why}: {'all records' if len(systems) == count > 1 else _some(systems)}."
        for why, systems in reasons.items()
    ]


def standing_markdown(table: BoardTable) -> str:
    """`standing` as a Markdown list; empty if none."""
    return "".join(f"- {markdown_text(line)}\n" for line in standing(table))


def _board_unranked(board: Board) -> Iterator[str]:
    """Each reason why no record of a board has a rank."""
    card = source_card(board)
    if card is not None and not card.rankable:
        yield f"systems are not ranked on {card.name}"
    if screened(board):
        yield "a screening board, by the embedded judge"


def screened(board: Board) -> bool:
    """Whether an embedded judge rated: it screens, and does not rank."""
    return any(judge.name in JUDGES for judge in board.judges)


def why_unranked(board: Board, row: Row) -> str | None:
    """Why a record has no rank, its board's reasons before its own; None if it has one."""
    return "; ".join([*_board_unranked(board), *unranked_for(board, row)]) or None


def unranked(board: Board, row: Row) -> str | None:
    """Why a record has no rank within its board, all reasons in one line; None if it has one."""
    return "; ".join(unranked_for(board, row)) or None


def unranked_for(board: Board, row: Row) -> Iterator[str]:
    """Each reason why a record has no rank within its board."""
    share = row.figures["unscored"].value
    if share is not None and share > MAX_UNSCORED:
        yield f"more than {MAX_UNSCORED:.0%} unscored"
    if _far_share(row) > MAX_FAR:
        yield f"more than {MAX_FAR:.0%} of its rated replies far from what the judge learned from"
    rates = audit_rates(row.record.conversations)
    if rates is not None and rates.unreliable:
        most = f"{audit_rules().unreliable_above:.0%}"
        yield f"simulator unreliable (more than {most} of its seeker's lines are faulty)"
    for judge in board.judges:
        if judge.settings.get(FORM) == JOINT:
            why = why_not_joint(judge.name, judge.prompt_sha, judge.settings)
            if why is not None:
                yield f"one call for all dimensions, {why}"
    yield from _gate_missed(board)
    full = _full_set(board)
    if full is not None and size(row) < full:
        yield f"fewer than the source's {full} conversations"


def _gate_missed(board: Board) -> Iterator[str]:
    """Why the probes of a board's judge keep its records from being ranked, if they do."""
    if not board.judges or not can_be_probed(board.judges):
        return
    judge = f"judged by {_judges(board)},"
    shown = shown_for(board.judges)
    if shown is None:
        yield f"{judge} its probes are not shown"
    elif shown.fooled.rate is not None and shown.fooled.rate > gate().most_fooled:
        yield f"{judge} {_fooled(shown.fooled.rate)}"
    elif shown.misses:
        more = f" and {len(shown.misses) - 1} more" if len(shown.misses) > 1 else ""
        yield f"{judge} which misses the gate of its probes ({shown.misses[0]}{more})"


def _gate_passed(board: Board) -> Iterator[str]:
    """That a board's judge was probed and passed, or never could be."""
    if not can_be_probed(board.judges):
        yield (
            f"Ratings by {_judges(board)} were imported: it cannot be probed, and its records are "
            "ranked without that."
        )
        return
    shown = shown_for(board.judges)
    if shown is not None and shown.fooled.rate is not None and not shown.misses:
        yield f"Judged by {_judges(board)}, {_fooled(shown.fooled.rate)}."


def _at_own_temperature(board: Board) -> Iterator[str]:
    """Which judges were not asked at temperature 0, since their provider takes none."""
    names = [judge.name for judge in board.judges if judge.settings.get("temperature", 0) is None]
    if names:
        yield (
            f"{' + '.join(names)} rated at the provider's own temperature, which cannot be set: "
            "another run may give other ratings."
        )


def _judges(board: Board) -> str:
    return " + ".join(judge.name for judge in board.judges)


def _fooled(rate: float) -> str:
    most = gate().most_fooled
    digits = 0 if (round(rate, 2) > most) == (rate > most) else 1  # 5.2% is no 5%
    return f"fooled by {rate:.{digits}%} of probes, the gate allows {most:.0%}"


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
