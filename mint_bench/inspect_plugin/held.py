"""What a sample carries: the real conversation in its metadata, the replies in its store.

A log alone is then enough to score a run again; nothing is looked up elsewhere.
"""

from typing import Literal

from inspect_ai.dataset import Sample
from inspect_ai.solver import TaskState
from inspect_ai.util import StoreModel
from pydantic import BaseModel, ConfigDict, Field

from mint_bench.conversation import Conversation, Message, Reply, Speaker, merge_messages
from mint_bench.scoring import History, Transcript

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

    def conversation(self, identifier: str) -> Conversation:
        """The real conversation, cut to the turns that are asked for."""
        messages = [
            Message(
                Speaker.SEEKER if message.role == "user" else Speaker.SUPPORTER, message.content
            )
            for message in self.messages
        ]
        whole = Conversation(identifier, merge_messages(messages), self.language)
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

    def reply(self) -> Reply:
        """The same, as the scorer takes it."""
        return Reply(self.text, self.tokens, self.reasoning_tokens, self.cut_off, self.failure)


class Held(StoreModel):
    """The replies of a sample so far, in the order in which they came."""

    replies: list[HeldReply] = Field(default_factory=list)


def sample_of(
    conversation: Conversation, history: History, max_turns: int | None, *, has_human: bool
) -> Sample:
    """One conversation as a sample; its id is the conversation's."""
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
        has_human=has_human,
    )
    seeker = [turn.text for turn in conversation.turns if turn.speaker is Speaker.SEEKER]
    return Sample(
        input=seeker[0] if seeker else conversation.turns[0].text,
        id=conversation.id,
        metadata=data.model_dump(mode="json"),
    )


def conversation_of(state: TaskState) -> Conversation:
    """The real conversation of the sample that is being run."""
    return state.metadata_as(SampleData).conversation(str(state.sample_id))


def keep(state: TaskState, t: int, reply: Reply) -> None:
    """Put a reply into the sample's store at once, so that an interrupted sample keeps it."""
    held = state.store_as(Held)
    held.replies = [
        *held.replies,
        HeldReply(
            t=t,
            text=reply.text,
            tokens=reply.tokens,
            reasoning_tokens=reply.reasoning_tokens,
            cut_off=reply.cut_off,
            failure=reply.failure,
        ),
    ]


def transcript_of(state: TaskState) -> Transcript:
    """The sample's conversation with its replies; a turn without one is a failure with a reason."""
    data = state.metadata_as(SampleData)
    conversation = data.conversation(str(state.sample_id))
    given = {held.t: held.reply() for held in state.store_as(Held).replies}
    return Transcript(
        conversation=conversation,
        replies=tuple(
            given.get(t, Reply("", failure=ENDED_EARLY))
            for t in range(1, len(conversation.scored_turns) + 1)
        ),
        history=data.history,
        epoch=state.epoch,
        has_human=data.has_human,
    )
