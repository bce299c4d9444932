"""The words that everything else uses: message, turn, conversation, reply.

Holds no text processing and no file formats; `sources` reads files into these types.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any


class Speaker(StrEnum):
    """Who speaks: the person who seeks support, or the one who gives it."""

    SEEKER = "seeker"
    SUPPORTER = "supporter"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was sent, with what its source says about it (strategy, feedback)."""

    speaker: Speaker
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one speaker says before the other does: one message or more."""

    speaker: Speaker
    messages: tuple[Message, ...]

    @property
    def text(self) -> str:
        """The messages' texts, one a line."""
        return "\n".join(message.text for message in self.messages)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A whole conversation: turns that alternate between seeker and supporter.

    Attributes:
        id: Stable name, unique within its source.
        turns: Alternating turns, never two of one speaker in a row, none empty.
        language: ISO 639-1 code.
        metadata: What the source says of the whole (emotion, problem, ratings).
    """

    id: str
    turns: tuple[Turn, ...]
    language: str = "en"
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scored_turns(self) -> tuple[int, ...]:
        """Positions in `turns` of the supporter turns that answer a seeker.

        Supporter turns before the seeker's first words are kept in the conversation but
        neither generated nor scored; they have no place here.

        >>> hello = merge_messages([
        ...     Message(Speaker.SUPPORTER, "Hi."), Message(Speaker.SEEKER, "I lost my job."),
        ...     Message(Speaker.SUPPORTER, "I'm sorry."), Message(Speaker.SUPPORTER, "What now?")])
        >>> Conversation("c1", hello).scored_turns
        (2,)
        """
        return tuple(
            index
            for index, turn in enumerate(self.turns)
            if turn.speaker is Speaker.SUPPORTER and index > 0
        )

    def truncated(self, max_turns: int | None) -> "Conversation":
        """The conversation up to and including its first `max_turns` scored supporter turns."""
        scored = self.scored_turns
        if max_turns is None or len(scored) <= max_turns:
            return self
        end = scored[max_turns - 1] + 1 if max_turns > 0 else 0
        return Conversation(self.id, self.turns[:end], self.language, self.metadata)


@dataclass(frozen=True, slots=True)
class Reply:
    """A supporter turn written by the system under test.

    Attributes:
        text: What the seeker would see, reasoning already removed.
        tokens: Generated tokens without reasoning, where the engine counts them.
        reasoning_tokens: Tokens of hidden reasoning, where counted.
        cut_off: True where the reply ended at the token limit.
        failure: Why there is no reply, if there is none.
        left_out: Turns at the conversation's head that the system did not see, for want of room.
    """

    text: str
    tokens: int | None = None
    reasoning_tokens: int | None = None
    cut_off: bool = False
    failure: str | None = None
    left_out: int = 0


def merge_messages(messages: Iterable[Message]) -> tuple[Turn, ...]:
    """Join consecutive messages of one speaker into turns.

    >>> [" / ".join(turn.text.splitlines()) for turn in merge_messages([
    ...     Message(Speaker.SEEKER, "Hi"), Message(Speaker.SEEKER, "Me again"),
    ...     Message(Speaker.SUPPORTER, "Hello")])]
    ['Hi / Me again', 'Hello']
    """
    return tuple(
        Turn(speaker, tuple(group)) for speaker, group in groupby(messages, key=lambda m: m.speaker)
    )


def texts(turns: Sequence[Turn]) -> list[str]:
    """The text of each turn."""
    return [turn.text for turn in turns]
