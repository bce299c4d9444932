"""A task as data: its words, its history, its seeker, its prompt and its sampling defaults.

The YAML files in `tasks/` are what a reader reviews; code only reads them.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.errors import MintError
from mint_bench.files import read_model, read_text
from mint_bench.resources import resource
from mint_bench.scoring import History
from mint_bench.sources import Source, load, load_profiles

TASKS: tuple[str, ...] = ("multi_turn", "gold_history", "human")
Simulated = Literal["anchored", "persona"]
Seeker = Literal["scripted", "anchored", "persona"]
SCRIPTED: Seeker = "scripted"
ANCHORED: Simulated = "anchored"
PERSONA: Simulated = "persona"
SIMULATED: tuple[Simulated, ...] = (ANCHORED, PERSONA)
SEEKERS: tuple[Seeker, ...] = (SCRIPTED, *SIMULATED)


class Sampling(BaseModel):
    """How the system generates, unless the command line says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(ge=1, description="New tokens a reply, hidden reasoning included")


class PersonaRules(BaseModel):
    """How long a persona's conversation lasts, and how its emotion moves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=1)
    max_turns: int = Field(ge=1)
    start: int = Field(ge=0, le=100)
    step: int = Field(ge=1, le=100)
    success: int = Field(ge=0, le=100)
    failure: int = Field(ge=0, le=100)


class Told(BaseModel):
    """Title and description of the task with a simulated seeker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)


class SeekerRules(BaseModel):
    """`tasks/seekers/seekers.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sampling: Sampling
    persona: PersonaRules
    told: dict[Simulated, Told] = Field(description="What the task is called with each seeker")


@cache
def seeker_rules() -> SeekerRules:
    """The shipped rules.

    Raises:
        MintError: If the file does not fit.
    """
    return read_model(resource("tasks", "seekers", "seekers.yaml"), SeekerRules)


class TaskDefinition(BaseModel):
    """What a task asks, as `tasks/<name>.yaml` says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    history: History = Field(description="What the system sees before each reply")
    seeker: Seeker | None = Field(
        description="Who speaks the seeker's lines; null where the real conversation is shown"
    )
    source: str = Field(min_length=1, description="Conversations used when the caller names none")
    system_prompt: str | None = Field(
        default=None, description="File below `tasks/`; none where no system is asked"
    )
    sampling: Sampling | None = None

    def prompt(self, override: Path | None = None, language: str = "en") -> str | None:
        """The system prompt's text: from the caller's file, else from the task's own.

        Args:
            override: The caller's file.
            language: Of the conversations; a prompt in it (`name.zh.md`) goes before `name.md`.

        Raises:
            MintError: If the file is missing or empty.
        """
        if override is None and self.system_prompt is None:
            return None
        path = override or _in_language(
            resource("tasks", *str(self.system_prompt).split("/")), language
        )
        text = read_text(path).strip()
        if not text:
            raise MintError(f"{path}: the system prompt is empty")
        return text


def _in_language(path: Path, language: str) -> Path:
    other = path.with_name(f"{path.stem}.{language}{path.suffix}")
    return other if other.is_file() else path


def with_seeker(definition: TaskDefinition, seeker: str) -> TaskDefinition:
    """The task with another seeker; a persona brings the source that it is made from.

    Raises:
        MintError: If there is no such seeker.
    """
    if seeker not in SEEKERS:
        raise MintError(f"seeker={seeker} is not known; choose one of {', '.join(SEEKERS)}")
    update: dict[str, object] = {"seeker": seeker}
    if seeker in SIMULATED:
        told = seeker_rules().told[seeker]
        update |= {"title": told.title, "description": told.description}
    if seeker == PERSONA:
        update["source"] = seeker_rules().persona.source
    return definition.model_copy(update=update)


def source_for(definition: TaskDefinition, spec: str | None) -> Source:
    """What a task is held on: conversations, or the profiles that a persona is made from.

    Args:
        definition: The task, with its seeker.
        spec: Another source than the task's own; None for that.

    Raises:
        MintError: If the source cannot be had.
    """
    read = load_profiles if definition.seeker == PERSONA else load
    return read(spec or definition.source)


def language_of(source: Source) -> str:
    """The language of all conversations; that of the shipped prompt where they differ."""
    languages = {conversation.language for conversation in source.conversations}
    return languages.pop() if len(languages) == 1 else "en"


@cache
def load_task(name: str) -> TaskDefinition:
    """The definition of a shipped task.

    Raises:
        MintError: If there is no such task, or its file does not fit.
    """
    if name not in TASKS:
        raise MintError(f"task {name!r} is not known; choose one of {', '.join(TASKS)}")
    return read_model(resource("tasks", f"{name}.yaml"), TaskDefinition)
