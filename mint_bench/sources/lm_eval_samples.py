"""Reads one line of a sample file that lm-eval writes with `--log_samples` (0.4.13 and near it).

What the model was asked becomes the history, its response the last supporter turn.
"""

import json
import re
from typing import Any

from mint_bench.conversation import Message, Speaker
from mint_bench.errors import MintError
from mint_bench.sources.chat import OPENAI, SHAREGPT, chat_messages

_MESSAGE_IN_TEMPLATE = (
    re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>", re.DOTALL),  # ChatML
    re.compile(r"<\|start_header_id\|>(\w+)<\|end_header_id\|>\n\n(.*?)<\|eot_id\|>", re.DOTALL),
)
_TEMPLATE_MARK = re.compile(r"<\|\w+\|>|<start_of_turn>|\[INST\]")


def is_sample(item: dict[str, Any]) -> bool:
    """Whether a JSON object is a line of an lm-eval sample file."""
    return {"doc", "arguments", "doc_id"} <= item.keys() and bool(
        {"resps", "filtered_resps"} & item.keys()
    )


def sample_id(item: dict[str, Any]) -> object:
    """The document's own id where it has one, else its number."""
    doc = item["doc"]
    own = doc.get("id") if isinstance(doc, dict) else None
    return item["doc_id"] if own is None else own


def sample_messages(item: dict[str, Any], where: str) -> tuple[Message, ...]:
    """History and response of a sample.

    The history is the document's chat if that ends with the seeker, else the chat that the model
    was sent (a few-shot example would be part of the latter), else the plain prompt as the
    seeker's one message.

    Raises:
        MintError: If there is no such history, or not exactly one response in text.
    """
    return (*_history(item, where), Message(Speaker.SUPPORTER, _response(item, where)))


def _history(item: dict[str, Any], where: str) -> tuple[Message, ...]:
    doc = item["doc"] if isinstance(item["doc"], dict) else {}
    for name, dialect in (("messages", OPENAI), ("conversations", SHAREGPT)):
        if name in doc:
            messages = chat_messages(doc[name], dialect, f"{where}: doc.{name}")
            if messages and messages[-1].speaker is Speaker.SEEKER:
                return messages
    prompt = _prompt(item, where)
    chat = _chat(prompt)
    if chat is not None:
        messages = chat_messages(chat, OPENAI, f"{where}: arguments")
        if messages and messages[-1].speaker is Speaker.SEEKER:
            return messages
        raise MintError(f"{where}: what the model was sent does not end with the user's message")
    if "messages" in doc or "conversations" in doc or _TEMPLATE_MARK.search(prompt):
        raise MintError(
            f"{where}: cannot tell which messages the response answers; give each document "
            "'messages' that end with the user's last one"
        )
    if not prompt.strip():
        raise MintError(f"{where}: the prompt in arguments is empty")
    return (Message(Speaker.SEEKER, prompt.strip()),)


def _prompt(item: dict[str, Any], where: str) -> str:
    """The first argument of the first request, which lm-eval writes in one of three shapes."""
    value = item["arguments"]
    for key in ("gen_args_0", "arg_0"):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and value:
            value = value[0]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        value = value[0]  # a chat on its way to an API, wrapped in a tuple of one
    if isinstance(value, list):
        value = json.dumps(value)
    if not isinstance(value, str):
        raise MintError(f"{where}: field 'arguments' holds no prompt")
    return value


def _chat(prompt: str) -> list[Any] | None:
    """The messages in a prompt: a JSON list, or a chat template that marks them; else None."""
    try:
        value = json.loads(prompt)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return value
    for pattern in _MESSAGE_IN_TEMPLATE:
        found = pattern.findall(prompt)
        if found:
            return [{"role": role, "content": text} for role, text in found]
    return None


def _response(item: dict[str, Any], where: str) -> str:
    """The one response, which must say something."""
    value = sample_response(item, where)
    if not value:
        raise MintError(f"{where}: the response is empty; remove the line or run it again")
    return value


def sample_response(item: dict[str, Any], where: str) -> str:
    """The one response, possibly empty: what the task's filter left of it, else as it came.

    Raises:
        MintError: If there is not exactly one response in text.
    """
    value = item.get("filtered_resps") or item.get("resps")
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list) and len(value) > 1 and all(isinstance(v, str) for v in value):
        raise MintError(f"{where}: {len(value)} responses to one document; run with repeats: 1")
    if not isinstance(value, str):
        raise MintError(f"{where}: no response in text; only generate_until tasks hold replies")
    return value.strip()
