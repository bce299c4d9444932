"""What a reply shows besides its n-grams: length, questions, persons, echo of the seeker, markers.

Plain counts in a fixed order, alike in training and rating. The markers are cues of style; they
are no tagger and decide nothing by themselves.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mint_bench.conversation import Speaker
from mint_bench.judging.judge import Exchange

VERSION = "1"  # changes with any feature
Floats = npt.NDArray[np.float64]

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SENTENCE_END = re.compile(r"(?<![.!?])[.!?]++(?=[\s\"')*]|\Z)")
_LONGEST = 20_000  # characters of a text that are looked at
_FIRST_WORDS = "i i'm i've i'd i'll me my mine myself"
_SECOND_WORDS = "you you're you've you'd you'll your yours yourself"
_OTHER_WORDS = (
    "the and to a of it is that in for what not on with are this be have do we can how but so"
    " if or an was at feel just about like"
)
_FIRST = frozenset(_FIRST_WORDS.split())
_SECOND = frozenset(_SECOND_WORDS.split())
_FUNCTION_WORDS = _FIRST | _SECOND | frozenset(_OTHER_WORDS.split())

_MARKERS = {
    "own_story": re.compile(
        r"\bi(?:'ve| have|'d| had) (?:also |personally |often |once |even )?(?:been|felt|faced|seen"
        r"|found|gone|learned|noticed|struggled|tried|navigated|wondered|experienced|lost)\b"
        r"|\bwhen i (?:was|felt|lost|had|first)\b|\bme too\b|\bsame here\b|\bfor me\b"
        r"|\bmy (?:own|life|work|career|job|experience|family|friend|past|journey|struggle)"
        r"|\bi (?:remember|once|used to|felt|struggled|found|went|learned|lost|was|had|tried)\b"
        r"|\b(?:helped|taught|reminds?) me\b"
    ),
    "suggestion": re.compile(
        r"\b(?:try|trying|consider|start (?:with|by|small)|you (?:could|can|should|might)|focus on"
        r"|have you (?:tried|considered|thought)|(?:might|may|could) help|how about|what if"
        r"|why don't|take (?:a|some|time)|reach out|set aside|i (?:suggest|recommend)|need to"
        r"|make sure|remember to|talk to)\b"
    ),
    "invitation": re.compile(
        r"\b(?:would you like to (?:share|talk|tell)|tell me|share more|here to listen|what's"
        r"|what (?:feels|do you|would|is|was|are|has)|how (?:do|are|does|has|did|have)"
        r"|love to hear|talk (?:about|through|more)|want to (?:talk|share))\b"
    ),
    "feeling": re.compile(
        r"\b(?:sounds? like|i (?:hear|see|sense|understand|can (?:see|imagine|hear)|know how)"
        r"|makes sense|understandable|valid|must (?:feel|be|have)|feels? \w+|normal|okay to"
        r"|sorry)\b"
    ),
    "brushing_off": re.compile(
        r"\b(?:at least|just (?:be|get|think|move|try|do)|don't (?:worry|feel|be|let)|calm down"
        r"|get over|cheer up|could be worse|look on|everyone|stop|no big)\b"
    ),
}
_SEEKER_CLOSES = re.compile(r"\b(?:bye|have a good|take care|thank)")


def reply_features(exchanges: Sequence[Exchange]) -> Floats:
    """Features of each exchange, shape (n, features); the number of features is fixed."""
    return np.array([_features(exchange) for exchange in exchanges]).reshape(len(exchanges), -1)


def _features(exchange: Exchange) -> list[float]:
    reply = _plain(exchange.reply)
    heard = [_plain(turn.text) for turn in exchange.history if turn.speaker is Speaker.SEEKER]
    last = heard[-1] if heard else ""
    words = _WORD.findall(reply)
    sentences = max(1, len(_SENTENCE_END.findall(reply)))
    return [
        *_shape(reply, words, sentences),
        *_echo(words, last, heard),
        np.log1p(len(exchange.history)),
        float(len(exchange.history) <= 1),
        np.log1p(len(last.split())),
        float("?" in last),
        float(_SEEKER_CLOSES.search(last) is not None),
        *(
            figure
            for marker in _MARKERS.values()
            for figure in _frequency(marker, reply, sentences)
        ),
    ]


def _plain(text: str) -> str:
    """Lower case, straight apostrophes, bounded length."""
    return text[:_LONGEST].replace("’", "'").lower()


def _shape(reply: str, words: Sequence[str], sentences: int) -> list[float]:
    """Length, questions, persons and form of the reply."""
    count = max(1, len(words))
    questions = reply.count("?")
    first = sum(word in _FIRST for word in words)
    return [
        np.log1p(len(words)),
        np.log1p(sentences),
        min(questions, 8),
        float(questions > 0),
        float("?" in reply[-60:]),
        min(reply.count("!"), 8),
        first / count,
        np.log1p(first),
        sum(word in _SECOND for word in words) / count,
        len(set(words)) / count,
        min(reply.count("\n"), 30),
        np.log1p(sum(ord(character) > 0x25FF for character in reply)),
        float("*" in reply),
    ]


def _echo(words: Sequence[str], last: str, heard: Sequence[str]) -> list[float]:
    """How far the reply's content words are the seeker's."""
    own = set(words) - _FUNCTION_WORDS
    latest = set(_WORD.findall(last)) - _FUNCTION_WORDS
    ever = set(_WORD.findall(" ".join(heard)[:_LONGEST])) - _FUNCTION_WORDS
    return [
        len(own & latest) / max(1, len(latest)),
        len(own & latest) / max(1, len(own)),
        len(own & ever) / max(1, len(own)),
    ]


def _frequency(marker: re.Pattern[str], reply: str, sentences: int) -> list[float]:
    count = sum(1 for _ in marker.finditer(reply))
    return [np.log1p(count), min(1.0, count / sentences), float(count > 0)]
