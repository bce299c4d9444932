"""What is to be run, as data: one system on one task, with all that shapes the result.

Also what follows from it alone: Inspect's task, the folder of its logs, the command that asks for
it. How models are reached stands in `reaching`, how it is run in `evaluating`.
"""

import json
import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mint_bench import __version__
from mint_bench.engines.decide import Reach, plain_name
from mint_bench.engines.reaching import engine_name, weights_revision
from mint_bench.engines.roles import shaping_roles, without_arguments
from mint_bench.errors import MintError
from mint_bench.records.schema import LONGEST_NAME
from mint_bench.replay.definition import (
    SCRIPTED,
    TaskDefinition,
    load_task,
    source_for,
    with_seeker,
)
from mint_bench.resources import sha256_text
from mint_bench.sources import Source

_LONGEST_WORD = 80
"""Three of them and a hash are a file's name on every system."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run; everything in it shapes the result.

    Attributes:
        model: `embedded`, `human`, `mint/…`, or a model as Inspect names it.
        task: `multi_turn` (own history) or `gold_history`.
        source: Conversations; None for the task's default.
        seeker: `scripted`, `anchored` or `persona`; the latter two ask the role seeker.
        limit: Only the first so many conversations.
        epochs: Repetitions of each conversation.
        max_turns: Replies after which a conversation ends.
        tagger: Which tagger; `none` leaves tactics out.
        judge: Which judge; `none` leaves ratings out.
        also: Scorers beside the ranking, separated by commas.
        model_roles: The other models, as `role=model`.
        temperature: Other than the task's.
        max_tokens: New tokens a reply, other than the task's.
        seed: For engines that take one.
        max_connections: Requests at a time; for local models the batch.
        truncate: `oldest` leaves out the oldest turns of a conversation that is longer than the
            model's context; None leaves its reply unscored.
    """

    model: str
    task: str = "multi_turn"
    source: str | None = None
    seeker: str = SCRIPTED
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
    truncate: str | None = None


def task_arguments(request: RunRequest) -> tuple[str, dict[str, Any]]:
    """The task of Inspect and its arguments.

    Raises:
        MintError: If the request names no such task.
    """
    if request.task not in {"multi_turn", "gold_history"}:
        raise MintError(f"task {request.task!r} is not known; choose multi_turn or gold_history")
    definition = _definition(request)
    shared = {
        "source": request.source or definition.source,
        "max_turns": request.max_turns,
        "tagger": request.tagger,
        "judge": request.judge,
        "also": request.also,
    }
    if request.model == "human":
        return "human", {**shared, "history": definition.history}
    shared["truncate"] = request.truncate
    return request.task, shared | ({"seeker": request.seeker} if definition.seeker else {})


def _definition(request: RunRequest) -> TaskDefinition:
    """The task's definition with the request's seeker.

    Raises:
        MintError: If the seeker is not known, or nobody could speak for it.
    """
    definition = load_task(request.task)
    if request.seeker == SCRIPTED:
        return definition
    if definition.seeker is None or request.model == "human":
        raise MintError(
            f"seeker {request.seeker} is for a system under task multi_turn: under gold history, "
            "and with the human supporters, the real conversation stands"
        )
    return with_seeker(definition, request.seeker)


def folder_name(request: RunRequest, reach: Reach | None = None) -> str:
    """A folder for the request's logs: readable, and different for whatever differs.

    The engine differs, too: another one's replies are not these. And so do weights that were
    changed within their folder.

    Raises:
        MintError: If the source cannot be had, its name is longer than a record keeps, a role is
            not in form, or weights cannot be read.
    """
    source = source_for(_definition(request), request.source)
    if len(source.name) > LONGEST_NAME:
        raise MintError(
            f"source '{source.name[:40]}…': its name has {len(source.name)} characters; a record "
            f"keeps at most {LONGEST_NAME}: rename the file"
        )
    shaping = asdict(request) | {
        "revision": source.revision,
        "ids": source.ids_sha,
        "version": __version__,
        "max_connections": None,  # how fast, not what
        "model_roles": shaping_roles(request.model_roles),
    }
    engine = engine_name(request.model, reach) if reach else None
    if engine in {"vllm", "served"}:
        shaping["engine"] = engine
    if weights := weights_revision(request.model, reach or Reach()):
        shaping["weights"] = weights
    digest = sha256_text(json.dumps(shaping, sort_keys=True, default=str))[:8]
    words = (plain_name(request.model), request.task, source.name.rpartition("/")[2])
    plain = (re.sub(r"[^A-Za-z0-9_.]+", "-", word)[:_LONGEST_WORD] for word in words)
    return "-".join([*plain, digest])


def command_line(request: RunRequest, reach: Reach | None = None) -> str:
    """The command that asks for this run, without paths of this machine and servers' addresses.

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
    if reach and reach.engine != "auto":
        options += ["--engine", reach.engine]
    for text in reach.vllm if reach else ():
        options += ["--vllm", text]
    for role in request.model_roles:
        options += ["--model-role", without_arguments(role)]
    return shlex.join(["mint-bench", "run", plain_name(request.model), *options])


def generation_of(request: RunRequest) -> dict[str, Any]:
    """How a request generates, as far as it says."""
    names = ("temperature", "max_tokens", "seed", "max_connections")
    given = {name: getattr(request, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def source_of(request: RunRequest) -> Source:
    """The conversations of a request.

    Raises:
        MintError: If there is no such task or seeker, or the source cannot be had.
    """
    definition = with_seeker(load_task(request.task), request.seeker)
    return source_for(definition, request.source)


def conversations_of(request: RunRequest) -> int:
    """How many conversations a request holds, each epoch counted."""
    return len(source_of(request).conversations[: request.limit]) * request.epochs
