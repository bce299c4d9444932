"""Turns a list of chat messages into ours: whose role is whose, and what is refused.

Knows two ways to write a message (`role` and `content`, ShareGPT's `from` and `value`), no files.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mint_bench.conversation import Message, Speaker
from mint_bench.errors import MintError


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a message is written.

    Attributes:
        role: The field that says who speaks.
        text: The field that holds what is said.
        speakers: Who each role is; None for one that takes no part in the conversation.
    """

    role: str
    text: str
    speakers: Mapping[str, Speaker | None]


OPENAI = Dialect(
    "role",
    "content",
    {"user": Speaker.SEEKER, "assistant": Speaker.SUPPORTER, "system": None},
)
SHAREGPT = Dialect(
    "from",
    "value",
    {
        "human": Speaker.SEEKER,
        "user": Speaker.SEEKER,
        "gpt": Speaker.SUPPORTER,
        "assistant": Speaker.SUPPORTER,
        "system": None,
    },
)


def chat_messages(raw: object, dialect: Dialect, where: str) -> tuple[Message, ...]:
    """The messages of seeker and supporter; system messages are dropped, edges trimmed.

    >>> said = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello "}]
    >>> [message.text for message in chat_messages(said, OPENAI, "here")]
    ['Hello']

    Raises:
        MintError: If `raw` is no list of messages, a role is unknown or the seeker says nothing;
            the message starts with `where` and counts messages from 1.
    """
    if not isinstance(raw, list):
        raise MintError(f"{where}: the messages are no list")
    found: list[Message] = []
    for number, item in enumerate(raw, 1):
        at = f"{where}: message {number}"
        if not isinstance(item, dict):
            raise MintError(f"{at} is no object with {dialect.role!r} and {dialect.text!r}")
        for name in (dialect.role, dialect.text):
            if not isinstance(item.get(name), str):
                raise MintError(f"{at}: field {name!r} is missing or no text")
        role = item[dialect.role]
        if role not in dialect.speakers:
            known = ", ".join(dialect.speakers)
            raise MintError(f"{at}: unknown role {role[:40]!r}; use one of {known}")
        speaker = dialect.speakers[role]
        if speaker is None:
            continue
        text = item[dialect.text].strip()
        if not text and speaker is Speaker.SEEKER:  # an empty reply stays, unscored
            raise MintError(f"{at}: field {dialect.text!r} is empty; remove the message or fill it")
        found.append(Message(speaker, text))
    return tuple(found)
