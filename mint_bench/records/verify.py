"""Whether a record can be believed: form, signature, ranges, consistency, recomputed figures.

Checks what the file itself can show. Whether its numbers were honestly produced only a rerun
can tell, for which the record names command, versions and hashes.
"""

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from mint_bench.errors import MintError
from mint_bench.metrics.surface import EMBEDDING, OVERLAPS, PAIRINGS
from mint_bench.records.arrays import PARTIAL_AGGREGATE
from mint_bench.records.figures import values
from mint_bench.records.schema import Record
from mint_bench.records.signature import signature
from mint_bench.records.store import read, record_path
from mint_bench.replay.audit import KINDS
from mint_bench.replay.definition import SIMULATED, seeker_rules
from mint_bench.resources import ids_sha
from mint_bench.scoring import ALSO, ScoredConversation, ScoredTurn
from mint_bench.sources import SOURCES
from mint_bench.sources.loading import pinned_revision

PARTS = ("reply", "tactics", "ratings")
TURN_SURFACE = {f"{name}_{of}": 0 for name in OVERLAPS for of in PAIRINGS} | {
    f"{EMBEDDING}_{of}": -1 for of in PAIRINGS
}  # name to lowest value; the highest is 1
CONVERSATION_SURFACE = {"gzip": 100.0, "mattr": 1.0}  # a word or two grow when compressed


def verify(path: Path) -> Record:
    """Read a record and check it through.

    Returns:
        The record, if it holds.

    Raises:
        MintError: At the first fault, naming the file and the field.
    """
    record = read(path)
    for field, fault in _faults(record, path):
        raise MintError(f"{path}: {field}: {fault}")
    return record


def _faults(record: Record, path: Path) -> list[tuple[str, str]]:
    faults = [*_place(record, path), *_board(record)]
    for index, conversation in enumerate(record.conversations):
        faults += _conversation(conversation, record, f"conversations.{index}")
    return faults or _derived(record)


def _place(record: Record, path: Path) -> list[tuple[str, str]]:
    if path.parent.name == record.system or path.parent.parent.name == "results":
        expected = record_path(record, path.parent.parent)
        if path.resolve() != expected.resolve():
            return [("board", f"belongs in {expected.parent.name}/{expected.name} by its content")]
    return []


def _board(record: Record) -> list[tuple[str, str]]:
    board, conversations = record.board, record.conversations
    faults = []
    if ids_sha({c.id for c in conversations}) != board.source.ids_sha:
        faults.append(("board.source.ids_sha", "does not match the ids of the conversations"))
    name = board.source.name.partition(":")[0]
    if name in SOURCES and board.source.revision != pinned_revision(SOURCES[name]):
        faults.append(("board.source.revision", f"is not the pinned one of {name}"))
    if (board.history == "gold") != (board.seeker is None):
        faults.append(("board.seeker", "must be null under gold history, and only there"))
    if board.judge_view not in {board.history, "spliced"} or (
        board.judge_view == "spliced" and board.history == "own"
    ):
        faults.append(("board.judge_view", f"{board.judge_view} is no view of {board.history}"))
    if name not in SOURCES and name != "file":
        faults.append(("board.source.name", f"{name} is not a source"))
    repeated = [key for key, n in Counter((c.id, c.epoch) for c in conversations).items() if n > 1]
    if repeated:
        faults.append(("conversations", f"{repeated[0][0]} stands twice in epoch {repeated[0][1]}"))
    if max(c.epoch for c in conversations) != record.settings.epochs:
        faults.append(("settings.epochs", "is not the number of epochs that were held"))
    times = (record.provenance.started, record.provenance.finished)
    if times[0] and times[1] and times[1] < times[0]:
        faults.append(("provenance.finished", "lies before started"))
    return faults


def _conversation(
    conversation: ScoredConversation, record: Record, field: str
) -> list[tuple[str, str]]:
    turns = conversation.turns
    faults = [(f"{field}.seeker{part}", why) for part, why in _seeker(conversation, record)]
    numbers = [turn.t for turn in turns]
    if not turns:
        faults.append((f"{field}.turns", "holds no turn"))
    if numbers != sorted(set(numbers)):
        faults.append((f"{field}.turns", "the numbers t must rise"))
    elif record.board.history == "own" and numbers != list(range(1, len(turns) + 1)):
        faults.append((f"{field}.turns", "the numbers t leave turns out; unscored ones stand, too"))
    if record.board.max_turns and turns and turns[-1].t > record.board.max_turns:
        faults.append((f"{field}.turns", f"more than the board's {record.board.max_turns} turns"))
    faults += [
        (f"{field}.surface.{name}", f"{value} is not between 0 and {CONVERSATION_SURFACE[name]}")
        if name in CONVERSATION_SURFACE
        else (f"{field}.surface", f"unknown figure {name!r}")
        for name, value in conversation.surface.items()
        if not 0 <= value <= CONVERSATION_SURFACE.get(name, -1)
    ]
    for index, turn in enumerate(turns):
        if not _in_order(turn, record):
            faults += [(f"{field}.turns.{index}.{part}", why) for part, why in _turn(turn, record)]
    return faults


