"""A cell: one system on one task. How it is opened for Inspect, and what became of it.

Asks no model; that is `evaluating`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from mint_bench.engines.decide import BARE, Reach
from mint_bench.engines.engine import Engine
from mint_bench.engines.progress import CELL
from mint_bench.engines.reaching import Reached
from mint_bench.engines.request import RunRequest, command_line, generation_of, task_arguments
from mint_bench.engines.time_spent import NONE_SPENT, TimeSpent, time_spent
from mint_bench.errors import MintError, beginning, on_one_line
from mint_bench.inspect_plugin.board import COMMAND
from mint_bench.inspect_plugin.spread import PROVIDER as SPREAD
from mint_bench.records.schema import Record

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.log import EvalLog
    from inspect_ai.model import GenerateConfig, Model

ENOUGH: dict[str, Any] = {"max_retries": 6, "timeout": 1800}
"""Where a system's server is given up: after so many retries of a request, which take some four
minutes with their growing pauses, or so many seconds without an answer. Inspect itself has no end.
They stand with the system's own model: those of a task would be those of every role, too."""
STOPPED = "stopped"
"""The fault of a cell that was not finished because the run was stopped."""
UNFINISHED = frozenset({"started", "cancelled"})
"""What a log says that ends before its end."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A system on a task.

    Attributes:
        request: What is asked.
        key: Different for whatever differs in what is asked, the conversations' text included.
        reach: How the system is reached.
    """

    request: RunRequest
    key: str
    reach: Reach = field(default_factory=Reach)

    @property
    def name(self) -> str:
        """How it is named to people."""
        request = self.request
        seeker = "" if request.seeker == "scripted" else f", {request.seeker}"
        return f"{request.model} · {request.task}{seeker}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one cell.

    Attributes:
        cell: System and task.
        record: None where there is none.
        path: Where the record was written.
        log: Inspect's log, where it began one.
        failed: Conversations (times epochs) that could not be had and stand unscored.
        fault: Why there is no record, in one line.
        spent: Where its conversations' time went.
    """

    cell: Cell
    record: Record | None = None
    path: Path | None = None
    log: Path | None = None
    failed: int = 0
    fault: str | None = None
    spent: TimeSpent = NONE_SPENT


@dataclass(frozen=True, slots=True)
class Ready:
    """A cell whose engine is there.

    Attributes:
        cell: System and task.
        model: Opened; None where none is asked.
        task: With the model and all settings.
    """

    cell: Cell
    model: "Model | None"
    task: "Task"


def open_cells(cells: Sequence[Cell], reached: Reached) -> tuple[list[Ready], list[Outcome]]:
    """The cells whose engine is there, and what became of those whose engine cannot be had."""
    from mint_bench.inspect_plugin.faults import told_by_us

    ready, faulty = [], []
    for cell in cells:
        try:
            with told_by_us():
                ready.append(_open(cell, reached))
        except MintError as error:
            faulty.append(Outcome(cell, fault=str(error)))
    return ready, faulty


def _open(cell: Cell, reached: Reached) -> Ready:
    """A cell's task with its model, weights loaded.

    Raises:
        MintError: If there is no such task or model.
    """
    from inspect_ai import task_with
    from inspect_ai._util.notgiven import (  # inspect-evals-lint: ignore[IECQ001] -- no public name
        NOT_GIVEN,
    )
    from inspect_ai.model import GenerateConfig

    from mint_bench.inspect_plugin import registry

    request = cell.request
    name, arguments = task_arguments(request)
    task = getattr(registry, name)(**arguments)
    engine = _engine(cell, reached)
    given = {"max_connections": engine.at_once} | generation_of(request)
    config = GenerateConfig(**given)
    model = open_model(engine, GenerateConfig(**(ENOUGH | given)))
    said = {CELL: cell.key, COMMAND: command_line(request, cell.reach), **engine.metadata}
    task = task_with(
        task,
        version=cell.key,  # else what Inspect does not see would be taken for finished already
        model=model or NOT_GIVEN,
        epochs=request.epochs,
        config=task.config.merge(config),
        metadata={**(task.metadata or {}), **said},
    )
    return Ready(cell, model, task)


def _engine(cell: Cell, reached: Reached) -> Engine:
    """The engine of a system.

    Raises:
        MintError: If it cannot be had, or its name stands for an adapter a tactic, which only a
            tagger can be.
    """
    model = cell.request.model
    engines = reached.of(model, cell.reach)
    if len(engines) > 1:
        raise MintError(
            f"{model} stands for {len(engines)} adapters; they are a tagger: --tagger "
            f"llm-published --model-role tagger={model}"
        )
    return engines[0]


def open_model(engine: Engine, config: "GenerateConfig") -> "Model | None":
    """Inspect's model, weights loaded.

    Raises:
        MintError: If there is no such provider or model.
    """
    from inspect_ai.model import get_model

    from mint_bench.inspect_plugin.faults import plainly

    if engine.model is None:
        return None
    arguments = dict(engine.arguments)
    if engine.model.startswith("hf/") and config.temperature == 0:
        arguments["do_sample"] = False  # transformers refuses to sample at temperature 0
    try:
        return (
            get_model(  # inspect-evals-lint: ignore[get_model_location] -- the runner's own model
                engine.model, config=config, **arguments
            )
        )
    except MintError:
        raise
    except Exception as error:  # noqa: BLE001 - what reads weights has errors of its own
        reason = on_one_line(plainly(error), 200)
        name = engine.model.removeprefix(f"{SPREAD}/").removeprefix(BARE)
        raise MintError(f"model {name} cannot be had: {reason}") from None


def outcome_of(cell: Cell, log: "EvalLog") -> Outcome:
    """What became of a cell, from Inspect's log of it; the record is not written yet."""
    from mint_bench.inspect_plugin.logs import record_from_log

    if log.status in UNFINISHED:
        return Outcome(cell, fault=STOPPED)
    path = log_path(log.location)
    try:
        record = record_from_log(path)
    except MintError as error:
        return Outcome(cell, log=path, fault=_reason(log) or str(error))
    return Outcome(cell, record, None, path, failed(record), None, time_spent(path))


def _reason(log: "EvalLog") -> str | None:
    """Why a task as a whole failed."""
    return beginning(log.error.message, 200) if log.error else None


def failed(record: Record) -> int:
    """Conversations (times epochs) that could not be had and stand unscored."""
    return sum(note.startswith("failed:") for note in record.provenance.notes)


def log_path(location: str) -> Path:
    """The path of a log on this machine, from what Inspect calls its location."""
    parts = urlparse(location)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(location)
