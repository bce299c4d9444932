"""The models beside the one under test, as typed: `grader=PROVIDER/MODEL[,…]`.

`embedded` names the embedded model here, too.

Inspect's own spelling, settings included: `grader={model: PROVIDER/MODEL, max_retries: 3}`.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mint_bench.engines.decide import Reach, plain_name
from mint_bench.engines.engine import EMBEDDED, engine_for
from mint_bench.engines.reaching import Reached, weights_revision
from mint_bench.engines.served import refuse_secrets
from mint_bench.errors import MintError, on_one_line, suggestion
from mint_bench.files import parse_yaml

if TYPE_CHECKING:
    from inspect_ai.model import Model

ARGUMENTS = "model_args"
"""Settings of how a model is reached (address, key); they stay out of records."""
ADDRESS = "base_url"
_HOW = frozenset({ADDRESS, "api_key"})
"""Of them, those that say nothing of what is answered."""


def role_models(
    specs: Sequence[str],
    needed: Sequence[str],
    reached: Reached | None = None,
    reach: Reach | None = None,
) -> dict[str, list["Model"]]:
    """Each role's models, opened.

    Args:
        specs: As the command line gives them.
        needed: Roles that must be among them.
        reached: Those that are reached already; the others as Inspect does.
        reach: How they were to be reached.

    Raises:
        MintError: If a role is named twice, is not in form, is missing, or has a model that
            cannot be had.
    """
    parsed = _checked(specs, needed)
    reached, reach = reached or Reached(), reach or Reach()
    return {
        role: [
            opened for model in models for opened in _opened(_settings(model), spec, reached, reach)
        ]
        for spec, (role, models) in zip(specs, parsed, strict=True)
    }


def check_roles(specs: Sequence[str], needed: Sequence[str]) -> None:
    """Refuse what can be refused before a model is opened.

    Raises:
        MintError: If a role is named twice, is not in form, or is missing.
    """
    _checked(specs, needed)


def _checked(
    specs: Sequence[str], needed: Sequence[str]
) -> list[tuple[str, list[str | dict[str, Any]]]]:
    from mint_bench.inspect_plugin.roles import GRADER, SEEKER, TAGGER, missing

    known = (GRADER, SEEKER, TAGGER)
    parsed = [_parsed(spec) for spec in specs]
    roles = [role for role, _ in parsed]
    for role in roles:
        if role not in known:
            raise MintError(f"no role is called {role!r}; {suggestion(role, known)}")
        if roles.count(role) > 1:
            raise MintError(f"the role {role} is given twice; write {role}=MODEL,MODEL for a panel")
    for role in needed:
        if role not in roles:
            raise missing(role)
    return parsed


def role_names(specs: Sequence[str]) -> list[str]:
    """The models of all roles that say no address of their own.

    Raises:
        MintError: If a role is not in form.
    """
    models = [_settings(model) for spec in specs for model in _parsed(spec)[1]]
    return [model["model"] for model in models if ADDRESS not in (model.get(ARGUMENTS) or {})]


def models_by_role(specs: Sequence[str]) -> dict[str, list[str]]:
    """The names of each role's models.

    >>> models_by_role(["grader=a/b, c/d", "seeker={model: e/f, temperature: 0}"])
    {'grader': ['a/b', 'c/d'], 'seeker': ['e/f']}

    Raises:
        MintError: If a role is not in form.
    """
    return {
        role: [_settings(model)["model"] for model in models]
        for role, models in map(_parsed, specs)
    }


def shaping_roles(specs: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What of the roles shapes a result, however it is written.

    Without addresses, keys, and how often or how long a model is asked; with what pins weights in
    a folder.

    >>> shaping_roles(["grader={model: a/b, max_retries: 3, top_p: 1}"])
    {'grader': [{'model': 'a/b', 'top_p': 1.0}]}
    >>> shaping_roles(["grader=a/b,c/d"]) == shaping_roles(["grader=[a/b, {model: c/d}]"])
    True

    Raises:
        MintError: If a role is not in form, or weights cannot be read.
    """
    return {
        role: [_shaping(_settings(model)) for model in models]
        for role, models in map(_parsed, specs)
    }


