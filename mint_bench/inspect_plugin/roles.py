"""The models beside the one under test: Inspect's roles `grader`, `tagger` and `seeker`.

Says which roles a run needs and refuses it early where one has no model; asks no model itself.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from inspect_ai.model import GenerateConfig, Model, model_roles
from inspect_ai.model._model import active_model  # inspect-evals-lint: ignore[IECQ001] -- private
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.board import SAMPLING
from mint_bench.inspect_plugin.failures import last_error
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.spread import PROVIDER as SPREAD
from mint_bench.inspect_plugin.spread import address_variable, key_variable
from mint_bench.inspect_plugin.temperature import takes_temperature
from mint_bench.records.schema import Scalar

GRADER = "grader"
TAGGER = "tagger"
SEEKER = "seeker"

PATIENCE = GenerateConfig(max_retries=5, attempt_timeout=300)
"""For a role that says nothing else: Inspect itself would try a broken server for ever."""

_OPENING = "the role "
_REFUSED = frozenset({401, 403})
_STATUS = re.compile(r"\b(?:Error code:|status) (40[13])\b")
"""What the clients of providers say whose errors have no status."""
_AWAY = frozenset({"APIConnectionError", "ConnectError", "ConnectionError"})
_SLOW = "APITimeoutError"
"""A kind of lost connection by its class: such a server is there."""


def missing(role: str) -> MintError:
    """What is said where a role has no model."""
    return MintError(f"the role {role} has no model; add --model-role {role}=PROVIDER/MODEL")


def models_of(role: str) -> list[Model]:
    """The models of a role, with an end to their retries.

    Raises:
        MintError: If the role has no model.
    """
    found = model_roles().get(role)
    if not found:
        raise missing(role)
    patient = []
    for model in found if isinstance(found, list) else [found]:
        member = copy(model)
        member.config = PATIENCE.merge(model.config)
        patient.append(member)
    return patient


def named(model: Model) -> str:
    """How a record names a role's model: on how many servers it is makes it no other."""
    return str(model).removeprefix(f"{SPREAD}/")


@contextmanager
def told_of_role(model: Model) -> Iterator[None]:
    """Tell in one line of a role's model that nobody can ask, whatever it is asked.

    Raises:
        PrerequisiteError: If the model has a role, and refuses its key or cannot be reached.
    """
    try:
        yield
    except Exception as error:
        why = _unreachable(model, last_error(error)) if model.role else None
        if why is None:
            raise
        with told_by_inspect():
            raise MintError(f"{_OPENING}{model.role}: {named(model)} {why}") from None


def is_of_role(message: str) -> bool:
    """Whether a conversation failed by a role's model that nobody can ask; the message is whole."""
    return message.startswith(_OPENING)


def _unreachable(model: Model, error: BaseException) -> str | None:
    name = named(model)
    found = _STATUS.search(str(error))
    said = [getattr(error, name, None) for name in ("status_code", "code")]
    if found or not _REFUSED.isdisjoint(said):
        return f"refuses the key; set {key_variable(name)}, then the same command"
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & _AWAY and _SLOW not in kinds:
        return (
            f"cannot be reached; start its server or set {address_variable(name)}, then the same "
            "command"
        )
    return None


def shaping(model: Model) -> dict[str, Scalar]:
    """The settings of a role's model that shape its answers.

    Its temperature is always 0; None where its provider takes none and has one of its own.
    """
    found = {name: getattr(model.config, name, None) for name in SAMPLING}
    return {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in found.items()
        if value is not None and name != "temperature"
    } | {"temperature": 0 if takes_temperature(model) else None}


def setup_for(roles: tuple[str, ...]) -> Solver | None:
    """What a task that needs these roles is set up with.

    While Inspect makes the task, one without a model is refused at once; elsewhere roles come
    later.

    Raises:
        MintError: If Inspect already knows its roles and one of these is not among them.
    """
    if _made_by_inspect():
        for role in roles:
            if not model_roles().get(role):
                raise missing(role)
    return require_roles(list(roles)) if roles else None


def _made_by_inspect() -> bool:
    """Whether Inspect is making a task just now, its roles bound already.

    It does so within its event loop. Outside of one, an active model may be left from an earlier
    evaluation, and the roles of the next are not known yet.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return active_model() is not None


@solver
def require_roles(roles: list[str]) -> Solver:
    """Fail before a model is asked anything if one of these roles has no model.

    Args:
        roles: Names of roles.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's
        with told_by_inspect():
            for role in roles:
                models_of(role)
        return state

    return solve
