"""One question to one model, and what came of it: an answer in form, or the reason why not.

No prompt and no scale stands here. A call that failed after Inspect's own retries is a reason too:
the run goes on and nothing is scored. A model that nobody can ask (its key is refused, its server
is away) is none: that fails the conversation, which the same command then holds again.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from inspect_ai._util.error import (  # inspect-evals-lint: ignore[IECQ001] -- has no public name
    PrerequisiteError,
)
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    ResponseSchema,
)
from inspect_ai.util import JSONSchema, LimitExceededError

from mint_bench.inspect_plugin.failures import last_error
from mint_bench.inspect_plugin.generation import CUT_OFF, generate, too_long
from mint_bench.judging.parsing import NoAnswer
from mint_bench.sentences import visible_text

T = TypeVar("T")
REASON = "reason"


async def ask_in_form(
    model: Model,
    system: str,
    user: str,
    schema: ResponseSchema | None,
    parse: Callable[[str], T | NoAnswer],
) -> T | NoAnswer:
    """Ask at temperature 0 and read the visible answer.

    Args:
        model: Whom to ask.
        system: The system message.
        user: The user's message.
        schema: The form of the answer, for providers that can hold a model to it.
        parse: Reads the answer.

    Raises:
        PrerequisiteError: If the model refuses its key or cannot be reached.
    """
    messages: list[ChatMessage] = [ChatMessageSystem(content=system), ChatMessageUser(content=user)]
    config = GenerateConfig(temperature=0, response_schema=schema)
    try:
        output = await generate(model, messages, config)
    except (LimitExceededError, PrerequisiteError):
        raise
    except Exception as error:  # noqa: BLE001 - each provider fails in its own way
        return NoAnswer(_told(error))
    return _read(output, parse)


def object_schema(
    name: str, properties: dict[str, JSONSchema], *, reason: bool = False
) -> ResponseSchema:
    """A JSON object of exactly these properties, a written reason before them if asked for."""
    before = {REASON: JSONSchema(type="string")} if reason else {}
    whole = {**before, **properties}
    return ResponseSchema(
        name=name,
        json_schema=JSONSchema(
            type="object", properties=whole, required=list(whole), additionalProperties=False
        ),
        strict=True,
    )


def whole_numbers(lowest: int, highest: int) -> JSONSchema:
    """One of the whole numbers of a scale."""
    return JSONSchema(type="integer", enum=list(range(lowest, highest + 1)))


def some_of(names: Sequence[str]) -> JSONSchema:
    """A list of some of these names."""
    return JSONSchema(type="array", items=JSONSchema(type="string", enum=list(names)))


def _read(output: ModelOutput, parse: Callable[[str], T | NoAnswer]) -> T | NoAnswer:
    if output.empty:
        return NoAnswer("an empty answer")
    if output.stop_reason == "content_filter":
        return NoAnswer("the provider withheld the answer (content filter)")
    if too_long(output):
        return NoAnswer("the prompt is longer than the model's context")
    if output.stop_reason in CUT_OFF:
        return NoAnswer("the answer reached the token limit")
    return parse(visible_text(output.completion))


def _told(error: Exception) -> str:
    """What kind of failure it was; never its message, which may quote the request."""
    last = last_error(error)
    status = getattr(last, "status_code", None)
    kind = type(last).__name__
    return f"the call failed ({kind}{f', status {status}' if isinstance(status, int) else ''})"
