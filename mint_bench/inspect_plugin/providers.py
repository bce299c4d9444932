"""The trivial systems as models of Inspect: `--model mint/silence` and the like.

They need no weights, no key and no network, and count whitespace words as tokens.
"""

import anyio
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.replay.chat import ChatLine
from mint_bench.replay.trivial import TRIVIAL, trivial_reply

PROVIDER = "mint"


@modelapi(name=PROVIDER)
class TrivialModel(ModelAPI):
    """A system that follows one rule; see `mint_bench.replay.trivial`.

    Args:
        model_name: One of `TRIVIAL`.
        base_url: Not used.
        api_key: Not used.
        config: Not used: nothing is sampled.
        latency: Seconds that each reply takes, for trying out interrupted runs.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        latency: float = 0.0,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config or GenerateConfig())
        if model_name not in TRIVIAL:
            with told_by_inspect():
                known = ", ".join(f"{PROVIDER}/{name}" for name in TRIVIAL)
                raise MintError(f"{PROVIDER}/{model_name} is not known; there are {known}")
        self._latency = float(latency)

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name
        tools: list[ToolInfo],  # noqa: ARG002
        tool_choice: ToolChoice,  # noqa: ARG002
        config: GenerateConfig,  # noqa: ARG002
    ) -> ModelOutput:
        """Answer the last message."""
        await anyio.sleep(self._latency)
        text = trivial_reply(self.model_name, [_line(message) for message in input])
        output = ModelOutput.from_content(f"{PROVIDER}/{self.model_name}", text)
        sent = sum(len(message.text.split()) for message in input)
        output.usage = ModelUsage(
            input_tokens=sent,
            output_tokens=len(text.split()),
            total_tokens=sent + len(text.split()),
        )
        return output

    def max_connections(self) -> int:
        """Nothing is shared, so many conversations may go on at once."""
        return 100


def _line(message: ChatMessage) -> ChatLine:
    match message.role:
        case "system":
            return ChatLine("system", message.text)
        case "assistant":
            return ChatLine("assistant", message.text)
        case _:
            return ChatLine("user", message.text)
