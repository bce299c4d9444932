"""Whether a model is sent the temperature that it is to be asked at.

Inspect leaves it out, with no more than a warning, where a provider's API refuses it: such a model
samples at a temperature of the provider's own. Sends nothing; what is sent, its tests look at.
"""

from importlib import metadata
from typing import Any

from inspect_ai.model import GenerateConfig, Model

from mint_bench.errors import MintError


def takes_temperature(model: Model) -> bool:
    """Whether a request to this model says a temperature, where one is asked for.

    Args:
        model: With its own settings: some models take a temperature unless they reason.

    Raises:
        MintError: If this version of Inspect does not tell.
    """
    try:
        return _takes(model)
    except AttributeError as error:
        raise MintError(
            f"Inspect {metadata.version('inspect-ai')} does not tell whether {model.name} takes a "
            f"temperature ({error}): install inspect-ai==0.3.285"
        ) from None


def _takes(model: Model) -> bool:
    api: Any = model.api
    if type(api).__name__ == "SpreadModel":
        api = api.first
    config = model.config.merge(GenerateConfig(temperature=0))
    kinds = {kind.__name__ for kind in type(api).__mro__}
    if "AnthropicAPI" in kinds:
        return False
    if "BedrockAPI" in kinds:
        reasons = api.is_claude() and api.is_using_thinking(config)
        return not (reasons or api.is_claude_4_7_or_later())
    own = "OpenAIAPI" in kinds
    if not own and "OpenAICompatibleAPI" not in kinds:
        return True
    if api.uses_responses_api([], config):
        return not _reasons(api if own else api.responses_model_info(), config)
    if own:
        return not (api.is_o_series() or api.is_gpt_5())
    return "temperature" in api.completion_params(config, tools=False)


def _reasons(known: Any, config: GenerateConfig) -> bool:  # noqa: ANN401 - private to Inspect
    """Whether one of OpenAI's models reasons, by what Inspect knows of it, as Inspect asks that."""
    effort = config.reasoning_effort
    asked = known.reasons_by_default() if effort is None else effort != "none"
    may = known.is_gpt_5_plus() and (asked or config.reasoning_mode == "pro")
    return bool(known.always_reasons() or may)
