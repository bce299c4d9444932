"""A suite as data: many systems on many tasks, read from one YAML file.

Each pair of a system and a task becomes the request that `mint-bench run` would take. Running
them is `evaluating`'s.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mint_bench import __version__
from mint_bench.engines.cell import Cell
from mint_bench.engines.decide import Reach, Wanted
from mint_bench.engines.idle import idle_option
from mint_bench.engines.request import RunRequest, folder_name, source_of
from mint_bench.engines.roles import role_names
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.replay.definition import SCRIPTED
from mint_bench.resources import sha256_text

HUMAN = "human"


class SuiteSystem(BaseModel):
    """A system under test, with what it alone is asked otherwise or reached by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    seed: int | None = None
    engine: Wanted | None = None
    base_url: tuple[str, ...] = ()
    tensor_parallel_size: int | None = Field(default=None, ge=1)
    data_parallel_size: int | None = Field(default=None, ge=1)
    vllm: tuple[str, ...] | None = None

    @field_validator("base_url", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    def reach(self) -> Reach:
        """What it alone says of how it is reached."""
        return Reach(
            self.engine or "auto",
            self.base_url,
            self.tensor_parallel_size or 1,
            self.data_parallel_size or 1,
            self.vllm or (),
        )


class SuiteTask(BaseModel):
    """A task, with its conversations and its seeker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str = "multi_turn"
    source: str | None = None
    seeker: str = SCRIPTED
    max_turns: int | None = Field(default=None, ge=1)


class Suite(BaseModel):
    """`suite.yaml`. What a system or a task says goes before what stands here for all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="suite", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    systems: tuple[SuiteSystem, ...] = Field(min_length=1)
    tasks: tuple[SuiteTask, ...] = Field(default=(SuiteTask(),), min_length=1)
    source: str | None = None
    limit: int | None = Field(default=None, ge=1)
    epochs: int = Field(default=1, ge=1)
    max_turns: int | None = Field(default=None, ge=1)
    tagger: str = "embedded"
    judge: str = "embedded"
    also: str | None = None
    roles: dict[str, Any] = Field(default_factory=dict)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    seed: int | None = None
    max_connections: int | None = Field(default=None, ge=1)
    truncate: Literal["oldest"] | None = None
    engine: Wanted = "auto"
    tensor_parallel_size: int = Field(default=1, ge=1)
    data_parallel_size: int = Field(default=1, ge=1)
    vllm: tuple[str, ...] = ()
    ray: str | None = None

    @field_validator("systems", mode="before")
    @classmethod
    def _named_systems(cls, value: object) -> object:
        return _mappings(value, "model")

    @field_validator("tasks", mode="before")
    @classmethod
    def _named_tasks(cls, value: object) -> object:
        return _mappings(value, "task")

    def reach(self, system: SuiteSystem | None = None) -> Reach:
        """How a system is reached; without one, how the models of roles are."""
        if system is None:
            copies = (self.tensor_parallel_size, self.data_parallel_size)
            return Reach(self.engine, (), *copies, self.vllm, self.ray)
        return Reach(
            system.engine or self.engine,
            system.base_url,
            system.tensor_parallel_size or self.tensor_parallel_size,
            system.data_parallel_size or self.data_parallel_size,
            self.vllm if system.vllm is None else system.vllm,
            self.ray,
        )

    def requests(self) -> tuple[RunRequest, ...]:
        """One request a pair of system and task, the systems in the file's order."""
        return tuple(request for _, request in self.pairs())

    def pairs(self) -> list[tuple[SuiteSystem, RunRequest]]:
        """Each system with each request of its own, the systems in the file's order.

        The human supporters stand on no board with a simulated seeker, so such pairs are left out.
        """
        roles = tuple(f"{role}={_role_text(models)}" for role, models in self.roles.items())
        return [
            (system, self._request(system, task, roles))
            for system in self.systems
            for task in self.tasks
            if system.model != HUMAN or task.seeker == SCRIPTED
        ]

    def _request(self, system: SuiteSystem, task: SuiteTask, roles: tuple[str, ...]) -> RunRequest:
        return RunRequest(
            system.model,
            task.task,
            task.source or self.source,
            task.seeker,
            self.limit,
            self.epochs,
            task.max_turns or self.max_turns,
            self.tagger,
            self.judge,
            self.also,
            roles,
            self.temperature if system.temperature is None else system.temperature,
            system.max_tokens or self.max_tokens,
            self.seed if system.seed is None else system.seed,
            self.max_connections,
            self.truncate,
        )


def read_suite(path: Path) -> Suite:
    """The suite of a YAML file.

    Raises:
        MintError: If there is none, it does not fit, or a pair of system and task stands twice.
    """
    suite = read_model(path, Suite)
    requests = suite.requests()
    if not requests:
        raise MintError(f"{path}: no system of it is for any of its tasks")
    request, times = Counter(requests).most_common(1)[0]
    if times > 1:
        raise MintError(
            f"{path}: {request.model} on {request.task} stands {times} times; for repetitions use "
            "epochs"
        )
    return suite


def cells_of(suite: Suite) -> tuple[Cell, ...]:
    """A suite's cells.

    Raises:
        MintError: If there is no such task, seeker or source.
    """
    return tuple(
        Cell(request, _key(request, suite.reach(system)), suite.reach(system))
        for system, request in suite.pairs()
    )


def refuse_idle_in(suite: Suite) -> None:
    """Refuse what a suite says of how models are reached and would change nothing.

    What stands for all must do something for one system or one model of a role, what stands with a
    system for that one. A suite may be planned on a machine without vLLM for one that has it.

    Raises:
        MintError: If there is such a thing.
    """
    systems = [(system.model, suite.reach(system)) for system in suite.systems]
    roles = [(model, suite.reach()) for model in role_names(suite.requests()[0].model_roles)]
    told = [
        idle_option(system.reach(), [way], elsewhere=True)
        for system, way in zip(suite.systems, systems, strict=True)
    ]
    for one in [*told, idle_option(suite.reach(), [*systems, *roles], elsewhere=True)]:
        if one:  # a file's fields have other names than options
            raise MintError(re.sub(r"--([a-z-]+)", lambda found: found[1].replace("-", "_"), one))


def _key(request: RunRequest, reach: Reach) -> str:
    try:
        return folder_name(request, reach)
    except MintError:
        return folder_name(request)  # a model that cannot be had is named when its turn comes


def folder_of(suite: Suite, cells: tuple[Cell, ...]) -> str:
    """The folder of a suite's logs: one for all that Inspect takes for one eval set.

    Systems may be added to a suite and what is finished stays; a change that Inspect would not
    see in a log (other conversations, another number of them) leads to another folder.
    """
    revisions = sorted({source_of(cell.request).revision for cell in cells})
    shared = [suite.limit, suite.epochs, revisions, __version__]
    return f"{suite.name}-{sha256_text(json.dumps(shared))[:8]}"


def _mappings(value: object, key: str) -> object:
    if not isinstance(value, list | tuple):
        return value
    return tuple({key: entry} if isinstance(entry, str) else entry for entry in value)


def _role_text(models: object) -> str:
    """A role's models in the form of `--model-role`."""
    if isinstance(models, str):
        return models
    if isinstance(models, list) and all(isinstance(model, str) for model in models):
        return ",".join(models)
    return json.dumps(models)
