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

TASKS: tuple[str, ...] = ("multi_turn", "gold_history", "human")
Seeker = Literal["scripted"]


class Sampling(BaseModel):
    """How the system generates, unless the command line says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(ge=1, description="New tokens a reply, hidden reasoning included")


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

    def prompt(self, override: Path | None = None) -> str | None:
        """The system prompt's text: from the caller's file, else from the task's own.

        Raises:
            MintError: If the file is missing or empty.
        """
        if override is None and self.system_prompt is None:
            return None
        path = override or resource("tasks", *str(self.system_prompt).split("/"))
        text = read_text(path).strip()
        if not text:
            raise MintError(f"{path}: the system prompt is empty")
        return text


@cache
def load_task(name: str) -> TaskDefinition:
    """The definition of a shipped task.

    Raises:
        MintError: If there is no such task, or its file does not fit.
    """
    if name not in TASKS:
        raise MintError(f"task {name!r} is not known; choose one of {', '.join(TASKS)}")
    return read_model(resource("tasks", f"{name}.yaml"), TaskDefinition)
