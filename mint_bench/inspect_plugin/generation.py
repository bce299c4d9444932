"""Between our chat lines and Inspect's messages: what is sent, and what a reply is made of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentReasoning,
    GenerateConfig,
    Model,
    ModelOutput,
)
from inspect_ai.model._generate_config import (  # inspect-evals-lint: ignore[IECQ001] -- private
    active_generate_config,
)

from mint_bench.conversation import Reply
from mint_bench.inspect_plugin.failures import texts_of, told_words
from mint_bench.inspect_plugin.roles import told_of_role
from mint_bench.inspect_plugin.secrecy import guarded
from mint_bench.reasoning import holds_reasoning, opens_reasoning
from mint_bench.replay.chat import ChatLine, without_system
from mint_bench.sentences import visible_text

CUT_OFF = frozenset({"max_tokens", "model_length"})
_NO_SYSTEM = ("system role", "roles must alternate")
"""What chat templates say that know no system message."""
_TOO_LONG = ("context length", "context size", "context window", "maximum model length",
             "context_length_exceeded", "max_tokens must be at least 1")  # fmt: skip
"""What servers say of a request that is longer than the model's context."""
WITHIN_REASONING = "the token limit was reached within the reasoning"
_MESSAGES = {"user": ChatMessageUser, "assistant": ChatMessageAssistant}


Truncate = Literal["oldest"]
"""What may be left out of a conversation that is too long: its oldest turns, or nothing."""
OLDEST: Truncate = "oldest"


def to_messages(lines: Sequence[ChatLine]) -> list[ChatMessage]:
    """Chat lines as Inspect's messages."""
    return [
        ChatMessageSystem(content=line.text)
        if line.role == "system"
        else _MESSAGES[line.role](content=line.text)
        for line in lines
    ]


async def ask(
    model: Model,
    lines: Sequence[ChatLine],
    config: GenerateConfig | None = None,
    truncate: Truncate | None = None,
) -> tuple[Reply, ModelOutput]:
    """Ask a model for one turn.

    Args:
        model: Whom to ask.
        lines: What it sees.
        config: Settings over the model's own.
        truncate: `oldest` leaves out the oldest turns, one of the seeker and what was said to it at
            a time, until the model takes the rest; the reply says how many turns.

    Returns:
        The reply and Inspect's output. A model that gives nothing a seeker could see comes back
        with the reason as `failure`. Exceptions (no connection, no quota) are passed on: Inspect
        repeats the sample, and nothing is scored.
    """
    messages = whole = to_messages(lines)
    output = await generate(model, messages, config or GenerateConfig())
    while truncate == OLDEST and too_long(output) and (rest := without_oldest(messages)):
        messages = rest
        output = await generate(model, messages, config or GenerateConfig())
    told = output.stop_reason in CUT_OFF or _tokenizer(model) is not None
    within = told and _plain(output) and await _opens_reasoning(model, config)
    reply = to_reply(output, _tokenizer(model), messages, within_reasoning=within)
    reply = replace(reply, left_out=len(whole) - len(messages))
    if reply.text and reply.tokens is None and output.usage is not None:
        reply = await _counted(model, reply, output.usage.output_tokens)
    return reply, output


def _plain(output: ModelOutput) -> bool:
    """Whether a model wrote something that no mark says to be reasoning."""
    text = output.message.text if not output.empty else ""
    said = bool(text.strip()) and not _refused(output)
    return said and not (_reasoned(output) or holds_reasoning(text))


async def _opens_reasoning(model: Model, config: GenerateConfig | None) -> bool:
    """Whether the model's chat template opens reasoning before each reply, where that can be known.

    DeepSeek-R1's and its like do; a reply that is cut off then bears no mark of it.
    """
    api: Any = model.api
    if _tokenizer(model) is not None:
        return opens_reasoning(api.hf_chat([ChatMessageUser(content="a")], []))
    prompt_of = getattr(api, "prompt_of", None)  # of a `SpreadModel`, a class that Inspect wraps
    if prompt_of is None:
        return False
    settings = active_generate_config().merge(model.config).merge(config or GenerateConfig())
    template = (settings.extra_body or {}).get("chat_template_kwargs") or {}
    try:
        return opens_reasoning(await prompt_of([{"role": "user", "content": "a"}], template))
    except Exception:  # noqa: BLE001 - what a server cannot say leaves the reply as it is
        return False


async def generate(
    model: Model, messages: list[ChatMessage], config: GenerateConfig
) -> ModelOutput:
    """Ask a model; one whose chat template has no system role gets that text in the first turn.

    What is too long for it comes back as Inspect's providers mostly say it themselves.

    Raises:
        PrerequisiteError: If a role's model refuses its key or cannot be reached.
    """
    guarded(model)
    with told_of_role(model):
        return await _answered(model, messages, config)


async def _answered(
    model: Model, messages: list[ChatMessage], config: GenerateConfig
) -> ModelOutput:
    try:
        return await _within_context(model, messages, config)
    except Exception as error:
        if _says(error, _TOO_LONG):
            told = str(error)[:500]
            return ModelOutput.from_content(str(model), told, stop_reason="model_length")
        if not (messages and messages[0].role == "system" and _says(error, _NO_SYSTEM)):
            raise
    return await _within_context(model, _without_system(messages), config)


