"""The tagger on a small encoder: each sentence with its neighbours in the reply, and its n-grams.

Needs onnxruntime, no torch. What it was taught and how well it does stand in the card beside its
weights; how it was trained in `validation.fit_encoder`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from mint_bench.encoder import COMMON_FILE, VERSION, Common, Encoder
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.resources import sha256_file, sha256_text
from mint_bench.sentences import split_sentences
from mint_bench.tactics.english import Found, tag_english
from mint_bench.tactics.ngram import read_ngrams
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagging

BLEND_FILE = "blend.json"
VOICES = ("adapters", "people", "ngrams")
"""What a sentence's tactics are read from: the encoder's logits for each labeller, and n-grams'."""

Floats = npt.NDArray[np.float32]


class Blend(BaseModel):
    """What stands beside the network: how the voices are summed, and where each tactic begins.

    Attributes:
        version: Of the code that reads sentences for the network.
        weights: Of each voice.
        thresholds: Sum of logits above which a tactic is present, by tactic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    weights: dict[str, float]
    thresholds: dict[str, float]

    def sums(self, voices: Floats) -> Floats:
        """The weighed sum over the voices: shape (S, 3, 10) to (S, 10), or (3, 10) to (10,)."""
        weights = np.array([self.weights[name] for name in VOICES], dtype=np.float32)
        return np.tensordot(voices, weights, axes=(-2, 0)).astype(np.float32)

    def limits(self) -> Floats:
        """The thresholds in the order of `TACTICS`, shape (10,)."""
        return np.array([self.thresholds[name] for name in TACTICS], dtype=np.float32)


class EncoderTagger:
    """A tagger on an encoder, with blend and common part in one folder and n-grams in another.

    Attributes:
        name: The name by which it was loaded.
        sha: SHA-256 of both models, what stands beside them and the versions of their code.
    """

    def __init__(self, name: str, encoder: Encoder, folder: Path, ngrams: Path) -> None:
        path = folder / BLEND_FILE
        self._blend = read_model(path, Blend)
        names = (set(self._blend.weights), set(self._blend.thresholds))
        if self._blend.version != VERSION or names != (set(VOICES), set(TACTICS)):
            raise MintError(
                f"{path}: made for another version of mint-bench; "
                "reinstall it or run: mint-bench scorers train taggers/embedded"
            )
        self.name = name
        self._encoder = encoder
        self._common = Common.read(folder / COMMON_FILE)
        self._ngrams, ngrams_sha = read_ngrams(ngrams)
        self._limits = self._blend.limits()
        parts = (sha256_file(folder / COMMON_FILE), self._blend.model_dump_json())
        self.sha = sha256_text(self._encoder.sha, ngrams_sha, *parts)

    def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply; one in an unsupported language comes back unscored."""
        return tag_english(replies, self._find)

    def _find(self, replies: Sequence[SplitReply]) -> list[Found]:
        read = [in_context(reply.text, reply.sentences) for reply in replies]
        counted = self._ngrams.by_text([whole for whole, _ in read])
        return [
            self._found(whole, places, logits)
            for (whole, places), logits in zip(read, counted, strict=True)
        ]

    def _found(self, whole: Sequence[str], places: Sequence[int], counted: Floats) -> Found:
        reading = self._encoder.read(whole)
        sums = self._blend.sums(with_ngrams(reading.logits, counted))
        return Found(sums[places] > self._limits, self._common.without(reading.vector))


def with_ngrams(logits: Floats, counted: Floats) -> Floats:
    """The voices of a reply's S sentences, shape (S, 3, 10).

    Args:
        logits: The encoder's, shape (S, 2, 10).
        counted: The n-grams', shape (S, 10).
    """
    return np.concatenate([logits, counted[:, None]], axis=1).astype(np.float32)


def in_context(text: str, sentences: Sequence[str]) -> tuple[Sequence[str], list[int]]:
    """The sentences to read, and where among them those stand that are asked for.

    A caller may ask for some sentences of a reply: they are then read among all of its sentences.
    Where one of them is no sentence of the text, only what is asked for is read.

    >>> in_context("I see. Go on. Why?", ["Go on."])
    (('I see.', 'Go on.', 'Why?'), [1])
    >>> in_context("I see. Go on.", ["see. Go"])
    (['see. Go'], [0])
    """
    whole = split_sentences(text)
    if tuple(sentences) == whole:
        return whole, list(range(len(whole)))
    positions: dict[str, list[int]] = {}
    for position, own in enumerate(whole):
        positions.setdefault(own, []).append(position)
    places: list[int] = []
    for sentence in sentences:
        known = positions.get(sentence)
        if known is None:
            return sentences, list(range(len(sentences)))
        following = bisect_right(known, places[-1] if places else -1)
        places.append(known[min(following, len(known) - 1)])
    return whole, places
