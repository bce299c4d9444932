"""The small encoder behind the embedded tagger, the judge and embedding similarity.

Reads each sentence of a reply into a vector, then weighs it with its neighbours: ten logits a
sentence and labeller, one vector a text. Runs by onnxruntime and numpy; how it was trained and how
well it does stand in the tagger's card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.errors import MintError
from mint_bench.resources import resource, sha256_file, sha256_text
from mint_bench.weights import Arrays, read_arrays

FOLDER = ("scorers", "taggers", "embedded")
KEPT = 20_000  # sentences whose vectors are remembered: tagger and judge read the same ones
VERSION = "1"  # of everything between sentences and logits
NETWORK_FILE, HEAD_FILE, TOKENIZER_FILE = "encoder.onnx", "head.npz", "tokenizer.json"
COMMON_FILE = "common.npz"
MOST_TOKENS = 126  # of a sentence, beside its two marks; what comes after is not read
FIRST, LAST = 101, 102  # [CLS] and [SEP] of the BERT vocabulary

Floats = npt.NDArray[np.float32]


class Labeller(IntEnum):
    """Whose labels a logit foretells: they draw a tactic's border at different places."""

    ADAPTERS = 0  # the published LoRA taggers
    PEOPLE = 1  # people, and this project's own labels after their guide


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder sees in a text of S sentences.

    Attributes:
        logits: Of ten tactics, by whose labels they foretell, shape (S, 2, 10).
        vector: Of the whole text, the mean over its tokens, shape (384,); zeros without a sentence.
    """

    logits: Floats
    vector: Floats


class SentenceReader:
    """Sentences into tokens; training and tagging read alike."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001 - the library raises its bare Exception
            raise MintError(f"{path}: no tokenizer ({error}); reinstall mint-bench") from None
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def tokens(self, sentence: str) -> tuple[int, ...]:
        """The sentence's tokens between the opening and the closing mark."""
        clean = sentence.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no form
        ids = self._tokenizer.encode(clean, add_special_tokens=False).ids
        return (FIRST, *ids[:MOST_TOKENS], LAST)


