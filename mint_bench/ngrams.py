"""Hashed word and character n-grams of many texts at once, in numpy alone.

Turns texts into occurrences for the embedded scorers; holds no weights and knows no scorer. The
hash is part of every weights file: change anything here and `VERSION` changes with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

VERSION = "1"
BUCKETS = 1 << 20

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]

_SEPARATOR = "\x02"
_FOLDED = 0x3000  # below, case and kind are looked up; above stand scripts without case, and emoji
_EMOJI = 0x2605
_SPACE, _WORD, _MARK, _EDGE = range(4)
_QUOTES = str.maketrans("‘’ʼ“”«»–—―", '\'\'\'""""---')  # noqa: RUF001

_BASE = 0x9E3779B97F4A7C15  # odd, so that its powers can be undone modulo 2^64
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_MIXER = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where each n-gram of some kind occurs, in the order of the texts.

    Attributes:
        texts: Position of the text, shape (occurrences,).
        buckets: Bucket of the n-gram, from 0 to `BUCKETS` - 1.
    """

    texts: Ints
    buckets: Ints


class Ngrams:
    """The texts, folded once, from which n-grams of each kind and length are read.

    Case, digits, white space, quote marks and dashes are folded; n-grams know where a text
    begins and ends. Time and memory are linear in the total length.

    >>> grams = Ngrams(["Oh no!", "oh NO"])
    >>> first, second = (set(grams.words(1).buckets[grams.words(1).texts == i]) for i in (0, 1))
    >>> len(first), len(second), second < first
    (3, 2, True)
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        codes, kinds = _fold(texts)
        self._edges = kinds == _EDGE
        self._owner = np.cumsum(self._edges) - 1
        self._sums, self._inverse = _prefix_sums(codes)
        word = kinds == _WORD
        single = (kinds == _MARK) | self._edges
        before = np.concatenate(([False], word[:-1]))
        after = np.concatenate((word[1:], [False]))
        self._starts = np.flatnonzero(single | (word & ~before))
        ends = np.flatnonzero(single | (word & ~after)) + 1
        self._tokens = self._hash(self._starts, ends)

    @property
    def lengths(self) -> Ints:
        """Number of words and marks of each text."""
        owners = self._owner[self._starts]
        return np.bincount(owners, minlength=self.count + 1)[: self.count].astype(np.int64) - 1

    def words(self, n: int) -> Occurrences:
        """Runs of `n` words or marks; with `n` above 1 a text's edges count as one."""
        edges = self._edges[self._starts]
        first, keep = _windows(edges, n)
        hashes = self._tokens[first]
        for offset in range(1, n):
            hashes = _mix(hashes) * np.uint64(31) + self._tokens[first + offset]
        return self._occurrences(self._starts[first], hashes, keep, salt=n)

    def characters(self, n: int) -> Occurrences:
        """Runs of `n` characters across words, single spaces and a text's edges included."""
        first, keep = _windows(self._edges, n)
        return self._occurrences(first, self._hash(first, first + n), keep, salt=100 + n)

    def _occurrences(self, starts: Ints, hashes: Hashes, keep: Bools, salt: int) -> Occurrences:
        salted = _mix(hashes[keep] + np.uint64(salt * _BASE % (1 << 64)))
        buckets = (salted >> np.uint64(44)).astype(np.int64)
        return Occurrences(self._owner[starts[keep]], buckets)

    def _hash(self, starts: Ints, ends: Ints) -> Hashes:
        return (self._sums[ends] - self._sums[starts]) * self._inverse[starts]


def _windows(edges: Bools, n: int) -> tuple[Ints, Bools]:
    """Starts of all windows of `n`, and which lie within one text without being mere edges."""
    first = np.arange(max(0, len(edges) - n + 1))
    if n == 1:
        return first, ~edges
    seen = np.concatenate(([0], np.cumsum(edges)))
    inner = seen[first + n - 1] - seen[first + 1]
    whole = seen[first + n] - seen[first]
    return first, (inner == 0) & (whole < n)


def _fold(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Code points of all texts, each text opened by an edge and the last closed by one."""
    clean = (text.replace(_SEPARATOR, " ") if _SEPARATOR in text else text for text in texts)
    joined = _SEPARATOR + "".join(text + _SEPARATOR for text in clean)
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    fold, kind = _tables()
    low = raw < _FOLDED
    codes = np.where(low, fold[np.where(low, raw, 0)], raw)
    kinds = np.where(low, kind[np.where(low, raw, 0)], np.uint8(_WORD))
    emoji = (raw >= 0x1F000) & (raw < 0x20000)
    codes[emoji] = _EMOJI
    kinds[emoji] = _MARK
    kinds[(raw >= 0xFE00) & (raw <= 0xFE0F)] = _SPACE
    codes[kinds == _SPACE] = ord(" ")
    return _single_spaces(codes, kinds)


def _single_spaces(
    codes: npt.NDArray[np.uint32], kinds: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Runs of white space made one, and none beside an edge."""
    space = kinds == _SPACE
    opens = np.concatenate(([False], space[1:] & ~space[:-1]))
    after_edge = np.concatenate(([False], kinds[:-1] == _EDGE))
    keep = ~space | (opens & ~after_edge)
    codes, kinds = codes[keep], kinds[keep]
    before_edge = np.concatenate((kinds[1:] == _EDGE, [False]))
    keep = (kinds != _SPACE) | ~before_edge
    return codes[keep], kinds[keep]


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Folded code point and kind of every code point below `_FOLDED`."""
    fold = np.arange(_FOLDED, dtype=np.uint32)
    kind = np.full(_FOLDED, _MARK, dtype=np.uint8)
    for code in range(_FOLDED):
        character = chr(code).translate(_QUOTES)
        lowered = character.lower()
        fold[code] = ord("0") if character.isdigit() else ord(lowered[0])
        if character.isalnum() or character == "'":
            kind[code] = _WORD
        elif character.isspace() or not character.isprintable():
            kind[code] = _SPACE
    kind[ord(_SEPARATOR)] = _EDGE
    fold[0x2600:0x27C0] = _EMOJI
    return fold, kind


def _prefix_sums(codes: npt.NDArray[np.uint32]) -> tuple[Hashes, Hashes]:
    """S_i = sum of c_j B^j over j < i, and B^-i: any range's polynomial hash is a difference."""
    size = len(codes)
    powers = np.full(size + 1, _BASE, dtype=np.uint64)
    inverse = np.full(size + 1, _BASE_INVERSE, dtype=np.uint64)
    powers[0] = inverse[0] = 1
    np.multiply.accumulate(powers, out=powers)
    np.multiply.accumulate(inverse, out=inverse)
    sums = np.zeros(size + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers[:-1], out=sums[1:])
    return sums, inverse


def _mix(hashes: Hashes) -> Hashes:
    """Spreads every bit over the upper ones, from which the bucket is taken."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * _MIXER
    return mixed ^ (mixed >> np.uint64(27))
