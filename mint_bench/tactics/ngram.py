"""The embedded n-gram tagger: logistic regressions on hashed n-grams of a sentence and its place.

Needs numpy and scipy alone and tags tens of thousands of sentences a second. What it was taught
and how well it does stand in the card beside its weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mint_bench import features, ngrams
from mint_bench.errors import MintError
from mint_bench.features import Floats, Sparse, Vocabulary
from mint_bench.resources import sha256_file, sha256_text
from mint_bench.tactics.english import Found, tag_english
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagging
from mint_bench.weights import Arrays, read_arrays

VERSION = f"1.{features.VERSION}.{ngrams.VERSION}"  # of everything between text and logit
WEIGHTS_FILE = "weights.npz"
PLACE_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class NgramModel:
    """What training leaves behind.

    Attributes:
        vocabulary: The known n-grams.
        weights: Shape (n-gram columns, 10).
        place_weights: Shape (`PLACE_COLUMNS`, 10).
        intercepts: Shape (10,).
        thresholds: Logit above which a tactic is present, shape (10,).
    """

    vocabulary: Vocabulary
    weights: Floats
    place_weights: Floats
    intercepts: Floats
    thresholds: Floats

    def logits(self, sentences: Sequence[str], place: Floats) -> Floats:
        """Ten logits a sentence, shape (n, 10)."""
        return self._with_place(self._words(sentences), place)

    def by_text(self, texts: Sequence[Sequence[str]]) -> list[Floats]:
        """The logits of each text's sentences, as `logits` of that text alone would give them.

        The words of all are read at once, which costs a fraction; each text's places are weighed
        apart, since the sums of a larger matrix may end in other digits.
        """
        words = self._words([sentence for text in texts for sentence in text])
        ends = np.cumsum([0, *map(len, texts)])
        return [
            self._with_place(words[start:end], place_features([end - start]))
            for start, end in pairwise(ends.tolist())
        ]

    def _words(self, sentences: Sequence[str]) -> Floats:
        """What the n-grams alone add, shape (n, 10)."""
        parts = [np.zeros((0, len(TACTICS)), dtype=np.float32)]
        for start in range(0, len(sentences), features.CHUNK):
            rows: Sparse = self.vocabulary.transform(sentences[start : start + features.CHUNK])[0]
            parts.append(rows @ self.weights)
        return np.concatenate(parts)

    def _with_place(self, words: Floats, place: Floats) -> Floats:
        scores: Floats = words + place @ self.place_weights + self.intercepts
        return scores

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The model as a weights file keeps it, weights rounded to half precision."""
        return {
            **self.vocabulary.arrays(),
            "weights": self.weights.astype(np.float16),
            "place_weights": self.place_weights,
            "intercepts": self.intercepts,
            "thresholds": self.thresholds,
            "version": np.array(VERSION),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, where: Path) -> "NgramModel":
        """The model of a weights file.

        Raises:
            MintError: If the file is no such model, or of another version of this code.
        """
        if str(arrays.get("version")) != VERSION:
            raise MintError(
                f"{where}: made for another version of mint-bench; "
                "reinstall it or run: mint-bench scorers train taggers/embedded-fast"
            )
        try:
            return cls(
                Vocabulary.from_arrays(arrays),
                arrays["weights"].astype(np.float32),
                arrays["place_weights"],
                arrays["intercepts"],
                arrays["thresholds"],
            )
        except (KeyError, IndexError) as error:
            raise MintError(f"{where}: no weights of an n-gram tagger ({error})") from None


class NgramTagger:
    """A tagger that reads its model from a folder with `weights.npz`.

    Attributes:
        name: The name by which it was loaded.
        sha: SHA-256 of weights and code version.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._model, self.sha = read_ngrams(folder)

    def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply; one in an unsupported language comes back unscored."""
        return tag_english(replies, self._find)

    def _find(self, replies: Sequence[SplitReply]) -> list[Found]:
        counts = [len(reply.sentences) for reply in replies]
        sentences = [sentence for reply in replies for sentence in reply.sentences]
        present = self._model.logits(sentences, place_features(counts)) > self._model.thresholds
        return [Found(part) for part in np.split(present, np.cumsum(counts)[:-1])] if counts else []


def read_ngrams(folder: Path) -> tuple[NgramModel, str]:
    """The model of a folder, and the SHA-256 of its weights and code version.

    Raises:
        MintError: If there are no weights, or they are damaged or of another version.
    """
    path = folder / WEIGHTS_FILE
    model = NgramModel.from_arrays(read_arrays(path), path)
    return model, sha256_text(sha256_file(path), VERSION)


def place_features(counts: Sequence[int]) -> Floats:
    """Where each sentence stands in its reply, shape (sentences, 4).

    Columns: share of the reply before it; first; last; only one.

    >>> place_features([2]).tolist()
    [[0.0, 1.0, 0.0, 0.0], [0.5, 0.0, 1.0, 0.0]]
    """
    total = np.repeat(np.asarray(counts, dtype=np.int64), counts)
    starts = np.cumsum([0, *counts])[:-1]
    index = np.arange(len(total)) - np.repeat(starts, counts)
    return place_of(index, total)


def place_of(index: npt.NDArray[np.int64], total: npt.NDArray[np.int64]) -> Floats:
    """The same from each sentence's position and its reply's number of sentences."""
    columns = [index / np.maximum(total, 1), index == 0, index == total - 1, total == 1]
    return np.stack([column.astype(np.float32) for column in columns], axis=1)
