"""What a sample carries: the real conversation in its metadata, the replies in its store.

A log alone is then enough to score a run again; nothing is looked up elsewhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from inspect_ai.dataset import Sample
from inspect_ai.solver import TaskState
from inspect_ai.util import StoreModel
from pydantic import BaseModel, ConfigDict, Field

from mint_bench.conversation import Conversation, Message, Reply, Speaker, Turn, merge_messages
from mint_bench.replay.chat import SILENCE
from mint_bench.replay.course import Course
from mint_bench.replay.definition import PERSONA, SIMULATED, seeker_rules
from mint_bench.scoring import History, Transcript
from mint_bench.sentences import visible_text

ENDED_EARLY = "not given: the conversation ended before this turn"


class ChatMessage(BaseModel):
    """One message of the real conversation; user = seeker."""

    model_config = ConfigDict(frozen=True)

    role: Literal["user", "assistant"]
    content: str


class SampleData(BaseModel):
    """A sample's metadata: all that solver and scorer need of its conversation."""

    model_config = ConfigDict(frozen=True)

    messages: tuple[ChatMessage, ...]
    language: str = "en"
    history: History
    max_turns: int | None = None
    has_human: bool = Field(description="Whether the supporter's turns were written by people")
    seeker: str | None = Field(default=None, description="None where no seeker speaks or writes")
    told: dict[str, str | int] = Field(
        default_factory=dict, description="What a simulated seeker knows of itself"
    )

    def conversation(self, identifier: str) -> Conversation:
        """The real conversation, cut to the turns that are asked for."""
        messages = [
            Message(
                Speaker.SEEKER if message.role == "user" else Speaker.SUPPORTER, message.content
            )
            for message in self.messages
        ]
        whole = Conversation(identifier, merge_messages(messages), self.language, self.told)
        return whole.truncated(self.max_turns)


class HeldReply(BaseModel):
    """One reply, with the number of its turn."""

    model_config = ConfigDict(frozen=True)

    t: int
    text: str
    tokens: int | None = None
    reasoning_tokens: int | None = None
    cut_off: bool = False
    failure: str | None = None
    left_out: int = 0

    def reply(self) -> Reply:
        """The same, as the scorer takes it."""
        return Reply(**self.model_dump(exclude={"t"}))


class Held(StoreModel):
    """A sample so far: replies in the order in which they came, and what the seeker did."""

    replies: list[HeldReply] = Field(default_factory=list)
    course: Course | None = Field(default=None, description="Of a simulated seeker")
    seeker: dict[str, str | None] | None = Field(
        default=None, description="How a record names the simulated seeker"
    )


TOLD = ("situation", "about", "intention", "intention_text", "emotion_type", "problem_type",
        "init_intensity", "theme")  # fmt: skip
"""What a source may say of a seeker."""


def sample_of(
    conversation: Conversation,
    history: History,
    max_turns: int | None,
    *,
    has_human: bool,
    seeker: str | None = None,
) -> Sample:
    """One conversation, or the profile of one, as a sample; its id is the conversation's."""
    if seeker == PERSONA:  # goes where the talk goes: the real one is no part of it
        conversation = replace(conversation, turns=())
    told = {k: v for k, v in conversation.metadata.items() if k in TOLD}
    data = SampleData(
        messages=tuple(
            ChatMessage(
                role="user" if message.speaker is Speaker.SEEKER else "assistant",
                content=message.text,
            )
            for turn in conversation.turns
            for message in turn.messages
        ),
        language=conversation.language,
        history=history,
        max_turns=max_turns,
        has_human=has_human and seeker != PERSONA,
        seeker=seeker,
        told=told if seeker in SIMULATED else {},
    )
    lines = [turn.text for turn in conversation.turns if turn.speaker is Speaker.SEEKER]
    first = conversation.turns[0].text if conversation.turns else str(told.get("situation", ""))
    return Sample(
        input=lines[0] if lines else first,
        id=conversation.id,
        metadata=data.model_dump(mode="json"),
    )


def conversation_of(state: TaskState) -> Conversation:
    """The real conversation of the sample that is being run."""
    return state.metadata_as(SampleData).conversation(str(state.sample_id))


def keep(held: Held, t: int, reply: Reply) -> None:
    """Put a reply into the sample's store at once, so that an interrupted sample keeps it.

    Args:
        held: What `state.store_as(Held)` gives, once a sample: it is dear to make.
        t: The turn.
        reply: What the system gave.
    """
    held.replies = [
        *held.replies,
        HeldReply(
            t=t,
            text=reply.text,
            tokens=reply.tokens,
            reasoning_tokens=reply.reasoning_tokens,
            cut_off=reply.cut_off,
            failure=reply.failure,
            left_out=reply.left_out,
        ),
    ]


def keep_course(state: TaskState, course: Course) -> None:
    """Put what the seeker did so far into the sample's store."""
    state.store_as(Held).course = course.model_copy(deep=True)


def leading_turn(conversation: Conversation) -> tuple[Turn, ...]:
    """The supporter's turn before the seeker's first words, if there is one."""
    first = conversation.turns[:1]
    return first if first and first[0].speaker is Speaker.SUPPORTER else ()


def transcript_of(state: TaskState) -> Transcript:
    """The sample's conversation with its replies; a turn without one is a failure with a reason."""
    data, held = state.metadata_as(SampleData), state.store_as(Held)
    conversation = data.conversation(str(state.sample_id))
    given = {held.t: held.reply() for held in held.replies}
    simulated = data.seeker in SIMULATED
    course = held.course or Course()
    last = len(conversation.scored_turns)
    if data.seeker == PERSONA:
        whole = course.ending not in {None, "broken"}
        most = data.max_turns or seeker_rules().persona.max_turns
        missing = 0 if whole and given else 1  # what is missing counts as one turn
        last = min(len(given) + missing, most)
    replies = tuple(
        given.get(t, Reply("", failure=course.broken or ENDED_EARLY)) for t in range(1, last + 1)
    )
    as_held = _as_held(conversation, course, replies) if simulated else None
    return Transcript(
        conversation=as_held if as_held and data.seeker == PERSONA else conversation,
        replies=replies,
        history=data.history,
        held=as_held,
        epoch=state.epoch,
        has_human=data.has_human,
        seeker=course.figures() if simulated else None,
    )


def _as_held(conversation: Conversation, course: Course, replies: Sequence[Reply]) -> Conversation:
    """The conversation with what seeker and supporter really said in it, one turn each a reply."""
    lines = {line.t: line.text for line in course.lines}
    turns = list(leading_turn(conversation))
    for t, reply in enumerate(replies, 1):
        for speaker, text in (
            (Speaker.SEEKER, lines.get(t) or SILENCE),
            (Speaker.SUPPORTER, visible_text(reply.text)),
        ):
            turns.append(Turn(speaker, (Message(speaker, text),)))
    return replace(conversation, turns=tuple(turns))
