"""Reads users' transcripts: JSON Lines or one JSON array, native, ShareGPT or lm-eval samples.

Every fault is one line that names file and line. Also reads what ships as `starter`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.files import json_values, read_json_lines, read_text
from mint_bench.sources.chat import OPENAI, SHAREGPT, chat_messages
from mint_bench.sources.lm_eval_samples import is_sample, sample_id, sample_messages

_SPACE = re.compile(r"[\s,]*")
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class _Item:
    """One conversation as it stands in the file."""

    where: str
    default_id: str
    value: Any


def read_transcripts(path: Path) -> tuple[Conversation, ...]:
    """The conversations of a file, in its order.

    A conversation without an id is called `line-N` after its line (`item-N` in a JSON array).
    Of an lm-eval file with several filters, which repeats each response, the first filter counts.

    Raises:
        MintError: At the first fault: no such file, a line that is no JSON or of no known form,
            an unknown role, an empty text, no seeker or no supporter turn that answers one, an id
            that was there before, no conversation at all.
    """
    seen: dict[str, str] = {}
    first_filter: object = None
    found: list[Conversation] = []
    for item in _items(path):
        if isinstance(item.value, dict) and is_sample(item.value):
            first_filter = first_filter or item.value.get("filter")
            if item.value.get("filter") != first_filter:
                continue
        conversation = _conversation(item)
        if conversation.id in seen:
            raise MintError(
                f"{item.where}: id {conversation.id[:60]!r} is already at {seen[conversation.id]}; "
                "ids must be unique"
            )
        seen[conversation.id] = item.where
        found.append(conversation)
    if not found:
        raise MintError(f"{path}: holds no conversation")
    return tuple(found)


def parse_conversation(value: object, where: str, default_id: str) -> Conversation:
    """One decoded line as a conversation; for callers that read files in a way of their own.

    Args:
        value: The line's JSON.
        where: Named in every fault.
        default_id: The conversation's id if it has none of its own.

    Raises:
        MintError: If it is of no known form, or a sample of lm-eval, whose files repeat responses.
    """
    if isinstance(value, dict) and "messages" not in value and is_sample(value):
        raise MintError(f"{where}: a sample of lm-eval; score its file by itself, without --to")
    return _conversation(_Item(where, default_id, value))


def _conversation(item: _Item) -> Conversation:
    value, where = item.value, item.where
    if not isinstance(value, dict):
        raise MintError(f"{where}: expected an object with 'messages', found a {_kind(value)}")
    own_id, messages = _messages(value, where)
    identity = item.default_id if own_id is None else own_id
    if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
        raise MintError(f"{where}: field 'id' is no text; give a text, a whole number or nothing")
    if not str(identity).isprintable():
        raise MintError(f"{where}: field 'id' holds characters that cannot be printed")
    language, metadata = value.get("language", "en"), value.get("metadata", {})
    if not isinstance(language, str) or not language:
        raise MintError(f"{where}: field 'language' is no text, such as \"en\"")
    if not isinstance(metadata, dict):
        raise MintError(f"{where}: field 'metadata' is no object")
    conversation = Conversation(str(identity), merge_messages(messages), language, metadata)
    if not any(message.speaker is Speaker.SEEKER for message in messages):
        raise MintError(f"{where}: empty conversation: the user (seeker) says nothing")
    if not conversation.scored_turns:
        raise MintError(f"{where}: empty conversation: no assistant turn answers the user")
    return conversation


def _messages(value: dict[str, Any], where: str) -> tuple[object, tuple[Message, ...]]:
    """A conversation's own id, if it has one, and its messages, whichever form it has."""
    if "messages" in value:
        return value.get("id"), chat_messages(value["messages"], OPENAI, where)
    if "conversations" in value:
        return value.get("id"), chat_messages(value["conversations"], SHAREGPT, where)
    if is_sample(value):
        return sample_id(value), sample_messages(value, where)
    raise MintError(
        f"{where}: no conversation; expected 'messages', 'conversations' (ShareGPT) or an lm-eval "
        "sample"
    )


def _items(path: Path) -> Iterator[_Item]:
    """Each conversation with its place; a file that opens with a bracket is a JSON array."""
    if not _opens_with_bracket(path):
        for number, value in read_json_lines(path):
            yield _Item(f"{path}:{number}", f"line-{number}", value)
        return
    text = read_text(path)
    at, line, counted, count = text.index("[") + 1, 1, 0, 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        line, counted = line + text.count("\n", counted, at), at
        if text[at : at + 1] == "]" and not text[at + 1 :].strip():
            return
        value, at = json_values(text, at, f"{path}:{line}")
        count += 1
        yield _Item(f"{path}:{line}", f"item-{count}", value)


def _opens_with_bracket(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as handle:
            while chunk := handle.read(_CHUNK):
                if chunk.strip():
                    return chunk.lstrip().startswith("[")
    except OSError:
        pass  # the reader that comes next says it better
    return False


def _kind(value: object) -> str:
    names = {list: "list", str: "text", type(None): "null", bool: "true or false"}
    return names.get(type(value), "number")
