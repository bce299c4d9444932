"""Whether the figures of a record can come from a system that answered: pure, on figures alone.

A record holds no text, so equal replies are seen by what they leave behind: surface overlap,
words, tokens and tactics. On the published records the shares below lie under 0.15, for systems
that say the same each time at 1; the limit stands between.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mint_bench.records.schema import Record
from mint_bench.scoring import ScoredTurn
from mint_bench.submissions.findings import Finding
from mint_bench.submissions.token_counts import token_counts

MOST = 0.5  # share of turns above which likeness is no accident
LONG = 8  # words above which two replies of equal figures are hardly different
EQUAL = 0.9999
FEW = 20  # turns below which a share says nothing
MANY = 60  # turns below which it is no wonder that few are different
NEARLY_ALL = 0.9  # share of turns with one rating; at most 0.24 on the published records
FIGURES, CLOSE = 3, 1e-3  # figures of a turn that make it known, and how far one is from its copy
HANDFUL, RARE = 12, 0.02  # different replies, and their share of all, that no system comes down to
Place = tuple[str, int]  # conversation id, number of the turn


def plausibility(
    record: Record, human_words: Mapping[Place, int], others: Sequence[Record]
) -> Iterator[Finding]:
    """What is not believable in a record's figures, and what they cannot show.

    Args:
        record: Of a model, or published outputs; trivial systems and humans are what they are.
        human_words: Words of the human supporters' turns in the same conversations.
        others: Accepted records on the same conversations.
    """
    yield from token_counts(record)
    if record.kind not in {"model", "published"}:
        return
    turns = [turn for c in record.conversations for turn in c.turns if turn.words]
    yield from from_turn_to_turn(turns)
    by_talk = list(from_talk_to_talk(turns))
    yield from by_talk
    if not any(one.level == "fault" for one in by_talk):  # a script is a few texts, too
        yield from from_a_few(turns)
    yield from from_epoch_to_epoch(record)
    yield from like_the_human(record, human_words)
    yield from like_another(record, others)
    yield from one_rating(turns)


def from_turn_to_turn(turns: Sequence[ScoredTurn]) -> Iterator[Finding]:
    """Replies equal to the one before, by their overlap with it."""
    pairs = [turn.surface for turn in turns if "rougeL_vs_self" in turn.surface]
    later = sum(turn.t > 1 and (turn.words or 0) >= LONG for turn in turns)
    if later >= FEW and len(pairs) < MOST * later:
        yield Finding(
            "look",
            "replies",
            f"{later - len(pairs)} of {later} replies lack their overlap with the turn before, "
            "which every run measures",
        )
    if len(pairs) < FEW:
        yield Finding(
            "unchecked", "replies", "too few turns have surface figures to tell equal replies by"
        )
        return
    same = sum(
        pair["rougeL_vs_self"] > EQUAL and pair.get("bigram_vs_self", 0.0) > EQUAL for pair in pairs
    )
    if same / len(pairs) > MOST:
        yield Finding(
            "fault", "replies", f"{same} of {len(pairs)} replies are those of the turn before"
        )
    elif same:
        yield Finding(
            "look", "replies", f"{same} of {len(pairs)} replies are those of the turn before"
        )


def from_talk_to_talk(turns: Sequence[ScoredTurn]) -> Iterator[Finding]:
    """Replies that seem the same at the same turn of most conversations."""
    long = [turn for turn in turns if turn.words and turn.words >= LONG]
    if len(long) < FEW:
        yield Finding("unchecked", "replies", "too few long replies to tell equal ones by")
        return
    kinds: dict[int, Counter[tuple[object, ...]]] = {}
    for turn in long:
        mark = (turn.words, turn.tokens, tuple(turn.tactics or ()))
        kinds.setdefault(turn.t, Counter())[mark] += 1
    same = sum(max(found.values()) for found in kinds.values() if sum(found.values()) > 1)
    if same / len(long) > MOST:
        yield Finding(
            "fault",
            "replies",
            f"{same} of {len(long)} replies have the words, tokens and tactics of a reply at the "
            "same turn of other conversations: the same text each time?",
        )


def from_a_few(turns: Sequence[ScoredTurn]) -> Iterator[Finding]:
    """A handful of replies, dealt out at any turns."""
    marks = [
        (turn.words, turn.tokens, tuple(turn.tactics))
        for turn in turns
        if turn.tactics and turn.words and turn.words >= LONG
    ]
    kinds = len(set(marks))
    if len(marks) >= MANY and kinds <= max(HANDFUL, RARE * len(marks)):
        yield Finding(
            "fault",
            "replies",
            f"{len(marks)} replies have only {kinds} different counts of words, tokens and "
            "tactics: a few texts again and again?",
        )


def from_epoch_to_epoch(record: Record) -> Iterator[Finding]:
    """Epochs that are one epoch's figures again: sampling at temperature 0, or a copy."""
    seen: dict[tuple[str, int], set[tuple[object, ...]]] = {}
    count = 0
    for c in record.conversations:
        for turn in c.turns:
            if turn.words and turn.words >= LONG:
                mark = (turn.words, turn.tokens, tuple(turn.tactics or ()))
                seen.setdefault((c.id, turn.t), set()).add(mark)
                count += 1
    again = count - len(seen)  # replies at a place that had one already
    equal = count - sum(map(len, seen.values()))
    if again >= FEW and equal / again > MOST and record.settings.sampling.get("temperature") != 0:
        yield Finding(
            "look",
            "epochs",
            f"{equal} of {again} replies of later epochs have the words, tokens and tactics of "
            "an earlier one at their place",
        )


