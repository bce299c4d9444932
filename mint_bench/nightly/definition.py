"""`tasks/nightly.yaml` as data: which suites, from which sources, how often, and what is watched.

Whether something is due tonight is `due`'s question.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mint_bench.engines.suite import Suite
from mint_bench.errors import MintError, suggestion
from mint_bench.files import read_model
from mint_bench.records.columns import COLUMNS
from mint_bench.resources import resource
from mint_bench.sources import resolve


class Part(BaseModel):
    """A suite, and how often it is due."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: Suite
    every: int = Field(default=1, ge=1, description="Days after which it is due unchanged")
    sources: tuple[str, ...] = Field(default=(), description="The first that can be had is taken")

    def with_source(self) -> Suite:
        """The suite with the first of `sources` that can be had; its own without any.

        Raises:
            MintError: If none can be had.
        """
        faults = []
        for name in self.sources:
            try:
                resolve(name)
            except MintError as error:
                faults.append(str(error))
            else:
                return self.suite.model_copy(update={"source": name})
        if faults:
            raise MintError(f"suite {self.suite.name}: no source can be had: {'; '.join(faults)}")
        return self.suite


class Nightly(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: tuple[Part, ...] = Field(min_length=1)
    level: float = Field(
        default=0.05, gt=0, lt=1, description="Chance that any night tells of a change in vain"
    )
    figures: tuple[str, ...] = Field(
        default=("aggregated_empathy", "repetition_vs_self", "unscored"), min_length=1
    )

    @field_validator("figures")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in COLUMNS:
                raise ValueError(f"{name!r} is no figure; {suggestion(name, COLUMNS)}")
        return value

    @field_validator("parts")
    @classmethod
    def _different(cls, value: tuple[Part, ...]) -> tuple[Part, ...]:
        names = [part.suite.name for part in value]
        if len(set(names)) < len(names):
            raise ValueError("two suites have the same name")
        return value


def read_nightly(path: Path | None = None) -> Nightly:
    """The file, or the one that ships.

    Raises:
        MintError: If it is missing or does not fit.
    """
    return read_model(path or resource("tasks", "nightly.yaml"), Nightly)
