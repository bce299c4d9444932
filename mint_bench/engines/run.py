"""One system through one task: evaluates through Inspect and writes the record.

The same request goes on where it was stopped. What is asked and measured stands elsewhere.
"""

import json
import os
import platform
import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlparse

from mint_bench import __version__
from mint_bench.engines.roles import role_models, without_arguments
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.board import COMMAND, HARDWARE, MODEL_REVISION
from mint_bench.records.schema import Record
from mint_bench.records.store import write
from mint_bench.replay.definition import load_task
from mint_bench.resources import sha256_text
from mint_bench.sources import load

if TYPE_CHECKING:
    from inspect_ai.model import GenerateConfig, Model

ATTEMPTS = 2
"""How often Inspect tries failed conversations again within one call."""

Display = Literal["rich", "plain", "none"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run; everything in it shapes the result.

    Attributes:
        model: `embedded`, `human`, `mint/…`, or a model as Inspect names it.
        task: `multi_turn` (own history) or `gold_history`.
        source: Conversations; None for the task's default.
        limit: Only the first so many conversations.
        epochs: Repetitions of each conversation.
        max_turns: Replies after which a conversation ends.
        tagger: Which tagger; `none` leaves tactics out.
        judge: Which judge; `none` leaves ratings out.
        also: Scorers beside the ranking, separated by commas.
        model_roles: The models that measure, as `role=model`.
        temperature: Other than the task's.
        max_tokens: New tokens a reply, other than the task's.
        seed: For engines that take one.
        max_connections: Requests at a time; for local models the batch.
    """

    model: str
    task: str = "multi_turn"
    source: str | None = None
    limit: int | None = None
    epochs: int = 1
    max_turns: int | None = None
    tagger: str = "embedded"
    judge: str = "embedded"
    also: str | None = None
    model_roles: tuple[str, ...] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    max_connections: int | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        record: What came out.
        path: Where the record was written.
        log: Inspect's log.
        failed: Conversations (times epochs) that could not be had and stand unscored.
    """

    record: Record
    path: Path
    log: Path
    failed: int


@dataclass(frozen=True, slots=True)
class Engine:
    """How Inspect reaches a model.

    Attributes:
        model: Inspect's name for it; None where no model is asked.
        arguments: Passed to the provider.
        metadata: What the log should say beside it.
    """

    model: str | None
    arguments: dict[str, Any]
    metadata: dict[str, str]


def run(request: RunRequest, log_dir: Path, out: Path, display: Display = "plain") -> RunResult:
    """Evaluate a system and write its record.

    The log lies in a folder below `log_dir` that is named after the request, so the same request
    finds what is finished there, after Ctrl-C or a crash too, and goes on from it.

    Args:
        request: What to run.
        log_dir: Folder for the logs of all runs.
        out: Folder of records.
        display: How Inspect shows progress.

    Raises:
        MintError: If something in the request is not known or cannot be had, or nothing could be
            scored.
        KeyboardInterrupt: If the user stopped it; finished conversations are kept.
    """
    from inspect_ai import eval_set
    from inspect_ai.model import GenerateConfig

    from mint_bench.inspect_plugin import registry
    from mint_bench.inspect_plugin.faults import told_by_us
    from mint_bench.inspect_plugin.instruments import roles_needed
    from mint_bench.inspect_plugin.logs import record_from_log

    name, arguments = task_arguments(request)
    folder = log_dir / folder_name(request)
    generation = _generation(request)
    with told_by_us():
        needed = roles_needed(request.tagger, request.judge, request.also)
        roles = role_models(request.model_roles, needed)
        task = getattr(registry, name)(**arguments)
        engine = engine_for(request.model)
        _, logs = eval_set(
            task,
            log_dir=str(folder),
            model=_open(engine, GenerateConfig(**generation)),
            model_roles=roles or None,
            metadata={COMMAND: command_line(request), **engine.metadata},
            limit=request.limit,
            epochs=request.epochs,
            retry_attempts=ATTEMPTS,
            continue_on_fail=True,
            display=display,
            ctl_server=False,
            **generation,
        )
    if not logs or logs[0].status in {"started", "cancelled"}:
        # Inspect takes Ctrl-C for itself and then returns as if all were done.
        raise KeyboardInterrupt
    path = log_path(logs[0].location)
    record = record_from_log(path)
    missing = sum(note.startswith("failed:") for note in record.provenance.notes)
    return RunResult(record, write(record, out), path, missing)


def task_arguments(request: RunRequest) -> tuple[str, dict[str, Any]]:
    """The task of Inspect and its arguments.

    Raises:
        MintError: If the request names no such task.
    """
    if request.task not in {"multi_turn", "gold_history"}:
        raise MintError(f"task {request.task!r} is not known; choose multi_turn or gold_history")
    definition = load_task(request.task)
    shared = {
        "source": request.source or definition.source,
        "max_turns": request.max_turns,
        "tagger": request.tagger,
        "judge": request.judge,
        "also": request.also,
    }
    if request.model == "human":
        return "human", {**shared, "history": definition.history}
    return request.task, shared


def engine_for(model: str) -> Engine:
    """How to reach a model.

    Raises:
        MintError: If the embedded model cannot be had.
    """
    if model == "human":
        return Engine(None, {}, {})
    if model == "embedded":
        from mint_bench.local_models.embedded_model import HUB_NAME, REVISION, embedded_model_path

        _prepare_local(f"hf/{HUB_NAME}")
        path = str(embedded_model_path())
        said = {MODEL_REVISION: REVISION, HARDWARE: hardware()}
        return Engine(f"hf/{HUB_NAME}", {"model_path": path}, said)
    if model.startswith("hf/"):
        _prepare_local(model)
        return Engine(model, {}, {HARDWARE: hardware()})
    if "/" not in model:
        raise MintError(
            f"model {model!r} is not known; write embedded, human, mint/silence, or a model as "
            "Inspect names it, such as openai/NAME or hf/ORGANISATION/NAME"
        )
    return Engine(model, {}, {})


def hardware() -> str:
    """What local models run on here."""
    return f"{platform.machine()}, {os.cpu_count()} CPUs"


def folder_name(request: RunRequest) -> str:
    """A folder for the request's logs: readable, and different for whatever differs.

    Raises:
        MintError: If the source cannot be had.
    """
    source = load(request.source or load_task(request.task).source)
    shaping = asdict(request) | {
        "revision": source.revision,
        "ids": source.ids_sha,
        "version": __version__,
        "max_connections": None,  # how fast, not what
    }
    digest = sha256_text(json.dumps(shaping, sort_keys=True))[:8]
    words = (request.model, request.task, source.name.rpartition("/")[2])
    return "-".join([*(re.sub(r"[^A-Za-z0-9_.]+", "-", word) for word in words), digest])


def command_line(request: RunRequest) -> str:
    """The command that asks for this run, without paths of this machine.

    >>> command_line(RunRequest("mint/silence", source="starter", limit=2))
    'mint-bench run mint/silence --source starter --limit 2'
    """
    kind, _, path = (request.source or "").partition(":")
    given = asdict(request) | {"max_connections": None}
    if kind == "file":
        given["source"] = f"file:{Path(path).name}"
    given["model_roles"] = None
    default = asdict(RunRequest(request.model))
    options = [
        part
        for name, value in given.items()
        if value is not None and value != default[name]
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    for role in request.model_roles:
        options += ["--model-role", without_arguments(role)]
    return shlex.join(["mint-bench", "run", request.model, *options])


def log_path(location: str) -> Path:
    """The path of a log on this machine, from what Inspect calls its location."""
    parts = urlparse(location)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(location)


def _open(engine: Engine, config: "GenerateConfig") -> "Model | None":
    """Inspect's model, weights loaded.

    Raises:
        MintError: If there is no such provider or model.
    """
    from inspect_ai.model import get_model

    if engine.model is None:
        return None
    try:
        return (
            get_model(  # inspect-evals-lint: ignore[get_model_location] -- the runner's own model
                engine.model, config=config, **engine.arguments
            )
        )
    except (ValueError, OSError, ImportError) as error:
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else repr(error)
        raise MintError(f"model {engine.model} cannot be had: {reason}") from None


def _generation(request: RunRequest) -> dict[str, Any]:
    names = ("temperature", "max_tokens", "seed", "max_connections")
    given = {name: getattr(request, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def _prepare_local(model: str) -> None:
    """What must be said before Inspect loads local weights.

    Idle threads must not spin: on a few cores that costs five times and more (heard only before
    torch is loaded). And Inspect must know the model: of one that it does not, it loads the
    weights a second time, by name alone, to look it up.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from inspect_ai.model import ModelInfo, set_model_info

    set_model_info(model, ModelInfo(model=model.partition("/")[2]))
