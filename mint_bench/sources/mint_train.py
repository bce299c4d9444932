"""Reads the 322 conversations that the method's paper trained on (WildChat and SENSE-7).

Who answered (`model`) and where a conversation comes from (`source`) stay as metadata.
"""

from pathlib import Path

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.files import read_json


def read_mint_train(path: Path) -> tuple[Conversation, ...]:
    """The conversations, in the order of the file.

    Some seekers sent an empty message (14 of 1,719). It stays a turn, as it was one, and the
    supporter's answer to it is scored like any other.

    Raises:
        MintError: If a field is missing.
    """
    try:
        return tuple(_conversation(item) for item in read_json(path))
    except (KeyError, TypeError, ValueError) as error:
        raise MintError(
            f"{path}: not the published training conversations ({type(error).__name__}: {error})"
        ) from None


def _conversation(item: dict[str, object]) -> Conversation:
    said = item["conversation"]
    if not isinstance(said, list):
        raise TypeError("conversation is no list")
    messages = [Message(Speaker(message["role"]), message["content"].strip()) for message in said]
    return Conversation(
        str(item["conversation_id"]),
        merge_messages(messages),
        metadata={"source": item["source"], "model": item["model"]},
    )
