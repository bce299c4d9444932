"""How near a reply lies, in the encoder's space, to the replies that a judge learned from.

A reply far from all of them is rated and flagged: nobody knows how its rating errs. It says nothing
of how good a reply is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.encoder import Encoder, Floats
from mint_bench.weights import Arrays

PIECE = 64  # words that the encoder reads at once; few of them are more tokens than it reads
MOST_PIECES = 10  # of a reply: beyond, it is far from training by its length


@dataclass(frozen=True, slots=True)
class Nearness:
    """Where the replies lie that were learned from; C centres of vectors of length D = 384.

    Attributes:
        centres: Of length 1 each, shape (C, D).
        least: Cosine to the nearest centre below which a reply is far.
        encoder_sha: Of the encoder whose space this is.
    """

    centres: Floats
    least: float
    encoder_sha: str

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Centres and encoder, as a weights file keeps them, in half precision."""
        return {
            "centres": self.centres.astype(np.float16),
            "encoder": np.array(self.encoder_sha),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, least: float) -> "Nearness":
        """The same of a weights file.

        Raises:
            KeyError: If it holds none.
        """
        return cls(arrays["centres"].astype(np.float32), least, str(arrays["encoder"]))

    def cosines(self, vectors: Floats) -> Floats:
        """Cosine of each text to its nearest centre, shape (n, D) to (n,); 0 for one of zeros."""
        nearest: Floats = (directions(vectors) @ self.centres.T).max(axis=1)
        return nearest


def pieces(reply: str) -> list[str]:
    """The reply in pieces of `PIECE` words, as far as it is read.

    >>> [len(piece.split()) for piece in pieces("word " * 100)]
    [64, 36]
    """
    words = reply.split(maxsplit=PIECE * MOST_PIECES)[: PIECE * MOST_PIECES]
    return [" ".join(words[start : start + PIECE]) for start in range(0, len(words), PIECE)]


def vectors_of(encoder: Encoder, replies: Sequence[str]) -> Floats:
    """The encoder's vector of each reply, shape (n, D)."""
    return np.array([encoder.read(pieces(reply)).vector for reply in replies], dtype=np.float32)


def directions(vectors: Floats) -> Floats:
    """The vectors at length 1, or zeros: shape (n, D)."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-9)), dtype=np.float32)
