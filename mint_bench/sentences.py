"""Replies into sentences: what the seeker sees, then where one sentence ends and the next begins.

Follows the boundaries of NLTK's Punkt on English (the published tags were made on those), without
its data file; it is no general tokenizer. Emoji and other symbols are never a sentence.
"""

import re
import unicodedata
from collections.abc import Iterator

from mint_bench.reasoning import without_reasoning

_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff"
    # Soft hyphens, zero-width marks, marks of direction and tags. Joiners stay: scripts and emoji
    # look different without them.
    r"\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})  # categories that show nothing alone

# A run of end marks, then the straight quotes, brackets and markdown that close after it. Curly
# quotes are absent on purpose: Punkt sees no boundary behind them.
_END = re.compile(r"(?P<marks>[.!?؟۔।]+|[。！？｡]+)(?P<close>[\"')\]}*_」』）]*)")  # noqa: RUF001
_FULL_WIDTH = frozenset("。！？｡")  # noqa: RUF001
_LINE_GAP = re.compile(r"(?<=\S)[^\S\n]*+\n\s*+")
_LIST_ITEM = re.compile(r"(?:[-*+•]|\d{1,2}[.)]) ")
_NEXT = re.compile(r"\s+(?P<word>[^\W_]*)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_LIST_NUMBER = re.compile(r"\d{1,3}")
_OPENERS = "\"'“‘([{*_—–-/"  # noqa: RUF001
_LONGEST_WORD = 40  # what stands before an end mark is looked at no further back

_ABBREVIATED = (
    "dr mr mrs ms prof rev st sr jr vs etc e.g i.e eg ie cf al no inc ltd co corp dept est fig"
    " approx apt ave blvd u.s u.k a.m p.m ph.d p.s jan feb mar apr jun jul aug sep sept oct nov"
    " dec"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
# A capital letter after one of these begins a sentence: they often end one as well.
_MAY_END = frozenset({"etc", "a.m", "p.m", "al", "inc", "ltd", "co", "corp", "no", "p.s"})


def visible_text(text: str) -> str:
    """What the seeker sees of a reply: reasoning, unseen characters and lone surrogates removed.

    A reply in which nothing can be seen is empty. What counts as reasoning, `reasoning` says.

    >>> visible_text("<think>They are sad.</think> I'm sorry to hear that.")
    "I'm sorry to hear that."
    >>> visible_text("They are sad.</think>Tell me more."), visible_text("<think>They are")
    ('Tell me more.', '')
    """
    seen = _UNPRINTABLE.sub("", without_reasoning(text)).strip()
    return seen if any(unicodedata.category(c) not in _UNSEEN for c in seen) else ""


def split_pieces(text: str) -> tuple[str, ...]:
    """The text between sentence boundaries, a piece of mere symbols included.

    The pieces are stripped of white space only; together they hold every other character.

    >>> split_pieces("I hear you. That was Dr. Lee's call, right? 💛")
    ('I hear you.', "That was Dr. Lee's call, right?", '💛')
    """
    pieces = []
    start = 0
    for end in _boundaries(text):
        pieces.append(text[start:end].strip())
        start = end
    pieces.append(text[start:].strip())
    return tuple(piece for piece in pieces if piece)


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a visible reply, in order; what holds no letter or digit is none.

    Symbols at the edges of a sentence are left out of it; quotes and punctuation stay.

    >>> split_sentences("You got this! 💛 What happened then?")
    ('You got this!', 'What happened then?')
    >>> split_sentences("…"), split_sentences("🌱 🌱")
    ((), ())
    """
    return tuple(_without_edge_symbols(piece) for piece in split_pieces(text) if has_words(piece))


def has_words(text: str) -> bool:
    """Whether the text holds a letter or a digit in any script."""
    return any(character.isalnum() for character in text)


def _boundaries(text: str) -> list[int]:
    """Positions where one sentence ends and another may begin, in order."""
    return sorted({*_mark_boundaries(text), *_line_boundaries(text)})


def _line_boundaries(text: str) -> Iterator[int]:
    """Ends of lines without an end mark: before a list item, or a paragraph that ends in a word."""
    for gap in _LINE_GAP.finditer(text):
        before, after = text[gap.start() - 1], text[gap.end() : gap.end() + 1]
        blank_line = gap[0].count("\n") > 1
        paragraph = (before.isalnum() or before in ":;,") and (after.isalnum() or after in "*-")
        if (blank_line and paragraph) or _LIST_ITEM.match(text, gap.end()):
            yield gap.start()


def _mark_boundaries(text: str) -> Iterator[int]:
    """Ends of sentences that end in an end mark."""
    for end in _END.finditer(text):
        if end["marks"][0] in _FULL_WIDTH:
            yield end.end()
            continue
        following = _NEXT.match(text, end.end())
        if following and _ends_sentence(text, end, following["word"]):
            yield end.end()


def _ends_sentence(text: str, end: re.Match[str], next_word: str) -> bool:
    """Whether end marks followed by white space end a sentence, given the word after them."""
    marks, close = end["marks"], end["close"]
    if len(marks) > 1 and set(marks) == {"."}:
        return next_word[:1].isupper()
    if marks != "." or close:
        return not (close and next_word[:1].islower())
    before = text[max(0, end.start() - _LONGEST_WORD) : end.start()]
    word = (before.split() or [""])[-1].lstrip(_OPENERS).lower()
    if _LIST_NUMBER.fullmatch(word) and _opens_line(text, end.start() - len(word)):
        return False
    if word in _ABBREVIATIONS:
        return word in _MAY_END and next_word[:1].isupper()
    if len(word) == 1 or "." in word:
        return word == "i" or not _INITIALS.fullmatch(word)
    return True


def _opens_line(text: str, position: int) -> bool:
    """Whether only spaces and markdown stand between the line's start and this position."""
    window = text[max(0, position - _LONGEST_WORD) : position]
    newline = window.rfind("\n")
    return (newline >= 0 or position <= _LONGEST_WORD) and not window[newline + 1 :].strip(
        " \t>*_#-"
    )


def _without_edge_symbols(piece: str) -> str:
    """The piece without the emoji and white space at its ends."""
    start, end = 0, len(piece)
    while _is_symbol(piece[start]):
        start += 1
    while _is_symbol(piece[end - 1]):
        end -= 1
    return piece[start:end]


def _is_symbol(character: str) -> bool:
    """Whether the character is white space or part of an emoji (joiners, selectors and keys)."""
    if character.isascii():
        return character.isspace()
    return character == "\N{VARIATION SELECTOR-16}" or unicodedata.category(character) in {
        "So", "Sk", "Cf", "Co", "Cn", "Zs",
    }  # fmt: skip