def without_arguments(spec: str) -> str:
    """A role's text as a record may carry it, without addresses, keys and paths of this machine.

    >>> without_arguments("grader={model: a/b, top_p: 0.9, model_args: {api_key: secret}}")
    'grader={model: a/b, top_p: 0.9}'
    >>> without_arguments("grader=a/b,c/d")
    'grader=a/b,c/d'
    """
    role, models = _parsed(spec)
    told = [
        "{" + ", ".join(f"{k}: {v}" for k, v in _public(model).items()) + "}"
        if isinstance(model, dict)
        else plain_name(model)
        for model in models
    ]
    listed = ",".join(told)
    return f"{role}=[{listed}]" if len(told) > 1 and "{" in listed else f"{role}={listed}"


def _parsed(spec: str) -> tuple[str, list[str | dict[str, Any]]]:
    role, equals, text = spec.partition("=")
    shown = f"{role}=…" if ARGUMENTS in text else spec
    fault = MintError(f"model role {shown!r} is not in form; write ROLE=PROVIDER/MODEL")
    try:
        value = parse_yaml(text, role) if text.lstrip()[:1] in {"{", "["} else text.split(",")
    except MintError:
        raise fault from None
    models = [
        model.strip() if isinstance(model, str) else model
        for model in (value if isinstance(value, list) else [value])
    ]
    names = [model.get("model") if isinstance(model, dict) else model for model in models]
    in_form = all(name == EMBEDDED or (isinstance(name, str) and "/" in name) for name in names)
    arguments = [model.get(ARGUMENTS) for model in models if isinstance(model, dict)]
    in_form = in_form and all(given is None or isinstance(given, dict) for given in arguments)
    if not (role.strip() and equals and models and in_form):
        raise fault
    return role.strip(), models


def _public(model: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in model.items() if name != ARGUMENTS}
    return told | {"model": plain_name(model["model"])}


def _shaping(settings: dict[str, Any]) -> dict[str, Any]:
    from inspect_ai.model import GenerateConfig
    from pydantic import ValidationError

    from mint_bench.inspect_plugin.seekers import TRANSPORT

    options = {k: v for k, v in settings.items() if k not in {"model", ARGUMENTS, *TRANSPORT}}
    with suppress(ValidationError):  # told where the model is opened
        options = GenerateConfig(**options).model_dump(mode="json", exclude_none=True)
    given = {k: v for k, v in (settings.get(ARGUMENTS) or {}).items() if k not in _HOW}
    away = ADDRESS in (settings.get(ARGUMENTS) or {})
    weights = None if away else weights_revision(settings["model"], Reach())
    parts = {"weights": weights, ARGUMENTS: given}
    return {"model": settings["model"], **options} | {k: v for k, v in parts.items() if v}


def _settings(model: str | dict[str, Any]) -> dict[str, Any]:
    return model if isinstance(model, dict) else {"model": model}


def _opened(settings: dict[str, Any], spec: str, reached: Reached, reach: Reach) -> list["Model"]:
    from inspect_ai.model import GenerateConfig, get_model
    from pydantic import ValidationError

    from mint_bench.inspect_plugin.faults import told_by_us

    options = {k: v for k, v in settings.items() if k not in {"model", ARGUMENTS}}
    told = f"model role {without_arguments(spec)}"
    if unknown := set(options) - set(GenerateConfig.model_fields):
        raise MintError(f"{told}: {min(unknown)} is no setting of a model")
    name, arguments = settings["model"], dict(settings.get(ARGUMENTS) or {})
    refuse_secrets(str(arguments.get(ADDRESS) or ""), f"{told}: {ADDRESS}")
    engines = (engine_for(name),) if ADDRESS in arguments else reached.of(name, reach)
    try:
        with told_by_us():
            return [
                get_model(  # inspect-evals-lint: ignore[get_model_location] -- the runner's own
                    engine.model,
                    config=GenerateConfig(**({"max_connections": engine.at_once} | options)),
                    memoize=False,
                    **(engine.arguments | arguments),
                )
                for engine in engines
            ]
    except (ValidationError, ValueError, TypeError, ImportError, OSError) as error:
        reason = on_one_line(error, 200)
        raise MintError(f"{told}: {reason}") from None
