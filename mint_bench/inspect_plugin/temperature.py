"""Whether a model is sent the temperature that it is to be asked at.

Inspect leaves it out, with no more than a warning, where a provider's API refuses it: such a model
samples at a temperature of the provider's own. Sends nothing; what is sent, its tests look at.
"""

from importlib import metadata
from typing import Any

from inspect_ai.model import GenerateConfig, Model

from mint_bench.errors import MintError

TOLD_BY = "0.3.285"
"""The lowest version of Inspect that is supported; it has all that is looked up here."""


def takes_temperature(model: Model) -> bool:
    """Whether a request to this model says a temperature, where one is asked for.

    Args:
        model: With its own settings: some models take a temperature unless they reason.

    Raises:
        MintError: If this version of Inspect does not tell.
    """
    try:
        return _takes(model)
    except _NotToldError as error:
        raise MintError(
            f"Inspect {metadata.version('inspect-ai')} does not tell whether {model.name} takes a "
            f"temperature ({error}): install inspect-ai=={TOLD_BY}"
        ) from None


class _NotToldError(Exception):
    """This version of Inspect lacks what is asked for; a fault in its answer is none of these."""


def _takes(model: Model) -> bool:
    api: Any = model.api
    if type(api).__name__ == "SpreadModel":
        api = api.first
    config = model.config.merge(GenerateConfig(temperature=0))
    kinds = {kind.__name__ for kind in type(api).__mro__}
    if "AnthropicAPI" in kinds:
        return False
    if "BedrockAPI" in kinds:
        reasons = _of_inspect(api, "is_claude")() and _of_inspect(api, "is_using_thinking")(config)
        return not (reasons or _of_inspect(api, "is_claude_4_7_or_later")())
    own = "OpenAIAPI" in kinds
    if not own and "OpenAICompatibleAPI" not in kinds:
        return True
    if _of_inspect(api, "uses_responses_api")([], config):
        return not _reasons(api if own else _of_inspect(api, "responses_model_info")(), config)
    if own:
        return not (_of_inspect(api, "is_o_series")() or _of_inspect(api, "is_gpt_5")())
    return "temperature" in _of_inspect(api, "completion_params")(config, tools=False)


def _reasons(known: Any, config: GenerateConfig) -> bool:  # noqa: ANN401 - private to Inspect
    """Whether one of OpenAI's models reasons, by what Inspect knows of it, as Inspect asks that."""
    effort = config.reasoning_effort
    asked = _of_inspect(known, "reasons_by_default")() if effort is None else effort != "none"
    may = _of_inspect(known, "is_gpt_5_plus")() and (
        asked or _of_inspect(config, "reasoning_mode") == "pro"
    )
    return bool(_of_inspect(known, "always_reasons")() or may)


def _of_inspect(owner: Any, name: str) -> Any:  # noqa: ANN401 - private to Inspect
    """An attribute that a version of Inspect may lack; calling it is the caller's."""
    try:
        return getattr(owner, name)
    except AttributeError as error:
        raise _NotToldError(str(error)) from None