def like_the_human(record: Record, human_words: Mapping[Place, int]) -> Iterator[Finding]:
    """Replies as long as the human's at every place, or longer by as much, or with its tactics."""
    turns = [(c.id, turn) for c in record.conversations for turn in c.turns if turn.words]
    longer = [t.words - human_words[at, t.t] for at, t in turns if (at, t.t) in human_words]  # type: ignore[operator]
    by = Counter(longer).most_common(1)[0][0] if longer else 0
    beside = [one == by for one in longer]
    length = f"have {abs(by)} words {'more' if by > 0 else 'fewer'} than the human's"
    tagged = [
        turn.tactics == turn.human_tactics
        for _, turn in turns
        if turn.tactics and turn.human_tactics and any(turn.human_tactics)
    ]
    if len(beside) < FEW and len(tagged) < FEW:
        yield Finding(
            "unchecked", "human", "no human supporter's figures for these conversations to compare"
        )
    for same, what in (
        (beside, length if by else "are as long as the human's"),
        (tagged, "have exactly the tactics of the human's"),
    ):
        if len(same) >= FEW and sum(same) / len(same) > MOST:
            told = f"{sum(same)} of {len(same)} replies {what} in the same place"
            yield Finding("fault", "human", f"{told}: are they the human's?")
            return


def like_another(record: Record, others: Sequence[Record]) -> Iterator[Finding]:
    """Figures that are those of another record, turn for turn.

    A turn is another's where its words and tactics are, or as many words more each time; or what
    it shares with the turns around it; or its ratings. So no one of these can be altered alone.
    """
    mine = _by_place(record)
    for other in others:
        theirs = _by_place(other)
        pairs = [
            (mine[place], theirs[place])
            for place in mine.keys() & theirs.keys()
            if max(mine[place].words or 0, theirs[place].words or 0) >= LONG
        ]
        same = _alike(pairs)
        if len(pairs) < FEW or same / len(pairs) <= MOST:
            continue
        told = (
            f"{same} of {len(pairs)} turns have the words and tactics, the overlaps or the ratings "
            f"of {other.system}"
        )
        if other.system != record.system:
            yield Finding("fault", "copy", f"{told}: is it the same system?")
        elif other.settings != record.settings:
            yield Finding("look", "copy", f"{told} with other settings")
        else:
            yield Finding("look", "copy", f"{told} on another board")


def _by_place(record: Record) -> dict[tuple[str, int, int], ScoredTurn]:
    return {
        (c.id, c.epoch, turn.t): turn
        for c in record.conversations
        for turn in c.turns
        if turn.words
    }


def _alike(pairs: Sequence[tuple[ScoredTurn, ScoredTurn]]) -> int:
    """How many of these turns are so like one another that they must be one."""
    longer = [
        (a.words or 0) - (b.words or 0) if (a.tactics or []) == (b.tactics or []) else None
        for a, b in pairs
    ]
    often = Counter(one for one in longer if one is not None).most_common(1)
    by = {one for one, _ in often}
    return sum(
        one in by or _same_overlaps(a, b) or _same_ratings(a, b)
        for one, (a, b) in zip(longer, pairs, strict=True)
    )


def _same_overlaps(a: ScoredTurn, b: ScoredTurn) -> bool:
    """Whether overlaps are the same; that of nothing or of all is no mark of a reply."""
    both = [(a.surface[name], b.surface[name]) for name in a.surface.keys() & b.surface.keys()]
    return _mostly_equal([pair for pair in both if pair[0] not in {0, 1}])


def _same_ratings(a: ScoredTurn, b: ScoredTurn) -> bool:
    """Whether ratings are the same that hardly come twice: of whole numbers and halves many do."""
    both = [
        (one, other)
        for one, other in zip(a.ratings or (), b.ratings or (), strict=False)
        if one is not None and other is not None
    ]
    return _mostly_equal([pair for pair in both if pair[0] * 2 % 1])


def _mostly_equal(pairs: Sequence[tuple[float, float]]) -> bool:
    """Whether most of three figures and more are equal to their third digit."""
    same = sum(math.isclose(*pair, rel_tol=CLOSE) for pair in pairs)
    return len(pairs) >= FIGURES and same > MOST * len(pairs)


def one_rating(turns: Sequence[ScoredTurn]) -> Iterator[Finding]:
    """The same ratings, rounded, on nearly every turn."""
    rated = [
        tuple(None if one is None else round(one) for one in turn.ratings)
        for turn in turns
        if turn.ratings is not None
    ]
    same = max(Counter(rated).values(), default=0)
    if len(rated) >= FEW and same >= NEARLY_ALL * len(rated):
        yield Finding(
            "look",
            "ratings",
            f"{same} of {len(rated)} rated replies have the same ratings, rounded",
        )
