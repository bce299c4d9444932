"""What is seen of a line by its words alone: phrases, patterns, and what is copied from another.

Rules and word lists come in; what is a fault, `audit` says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

HAN = "zh"  # the one language here whose words are not parted by spaces

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SPEAKERS = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're",
    "i've": "you've", "i'd": "you'd", "i'll": "you'll", "am": "are", "was": "were", "我": "你",
}  # fmt: skip
_ANCHOR = 3  # words in a row from which an edited copy is looked for
_PAIR = 2  # words in a row that count in it


def words_of(text: str, language: str) -> list[str]:
    """Lower-case words; of Chinese, the letters and digits one by one."""
    plain = text.lower().replace("’", "'")
    if language == HAN:
        return [character for character in plain if character.isalnum()]
    return _WORD.findall(plain)


def of_either(words: Sequence[str]) -> list[str]:
    """The words with the first person turned into the second: what is mine is yours, too.

    >>> of_either(["i", "want", "my", "peace"])
    ['you', 'want', 'your', 'peace']
    """
    return [_SPEAKERS.get(word, word) for word in words]


def length(line: str, language: str = "en") -> int:
    """Words; of Chinese, half its characters, which is about as many."""
    return len("".join(line.split())) // 2 if language == HAN else len(line.split())


def runs(words: Sequence[str], run: int) -> set[tuple[str, ...]]:
    """All that many words in a row."""
    return {tuple(words[i : i + run]) for i in range(len(words) - run + 1)}


def plain_words(line: str, language: str) -> str:
    """The line's words with one space between and around, no marks; of Chinese no space within."""
    if language == HAN:
        return "".join(line.lower().split())
    return f" {' '.join(words_of(line, language))} "


def places(plain: str, phrases: Sequence[str], patterns: Sequence[str], language: str) -> int:
    r"""How many places of plain words hold one of the phrases or patterns; overlaps are one.

    >>> places(" i hear you and that must be hard ", ["i hear you"], [r"must be \w+"], "en")
    2
    """
    wanted = phrases if language == HAN else [plain_words(phrase, language) for phrase in phrases]
    spans = [(at, at + len(one)) for one in wanted if (at := plain.find(one)) >= 0]
    spans += [
        found.span() for pattern in compiled(tuple(patterns)) for found in pattern.finditer(plain)
    ]
    count, reached = 0, -1
    for start, end in sorted(spans):
        # The spaces around a phrase are no overlap with its neighbour.
        count += start >= reached - 1
        reached = max(reached, end)
    return count


def copied(line: str, earlier: Sequence[str], run: int, share: float, language: str) -> bool:
    """Whether so much of the line stands, in runs of so many words, in one of the earlier lines."""
    own = words_of(line, language)
    for text in earlier:
        known = runs(words_of(text, language), run)
        taken = [False] * len(own)
        for i in range(len(own) - run + 1):
            if tuple(own[i : i + run]) in known:
                taken[i : i + run] = [True] * run
        if own and sum(taken) >= share * len(own):
            return True
    return False


def edited(line: str, earlier: Sequence[str], share: float, language: str) -> bool:
    """Whether the line is an earlier one or a part of it, with a word here and there changed.

    So much of it stands there in the same order, close together, in pairs of words at least.
    """
    own = words_of(line, language)
    return any(is_edited(own, words_of(text, language), share) for text in earlier)


def is_edited(own: Sequence[str], other: Sequence[str], share: float) -> bool:
    """The same of words: whether so many of them stand in the other ones."""
    enough = share * len(own)
    if not own or (Counter(own) & Counter(other)).total() < enough:
        return False
    blocks = SequenceMatcher(None, other, own, autojunk=False).get_matching_blocks()
    longest = max(blocks, key=lambda block: block.size)
    first, last = longest.a - len(own), longest.a + longest.size + len(own)
    same = sum(
        block.size
        for block in blocks
        if block.size >= _PAIR and first <= block.a and block.a + block.size <= last
    )
    return longest.size >= _ANCHOR and same >= enough


def matches(line: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is found in the line, its apostrophes made straight."""
    plain = line.replace("’", "'")
    return any(pattern.search(plain) for pattern in compiled(tuple(patterns)))


@cache
def compiled(patterns: tuple[str, ...]) -> list[re.Pattern[str]]:
    """The patterns, whose case is ignored."""
    return [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns]
