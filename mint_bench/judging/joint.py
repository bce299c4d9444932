"""Whether one call for all six dimensions may stand in a ranking: `joint_agreement.yaml`, typed.

Measures nothing: `validation.joint_check` does, and `mint-bench judge joint --save` puts it there.
"""

from collections.abc import Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model, read_text, write_text
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.resources import resource
from mint_bench.stats.intervals import MIN_CONVERSATIONS

FILE = ("scorers", "judges", "llm", "joint_agreement.yaml")
FORM = "form"
"""Of a judge's settings in a record: which form it rated in."""
JOINT = "joint"
"""How a record's judge says, under `form`, that it rated all dimensions in one call."""

Kappa = Annotated[float, Field(ge=-1, le=1)]
Six = Annotated[list[Kappa | None], Field(min_length=len(DIMENSIONS), max_length=len(DIMENSIONS))]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
Setting = str | int | float | bool | None


class ShownAgreement(BaseModel):
    """One model's agreement between its two forms.

    Attributes:
        model: As a record names the judge.
        prompt_sha: Of the joint prompt.
        settings: The judge's in a record, but for `form`.
        kappa: Quadratic weighted kappa between the forms over replies, a dimension each, in the
            order of `DIMENSIONS`; null where a form always gave one rating, which shows nothing.
        low: Lower end of its 95 % interval over conversations; null where there is none.
        replies: How many were rated in both forms.
        conversations: From how many they came.
        logs: SHA-256 of the two logs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(min_length=1)
    prompt_sha: Digest
    settings: dict[str, Setting]
    kappa: Six
    low: Six
    replies: int = Field(ge=1)
    conversations: int = Field(ge=1)
    logs: Annotated[list[Digest], Field(min_length=2, max_length=2)]

    def misses(self, least: float) -> list[str]:
        """What falls short; empty where nothing does.

        Too few conversations for an interval, and each dimension whose kappa may be below the
        least: by the lower end of its interval, or by the value alone where there are too few.
        """
        few = self.conversations < MIN_CONVERSATIONS
        found = []
        if few:
            found.append(f"{self.conversations} of at least {MIN_CONVERSATIONS} conversations")
        for name, kappa, low in zip(DIMENSIONS, self.kappa, self.low, strict=True):
            worst = kappa if few else low
            if kappa is None or worst is None:
                found.append(f"{name} {'undefined' if kappa is None else 'without an interval'}")
            elif worst < least:
                found.append(f"{name} {worst:.2f}")
        return found


class JointAgreement(BaseModel):
    """What was shown so far.

    Attributes:
        least_kappa: What the lower end of kappa's interval must reach in each dimension, for a
            model's joint form to be ranked.
        models: What each came to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_kappa: Kappa
    models: tuple[ShownAgreement, ...]


@cache
def joint_agreement() -> JointAgreement:
    """The shipped file.

    Raises:
        MintError: If it breaks a rule; the message names the field.
    """
    return read_model(resource(*FILE), JointAgreement)


def why_not_joint(
    model: str, prompt_sha: str | None, settings: Mapping[str, Setting]
) -> str | None:
    """Why ratings by this joint form cannot be ranked; None where they can.

    Args:
        model: As the record names the judge.
        prompt_sha: As the record has it.
        settings: As the record has them.
    """
    shown = joint_agreement()
    for entry in shown.models:
        if _key(entry.model, entry.prompt_sha, entry.settings) != _key(model, prompt_sha, settings):
            continue
        missed = entry.misses(shown.least_kappa)
        if not missed:
            return None
        return (
            f"agrees too little with one each for {model} (lower end of kappa at least "
            f"{shown.least_kappa:.2f}; {', '.join(missed)})"
        )
    return (
        f"not shown to agree with one each for {model} (`mint-bench judge joint` shows whether "
        "it does)"
    )


def save(entry: ShownAgreement) -> Path:
    """Put an entry into the file, in place of an earlier one of the same judge.

    The remarks at the head of the file stay.

    Raises:
        MintError: If the file cannot be read or written.
    """
    path = resource(*FILE)
    shown = read_model(path, JointAgreement)
    new = _key(entry.model, entry.prompt_sha, entry.settings)
    kept = [one for one in shown.models if _key(one.model, one.prompt_sha, one.settings) != new]
    head = takewhile(lambda line: line.startswith("#"), read_text(path).splitlines())
    content = shown.model_copy(update={"models": (*kept, entry)}).model_dump(mode="json")
    body = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=96)
    write_text(path, "\n".join([*head, body]))
    joint_agreement.cache_clear()
    return path


def _key(
    model: str, prompt_sha: str | None, settings: Mapping[str, Setting]
) -> tuple[str, str | None, list[tuple[str, Setting]]]:
    others = sorted((name, value) for name, value in settings.items() if name != FORM)
    return model, prompt_sha, others
