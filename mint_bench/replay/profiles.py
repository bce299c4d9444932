"""Whom a persona plays: who they are, what happened, what they hope for without saying it.

Made from what a source says of a conversation or of a person; which profiles there are is the
business of `sources`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.resources import resource, sha256_text

LANGUAGES = ("en", "zh")
"""Languages that seekers have prompts in."""


class Intention(BaseModel):
    """One of the closed set of hidden intentions, its text in each of `LANGUAGES`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    sage: str = Field(description="Start of the SHA-256 of its wording in SAGE's profiles")
    __pydantic_extra__: dict[str, Annotated[str, Field(min_length=1)]]

    @model_validator(mode="after")
    def _every_language(self) -> Self:
        if set(self.__pydantic_extra__) != set(LANGUAGES):
            raise ValueError(f"must have a text in each of {', '.join(LANGUAGES)}, and no more")
        return self

    def text(self, language: str) -> str:
        """The intention as the seeker's model is told it."""
        return self.__pydantic_extra__[language]


class _Intentions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    intentions: tuple[Intention, ...] = Field(min_length=8)


@dataclass(frozen=True, slots=True)
class Profile:
    """A persona.

    Attributes:
        scene: What happened.
        intention: What they hope for.
        about: Who they are; empty where the source does not say.
        emotion: The feeling they come with, where the source says it.
        problem: What it has to do with.
        intensity: Of the feeling, 1 to 5.
        language: ISO 639-1 code of the conversation.
    """

    scene: str
    intention: Intention
    about: str = ""
    emotion: str | None = None
    problem: str | None = None
    intensity: int | None = None
    language: str = "en"


@cache
def intentions() -> dict[str, Intention]:
    """The closed set, by name.

    Raises:
        MintError: If the file does not fit.
    """
    path = resource("tasks", "seekers", "intentions.yaml")
    return {i.name: i for i in read_model(path, _Intentions).intentions}


def profile_of(conversation: Conversation) -> Profile:
    """The persona that a source describes.

    Where it names no intention, one of the closed set is drawn by the conversation's id: the same
    on every machine.

    Raises:
        MintError: If the source tells no situation, or an intention that is not known.
    """
    told = conversation.metadata
    scene = told.get("situation")
    if not isinstance(scene, str) or not scene.strip():
        raise MintError(
            f"{conversation.id}: its source tells no situation for a persona to live in; take "
            "esconv, starter, sage, or a YAML file of profiles"
        )
    emotion, problem, intensity = (
        told.get(name) for name in ("emotion_type", "problem_type", "init_intensity")
    )
    return Profile(
        scene=scene.strip(),
        intention=_intention(conversation.id, told),
        about=str(told.get("about") or "").strip(),
        emotion=str(emotion) if emotion else None,
        problem=str(problem or told.get("theme") or "").replace("_", " ") or None,
        intensity=intensity if isinstance(intensity, int) else None,
        language=conversation.language,
    )


def _intention(identifier: str, told: Mapping[str, object]) -> Intention:
    known = intentions()
    named, worded = told.get("intention"), told.get("intention_text")
    if named is not None:
        if named not in known:
            raise MintError(
                f"{identifier}: intention {str(named)[:40]!r} is not known; choose one of "
                f"{', '.join(known)}"
            )
        return known[str(named)]
    if worded is not None:
        sha = sha256_text(str(worded).strip())
        for intention in known.values():
            if sha.startswith(intention.sage):
                return intention
        raise MintError(f"{identifier}: its intention is none of those that SAGE's profiles have")
    drawn = int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % len(known)
    return list(known.values())[drawn]
