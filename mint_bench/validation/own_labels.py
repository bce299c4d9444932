"""Labels made for this project: of public replies by their place, and of sentences written for it.

The former hold no text: they name a conversation of the 322 (MIT) and a turn, and a hash of the
sentences guards against another version of either. `labels` reads what others published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.files import read_json_lines, validate_model
from mint_bench.resources import resource, sha256_text
from mint_bench.sentences import split_sentences, visible_text
from mint_bench.sources.mint_train import read_mint_train
from mint_bench.tactics.tagger import TACTICS

CODES: Mapping[str, str] = dict(zip("IADVEPSQRW", TACTICS, strict=True))
"""A letter a tactic, as the label files write them."""

Codes = Annotated[str, Field(pattern=r"^[IADVEPSQRW]*$")]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A reply whose sentences are labelled.

    Attributes:
        text: The reply.
        sentences: Its sentences.
        present: The labels, shape (sentences, 10).
    """

    text: str
    sentences: tuple[str, ...]
    present: npt.NDArray[np.bool_]


class PlacedLabels(BaseModel):
    """Labels of one supporter turn of the 322 conversations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: str
    position: int = Field(ge=0, description="Of the turn among all turns")
    sha: str = Field(description="First 12 digits of the hash of its sentences")
    tactics: tuple[Codes, ...]


class WrittenReply(BaseModel):
    """A reply written for this project, sentence by sentence, with its labels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentences: tuple[Annotated[str, Field(min_length=1)], ...]
    tactics: tuple[Codes, ...]

    @model_validator(mode="after")
    def _one_label_a_sentence(self) -> "WrittenReply":
        if len(self.sentences) != len(self.tactics):
            raise ValueError(f"{len(self.tactics)} labels for {len(self.sentences)} sentences")
        return self


def read_own(data: Path) -> list[LabelledText]:
    """Both kinds.

    Raises:
        MintError: As `read_placed`.
    """
    return [*read_placed(data), *read_written()]


def read_placed(data: Path) -> list[LabelledText]:
    """The labelled turns of the 322 conversations in the data folder.

    Raises:
        MintError: If the conversations are missing, or their sentences are not those labelled.
    """
    folder = data / "mint_empathy" / "data" / "training"
    conversations = {c.id: c for c in read_mint_train(folder / "conversations_322.json")}
    path = resource("scorers", "taggers", "labels", "mint_train.jsonl")
    return [
        _placed(conversations, validate_model(row, PlacedLabels, f"{path}:{number}"))
        for number, row in read_json_lines(path)
    ]


def _placed(conversations: Mapping[str, Conversation], labels: PlacedLabels) -> LabelledText:
    try:
        text = visible_text(conversations[labels.conversation].turns[labels.position].text)
    except (KeyError, IndexError):
        raise MintError(
            f"labels of conversation {labels.conversation}: the data have no such turn"
        ) from None
    sentences = split_sentences(text)
    if sentences_sha(sentences) != labels.sha or len(sentences) != len(labels.tactics):
        raise MintError(
            f"labels of conversation {labels.conversation}, turn {labels.position}: "
            "its sentences are not those that were labelled"
        )
    return LabelledText(text, sentences, decoded(labels.tactics))


def read_written() -> list[LabelledText]:
    """The replies written for this project."""
    path = resource("scorers", "taggers", "labels", "written.jsonl")
    rows = [
        validate_model(row, WrittenReply, f"{path}:{number}")
        for number, row in read_json_lines(path)
    ]
    return [
        LabelledText(" ".join(row.sentences), row.sentences, decoded(row.tactics)) for row in rows
    ]


def sentences_sha(sentences: tuple[str, ...]) -> str:
    """What pins labels to the sentences that they are of."""
    return sha256_text(*sentences)[:12]


def decoded(codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Strings of codes as booleans, shape (strings, 10).

    >>> decoded(("VP", ""))[0].nonzero()[0].tolist()
    [3, 5]
    """
    return np.array([[letter in code for letter in CODES] for code in codes], dtype=np.bool_)