async def _within_context(
    model: Model, messages: list[ChatMessage], config: GenerateConfig
) -> ModelOutput:
    """Ask a model, unless it would run on past its context: transformers do so without a word."""
    tokenizer = _tokenizer(model)
    if tokenizer is not None:
        settings = active_generate_config().merge(model.config).merge(config)
        api: Any = model.api
        most = getattr(api.model.config, "max_position_embeddings", None)
        prompt = _length(tokenizer, api.hf_chat(messages, []))
        if isinstance(most, int) and prompt + (settings.max_tokens or 1) > most:
            told = f"{prompt} tokens and the reply do not fit into {most}"
            return ModelOutput.from_content(str(model), told, stop_reason="model_length")
    return await model.generate(messages, config=config)


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The same messages with the system message at the head of what the user says first."""
    system, *rest = messages
    first = [ChatLine("user", one.text) for one in rest[:1] if one.role == "user"]
    lines = without_system([ChatLine("system", system.text), *first])
    return [*to_messages(lines), *rest[len(first) :]]


def without_oldest(messages: Sequence[ChatMessage]) -> list[ChatMessage] | None:
    """The messages without their oldest turn and what follows it up to the seeker's next.

    None where only the seeker's last turn is left: without it there is nothing to reply to.
    """
    start = 1 if messages and messages[0].role == "system" else 0
    later = [n for n, message in enumerate(messages) if message.role == "user" and n > start]
    return [*messages[:start], *messages[later[0] :]] if later else None


def to_reply(
    output: ModelOutput,
    tokenizer: Any = None,  # noqa: ANN401 - untyped library
    asked: Sequence[ChatMessage] = (),
    *,
    within_reasoning: bool = False,
) -> Reply:
    """What a seeker would see of a model's output, with its tokens counted apart from reasoning.

    Args:
        output: As Inspect returns it.
        tokenizer: A Hugging Face tokenizer, for the one provider that reports the padded length
            of the whole batch as the tokens of each reply, and never that a reply was cut off.
        asked: What the model was asked: no reason why it said nothing repeats that.
        within_reasoning: Whether the prompt opened the reasoning that the output goes on with, and
            the output does not close it: cut off, it is reasoning as a whole.
    """
    if output.empty:
        return Reply("", failure="the model returned nothing")
    if refused := _refused(output):
        return Reply("", failure=refused)
    raw = output.message.text
    cut_off = output.stop_reason in CUT_OFF
    if tokenizer is not None:
        whole = _length(tokenizer, raw)
        cut_off = output.usage is not None and whole >= output.usage.output_tokens
    within_reasoning = within_reasoning and cut_off
    visible = "" if within_reasoning else visible_text(raw)
    tokens, reasoning = _count(output, raw, visible)
    if tokenizer is not None:
        tokens = _length(tokenizer, visible)
        reasoning = whole - tokens if raw.strip() != visible else None
    if within_reasoning:
        return Reply(visible, tokens, reasoning, cut_off, WITHIN_REASONING)
    failure = None if visible else _why_nothing(output, raw, asked, cut_off=cut_off)
    return Reply(visible, tokens, reasoning, cut_off, failure)


def _refused(output: ModelOutput) -> str | None:
    """Why a provider refused the request, where Inspect hands its words on as if they were ours.

    What a model wrote comes with its tokens counted; a refusal has none.
    """
    if too_long(output):
        return "the conversation and the reply are longer than the model's context"
    if output.usage is None and output.stop_reason == "content_filter":
        return "the model's provider withheld the reply (content filter)"
    return None


def too_long(output: ModelOutput) -> bool:
    """Whether the request was refused for its length; a reply cut off there has its tokens."""
    return output.usage is None and output.stop_reason == "model_length"


def _says(error: BaseException | None, phrases: Sequence[str]) -> bool:
    """Whether an error, or what led to it, tells one of these."""
    while error is not None:
        attempt = getattr(error, "last_attempt", None)
        told = str(error).lower()
        if any(phrase in told for phrase in phrases):
            return True
        error = attempt.exception() if attempt is not None else error.__cause__
    return False


async def _counted(model: Model, reply: Reply, whole: int) -> Reply:
    """The reply with its reasoning counted apart, where the model's server counts tokens for us."""
    try:
        tokens = len(await model.api.tokenize(reply.text))
    except Exception:  # noqa: BLE001 - not every server does, and the count is not the result
        return reply
    return replace(reply, tokens=min(tokens, whole), reasoning_tokens=max(0, whole - tokens))


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


def _why_nothing(
    output: ModelOutput, raw: str, asked: Sequence[ChatMessage], *, cut_off: bool
) -> str:
    if output.error:
        why = told_words(" ".join(output.error.split()), texts_of(asked))
        return f"the model returned nothing: {why}" if why else "the model returned an error"
    if output.stop_reason == "content_filter":
        return "the model's provider withheld the reply (content filter)"
    if _reasoned(output) or holds_reasoning(raw):
        return WITHIN_REASONING if cut_off else "the reply holds reasoning only"
    if raw.strip():
        return "nothing visible in the reply"
    return "the model returned nothing"


def _tokenizer(model: Model) -> Any:  # noqa: ANN401 - untyped library
    is_local = type(model.api).__name__ == "HuggingFaceAPI"
    return getattr(model.api, "tokenizer", None) if is_local else None


def _length(tokenizer: Any, text: str) -> int:  # noqa: ANN401 - untyped library
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])
