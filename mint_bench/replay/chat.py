"""What a system is sent and what it gives back: chat lines, and the async callable that replies.

No model is reached here: a host framework passes its own `Generate`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mint_bench.conversation import Conversation, Reply, Speaker, Turn
from mint_bench.sentences import visible_text

Role = Literal["system", "user", "assistant"]

SILENCE = "…"
"""What stands in the history for a reply that was not given.

Chat templates want user and assistant to alternate and many services refuse an empty message,
so the gap is kept, as what the seeker would have met: silence.
"""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message of what a system sees.

    Attributes:
        role: `user` is the seeker, `assistant` the supporter.
        text: The words, reasoning never among them.
    """

    role: Role
    text: str


Generate = Callable[[Sequence[ChatLine]], Awaitable[Reply]]
"""Writes one supporter turn from what the system sees.

A system that gives nothing comes back as a `Reply` with `failure`; an exception means that the
system could not be reached, and ends the conversation.
"""


def as_line(turn: Turn) -> ChatLine:
    """A turn of a real conversation as the system sees it."""
    return ChatLine("user" if turn.speaker is Speaker.SEEKER else "assistant", turn.text)


def opening(system_prompt: str | None) -> list[ChatLine]:
    """The system prompt as the first line, if there is one."""
    return [ChatLine("system", system_prompt)] if system_prompt else []


def without_system(lines: Sequence[ChatLine]) -> list[ChatLine]:
    r"""The lines for a chat template that knows no system message: its text, said by the user.

    >>> [x.text for x in without_system([ChatLine("system", "Be kind."), ChatLine("user", "Hi.")])]
    ['Be kind.\n\nHi.']
    """
    system, *rest = lines
    if not rest or rest[0].role != "user":
        return [ChatLine("user", system.text), *rest]
    return [ChatLine("user", f"{system.text}\n\n{rest[0].text}"), *rest[1:]]


def reply_line(reply: Reply) -> ChatLine:
    """A system's own reply as it stands in the history that it sees later.

    >>> reply_line(Reply("<think>Sad.</think>I'm sorry.")).text
    "I'm sorry."
    >>> reply_line(Reply("", failure="nothing returned")).text
    '…'
    """
    return ChatLine("assistant", visible_text(reply.text) or SILENCE)


def human_replies(conversation: Conversation, max_turns: int | None = None) -> tuple[Reply, ...]:
    """The human supporter's scored turns, as if they were a system's replies."""
    conversation = conversation.truncated(max_turns)
    return tuple(Reply(conversation.turns[p].text) for p in conversation.scored_turns)
