"""Keys out of what a provider answers in anger, before Inspect logs and prints it.

Servers echo the key that they refuse. Kind and status of the error stay, as retries depend on them.
"""

from typing import Any

from inspect_ai.model import Model, ModelAPI, ModelOutput

from mint_bench.secrecy import without_secrets

_GUARDED = "_mint_bench_guarded"
_TEXTS = ("message", "body")
"""Attributes of providers' errors that repeat what the server said."""


def guarded(model: Model) -> Model:
    """The same model, whose errors hold no secret from now on."""
    api = model.api
    if getattr(api, _GUARDED, False):
        return model
    inner = api.generate

    async def generate(*asked: Any, **options: Any) -> Any:  # noqa: ANN401 - as Inspect calls it
        try:
            answer = await inner(*asked, **options)
        except Exception as error:
            clean(error, api.api_key)
            raise
        first, call = answer if isinstance(answer, tuple) else (answer, None)
        if call is not None and (call.error or isinstance(first, Exception)):
            call.response = _cleaned(call.response, (api.api_key,))
        if isinstance(first, Exception):
            clean(first, api.api_key)
        elif isinstance(first, ModelOutput) and first.error:
            first.error = without_secrets(first.error, api.api_key)
        return answer

    _set(api, "generate", generate)
    _set(api, name=_GUARDED, value=True)
    return model


def clean(error: BaseException, *known: str | None) -> None:
    """Take the secrets out of an error and of those that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.args = tuple(_cleaned(part, known) for part in one.args)
        for name in _TEXTS:
            if hasattr(one, name):
                _set(one, name, _cleaned(getattr(one, name), known))
        waiting += [one.__cause__, one.__context__]


def _cleaned(value: Any, known: tuple[str | None, ...]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return without_secrets(value, *known)
    if isinstance(value, dict):
        return {key: _cleaned(part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part, known) for part in value]
    return value


def _set(thing: ModelAPI | BaseException, name: str, value: object) -> None:
    try:
        setattr(thing, name, value)
    except AttributeError:  # a property: it repeats what `args` holds
        return
