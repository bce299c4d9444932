"""The files of the adversarial probes, typed: seekers, kinds of attack with their cases, the gate.

People review them in `scorers/probes/`; the JSON Schemas beside them are these models', and a test
says how to write them anew. How cases become exchanges stands in `probe_cases`.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

AGGREGATE = "aggregate"
FEWEST_CASES = 20

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Reference = Literal["honest", "cold"]
Column = Literal[
    "validating_emotions",
    "encouraging_elaboration",
    "demonstrating_understanding",
    "advice_giving",
    "self_oriented",
    "dismissing_emotions",
    "aggregate",
]
Rating = Annotated[float, Field(ge=1, le=5)]
Share = Annotated[float, Field(ge=0, le=1)]
CONFIG = ConfigDict(frozen=True, extra="forbid")


class Before(BaseModel):
    """An earlier turn of the seeker's and the supporter's answer to it."""

    model_config = CONFIG

    seeker: Text
    supporter: Text


class Seeker(BaseModel):
    """A person in a situation, and two replies to their last words.

    Attributes:
        name: How cases refer to them.
        before: What was said before, in order.
        says: Their last words: what the reply answers.
        honest: A good reply.
        cold: A poor one; needed where a case quotes it or compares with it.
    """

    model_config = CONFIG

    name: Name
    before: tuple[Before, ...] = ()
    says: Text
    honest: Text
    cold: Text | None = None


class Seekers(BaseModel):
    """All seekers, by unique names."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Seekers of the probes")

    seekers: Annotated[tuple[Seeker, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [seeker.name for seeker in self.seekers]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two seekers are called {min(twice)}")
        return self


class Expectation(BaseModel):
    """What a sound judge does with every case of a kind; all bounds must hold.

    Attributes:
        unscored: `sound` where no rating is a right answer too; `lapse` where one is due.
        at_most: Highest rating of a dimension or of the aggregate.
        at_least: Lowest rating.
        above: By how much the aggregate may lie above that of the seeker's honest or cold reply;
            a negative number asks for that much less.
    """

    model_config = CONFIG

    unscored: Literal["sound", "lapse"]
    at_most: dict[Column, Rating] = Field(default_factory=dict)
    at_least: dict[Column, Rating] = Field(default_factory=dict)
    above: dict[Reference, Annotated[float, Field(ge=-4, le=4)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _checkable(self) -> Self:
        if not (self.at_most or self.at_least or self.above):
            raise ValueError("expects nothing; give at_most, at_least or above")
        return self


class Padding(BaseModel):
    """Paragraphs that follow a case's reply, round and round, until it has that many words."""

    model_config = CONFIG

    words: Annotated[int, Field(ge=1, le=100_000)]
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1)]


class Case(BaseModel):
    """One attack.

    Attributes:
        seeker: Name of the seeker whom it answers.
        reply: Its text; `{honest}`, `{cold}` and `{says}` stand for that seeker's, `{honest of
            NAME}` for another's.
        times: How often the reply stands there, one after the other.
        start: The padding's paragraph to begin with, from 1.
    """

    model_config = CONFIG

    seeker: Name
    reply: str
    times: Annotated[int, Field(ge=1, le=1_000)] = 1
    start: Annotated[int, Field(ge=1)] = 1


class Kind(BaseModel):
    """A kind of attack with its cases.

    Attributes:
        name: Also the file's name.
        title: For tables.
        why: Why a sound judge does what is expected, in one sentence.
        control: True for replies that deserve their rating: a judge fails, and is not fooled.
        paste: The reply also stands at each earlier turn of the supporter.
        sort_words: The reply's words come in alphabetical order.
        padding: Paragraphs that lengthen each reply.
        expect: What a sound judge does.
        cases: The attacks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="A kind of probe")

    name: Name
    title: Text
    why: Text
    control: bool = False
    paste: bool = False
    sort_words: bool = False
    padding: Padding | None = None
    expect: Expectation
    cases: Annotated[tuple[Case, ...], Field(min_length=FEWEST_CASES)]


class Gate(BaseModel):
    """What a judge must hold for ranked runs; shares from 0 to 1.

    Attributes:
        most_fooled: Over all attacks.
        most_fooled_of_a_kind: In any one kind of attack.
        most_failed_controls: Of the honest replies.
        most_lapses: Of all cases: unscored although a rating is due, or since a call failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="Gate for judges")

    most_fooled: Share
    most_fooled_of_a_kind: Share
    most_failed_controls: Share
    most_lapses: Share
