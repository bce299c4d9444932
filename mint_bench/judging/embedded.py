"""The embedded judge: ridge regressions on a reply's n-grams and on what it shows besides.

One head for each fold of the conversations it learned from: there, a conversation is rated by the
head that never saw it; elsewhere by the mean of all heads. Rules decide first what is no reply
(`guards`), and the encoder tells which replies lie far from what it learned (`nearness`). What it
was taught, its assumptions and its errors stand in the card beside its weights.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mint_bench import features, ngrams
from mint_bench.encoder import Encoder
from mint_bench.errors import MintError
from mint_bench.features import Floats, Vocabulary
from mint_bench.judging import guards
from mint_bench.judging import reply_features as shown
from mint_bench.judging.heads import (
    FEWEST_WORDS,
    again,
    by_head,
    fold_arrays,
    folds_of,
    same_in_any_batch,
)
from mint_bench.judging.judge import DIMENSIONS, Exchange, Verdict
from mint_bench.judging.nearness import Nearness, vectors_of
from mint_bench.judging.second import SecondModel
from mint_bench.language import not_english
from mint_bench.resources import sha256_file, sha256_text
from mint_bench.weights import Arrays, read_arrays

VERSION = f"2.{features.VERSION}.{ngrams.VERSION}.{shown.VERSION}"
WEIGHTS_FILE = "weights.npz"
EMBEDDED = "embedded"
FAR = "far_from_training"
CHUNK = 256
MOST_DEVIATIONS = 4.0  # a feature further from its mean counts as this far

# An assumption, not a lesson: the training data hold no reply without words.
WITHOUT_WORDS = (1.0, 1.0, 1.0, 1.0, 1.0, 5.0)


@dataclass(frozen=True, slots=True)
class JudgeModel:
    """What training leaves behind; H heads, V n-gram columns, F shown features.

    Attributes:
        vocabulary: The known n-grams.
        weights: Shape (V, H · 6), the six dimensions of one head side by side.
        shown_weights: Shape (F, H · 6), for standardised features.
        intercepts: Shape (H · 6,).
        centre: Mean of each shown feature, shape (F,).
        spread: Standard deviation of each shown feature, shape (F,).
        fold_of: The head that never saw a conversation, by the conversation's id.
        most_unseen: Share of unseen n-grams above which a reply is far from training.
        most_words: Words above which it is.
        near: Where in the encoder's space it is.
    """

    vocabulary: Vocabulary
    weights: Floats
    shown_weights: Floats
    intercepts: Floats
    centre: Floats
    spread: Floats
    fold_of: Mapping[str, int]
    most_unseen: float
    most_words: float
    near: Nearness
    version: str = VERSION

    def ratings(self, exchanges: Sequence[Exchange], encoder: Encoder) -> tuple[Floats, list[bool]]:
        """Ratings within [1, 5], shape (n, 6), and whether each is far from training."""
        grams, unseen = self.vocabulary.transform([exchange.reply for exchange in exchanges])
        extra = standardised(shown.reply_features(exchanges), self.centre, self.spread)
        weighed = same_in_any_batch(extra, self.shown_weights)
        scores = grams @ self.weights + weighed + self.intercepts
        replies = [exchange.reply for exchange in exchanges]
        far = self._far(replies, unseen, vectors_of(encoder, replies))
        return by_head(scores, exchanges, self.fold_of), far

    def _far(self, replies: Sequence[str], unseen: Floats, vectors: Floats) -> list[bool]:
        words = np.array([len(reply.split()) for reply in replies])
        strange = (unseen > self.most_unseen) | (self.near.cosines(vectors) < self.near.least)
        far: list[bool] = ((strange & (words >= FEWEST_WORDS)) | (words > self.most_words)).tolist()
        return far

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The model as a weights file keeps it, weights rounded to half precision."""
        return {
            **self.vocabulary.arrays(),
            "weights": self.weights.astype(np.float16),
            "shown_weights": self.shown_weights,
            "intercepts": self.intercepts,
            "centre": self.centre,
            "spread": self.spread,
            **fold_arrays(self.fold_of),
            "limits": np.array([self.most_unseen, self.most_words, self.near.least]),
            **self.near.arrays(),
            "version": np.array(VERSION),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, where: Path) -> "JudgeModel":
        """The model of a weights file.

        Raises:
            MintError: If the file is no such model, or of another version of this code.
        """
        if str(arrays.get("version")) != VERSION:
            raise MintError(f"{where}: made for another version of mint-bench; {again(EMBEDDED)}")
        try:
            most_unseen, most_words, least = map(float, arrays["limits"])
            return cls(
                Vocabulary.from_arrays(arrays),
                arrays["weights"].astype(np.float32),
                arrays["shown_weights"],
                arrays["intercepts"],
                arrays["centre"],
                arrays["spread"],
                folds_of(arrays),
                most_unseen,
                most_words,
                Nearness.from_arrays(arrays, least),
            )
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise MintError(f"{where}: no weights of an embedded judge ({error})") from None


