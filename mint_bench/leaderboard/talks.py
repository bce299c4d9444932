"""Conversations for reading: each reply with its tactics by sentence, and what came back.

Takes words from a `Teller` and figures from the record; shows nothing that the source's licence
does not let anyone pass on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mint_bench.judging.judge import DIMENSIONS, HIGHER_IS_BETTER
from mint_bench.records.schema import Record
from mint_bench.records.told import Teller, Told, ToldTurn, may_be_shown
from mint_bench.scoring import ScoredConversation, ScoredTurn
from mint_bench.sentences import split_pieces, split_sentences
from mint_bench.tactics.tagger import TACTICS

DIMENSION_WORDS = tuple(name.replace("_", " ") for name in DIMENSIONS)
USED, AGAIN, NOT = "●", "↻", "·"
WORDS = {
    "cut_off": "cut off at the token limit",
    "oldest_left_out": "the oldest turns did not fit and were left out",
    "aggregate_of_five": "one rating of six is missing",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tactic of a sentence or a turn; `again` if the turn before had it too."""

    index: int
    again: bool


TAGS = tuple((Tag(k, again=False), Tag(k, again=True)) for k in range(len(TACTICS)))
"""Every tag there is, by tactic and by whether it came back."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a reply with its tactics; `tail` is the space after it."""

    text: str
    tags: tuple[Tag, ...]
    tail: str = ""

    @property
    def again(self) -> bool:
        """Whether any of its tactics was there in the turn before."""
        return any(tag.again for tag in self.tags)


@dataclass(frozen=True, slots=True)
class TalkTurn:
    """One exchange for reading."""

    t: int
    seeker: str
    sentences: tuple[Sentence, ...]
    by_sentence: bool
    human: str | None
    tags: tuple[Tag, ...]
    ratings: tuple[tuple[str, str], ...]
    empathy: str
    words: int | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation for reading.

    Attributes:
        number: Of the conversation on its board; equal for every system of the board.
        id: As its source names it.
        epoch: Number of the repetition.
        file: Name of its page.
        opening: What the supporter said before the seeker's first words.
        turns: In order.
        map: Per tactic that occurs, its index and one sign a turn.
        empathy: Mean of its turns; None where nothing is rated.
        again: Share of a turn's tactics that the turn before had; None where undefined.
    """

    number: int
    id: str
    epoch: int
    file: str
    opening: str
    turns: tuple[TalkTurn, ...]
    map: tuple[tuple[int, str], ...]
    empathy: float | None
    again: float | None


def readable(record: Record, teller: Teller | None) -> bool:
    """Whether a record's conversations can and may be read."""
    return teller is not None and may_be_shown(record.board) and teller.knows(record)


def talks(record: Record, numbers: dict[str, int], teller: Teller | None) -> list[Talk]:
    """A record's conversations, by number; none where the licence forbids or nobody tells.

    Args:
        record: Whose conversations.
        numbers: Of each conversation on the board.
        teller: Gives the words.
    """
    if teller is None or not readable(record, teller):
        return []
    told = teller.tell(record)
    found = [
        _talk(conversation, told[conversation.id, conversation.epoch], numbers)
        for conversation in record.conversations
        if (conversation.id, conversation.epoch) in told
    ]
    return sorted(found, key=lambda talk: (talk.number, talk.epoch))


def file_name(number: int, epoch: int) -> str:
    """The name of a conversation's page.

    >>> file_name(7, 1), file_name(7, 2)
    ('talk-7.html', 'talk-7-2.html')
    """
    return f"talk-{number}.html" if epoch == 1 else f"talk-{number}-{epoch}.html"


def _talk(scored: ScoredConversation, told: Told, numbers: dict[str, int]) -> Talk:
    sets = [_set(turn) for turn in scored.turns]
    before: list[frozenset[int] | None] = [None, *sets[:-1]]
    turns = tuple(
        _turn(turn, words, had or frozenset(), has or frozenset())
        for turn, words, had, has in zip(scored.turns, told.turns, before, sets, strict=False)
    )
    rated = [value for turn in scored.turns if (value := _empathy(turn)) is not None]
    pairs = [(a, b) for a, b in zip(before, sets, strict=True) if a is not None and b]
    number = numbers[scored.id]
    return Talk(
        number,
        scored.id,
        scored.epoch,
        file_name(number, scored.epoch),
        told.opening,
        turns,
        _map(sets),
        sum(rated) / len(rated) if rated else None,
        sum(len(a & b) for a, b in pairs) / sum(len(b) for _, b in pairs) if pairs else None,
    )