def _seeker(conversation: ScoredConversation, record: Record) -> list[tuple[str, str]]:
    """A simulated seeker's figures: there where the board says so, and possible by its rules."""
    simulated = record.board.seeker is not None and record.board.seeker.name in SIMULATED
    seeker, rules = conversation.seeker, seeker_rules().persona
    if (seeker is not None) != simulated:
        return [("", "must be there where the board's seeker is simulated, and only there")]
    if seeker is None:
        return []
    faults = []
    numbers = [line.t for line in seeker.lines]
    if numbers != sorted(set(numbers)):
        faults.append((".lines", "the numbers t must rise"))
    unknown = {kind for line in seeker.lines for kind in (*line.faults, *line.unchecked)}
    if unknown - set(KINDS):
        faults.append((".lines", f"unknown fault {min(unknown - set(KINDS))!r}"))
    emotions = seeker.emotions
    if emotions and emotions[0] != rules.start:
        faults.append((".emotions", f"begin at {emotions[0]}, not at {rules.start}"))
    if any(abs(later - before) > rules.step for before, later in pairwise(emotions)):
        faults.append((".emotions", f"change by more than {rules.step} in a turn"))
    if len(emotions) > len(conversation.turns) + 1:
        faults.append((".emotions", "are more than the replies"))
    reached = {"success": emotions and emotions[-1] >= rules.success,
               "failure": emotions and emotions[-1] < rules.failure}  # fmt: skip
    if seeker.ending in reached and not reached[seeker.ending]:
        faults.append((".ending", f"is {seeker.ending}, which the last emotion does not say"))
    return faults


def _in_order(turn: ScoredTurn, record: Record) -> bool:
    """Whether a turn is whole and nothing is to be said of it, as nearly all are."""
    return bool(
        not (turn.unscored or turn.flags or turn.panel or turn.also)
        and turn.words
        and (turn.tactics is None) == (record.board.tagger is None)
        and (turn.ratings is None) == (not record.board.judges)
        and (turn.ratings is None or None not in turn.ratings)
        and (not turn.surface or (turn.t > 1 and not _surface(turn.surface)))
    )


def _turn(turn: ScoredTurn, record: Record) -> list[tuple[str, str]]:
    faults = []
    beside = {part for part in turn.unscored if part.startswith(f"{ALSO}.")}
    if unknown := turn.unscored.keys() - set(PARTS) - beside:
        faults.append(("unscored", f"unknown part {min(unknown)!r}"))
    silent = "reply" in turn.unscored
    if silent and (turn.tactics or turn.ratings):
        faults.append(("unscored.reply", "a reply that is not there has figures"))
    for part, value, scorer in (
        ("tactics", turn.tactics, record.board.tagger),
        ("ratings", turn.ratings, record.board.judges),
    ):
        if value is None and scorer and not silent and part not in turn.unscored:
            faults.append((part, "missing without a reason in `unscored`"))
        if value is not None and part in turn.unscored:
            faults.append((part, "has figures and a reason for having none"))
        if value is not None and not scorer:
            faults.append((part, "has figures, but the board names no scorer for them"))
    faults += [
        (f"also.{name}", "has a figure and a reason for having none, or no reply to be about")
        for name in turn.also
        if silent or f"{ALSO}.{name}" in beside
    ]
    faults += _panel(turn, len(record.board.judges))
    absent = turn.ratings.count(None) if turn.ratings else 0
    if absent != (PARTIAL_AGGREGATE in turn.flags):
        faults.append(("ratings", f"{absent} dimensions are missing, which the flags do not say"))
    faults += _surface(turn.surface)
    if turn.t == 1 and turn.surface:
        faults.append(("surface", "a first turn has no turn before it"))
    if not silent and not turn.words:
        faults.append(("words", "a reply without words"))
    return faults


def _surface(surface: dict[str, float]) -> list[tuple[str, str]]:
    """Figures beside the previous turn, in their ranges; nearly all pass at the first look."""
    if not surface:
        return []
    values = surface.values()
    if min(values) >= 0 and max(values) <= 1 and surface.keys() <= TURN_SURFACE.keys():
        return []
    return [
        (f"surface.{name}", f"{value} is not between {TURN_SURFACE[name]} and 1")
        if name in TURN_SURFACE
        else ("surface", f"unknown figure {name!r}")
        for name, value in surface.items()
        if not TURN_SURFACE.get(name, 2) <= value <= 1
    ]


def _panel(turn: ScoredTurn, judges: int) -> list[tuple[str, str]]:
    """What several judges gave must be there from each, and its median be the rating."""
    if not turn.panel:
        return []
    if len(turn.panel) != judges:
        return [("panel", f"has {len(turn.panel)} judges, the board {judges}")]
    given = [ratings for ratings in turn.panel if ratings is not None]
    if (turn.ratings is not None) != (len(given) == judges):
        return [("panel", "ratings stand only, and always, where every judge gave some")]
    if turn.ratings is None:
        return []
    medians = np.median(np.array(given, dtype=np.float64), axis=0)
    if not np.allclose(medians, np.array(turn.ratings, dtype=np.float64), equal_nan=True):
        return [("ratings", "are not the panel's median")]
    return []


def _derived(record: Record) -> list[tuple[str, str]]:
    """Recompute every figure and the signature: each must come out finite or undefined."""
    signature(record)
    return [
        (name, "cannot be recomputed")
        for name, value in values(record.conversations).items()
        if math.isinf(value)
    ]
