"""The ten tactics as data that people can review: `scorers/tactics.yaml`, checked and typed.

Finds no tactics: taggers do, guided by these definitions and boundaries. The JSON Schema beside
the file is this model's; a test says how to write it anew.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mint_bench.files import read_model
from mint_bench.resources import resource, sha256_text
from mint_bench.tactics.tagger import TACTICS

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class CounterExample(BaseModel):
    """A sentence that looks like the tactic and is not.

    Attributes:
        sentence: What a supporter might say.
        why: What it lacks, and what it is instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentence: Text
    why: Text


class Tactic(BaseModel):
    """One discourse move of a supporter.

    Attributes:
        name: As in `TACTICS`.
        title: For headings.
        short: 2 to 6 letters for plots and narrow tables.
        definition: What a sentence does that has this tactic.
        boundaries: Rules that separate it from its neighbours.
        examples: Sentences that have it; they may have others too.
        counter_examples: Sentences that could be mistaken for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(json_schema_extra={"enum": list(TACTICS)})]
    title: Text
    short: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,6}$")]
    definition: Text
    boundaries: Annotated[tuple[Text, ...], Field(min_length=3)]
    examples: Annotated[tuple[Text, ...], Field(min_length=4)]
    counter_examples: Annotated[tuple[CounterExample, ...], Field(min_length=3)]


class Taxonomy(BaseModel):
    """The ten tactics, in the order of `TACTICS`.

    Attributes:
        version: Raised whenever the meaning of a tactic changes.
        source: Where the names come from and who wrote the wording.
        general: Rules that hold for every tactic.
        tactics: The tactics.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="Taxonomy of tactics")

    version: Annotated[int, Field(ge=1)]
    source: Text
    general: Annotated[tuple[Text, ...], Field(min_length=1)]
    tactics: Annotated[tuple[Tactic, ...], Field(min_length=len(TACTICS), max_length=len(TACTICS))]

    @model_validator(mode="after")
    def _names_in_order(self) -> Self:
        for position, (tactic, name) in enumerate(zip(self.tactics, TACTICS, strict=True)):
            if tactic.name != name:
                raise ValueError(
                    f"tactics.{position}.name is {tactic.name!r}, expected {name!r}: "
                    f"the order is {', '.join(TACTICS)}"
                )
        return self

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for field in ("title", "short"):
            _refuse_repeats(field, [(t.name, str(getattr(t, field))) for t in self.tactics])
        examples = [(t.name, sentence) for t in self.tactics for sentence in t.examples]
        counter = [(t.name, c.sentence) for t in self.tactics for c in t.counter_examples]
        _refuse_repeats("sentence", examples + counter)
        return self

    @property
    def sha(self) -> str:
        """SHA-256 of the content; layout and comments of the file do not change it."""
        return sha256_text(self.model_dump_json())


def _refuse_repeats(what: str, owned: list[tuple[str, str]]) -> None:
    """Raise for the first text that two tactics, or two places of one, share."""
    owners: dict[str, str] = {}
    for owner, text in owned:
        key = " ".join(text.casefold().split())
        if key in owners:
            raise ValueError(f"{what} {text!r} stands twice: under {owners[key]} and {owner}")
        owners[key] = owner


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """The shipped taxonomy, or the one in a YAML or JSON file.

    Raises:
        MintError: If the file cannot be read or breaks a rule; the message names the field.
    """
    return read_model(path or resource("scorers", "tactics.yaml"), Taxonomy)
