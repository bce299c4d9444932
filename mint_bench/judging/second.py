"""The model of the second judge: ridge regressions on what the encoder sees in a reply.

Its vector, and how much of each tactic is in its sentences. It learned from the same ratings as the
first judge and shares no feature with it but length. It is there to look at what a reward made of
the first has done; in which ways it errs stands in its card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mint_bench.encoder import Encoder, Floats
from mint_bench.errors import MintError
from mint_bench.judging.heads import (
    FEWEST_WORDS,
    again,
    by_head,
    fold_arrays,
    folds_of,
    same_in_any_batch,
)
from mint_bench.judging.judge import Exchange
from mint_bench.judging.nearness import Nearness
from mint_bench.sentences import split_sentences
from mint_bench.weights import Arrays

VERSION = "second.1"
SECOND = "embedded-second"
MOST_CHARACTERS = 6_000  # of a reply that are read: a longer one is far anyway
VECTOR_SCALE, TACTIC_SCALE = 2.0, 4.0  # length of each block, against the regularisation
MOST_DEVIATIONS = 4.0  # a feature further from its mean counts as this far


@dataclass(frozen=True, slots=True)
class Seen:
    """What the encoder sees in n replies.

    Attributes:
        vectors: Of each reply, shape (n, D).
        plain: Numbers of each, shape (n, P): of 10 tactics and two labellers the sentences that
            carry one (as log1p of a sum of probabilities), the highest probability, the mean, and
            the highest logit; then words and sentences (log1p).
    """

    vectors: Floats
    plain: Floats


@dataclass(frozen=True, slots=True)
class Scale:
    """Where features lie in training, and how they are brought to one size.

    Attributes:
        centre: Mean vector, shape (D,).
        spread: Mean length of a centred vector.
        means: Of the plain numbers, shape (P,).
        deviations: Of the plain numbers, shape (P,).
    """

    centre: Floats
    spread: float
    means: Floats
    deviations: Floats

    @classmethod
    def of(cls, seen: Seen) -> "Scale":
        """The scale of what was learned from."""
        centre = seen.vectors.mean(axis=0)
        spread = float(np.linalg.norm(seen.vectors - centre, axis=1).mean())
        means, deviations = seen.plain.mean(axis=0), seen.plain.std(axis=0) + 1e-6
        return cls(centre, spread, means, deviations.astype(np.float32))

    def rows(self, seen: Seen) -> Floats:
        """Features as the regression sees them, shape (n, D + P)."""
        around = (seen.vectors - self.centre) * (VECTOR_SCALE / self.spread)
        off = np.clip(
            (seen.plain - self.means) / self.deviations, -MOST_DEVIATIONS, MOST_DEVIATIONS
        )
        weights = np.full(off.shape[1], TACTIC_SCALE / np.sqrt(off.shape[1] - 2))
        weights[-2:] = 1.0  # words and sentences
        return np.concatenate([around, off * weights], axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class SecondModel:
    """What training leaves behind; H heads over D + P features.

    Attributes:
        weights: Shape (D + P, H · 6), the six dimensions of one head side by side.
        intercepts: Shape (H · 6,).
        scale: Of the features.
        fold_of: The head that never saw a conversation, by the conversation's id.
        most_words: Words above which a reply is far from training.
        near: Where in the encoder's space it is.
    """

    weights: Floats
    intercepts: Floats
    scale: Scale
    fold_of: Mapping[str, int]
    most_words: float
    near: Nearness
    version: str = VERSION

    def ratings(self, exchanges: Sequence[Exchange], encoder: Encoder) -> tuple[Floats, list[bool]]:
        """Ratings within [1, 5], shape (n, 6), and whether each is far from training."""
        seen = seen_in(encoder, [exchange.reply for exchange in exchanges])
        scores = same_in_any_batch(self.scale.rows(seen), self.weights) + self.intercepts
        words = np.array([len(exchange.reply.split()) for exchange in exchanges])
        strange = (self.near.cosines(seen.vectors) < self.near.least) & (words >= FEWEST_WORDS)
        far: list[bool] = (strange | (words > self.most_words)).tolist()
        return by_head(scores, exchanges, self.fold_of), far

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The model as a weights file keeps it, weights rounded to half precision."""
        return {
            "weights": self.weights.astype(np.float16),
            "intercepts": self.intercepts,
            "centre": self.scale.centre,
            "means": self.scale.means,
            "deviations": self.scale.deviations,
            **fold_arrays(self.fold_of),
            "limits": np.array([self.scale.spread, self.most_words, self.near.least]),
            **self.near.arrays(),
            "version": np.array(VERSION),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, where: Path) -> "SecondModel":
        """The model of a weights file.

        Raises:
            MintError: If the file is no such model, or of another version of this code.
        """
        if str(arrays.get("version")) != VERSION:
            raise MintError(f"{where}: made for another version of mint-bench; {again(SECOND)}")
        try:
            spread, most_words, least = map(float, arrays["limits"])
            return cls(
                arrays["weights"].astype(np.float32),
                arrays["intercepts"],
                Scale(arrays["centre"], spread, arrays["means"], arrays["deviations"]),
                folds_of(arrays),
                most_words,
                Nearness.from_arrays(arrays, least),
            )
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise MintError(f"{where}: no weights of the second judge ({error})") from None


def seen_in(encoder: Encoder, replies: Sequence[str]) -> Seen:
    """What the encoder sees in each reply, sentence by sentence as the tagger reads it."""
    from scipy.special import expit

    vectors, plain = [], []
    for reply in replies:
        start = reply[:MOST_CHARACTERS]
        read = encoder.read(split_sentences(start) or [start])
        logits = read.logits.reshape(len(read.logits), -1)
        there = expit(logits)
        vectors.append(read.vector)
        plain.append(
            np.concatenate([
                np.log1p(there.sum(axis=0)), there.max(axis=0), there.mean(axis=0),
                logits.max(axis=0), np.log1p([len(reply.split()), len(logits)]),
            ])
        )  # fmt: skip
    return Seen(np.array(vectors, dtype=np.float32), np.array(plain, dtype=np.float32))
