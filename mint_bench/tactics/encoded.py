"""The tagger on a small encoder: each sentence with its neighbours in the reply.

Needs onnxruntime, no torch. What it was taught and how well it does stand in the card beside its
weights; how it was trained in `validation.fit_encoder`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from mint_bench import encoder
from mint_bench.encoder import Encoder
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.resources import sha256_text
from mint_bench.tactics.english import Found, tag_english
from mint_bench.tactics.sentences import split_sentences
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagging

THRESHOLDS_FILE = "thresholds.json"


class Thresholds(BaseModel):
    """What stands beside the network: where each tactic begins.

    Attributes:
        version: Of the code that reads sentences for the network.
        thresholds: Logit above which a tactic is present, by tactic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    thresholds: dict[str, float]

    def array(self) -> npt.NDArray[np.float32]:
        """The thresholds in the order of `TACTICS`, shape (10,)."""
        return np.array([self.thresholds[name] for name in TACTICS], dtype=np.float32)


class EncoderTagger:
    """A tagger that reads its model from a folder.

    Attributes:
        name: The name by which it was loaded.
        sha: SHA-256 of network, head, tokenizer, thresholds and code version.
    """

    def __init__(self, name: str, folder: Path) -> None:
        path = folder / THRESHOLDS_FILE
        limits = read_model(path, Thresholds)
        if limits.version != encoder.VERSION or set(limits.thresholds) != set(TACTICS):
            raise MintError(
                f"{path}: made for another version of mint-bench; "
                "reinstall it or run: mint-bench scorers train taggers/embedded"
            )
        self.name = name
        self._encoder = Encoder(folder)
        self._thresholds = limits.array()
        self.sha = sha256_text(self._encoder.sha, limits.model_dump_json())

    def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply; one in an unsupported language comes back unscored."""
        return tag_english(replies, self._find)

    def _find(self, replies: Sequence[SplitReply]) -> list[Found]:
        return [self._found(reply) for reply in replies]

    def _found(self, reply: SplitReply) -> Found:
        whole, places = in_context(reply.text, reply.sentences)
        reading = self._encoder.read(whole)
        return Found(reading.logits[places] > self._thresholds, reading.vector)


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
