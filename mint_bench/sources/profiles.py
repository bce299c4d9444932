"""Reads profiles of personas: SAGE's hundred, and the user's own in YAML.

A profile is a conversation that nobody has held yet: no turns, and what is known of the person as
metadata. What a seeker makes of it is the business of `replay`.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.files import read_json_lines, read_model

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class OwnProfile(BaseModel):
    """One profile of a user's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Text
    situation: Text = Field(description="What happened")
    about: str | None = Field(default=None, description="Who they are and how they talk")
    intention: str | None = Field(default=None, description="A name of the closed set; else drawn")
    emotion: str | None = None
    problem: str | None = None
    intensity: int | None = Field(default=None, ge=1, le=5)
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")


class OwnProfiles(BaseModel):
    """A user's file of profiles."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profiles: list[OwnProfile] = Field(min_length=1)


def read_profiles(path: Path) -> tuple[Conversation, ...]:
    """The profiles of a YAML file, in its order.

    Raises:
        MintError: If the file does not fit, or an id stands twice.
    """
    profiles = read_model(path, OwnProfiles).profiles
    [(most, count)] = Counter(profile.id for profile in profiles).most_common(1)
    if count > 1:
        raise MintError(f"{path}: id {most!r} stands {count} times; ids must be unique")
    return tuple(
        Conversation(
            profile.id,
            (),
            profile.language,
            _known({
                "situation": profile.situation,
                "about": profile.about,
                "intention": profile.intention,
                "emotion_type": profile.emotion,
                "problem_type": profile.problem,
                "init_intensity": profile.intensity,
            }),
        )
        for profile in profiles
    )


def read_sage(path: Path) -> tuple[Conversation, ...]:
    """SAGE's profiles, in the order of the file; all are in Chinese.

    Raises:
        MintError: If a field is missing.
    """
    found = []
    for number, row in read_json_lines(path):
        try:
            told = {
                "situation": row["scene"].strip(),
                "about": row["player"].strip(),
                "intention_text": row["task"].strip(),
            }
            found.append(Conversation(str(row["id"]), (), "zh", told))
        except (KeyError, TypeError, AttributeError) as error:
            raise MintError(
                f"{path}:{number}: no profile of SAGE ({type(error).__name__}: {error})"
            ) from None
    return tuple(found)


def _known(metadata: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if value is not None}
