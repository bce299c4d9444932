"""A check as data: `tasks/<name>.yaml` says in words what is checked; code only reads it."""

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model
from mint_bench.resources import resource


class CheckDefinition(BaseModel):
    """What a check of a scorer is called and does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)


def load_check(name: str) -> CheckDefinition:
    """The definition of a shipped check.

    Raises:
        MintError: If its file is missing or does not fit.
    """
    return read_model(resource("tasks", f"{name}.yaml"), CheckDefinition)
