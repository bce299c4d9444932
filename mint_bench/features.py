"""Texts into the numbers that the embedded scorers weigh: which known n-grams a text holds.

A vocabulary is learned once, kept with the weights, and used alike in training and scoring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from mint_bench.ngrams import BUCKETS, Ngrams, Occurrences

Floats = npt.NDArray[np.float32]
Sparse: TypeAlias = Any  # a scipy.sparse.csr_matrix; its stubs do not name one stable type

VERSION = "1"  # of everything between text and feature matrix; changes with any of it

# Each inner tuple is a block: its kinds of n-gram are weighed together, to length 1.
BLOCKS: tuple[tuple[str, ...], ...] = (("w1",), ("w2",), ("w3",), ("c3", "c4", "c5"))
KINDS: tuple[str, ...] = tuple(kind for block in BLOCKS for kind in block)
CHUNK = 2_000  # texts featurised at a time, which bounds the memory


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams that a scorer knows, with their inverse document frequencies.

    Attributes:
        buckets: Kind of n-gram to its known buckets, ascending. Columns of the feature matrix
            are numbered in the order of `KINDS`, and by bucket within a kind.
        idf: Weight of each column, shape (columns,).
        lookup: Kind to a table over all buckets: the n-gram's column, or -1.
    """

    buckets: Mapping[str, npt.NDArray[np.uint32]]
    idf: Floats
    lookup: Mapping[str, npt.NDArray[np.int32]]

    @classmethod
    def of(cls, buckets: Mapping[str, npt.NDArray[np.uint32]], idf: Floats) -> "Vocabulary":
        """The vocabulary with its lookup tables."""
        lookup = {}
        offset = 0
        for kind in KINDS:
            table = np.full(BUCKETS, -1, dtype=np.int32)
            table[buckets[kind]] = np.arange(offset, offset + len(buckets[kind]), dtype=np.int32)
            offset += len(buckets[kind])
            lookup[kind] = table
        return cls(dict(buckets), idf.astype(np.float32), lookup)

    @classmethod
    def learn(cls, texts: Sequence[str], min_texts: int) -> "Vocabulary":
        """All n-grams that occur in at least `min_texts` of the texts."""
        seen = {kind: np.zeros(BUCKETS, dtype=np.int64) for kind in KINDS}
        for start in range(0, len(texts), CHUNK):
            grams = Ngrams(texts[start : start + CHUNK])
            for kind in KINDS:
                found = _occurrences(grams, kind)
                pairs = np.unique(found.texts * BUCKETS + found.buckets)
                seen[kind] += np.bincount(pairs % BUCKETS, minlength=BUCKETS)
        known = {kind: np.flatnonzero(count >= min_texts) for kind, count in seen.items()}
        frequency = np.concatenate([seen[kind][known[kind]] for kind in KINDS])
        idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
        # Rounded as they are stored, so that training and scoring see the same numbers.
        rounded = idf.astype(np.float16).astype(np.float32)
        return cls.of({kind: known[kind].astype(np.uint32) for kind in KINDS}, rounded)

    @property
    def columns(self) -> int:
        """Width of the feature matrix."""
        return len(self.idf)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a weights file keeps of the vocabulary."""
        kept: dict[str, npt.NDArray[Any]] = {
            f"buckets_{kind}": self.buckets[kind] for kind in KINDS
        }
        kept["idf"] = self.idf.astype(np.float16)
        return kept

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "Vocabulary":
        """The vocabulary that a weights file keeps.

        Raises:
            KeyError: If an array is missing.
        """
        return cls.of({kind: arrays[f"buckets_{kind}"] for kind in KINDS}, arrays["idf"])

    def transform(self, texts: Sequence[str]) -> tuple[Sparse, Floats]:
        """Features of a few texts (at most about `CHUNK`), and the unseen share of each.

        A known n-gram counts once, times its idf; each block of a text has length 1. The unseen
        share is that of the text's word 1-grams and 2-grams outside the vocabulary.
        """
        grams = Ngrams(texts)
        found = {kind: _occurrences(grams, kind) for kind in KINDS}
        columns = {kind: self.lookup[kind][found[kind].buckets] for kind in KINDS}
        blocks = [
            self._block(
                np.concatenate([found[kind].texts for kind in block]),
                np.concatenate([columns[kind] for kind in block]),
                len(texts),
            )
            for block in BLOCKS
        ]
        matrix = blocks[0]
        for block in blocks[1:]:
            matrix = matrix + block
        return matrix, _unseen_share(found, columns, len(texts))

    def _block(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int32], n: int) -> Sparse:
        known = columns >= 0
        rows, columns = rows[known], columns[known]
        matrix = sparse.csr_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(n, self.columns)
        )  # repeated entries are summed here, so that each n-gram stands once a text
        values = self.idf[matrix.indices]
        owner = np.repeat(np.arange(n), np.diff(matrix.indptr))
        length = np.sqrt(np.bincount(owner, weights=values.astype(np.float64) ** 2, minlength=n))
        matrix.data = (values / length[owner]).astype(np.float32)
        return matrix


def _occurrences(grams: Ngrams, kind: str) -> Occurrences:
    length = int(kind[1:])
    return grams.words(length) if kind[0] == "w" else grams.characters(length)


def _unseen_share(
    found: Mapping[str, Occurrences], columns: Mapping[str, npt.NDArray[np.int32]], n: int
) -> Floats:
    texts = np.concatenate([found["w1"].texts, found["w2"].texts])
    unseen = np.concatenate([columns["w1"], columns["w2"]]) < 0
    total = np.bincount(texts, minlength=n)
    missing = np.bincount(texts, weights=unseen, minlength=n)
    return (missing / np.maximum(total, 1)).astype(np.float32)
