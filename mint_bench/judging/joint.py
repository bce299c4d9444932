"""Whether one call for all six dimensions may stand in a ranking: `joint_agreement.yaml`, typed.

Measures nothing: the figures there are shown elsewhere, where each entry says.
"""

from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model
from mint_bench.resources import resource

JOINT = "joint"
"""How a record's judge says, under `form`, that it rated all dimensions in one call."""

Kappa = Annotated[float, Field(ge=-1, le=1)]


class ShownAgreement(BaseModel):
    """One model's agreement between its two forms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(min_length=1)
    prompt_sha: str = Field(pattern=r"^[0-9a-f]{8,64}$")
    kappa: Annotated[list[Kappa], Field(min_length=6, max_length=6)]
    replies: int = Field(ge=1)
    conversations: int = Field(ge=1)
    shown: str = Field(min_length=1)


class JointAgreement(BaseModel):
    """All models whose joint form may be ranked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: tuple[ShownAgreement, ...]


@cache
def joint_agreement() -> JointAgreement:
    """The shipped file.

    Raises:
        MintError: If it breaks a rule; the message names the field.
    """
    return read_model(resource("scorers", "judges", "llm", "joint_agreement.yaml"), JointAgreement)


def joint_is_shown(model: str, prompt_sha: str | None) -> bool:
    """Whether this model's joint form was shown to agree, with this prompt."""
    return any(
        entry.model == model and entry.prompt_sha == prompt_sha
        for entry in joint_agreement().models
    )
