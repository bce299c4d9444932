"""What a tagger is: replies split into sentences in, ten yes-or-no tactics a sentence out.

Only the shape; the embedded taggers stand in modules of their own, and taggers that need a
language model live in `inspect_plugin`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

TACTICS: tuple[str, ...] = (
    "information",
    "assistance",
    "advice",
    "validation",
    "emotional_expression",
    "paraphrasing",
    "self_disclosure",
    "questioning",
    "reappraisal",
    "empowerment",
)


@dataclass(frozen=True, slots=True)
class SplitReply:
    """A reply and its sentences.

    Attributes:
        text: The whole reply, which the tagger may use as context.
        sentences: The sentences in order, emoji never one of them.
        language: ISO 639-1 code of the conversation.
    """

    text: str
    sentences: tuple[str, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Tagging:
    """The tactics of one reply.

    Attributes:
        sentences: The sentences that were tagged.
        present: Boolean, shape (sentences, 10), columns in the order of `TACTICS`.
        unscored: Why the reply has no tactics, if tagging failed; `present` is then empty.
        vector: The reply's vector, where the tagger has one: similar replies, similar vectors.
    """

    sentences: tuple[str, ...]
    present: npt.NDArray[np.bool_]
    unscored: str | None = None
    vector: npt.NDArray[np.float32] | None = None

    @property
    def counts(self) -> list[int]:
        """Sentences per tactic, ten numbers."""
        return [int(count) for count in self.present.sum(axis=0)]

    def names(self) -> list[list[str]]:
        """The tactics of each sentence by name."""
        return [[name for name, on in zip(TACTICS, row, strict=True) if on] for row in self.present]


class Tagger(Protocol):
    """Finds the tactics in replies.

    Attributes:
        name: As the user writes it, such as `embedded`.
        sha: SHA-256 of weights and taxonomy: two taggers with one sha give one answer.
    """

    name: str
    sha: str

    def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply; a reply that cannot be tagged comes back unscored with a reason."""
        ...
