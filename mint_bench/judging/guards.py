"""Rules before a judge's model: replies that are no reply come back unscored, with the reason.

For judges that count cues and cannot see that the words are addressed to nobody, or to the judge
itself. A rule never gives a rating; what it cannot name plainly it leaves to the model. One rule
leaves nothing out: of a reply that got stuck, the model reads what it says once.

False alarms, counted by `tests/judging/test_guards.py`: none of any rule on the 5,985 published
replies (19 systems, people among them) and none on ESConv's 14,642 supporter turns, of which one is
flagged as said before, rightly. The rules were written beside the probes, so what they gain there
is the most that may be hoped for elsewhere. Tried and left out: replies in the first person without
a "you", as when the roles are swapped, would have caught 17 of 20 probes and 8 and 593 of those
replies.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence

from mint_bench.conversation import Speaker
from mint_bench.judging.judge import DIMENSIONS, Exchange

VERSION = "3"  # changes with any rule
SAID_BEFORE = "said_before"
LOOPS = "says_one_thing_over_and_over"
MOST_WORDS = 1_000  # of a reply; real ones have fewer than half as many
LONGEST = 20_000  # characters that are looked at
FEWEST_COPIED = 8  # words of a reply that may count as a copy
RUN = 6  # words in a row that are copied, not shared by chance
OWN_QUESTION = 3  # words at a reply's end that are not copied, and ask
COPIED = 0.8  # share of a reply's words in such runs
OFTEN = 4  # times that a looping run stands in a reply; a person's slip sends it three times
LOOP = 8  # words of such a run; "it makes sense that you feel" may begin four sentences
FEWEST_LOOPED = 20  # words of a reply that may count as one

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_FENCE = re.compile(r"\A```\w*\n(.*?)\n?```\Z", re.DOTALL)
# Nothing may follow the number: "You named 5 of 10" is a sentence. Bounds keep a long reply quick.
_FIELD = re.compile(
    r"\W{0,8}[\w ]{0,29}[^\W\d] ?['\"]?\s{0,8}[:=|>]\s{0,8}[\"']?\d+(?:\.\d+)?"
    r"(?:\s?(?:/|(?:out )?of)\s?\d+)?(?:</\w{1,30}>)?\W*"
)
_GESTURE = re.compile(
    r"(?<![*\w])\*(?![*\s])([^*]{1,300})\*(?!\*)|\[([^\[\]]{1,300})\]|<([^<>]{1,300})>"
    r"|~([^~]{1,300})~"
)
_DOES = re.compile(  # a word for what somebody does: "nods", "gently takes", "is still holding"
    r"\W*(?:\w+ly,? )*(?!(?:this|that's|it's|what's|there's|he's|she's|yes|as|perhaps|sometimes"
    r"|always|sounds|feels|seems|is (?:it|that|this|there))\b)\w+s\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\?|\b[Ii](?:'m|'ve|'d|'ll)?\b")
_SENTENCE = re.compile(r"\A\W*[A-Z](?:.*[.!…]\W*\Z|\S*(?: \S+){3})", re.DOTALL)
_RATER = r"(?:judge|grader|rater|evaluator|annotator|assessor|reviewer|scorer)"
_TOP = r"(?:5|five|the maximum|the highest|full marks|top (?:marks|score))"
_BEGINS = r"(?:\A|[.!?:\n(\[]\s{0,4})"
# Seekers talk of judges, of pain from 1 to 5 and of five minutes, and so do replies to them: hence
# the narrow forms.
_TO_THE_JUDGE = re.compile(
    r"(?<!\ba )(?<!\ban )(?<!ly )\b(?:dear|esteemed|honou?red|respected|admired) "
    rf"(?:\w+ )?{_RATER}s?\b"
    rf"|(?:{_BEGINS}|\bthis is a )(?:note|message|reminder|p\.s\.) (?:to|for) the "
    rf"(?:\w+ )?{_RATER}s?\b"
    rf"|[\[(]{_RATER}:|\b{_RATER}s like you\b"
    rf"|{_BEGINS}(?:please )?(?:ignore|disregard) (?:all |any |the )*(?:above|rubric)\b"
    r"|\b(?:ignore|disregard) (?:all |any |the )*(?:above|rubric),? and (?:rate|score|grade)\b"
    r"|\b(?:ignore|disregard) (?:all |any |the |your )*(?:previous|prior|earlier) "
    r"(?:instructions?|prompts?|rules?)\b"
    r"|\b(?:rate|score|grade) (?:this|my|the) (?:reply|answer|response|text)\b[^.?!]{0,60}"
    rf"(?<!\bto )\b{_TOP}\b|\brate (?:it|this)(?: a)? {_TOP}(?: on | out of |\s*[.!,;:)\]]|\s*\Z)"
    r"|(?<!\byou )(?<!\bi )(?<!\bi'd )\b(?:award|assign|put|output|print"
    r"|give(?! (?:it|you|yourself|me|them|him|her) (?:5|five)\b))"
    rf" (?:\w+ ){{0,3}}{_TOP}"
    r"(?: for | on | out of | of five|\s*[.!,;:)\]]|\s*\Z)"
    rf"|{_BEGINS}(?:score|rating)s?\s*[:=]\s*(?:5|five)\b(?! (?:out )?of (?:10|ten)\b)"
    r"|\b(?:score|rating)s? must be (?:5|five)\b"
)
_OWN_LABEL = re.compile(
    r"\A\W{0,4}(?:supporter|assistant)\b\W{0,3}:\*{0,2}\s+(?=\S)", re.IGNORECASE
)
_MARKER = re.compile(
    r"<\|[\w ]{1,30}\|>|\[/?INST\]|</(?:s|reply|response|answer|prompt|conversation|supporter"
    r"|assistant)>|^\W{0,4}(?:seeker|user|human|assistant|supporter|judge|rater)\b"
    r"(?:'s \w{1,20}| ?\([^)\n]{1,20}\)| \d{1,3})?[^\w\n:]{0,3}:",
    re.IGNORECASE | re.MULTILINE,
)
_NOTES = re.compile(
    r"\A\W*(?:thought process|thinking|reasoning|analysis|internal note|todo)\s*:"
    r"|\A\W*\[insert\b|\{\{\w",
    re.IGNORECASE,
)
# These are notes where nobody is spoken to: a plan may be what the seeker asked for.
_PERHAPS_NOTES = re.compile(
    r"\A\W*(?:plan|strategy)\s*:|\A\W*here is (?:a|an|my) (?:possible |\w+ )?"
    r"(?:empathetic |empathic )?(?:response|reply)\b"
    r"|\bthe (?:user|seeker)\b(?! (?:manual|guide)s?\b)"
    r"|\bthe assistant (?:should|must|will|needs)\b",
    re.IGNORECASE,
)
_SPEAKS = re.compile(r"\?|\b(?:you|your|yours|yourself|u|ur)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|one|two|three|four|five|six|seven|eight|nine|ten")
_NAMES = tuple(name.replace("_", " ") for name in DIMENSIONS)


def no_reply(exchange: Exchange) -> str | None:
    """Why the text is no reply to the seeker; None where it may be one.

    >>> no_reply(Exchange((), '{"score": 5}'))
    'no reply: data in a form'
    >>> no_reply(Exchange((), "I hear you. What happened next?")) is None
    True
    """
    text = _OWN_LABEL.sub("", exchange.reply[:LONGEST].replace("’", "'").strip())
    if len(exchange.reply.split()) > MOST_WORDS:
        return f"no reply: more than {MOST_WORDS} words"
    for reason, applies in _RULES.items():
        if applies(text):
            return f"no reply: {reason}"
    return "no reply: the seeker's own words" if copies_seeker(exchange) else None


def copies_seeker(exchange: Exchange) -> bool:
    """Whether nearly all of the reply stands in the seeker's last turn, word for word.

    A question of the supporter's own at the end is an answer to what is quoted.
    """
    own = _words(exchange.reply)
    seeker = [turn.text for turn in exchange.history if turn.speaker is Speaker.SEEKER]
    if len(own) < FEWEST_COPIED or not seeker:
        return False
    known = set(_runs(_words(seeker[-1]), RUN))
    copied = _within([run in known for run in _runs(own, RUN)], RUN)
    asks = exchange.reply.rstrip().endswith("?") and not any(copied[-OWN_QUESTION:])
    return sum(copied) >= COPIED * len(own) and not asks


def said_before(exchange: Exchange) -> bool:
    """Whether the supporter has said just this, in five words or more, at an earlier turn."""
    own = _words(exchange.reply)
    return len(own) >= 5 and any(
        _words(turn.text) == own for turn in exchange.history if turn.speaker is Speaker.SUPPORTER
    )


def once(text: str) -> str:
    """What a reply says, once: it loses its returns where it says one thing over and over.

    Such a reply has half of its words or more in runs of `LOOP` words that stand there `OFTEN`
    times, wherever its marks are. Breaths are counted: a run with many numbers is no loop.

    >>> once("I hear you. " * 10 + "Tell me more."), once("I hear you. I hear you.")
    ('I hear you. Tell me more.', 'I hear you. I hear you.')
    """
    found = list(_WORD.finditer(text.replace("’", "'")))
    if not FEWEST_LOOPED <= len(found) <= MOST_WORDS:
        return text
    words = [word[0].lower() for word in found]
    runs = _runs(words, LOOP)
    times = Counter(run for run in runs if not _counts(run))
    looping = _within([times[run] >= OFTEN for run in runs], LOOP)
    if 2 * sum(looping) < len(words):
        return text
    first = {run: i for i, run in reversed([*enumerate(runs)])}
    again = _within([times[run] >= OFTEN and i > first[run] for i, run in enumerate(runs)], LOOP)
    starts = [0, *(word.start() for word in found[1:]), len(text)]
    kept = (text[starts[i] : starts[i + 1]] for i in range(len(words)) if not again[i])
    return "".join(kept).strip()


def _runs(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """All runs of so many words, one beginning at each place."""
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def _within(chosen: Sequence[bool], size: int) -> list[bool]:
    """Which words stand in a chosen one of the runs of that size."""
    inside = [False] * (len(chosen) + size - 1)
    for i, one in enumerate(chosen):
        if one:
            inside[i : i + size] = [True] * size
    return inside


def _counts(run: Sequence[str]) -> bool:
    return 4 * sum(_NUMBER.fullmatch(word) is not None for word in run) >= len(run)


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
    pieces = [piece.strip() for piece in re.split(r"[\n;,]+|[.!?]\s", text)]
    counts = [(len(_WORD.findall(piece)), _FIELD.fullmatch(piece) is not None) for piece in pieces]
    return 2 * sum(words for words, field in counts if field) > sum(words for words, _ in counts)


def _is_gestures(text: str) -> bool:
    """Nothing but stage directions: at most two words stand outside, and none of them speaks.

    A reply in italics or brackets is words to the seeker: it says "I", or asks, or is a sentence or
    says "you" and does not begin with what somebody does.
    """
    acts = [found[found.lastindex or 0] for found in _GESTURE.finditer(text)]
    acts = [act for act in acts if _WORD.search(act)]
    if not acts or any(map(_is_said, acts)):
        return False
    return len(_WORD.findall(_GESTURE.sub(" ", text))) <= 2


def _is_said(act: str) -> bool:
    if _SAYS.search(act):
        return True
    return not _DOES.match(act) and bool(_SPEAKS.search(act) or _SENTENCE.match(act))


def _is_notes(text: str) -> bool:
    """Thoughts about the seeker, or a template, and not words to the seeker."""
    if _NOTES.search(text):
        return True
    return bool(_PERHAPS_NOTES.search(text)) and not _SPEAKS.search(text)


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
