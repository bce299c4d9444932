"""The models that measure, as the command line names them: `grader=PROVIDER/MODEL[,…]`.

Inspect's own spelling, settings included: `grader={model: PROVIDER/MODEL, max_retries: 3}`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mint_bench.errors import MintError

if TYPE_CHECKING:
    from inspect_ai.model import Model

ARGUMENTS = "model_args"
"""Settings of how a model is reached (address, key); they stay out of records."""


def role_models(specs: Sequence[str], needed: Sequence[str]) -> dict[str, list["Model"]]:
    """Each role's models, opened.

    Args:
        specs: As the command line gives them.
        needed: Roles that must be among them.

    Raises:
        MintError: If a role is named twice, is not in form, is missing, or has a model that
            cannot be had.
    """
    from mint_bench.inspect_plugin.roles import missing

    roles: dict[str, list[Model]] = {}
    for spec in specs:
        role, models = _parsed(spec)
        if role in roles:
            raise MintError(f"the role {role} is given twice; write {role}=MODEL,MODEL for a panel")
        roles[role] = [
            _opened(model if isinstance(model, dict) else {"model": model}, spec)
            for model in models
        ]
    for role in needed:
        if role not in roles:
            raise missing(role)
    return roles


def without_arguments(spec: str) -> str:
    """A role's text as a record may carry it, without addresses and keys.

    >>> without_arguments("grader={model: a/b, top_p: 0.9, model_args: {api_key: secret}}")
    'grader={model: a/b, top_p: 0.9}'
    >>> without_arguments("grader=a/b,c/d")
    'grader=a/b,c/d'
    """
    role, models = _parsed(spec)
    told = [
        "{" + ", ".join(f"{k}: {v}" for k, v in model.items() if k != ARGUMENTS) + "}"
        if isinstance(model, dict)
        else model
        for model in models
    ]
    listed = ",".join(told)
    return f"{role}=[{listed}]" if len(told) > 1 and "{" in listed else f"{role}={listed}"


def _parsed(spec: str) -> tuple[str, list[str | dict[str, Any]]]:
    import yaml

    role, equals, text = spec.partition("=")
    fault = MintError(f"model role {spec!r} is not in form; write ROLE=PROVIDER/MODEL")
    try:
        value = yaml.safe_load(text) if text.lstrip()[:1] in {"{", "["} else text.split(",")
    except yaml.YAMLError:
        raise fault from None
    models = [
        model.strip() if isinstance(model, str) else model
        for model in (value if isinstance(value, list) else [value])
    ]
    in_form = all(
        (isinstance(model, str) and "/" in model)
        or (isinstance(model, dict) and "/" in str(model.get("model")))
        for model in models
    )
    if not (role.strip() and equals and models and in_form):
        raise fault
    return role.strip(), models


def _opened(settings: dict[str, Any], spec: str) -> "Model":
    from inspect_ai.model import GenerateConfig, get_model
    from pydantic import ValidationError

    options = {k: v for k, v in settings.items() if k not in {"model", ARGUMENTS}}
    told = f"model role {without_arguments(spec)}"
    if unknown := set(options) - set(GenerateConfig.model_fields):
        raise MintError(f"{told}: {min(unknown)} is no setting of a model")
    try:
        return (
            get_model(  # inspect-evals-lint: ignore[get_model_location] -- the runner's own model
                settings["model"],
                config=GenerateConfig(**options),
                memoize=False,
                **(settings.get(ARGUMENTS) or {}),
            )
        )
    except (ValidationError, ValueError, TypeError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MintError(f"{told}: {reason}") from None