class EmbeddedJudge:
    """A judge that reads its model from a folder with `weights.npz`.

    Attributes:
        name: The name by which it was loaded.
        prompt_sha: SHA-256 of weights, code version and rules; there is no prompt.
        settings: Number of heads and version.

    Raises:
        MintError: If its weights are missing, damaged, or made with another encoder.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        encoder: Encoder,
        read: Callable[[Arrays, Path], JudgeModel | SecondModel] = JudgeModel.from_arrays,
    ) -> None:
        path = folder / WEIGHTS_FILE
        self.name = name
        self._model = read(read_arrays(path), path)
        self._encoder = encoder
        if self._model.near.encoder_sha != encoder.sha:
            raise MintError(f"{path}: made with another encoder; {again(name)}")
        version = self._model.version
        self.prompt_sha = sha256_text(sha256_file(path), version, guards.VERSION)
        heads = len(self._model.intercepts) // len(DIMENSIONS)
        self.settings: dict[str, str | int | float] = {"heads": heads, "version": version}

    def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """Rate each reply; what is empty, no reply or no English comes back unscored.

        A reply of mere symbols, such as "…", gets the ratings of `WITHOUT_WORDS`. One that the
        supporter has given before, word for word, is flagged; and so is one that says one thing
        over and over, which is rated as if it said it once.
        """
        fixed = [_without_model(exchange) for exchange in exchanges]
        open_ = [e for e, verdict in zip(exchanges, fixed, strict=True) if verdict is None]
        rated: list[Verdict] = []
        for start in range(0, len(open_), CHUNK):
            rated += self._rated(open_[start : start + CHUNK])
        stream = iter(rated)
        return [verdict if verdict is not None else next(stream) for verdict in fixed]

    def _rated(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """What the model makes of each reply; how far it is from training it says of the whole."""
        ratings, far = self._model.ratings(exchanges, self._encoder)
        said = [guards.once(one.reply) for one in exchanges]
        stuck = [brief != one.reply for brief, one in zip(said, exchanges, strict=True)]
        if any(stuck):
            brief = [
                replace(one, reply=words)
                for one, words, is_stuck in zip(exchanges, said, stuck, strict=True)
                if is_stuck
            ]
            ratings[stuck], _ = self._model.ratings(brief, self._encoder)
        return [
            Verdict(tuple(map(float, row)), flags=_flags(one, far=is_far, stuck=is_stuck))
            for one, row, is_far, is_stuck in zip(exchanges, ratings, far, stuck, strict=True)
        ]


def _without_model(exchange: Exchange) -> Verdict | None:
    """The verdict where the model has nothing to say; None where it has."""
    visible = "".join(c for c in exchange.reply if c.isprintable() and not c.isspace())
    if not visible:
        return Verdict(None, unscored="empty reply")
    reason = not_english(exchange.reply, exchange.language)
    if reason is not None:
        return Verdict(None, unscored=reason)
    if not any(character.isalnum() for character in visible):
        return Verdict(WITHOUT_WORDS)
    reason = guards.no_reply(exchange)
    return None if reason is None else Verdict(None, unscored=reason)


def _flags(exchange: Exchange, *, far: bool, stuck: bool) -> tuple[str, ...]:
    known = {
        FAR: far,
        guards.SAID_BEFORE: guards.said_before(exchange),
        guards.LOOPS: stuck,
    }
    return tuple(flag for flag, holds in known.items() if holds)


def standardised(values: npt.NDArray[np.float64], centre: Floats, spread: Floats) -> Floats:
    """Deviations from the mean in standard deviations, bounded, scaled as training weighs them."""
    deviations = np.clip((values - centre) / spread, -MOST_DEVIATIONS, MOST_DEVIATIONS)
    return deviations.astype(np.float32)
