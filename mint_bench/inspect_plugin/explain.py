"""A scored conversation as Markdown for the log viewer: a row a turn, tactics by sentence."""

from collections.abc import Sequence
from functools import cache

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.replay.course import Course
from mint_bench.scoring import ScoredConversation, ScoredTurn
from mint_bench.tactics.tagger import TACTICS, Tagging
from mint_bench.tactics.taxonomy import load_taxonomy

MOST_SHOWN = 300  # characters of a seeker's line

HEADINGS = ("val", "elab", "und", "adv", "self", "dism")
"""Short headings of the six dimensions, in their order: a table that is wider breaks words."""


def table(scored: ScoredConversation, taggings: Sequence[Tagging | None]) -> str:
    """One row a turn: tactics by sentence, six ratings, words, what to know.

    Sentences are parted by a slash, tactics of one sentence joined by a plus, a sentence without
    a tactic is a dash.
    """
    head = ("t", "tactics", *HEADINGS, "words", "remarks")
    rows = [head, tuple("---" if i in {1, 9} else "---:" for i in range(len(head)))]
    faults = {
        line.t: line.faults
        for line in (scored.seeker.lines if scored.seeker else [])
        if line.faults
    }
    rows += [
        _row(turn, tagging, faults.get(turn.t, []))
        for turn, tagging in zip(scored.turns, taggings, strict=True)
    ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", *_legend()])


def sentences(scored: ScoredConversation, taggings: Sequence[Tagging | None]) -> str:
    """Each reply's sentences with their tactics, a heading a turn."""
    lines = []
    for turn, tagging in zip(scored.turns, taggings, strict=True):
        lines.append(f"**Turn {turn.t}**")
        if "reply" in turn.unscored:
            lines.append(f"- not scored: {turn.unscored['reply']}")
        elif tagging is None or tagging.unscored:
            lines.append(f"- not tagged: {turn.unscored.get('tactics', 'no tagger')}")
        else:
            lines += [
                f"- {_plain(sentence)} — {', '.join(names).replace('_', ' ') or '(none)'}"
                for sentence, names in zip(tagging.sentences, tagging.names(), strict=True)
            ]
        lines.append("")
    return "\n".join(lines).strip()


def course(course: Course) -> str:
    """A simulated seeker's lines with what the audit found, and how its emotion went."""
    head = ("t", "the seeker said", "faults")
    rows = [head, ("---:", "---", "---")]
    rows += [
        (
            str(line.t),
            _plain(line.text[:MOST_SHOWN]) or "(nothing)",
            _plain(", ".join(line.faults).replace("_", " "))
            or ("none" if line.simulated else "the source's own line"),
        )
        for line in course.lines
    ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if course.feelings:
        lines += ["", "Emotion before the first reply and after each:", ""]
        lines += [
            f"- {feeling.emotion}{': ' if feeling.reason else ''}{_plain(feeling.reason)}"
            for feeling in course.feelings
        ]
    why = f" ({_plain(course.broken)})" if course.broken else ""
    return "\n".join([*lines, "", f"Ended: {course.ending or 'cut off by a limit'}{why}."])


def _row(turn: ScoredTurn, tagging: Tagging | None, faults: Sequence[str]) -> tuple[str, ...]:
    ratings = turn.ratings or [None] * len(DIMENSIONS)
    remarks = [
        *(f"seeker: {fault.replace('_', ' ')}" for fault in faults),
        *turn.flags,
        *(f"{part} unscored: {why}" for part, why in turn.unscored.items()),
    ]
    return (
        str(turn.t),
        "" if turn.tactics is None or tagging is None else _by_sentence(tagging),
        *("" if rating is None else f"{rating:.1f}" for rating in ratings),
        "" if turn.words is None else str(turn.words),
        _plain("; ".join(remarks)),
    )


def _by_sentence(tagging: Tagging) -> str:
    return " / ".join(
        "+".join(_short()[name] for name in names) or "–" for names in tagging.names()
    )


@cache
def _short() -> dict[str, str]:
    return {tactic.name: tactic.short for tactic in load_taxonomy().tactics}


def _legend() -> list[str]:
    tactics = ", ".join(f"{_short()[name]} {name.replace('_', ' ')}" for name in TACTICS)
    ratings = ", ".join(
        f"{short} {name.replace('_', ' ')}"
        for short, name in zip(HEADINGS, DIMENSIONS, strict=True)
    )
    return [
        f"Tactics by sentence: {tactics}.",
        "",
        f"Ratings from 1 to 5: {ratings}; of the last three, lower is better.",
    ]


def _plain(text: str) -> str:
    """Text that no Markdown table or list breaks on."""
    return " ".join(text.split()).replace("|", "\\|")
