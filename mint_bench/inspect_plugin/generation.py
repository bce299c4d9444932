"""Between our chat lines and Inspect's messages: what is sent, and what a reply is made of."""

from collections.abc import Sequence
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentReasoning,
    Model,
    ModelOutput,
)

from mint_bench.conversation import Reply
from mint_bench.replay.chat import ChatLine
from mint_bench.tactics.sentences import visible_text

CUT_OFF = frozenset({"max_tokens", "model_length"})
_MESSAGES = {"user": ChatMessageUser, "assistant": ChatMessageAssistant}


def to_messages(lines: Sequence[ChatLine]) -> list[ChatMessage]:
    """Chat lines as Inspect's messages."""
    return [
        ChatMessageSystem(content=line.text)
        if line.role == "system"
        else _MESSAGES[line.role](content=line.text)
        for line in lines
    ]


async def ask(model: Model, lines: Sequence[ChatLine]) -> tuple[Reply, ModelOutput]:
    """Ask a model for one supporter turn.

    Returns:
        The reply and Inspect's output. A model that gives nothing a seeker could see comes back
        with the reason as `failure`. Exceptions (no connection, no quota) are passed on: Inspect
        repeats the sample, and nothing is scored.
    """
    output = await model.generate(to_messages(lines))
    return to_reply(output, _tokenizer(model)), output


def to_reply(output: ModelOutput, tokenizer: Any = None) -> Reply:  # noqa: ANN401 - untyped library
    """What a seeker would see of a model's output, with its tokens counted apart from reasoning.

    Args:
        output: As Inspect returns it.
        tokenizer: A Hugging Face tokenizer, for the one provider that reports the padded length
            of the whole batch as the tokens of each reply, and never that a reply was cut off.
    """
    if output.empty:
        return Reply("", failure="the model returned nothing")
    raw = output.message.text
    visible = visible_text(raw)
    tokens, reasoning = _count(output, raw, visible)
    cut_off = output.stop_reason in CUT_OFF
    if tokenizer is not None:
        tokens, whole = (_length(tokenizer, text) for text in (visible, raw))
        reasoning = whole - tokens if raw.strip() != visible else None
        cut_off = output.usage is not None and whole >= output.usage.output_tokens
    failure = None if visible else _why_nothing(output, raw, cut_off=cut_off)
    return Reply(visible, tokens, reasoning, cut_off, failure)


def _count(output: ModelOutput, raw: str, visible: str) -> tuple[int | None, int | None]:
    """Tokens of the visible reply and of its reasoning, None where the provider does not say."""
    if output.usage is None:
        return None, None
    total, reasoning = output.usage.output_tokens, output.usage.reasoning_tokens
    if reasoning is None:
        hidden = raw.strip() != visible or _reasoned(output)
        return (None if hidden else total), None
    return (total - reasoning if reasoning <= total else total), reasoning


def _reasoned(output: ModelOutput) -> bool:
    content = output.message.content
    return not isinstance(content, str) and any(isinstance(c, ContentReasoning) for c in content)


def _why_nothing(output: ModelOutput, raw: str, *, cut_off: bool) -> str:
    if output.error:
        return f"the model returned nothing: {' '.join(output.error.split())[:200]}"
    if output.stop_reason == "content_filter":
        return "the model's provider withheld the reply (content filter)"
    if _reasoned(output) or "think" in raw:
        return (
            "the token limit was reached within the reasoning"
            if cut_off
            else "the reply holds reasoning only"
        )
    if raw.strip():
        return "nothing visible in the reply"
    return "the model returned nothing"


def _tokenizer(model: Model) -> Any:  # noqa: ANN401 - untyped library
    is_local = type(model.api).__name__ == "HuggingFaceAPI"
    return getattr(model.api, "tokenizer", None) if is_local else None


def _length(tokenizer: Any, text: str) -> int:  # noqa: ANN401 - untyped library
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])
