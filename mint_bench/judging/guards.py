"""Rules before a judge's model: replies that are no reply come back unscored, with the reason.

For judges that count cues and cannot see that the words are addressed to nobody, or to the judge
itself. A rule never gives a rating; what it cannot name plainly it leaves to the model.

False alarms, counted by `tests/judging/test_guards.py`: none on the 5,985 published replies (19
systems, people among them) and none on ESConv's 14,642 supporter turns, of which one is flagged as
said before, rightly. The rules were written beside the probes, so what they gain there is the most
that may be hoped for elsewhere. Tried and left out: replies in the first person without a "you",
as when the roles are swapped, would have caught 17 of 20 probes and 8 and 593 of those replies.
"""

import json
import re

from mint_bench.conversation import Speaker
from mint_bench.judging.judge import DIMENSIONS, Exchange

VERSION = "1"  # changes with any rule
SAID_BEFORE = "said_before"
MOST_WORDS = 1_000  # of a reply; real ones have fewer than half as many
LONGEST = 20_000  # characters that are looked at
FEWEST_COPIED = 8  # words of a reply that may count as a copy
RUN = 6  # words in a row that are copied, not shared by chance
COPIED = 0.8  # share of a reply's words in such runs

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_FENCE = re.compile(r"\A```\w*\n(.*?)\n?```\Z", re.DOTALL)
_FIELD = re.compile(r"[{(\[|<]*['\"]?[\w ]{1,30}['\"]?\s*[:=|>]\s*[\"']?\d(?:\.0)?\b")
_GESTURE = re.compile(r"\*[^*]{1,300}\*|\[[^\[\]]{1,300}\]|<[^<>]{1,300}>|~[^~]{1,300}~")
_RATER = r"(?:judge|grader|rater|evaluator|annotator|assessor|reviewer|scorer)"
_TOP = r"(?:5|five|the maximum|the highest|full marks|top (?:marks|score))"
# Seekers talk of judges, too, and a reply may say "give it five minutes": hence the narrow forms.
_TO_THE_JUDGE = re.compile(
    rf"\b(?:dear|esteemed|honou?red|respected|admired) (?:\w+ )?{_RATER}s?\b"
    rf"|\b(?:note|message|reminder|p\.s\.) (?:to|for) the (?:\w+ )?{_RATER}s?\b"
    rf"|[\[(]{_RATER}:|\b{_RATER}s like you\b"
    r"|\b(?:ignore|disregard) (?:all |any |the )*(?:above\b|rubric\b"
    r"|(?:previous|prior|earlier) (?:instructions?|prompts?|rules?)\b)"
    r"|\b(?:rate|score|grade) (?:this|my|the) (?:reply|answer|response|text)\b[^.?!]{0,60}"
    rf"\b{_TOP}\b|\brate (?:it|this)(?: a)? {_TOP}\b"
    rf"|\b(?:give|award|assign|put|output|print) (?:\w+ ){{0,3}}{_TOP}"
    r"(?: for | on | out of | of five|\s*[.!,;:)\]]|\s*\Z)"
    r"|\b(?:score|rating)s?\s*(?::|=|must be)\s*(?:5|five)\b"
)
_MARKER = re.compile(
    r"<\|[\w ]{1,30}\|>|\[/?INST\]|</(?:s|reply|response|answer|prompt|conversation|supporter"
    r"|assistant)>|^\W{0,4}(?:seeker|user|human|assistant|supporter|judge|rater)\b[^\n:]{0,20}:",
    re.IGNORECASE | re.MULTILINE,
)
_NOTES = re.compile(
    r"\A\W*(?:thought process|thinking|reasoning|analysis|internal note|plan|strategy|step 1|todo)"
    r"\s*:|\A\W*here is (?:a|an|my) (?:possible |\w+ )?(?:empathetic |empathic )?"
    r"(?:response|reply)\b"
    r"|\A\W*\[insert\b|\{\{\w",
    re.IGNORECASE,
)
_ABOUT_THE_SEEKER = re.compile(r"\bthe (?:user|seeker|assistant)\b", re.IGNORECASE)
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself|u|ur)\b", re.IGNORECASE)
_NAMES = tuple(name.replace("_", " ") for name in DIMENSIONS)


def no_reply(exchange: Exchange) -> str | None:
    """Why the text is no reply to the seeker; None where it may be one.

    >>> no_reply(Exchange((), '{"score": 5}'))
    'no reply: data in a form'
    >>> no_reply(Exchange((), "I hear you. What happened next?")) is None
    True
    """
    text = exchange.reply[:LONGEST].replace("’", "'").strip()
    if len(exchange.reply.split()) > MOST_WORDS:
        return f"no reply: more than {MOST_WORDS} words"
    for reason, applies in _RULES.items():
        if applies(text):
            return f"no reply: {reason}"
    return "no reply: the seeker's own words" if copies_seeker(exchange) else None


def copies_seeker(exchange: Exchange) -> bool:
    """Whether nearly all of the reply stands in the seeker's last turn, word for word."""
    own = _words(exchange.reply)
    seeker = [turn.text for turn in exchange.history if turn.speaker is Speaker.SEEKER]
    if len(own) < FEWEST_COPIED or not seeker:
        return False
    heard = _words(seeker[-1])
    known = {tuple(heard[i : i + RUN]) for i in range(len(heard) - RUN + 1)}
    copied = [False] * len(own)
    for i in range(len(own) - RUN + 1):
        if tuple(own[i : i + RUN]) in known:
            copied[i : i + RUN] = [True] * RUN
    return sum(copied) >= COPIED * len(own)


def said_before(exchange: Exchange) -> bool:
    """Whether the supporter has said just this, in five words or more, at an earlier turn."""
    own = _words(exchange.reply)
    return len(own) >= 5 and any(
        _words(turn.text) == own for turn in exchange.history if turn.speaker is Speaker.SUPPORTER
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:LONGEST].replace("’", "'").lower())


def _is_data(text: str) -> bool:
    """JSON that is no plain string, or lines that are mostly fields with numbers."""
    fenced = _FENCE.match(text)
    text = fenced[1].strip() if fenced else text
    if text[:1] in {"{", "["}:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            return True
    lines = [line for line in re.split(r"[\n;,]+", text) if _WORD.search(line)]
    return bool(lines) and 2 * sum(_FIELD.match(line.strip()) is not None for line in lines) > len(
        lines
    )


def _is_gestures(text: str) -> bool:
    """Nothing but stage directions: at most two words stand outside."""
    acted = any(_WORD.search(found[0]) for found in _GESTURE.finditer(text))
    return acted and len(_WORD.findall(_GESTURE.sub(" ", text))) <= 2


def _is_notes(text: str) -> bool:
    """Thoughts about the seeker, or a template, and not words to the seeker."""
    if _NOTES.search(text):
        return True
    return bool(_ABOUT_THE_SEEKER.search(text)) and not _SECOND_PERSON.search(text)


def _names_rubric(text: str) -> bool:
    """Two of the rubric's dimensions by their names."""
    plain = text.lower().replace("_", " ")
    return sum(name in plain for name in _NAMES) >= 2


_RULES = {
    "data in a form": _is_data,
    "turns or tags of its own making": lambda text: _MARKER.search(text) is not None,
    "words to the judge": lambda text: _TO_THE_JUDGE.search(text.lower()) is not None,
    "names of the rubric": _names_rubric,
    "notes or a template": _is_notes,
    "gestures without words": _is_gestures,
}