def _set(turn: ScoredTurn) -> frozenset[int] | None:
    if turn.tactics is None:
        return None
    return frozenset(k for k, count in enumerate(turn.tactics) if count)


def _turn(
    turn: ScoredTurn, told: ToldTurn, before: frozenset[int], now: frozenset[int]
) -> TalkTurn:
    empathy = _empathy(turn)
    pieces = sentences(told, before)
    return TalkTurn(
        turn.t,
        told.seeker,
        pieces,
        any(piece.tags for piece in pieces),
        told.human,
        tuple(TAGS[k][k in before] for k in sorted(now)),
        tuple(
            (name, "–" if rating is None else f"{rating:.1f}")
            for name, rating in zip(DIMENSION_WORDS, turn.ratings or (), strict=False)
        ),
        "" if empathy is None else f"{empathy:.2f}",
        turn.words,
        tuple(
            [f"{part} unscored: {reason}" for part, reason in turn.unscored.items()]
            + [WORDS.get(flag, flag.replace("_", " ")) for flag in turn.flags]
        ),
    )


def _empathy(turn: ScoredTurn) -> float | None:
    if turn.ratings is None:
        return None
    known = [
        rating if up else 6 - rating
        for rating, up in zip(turn.ratings, HIGHER_IS_BETTER, strict=True)
        if rating is not None
    ]
    return sum(known) / len(known) if known else None


def sentences(told: ToldTurn, before: frozenset[int]) -> tuple[Sentence, ...]:
    """A reply in pieces, each with its tactics; in one piece where only counts are known."""
    if not told.reply:
        return ()
    if told.tactics is None:
        return (Sentence(told.reply, ()),)
    pieces = _pieces(told.reply, len(told.tactics))
    if pieces is None:
        return (Sentence(told.reply, ()),)
    return tuple(
        Sentence(
            piece.rstrip(),
            tuple(TAGS[k][k in before] for k in map(TACTICS.index, names)),
            piece[len(piece.rstrip()) :],
        )
        for piece, names in zip(pieces, told.tactics, strict=True)
    )


def _pieces(reply: str, count: int) -> list[str] | None:
    """The reply cut at its sentences, with the space after each kept; None if they do not fit."""
    for split in (split_sentences, split_pieces):
        found = split(reply)
        if len(found) == count:
            return _cut(reply, found)
    return None


def _cut(reply: str, found: Sequence[str]) -> list[str]:
    starts, position = [], 0
    for sentence in found:
        at = reply.find(sentence, position)
        starts.append(at if at >= 0 else position)
        position = starts[-1] + len(sentence) if at >= 0 else position
    starts = [0, *starts[1:], len(reply)]
    return [reply[a:b] for a, b in pairwise(starts)]


def _map(sets: Sequence[frozenset[int] | None]) -> tuple[tuple[int, str], ...]:
    """Per tactic that occurs a sign a turn: used, used again, not used."""
    found = []
    for k in range(len(TACTICS)):
        if not any(k in one for one in sets if one):
            continue
        signs, before = [], False
        for one in sets:
            here = bool(one) and k in (one or ())
            signs.append((AGAIN if before else USED) if here else NOT)
            before = here
        found.append((k, " ".join(signs)))
    return tuple(found)


def telling(found: Sequence[Talk]) -> list[tuple[str, Talk]]:
    """Conversations to start with: the one that repeats most, and the one in the middle."""
    ranked = sorted((talk for talk in found if talk.again is not None), key=_repeats)
    if not ranked:
        return [("the first conversation", talk) for talk in found[:1]]
    picked = [
        ("the conversation where its moves return most", ranked[-1]),
        ("a middling one", ranked[len(ranked) // 2]),
        ("the one where they return least", ranked[0]),
    ]
    return picked[: len({talk.file for talk in ranked})]


def _repeats(talk: Talk) -> float:
    return talk.again or 0.0
