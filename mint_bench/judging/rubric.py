"""The six dimensions of empathy as data that people can review: `scorers/empathy.yaml`, typed.

Rates nothing and writes no prompt: judges do, guided by these questions and anchors. The JSON
Schema beside the file is this model's; a test says how to write it anew.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from mint_bench.files import read_model
from mint_bench.judging.judge import DIMENSIONS, HIGHER_IS_BETTER
from mint_bench.resources import resource, sha256_text

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Anchors(BaseModel):
    """What a reply looks like at each point of the scale; written as `1:` to `5:`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one: Annotated[Text, Field(alias="1")]
    two: Annotated[Text, Field(alias="2")]
    three: Annotated[Text, Field(alias="3")]
    four: Annotated[Text, Field(alias="4")]
    five: Annotated[Text, Field(alias="5")]

    @model_validator(mode="before")
    @classmethod
    def _number_keys(cls, value: Any) -> Any:  # noqa: ANN401 - not yet checked
        """YAML reads an unquoted `1:` as a number; JSON has only names."""
        return {str(key): text for key, text in value.items()} if isinstance(value, dict) else value

    @property
    def texts(self) -> tuple[str, ...]:
        """The five anchors, that of 1 first."""
        return (self.one, self.two, self.three, self.four, self.five)


class Example(BaseModel):
    """A reply that stands at one end of the scale.

    Attributes:
        score: 1 or 5.
        situation: One line: what the seeker has said.
        reply: What the supporter answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: Literal[1, 5]
    situation: Text
    reply: Text


class Dimension(BaseModel):
    """One of the six things that are rated from 1 to 5.

    Attributes:
        name: As in `DIMENSIONS`.
        title: For headings.
        direction: Which end is better for the seeker.
        question: What the rater asks of the reply.
        definition: What is meant, and what is not.
        anchors: Observable behaviour at each point.
        boundaries: Rules for what is often confused.
        examples: At least two replies at each end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(json_schema_extra={"enum": list(DIMENSIONS)})]
    title: Text
    direction: Literal["higher", "lower"]
    question: Text
    definition: Text
    anchors: Anchors
    boundaries: Annotated[tuple[Text, ...], Field(min_length=3)]
    examples: Annotated[tuple[Example, ...], Field(min_length=4)]

    @field_validator("examples")
    @classmethod
    def _both_ends(cls, examples: tuple[Example, ...]) -> tuple[Example, ...]:
        counts = Counter(example.score for example in examples)
        for score in (1, 5):
            if counts[score] < 2:
                raise ValueError(f"at least 2 examples of score {score}, found {counts[score]}")
        return examples


class Rubric(BaseModel):
    """The six dimensions, in the order of `DIMENSIONS`.

    Attributes:
        version: Raised whenever the meaning of a dimension or an anchor changes.
        source: Where the dimensions come from and who wrote the wording.
        general: Rules that hold for every dimension.
        dimensions: The dimensions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="Empathy rubric")

    version: Annotated[int, Field(ge=1)]
    source: Text
    general: Annotated[tuple[Text, ...], Field(min_length=1)]
    dimensions: Annotated[
        tuple[Dimension, ...], Field(min_length=len(DIMENSIONS), max_length=len(DIMENSIONS))
    ]

    @model_validator(mode="after")
    def _names_and_directions(self) -> Self:
        expected = zip(self.dimensions, DIMENSIONS, HIGHER_IS_BETTER, strict=True)
        for position, (dimension, name, higher) in enumerate(expected):
            if dimension.name != name:
                raise ValueError(
                    f"dimensions.{position}.name is {dimension.name!r}, expected {name!r}: "
                    f"the order is {', '.join(DIMENSIONS)}"
                )
            direction = "higher" if higher else "lower"
            if dimension.direction != direction:
                raise ValueError(
                    f"dimensions.{position}.direction is {dimension.direction!r}, "
                    f"but {direction} is better in {name}"
                )
        return self

    @property
    def sha(self) -> str:
        """SHA-256 of the content; layout and comments of the file do not change it."""
        return sha256_text(self.model_dump_json(by_alias=True))


def load_rubric(path: Path | None = None) -> Rubric:
    """The shipped rubric, or the one in a YAML or JSON file.

    Raises:
        MintError: If the file cannot be read or breaks a rule; the message names the field.
    """
    return read_model(path or resource("scorers", "empathy.yaml"), Rubric)


def rewordings() -> dict[str, Path]:
    """Files that say the shipped rubric in other words, by name.

    For checks: a judge that heeds the meaning rates alike by each. No ranked run uses them.
    """
    return {path.stem: path for path in sorted(resource("scorers", "rewordings").glob("*.yaml"))}
