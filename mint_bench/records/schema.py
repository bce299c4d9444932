"""The record: one system's result on one board, figures only, never a word of conversation.

Primary figures a turn; everything else is recomputed from them, so that a record can be
verified and a new metric needs no new run. Reading, writing and checking stand in `store`
and `verify`.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from mint_bench.marks import ACTING
from mint_bench.scoring import MOST, History, Plain, ScoredConversation

LONGEST_NAME = 200
"""Characters of a model's, a source's or a scorer's name."""
FIRST_YEAR, LAST_YEAR = 1970, 9000  # a day from either end no time zone can leave the calendar


def _in_our_time(when: datetime) -> datetime:
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        msg = f"the year {when.year} is outside {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(msg)
    if when.tzinfo is None:  # neither before nor after a time that has one
        msg = "a time needs its zone, as +00:00 at its end"
        raise ValueError(msg)
    return when


Name = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=rf"^[^{ACTING}|]*[^\s{ACTING}|][^{ACTING}|]*$",
    ),
]
Slug = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
]
Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")]
Scalar = str | int | float | bool | None
Tokens = Annotated[int, Field(ge=0, le=MOST)]
Moment = Annotated[datetime, AfterValidator(_in_our_time)]
Kind = Literal["model", "human", "trivial", "published"]
JudgeView = Literal["gold", "own", "spliced"]


def slug(name: str) -> str:
    """A name as a folder's, without what no file name takes; empty where nothing is left.

    >>> slug("my system (v2)")
    'my-system-v2'
    """
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-._+")[:120]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SourceRef(_Part):
    """The conversations: named source, its pin, and the hash of the ids that were used."""

    name: Name
    revision: Name
    ids_sha: Sha


class SeekerRef(_Part):
    """Who speaks the seeker's lines; for a simulated one also its model and prompt."""

    name: Name
    model: Name | None = None
    prompt_sha: Sha | None = None


class TaggerRef(_Part):
    """The tagger, with the hash of its weights; None where they are not at hand."""

    name: Name
    sha: Sha | None = None


class JudgeRef(_Part):
    """A judge, with the hash of all that shapes its ratings; None where it is not at hand."""

    name: Name
    prompt_sha: Sha | None = None
    settings: dict[str, Scalar] = Field(default_factory=dict)


class Board(_Part):
    """All that must be equal for two records to be compared."""

    protocol: Literal[1] = 1
    source: SourceRef
    history: History
    seeker: SeekerRef | None = None
    max_turns: int | None = Field(default=None, ge=1, le=MOST)
    judge_view: JudgeView
    tagger: TaggerRef | None
    judges: list[JudgeRef]


TRUNCATE = "truncate"
"""Key of `sampling`: what was left out of conversations longer than the context (`oldest`)."""


class Settings(_Part):
    """What may differ between systems of one board: the model and how it was run."""

    model: Name
    provider: Name | None = None
    revision: Name | None = None
    system_prompt_sha: Sha | None = None
    sampling: dict[str, Scalar] = Field(default_factory=dict)
    epochs: int = Field(default=1, ge=1, le=MOST)
    open_weights: bool | None = None


class Provenance(_Part):
    """How the record came about."""

    version: Name
    command: Plain | None = None
    versions: dict[Plain, Plain] = Field(default_factory=dict)
    started: Moment | None = None
    finished: Moment | None = None
    tokens: dict[Plain, Tokens] = Field(default_factory=dict)
    cost_usd: float | None = Field(default=None, ge=0, le=MOST)
    hardware: Plain | None = None
    log_sha: Sha | None = None
    also: dict[Plain, Plain] = Field(
        default_factory=dict, description="What produced each figure beside the ranking"
    )
    notes: list[Plain] = Field(default_factory=list)


class Record(_Part):
    """One system on one board.

    Attributes:
        schema_version: 1; `schema` in the file.
        system: Short name, also the folder under `results/`.
        title: Name as people read it.
        kind: Model, human, trivial baseline, or published outputs that were imported.
        board: What must be equal to compare.
        settings: What may differ.
        provenance: How it came about.
        conversations: The figures, one entry per conversation and epoch.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    system: Slug
    title: Name
    kind: Kind
    board: Board
    settings: Settings
    provenance: Provenance
    conversations: list[ScoredConversation] = Field(min_length=1)

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True
    )