@dataclass(frozen=True, slots=True)
class Head:
    """The layers that weigh a sentence's vector with its neighbours'; D = 384, I inner units.

    Attributes:
        inner: Shape (4 · D, I), for the sentence, the one before, the one after, and the mean.
        inner_bias: Shape (I,).
        outer: Shape (I, 2 · 10), the tactics of one labeller after those of the other.
        outer_bias: Shape (2 · 10,).
    """

    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: Floats

    def logits(self, vectors: Floats) -> Floats:
        """Logits of a text's sentences from their vectors in order, shape (S, 2, 10)."""
        from scipy.special import erf

        seen = with_neighbours(vectors) @ self.inner + self.inner_bias
        active = seen * (1 + erf(seen / np.sqrt(np.float32(2)))) / 2  # GELU
        logits: Floats = (active @ self.outer + self.outer_bias).astype(np.float32)
        return logits.reshape(len(vectors), len(Labeller), -1)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The layers as a weights file keeps them, in half precision."""
        return {
            "inner": self.inner.astype(np.float16),
            "inner_bias": self.inner_bias,
            "outer": self.outer.astype(np.float16),
            "outer_bias": self.outer_bias,
            "version": np.array(VERSION),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, where: Path) -> "Head":
        """The layers of a weights file.

        Raises:
            MintError: If the file holds no such layers, or is of another version of this code.
        """
        if str(arrays.get("version")) != VERSION:
            raise MintError(
                f"{where}: made for another version of mint-bench; "
                "reinstall it or run: mint-bench scorers train taggers/embedded"
            )
        try:
            names = ("inner", "inner_bias", "outer", "outer_bias")
            return cls(*(arrays[name].astype(np.float32) for name in names))
        except KeyError as error:
            raise MintError(f"{where}: no head of an encoder ({error})") from None


@dataclass(frozen=True, slots=True)
class Common:
    """What vectors have in common whatever a text speaks of: their mean, and K directions.

    Sentences that make the same move lie together along these; what is left tells what they are
    about ("all but the top": Mu and Viswanath 2018, arXiv 1702.01417).

    Attributes:
        mean: Shape (D,).
        directions: Of length 1, each at right angles to the others, shape (K, D).
    """

    mean: Floats
    directions: Floats

    def without(self, vector: Floats) -> Floats:
        """A text's vector without what is common; one of zeros stays as it is.

        >>> half = Common(np.float32([1, 0]), np.float32([[0, 1]]))
        >>> half.without(np.float32([3, 5])).tolist()
        [2.0, 0.0]
        """
        if not vector.any():
            return vector
        rest = vector - self.mean
        left: Floats = rest - self.directions.T @ (self.directions @ rest)
        return left

    @classmethod
    def read(cls, path: Path) -> "Common":
        """The contents of a file.

        Raises:
            MintError: If the file is missing or damaged.
        """
        arrays = read_arrays(path)
        try:
            return cls(*(arrays[name].astype(np.float32) for name in ("mean", "directions")))
        except KeyError as error:
            raise MintError(f"{path}: nothing common in it ({error})") from None


def with_neighbours(vectors: Floats) -> Floats:
    """Each sentence's vector beside the one before, the one after and the mean, shape (S, 4 · D).

    >>> with_neighbours(np.float32([[1], [3]])).tolist()
    [[1.0, 0.0, 3.0, 2.0], [3.0, 1.0, 0.0, 2.0]]
    """
    nothing = np.zeros_like(vectors[:1])
    before = np.concatenate([nothing, vectors[:-1]])
    after = np.concatenate([vectors[1:], nothing])
    mean = np.broadcast_to(vectors.mean(axis=0), vectors.shape)
    return np.concatenate([vectors, before, after, mean], axis=1)


class Encoder:
    """The network, head and tokenizer of a folder.

    One sentence is read at a time: the quantised network scales its activations by all that it is
    given, and a sentence's vector must not depend on what else is in a batch.

    Attributes:
        reader: Makes tokens of sentences.
        sha: SHA-256 of network, head, tokenizer and code version.
    """

    def __init__(self, folder: Path) -> None:
        import onnxruntime as ort
        from threadpoolctl import ThreadpoolController

        network = folder / NETWORK_FILE
        if not network.is_file():
            raise MintError(
                f"{network}: no such file; reinstall mint-bench or run: mint-bench scorers train"
            )
        options = ort.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1  # a sentence is short: more threads only wait for another
        try:
            self._session = ort.InferenceSession(
                str(network), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001 - a class of its own for each fault
            raise MintError(f"{network}: damaged weights ({error}); reinstall mint-bench") from None
        self._head = Head.from_arrays(read_arrays(folder / HEAD_FILE), folder / HEAD_FILE)
        self.reader = SentenceReader(folder / TOKENIZER_FILE)
        files = (sha256_file(folder / name) for name in (NETWORK_FILE, HEAD_FILE, TOKENIZER_FILE))
        self.sha = sha256_text(*files, VERSION)
        self._vector = lru_cache(KEPT)(self._run)
        self._threads = ThreadpoolController()

    def read(self, sentences: Sequence[str]) -> Reading:
        """A text's sentences, in order."""
        if not sentences:
            nothing = np.zeros((0, len(Labeller), self.tactics), np.float32)
            return Reading(nothing, np.zeros(self.width, np.float32))
        tokens = [self.reader.tokens(sentence) for sentence in sentences]
        vectors = np.array([self._vector(ids) for ids in tokens])
        lengths = np.array([len(ids) for ids in tokens], dtype=np.float32)
        whole = (lengths[:, None] * vectors).sum(axis=0) / lengths.sum()
        # Threads of BLAS wait for each other: 50 ms instead of half of one beside a busy engine.
        with self._threads.limit(limits=1, user_api="blas"):
            logits = self._head.logits(vectors)
        return Reading(logits, whole.astype(np.float32))

    def _run(self, ids: tuple[int, ...]) -> Floats:
        vector: Floats = self._session.run(None, {"ids": np.array([ids], dtype=np.int64)})[0][0]
        return vector

    @property
    def tactics(self) -> int:
        """Logits a sentence and labeller."""
        return int(self._head.outer.shape[1]) // len(Labeller)

    @property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._head.inner.shape[0]) // 4


@cache
def shipped() -> Encoder:
    """The encoder that travels with the package; tagger, judge and similarity share one.

    Raises:
        MintError: If its weights are missing or damaged.
    """
    return Encoder(resource(*FOLDER))


def beside(scorers: Path) -> Encoder:
    """The encoder of a folder that holds `taggers/`; the shipped one where it has none.

    Raises:
        MintError: If its weights are damaged.
    """
    own = scorers.joinpath(*FOLDER[1:])
    return Encoder(own) if (own / NETWORK_FILE).is_file() else shipped()
