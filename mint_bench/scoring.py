"""From a conversation as it was held to its figures a turn: tags, ratings, surface, words.

One path for every caller: live evaluations, transcripts from a file, and rewards. It reaches
no model by itself; tagger and judge come in, figures go out, and no text leaves with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mint_bench.conversation import Conversation, Message, Reply, Speaker, Turn
from mint_bench.judging.judge import Exchange, Verdict
from mint_bench.marks import ACTING, plain
from mint_bench.metrics.surface import (
    Vector,
    conversation_surface,
    turn_similarity,
    turn_surface,
    words,
)
from mint_bench.replay.course import SeekerFigures
from mint_bench.sentences import split_sentences, visible_text
from mint_bench.tactics.tagger import SplitReply, Tagging

History = Literal["gold", "own"]
MOST_SENTENCES = 100_000  # of a reply whose tactics a record keeps
MOST = 1_000_000_000_000
"""More of anything is no count of it, and would be too much to reckon with."""
Count = Annotated[int, Field(ge=0, le=MOST_SENTENCES, strict=True)]
Counts = Annotated[list[Count], Field(min_length=10, max_length=10)]
Flag = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]  # a word, never a sentence
ALSO = "also"
"""Where figures beside the ranking stand, and how their parts begin in `unscored` (`also.x`)."""
Plain = Annotated[str, AfterValidator(plain)]
"""What is told to people and never compared; nothing in it acts where it is shown."""
Rating = Annotated[float, Field(ge=1, le=5)]
AlsoName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Ratings = Annotated[list[Rating | None], Field(min_length=6, max_length=6)]


class ScoredTurn(BaseModel):
    """Figures of one reply; the form in which a record keeps them."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    t: int = Field(ge=1, le=MOST, description="Number of the reply within its conversation, from 1")
    human_tactics: Counts | None = Field(
        default=None, description="Sentences per tactic in the human supporter's turn at t"
    )
    tactics: Counts | None = Field(default=None, description="Sentences per tactic in the reply")
    ratings: Ratings | None = Field(default=None, description="Six dimensions, 1 to 5")
    panel: list[Ratings | None] = Field(
        default_factory=list, description="Of several judges, what each gave, in the board's order"
    )
    words: int | None = Field(
        default=None, ge=0, le=MOST, description="Whitespace words of the reply"
    )
    tokens: int | None = Field(default=None, ge=0, le=MOST)
    reasoning_tokens: int | None = Field(default=None, ge=0, le=MOST)
    surface: dict[str, float] = Field(default_factory=dict)
    flags: list[Flag] = Field(default_factory=list)
    also: dict[AlsoName, float] = Field(
        default_factory=dict, description="Figures beside the ranking, by name"
    )
    unscored: dict[str, Plain] = Field(default_factory=dict, description="Part to reason")

    @property
    def written(self) -> int:
        """Tokens, hidden reasoning and all; 0 where nobody counted."""
        return (self.tokens or 0) + (self.reasoning_tokens or 0)

    @property
    def lacks_a_part(self) -> bool:
        """Whether a part that the ranking stands on is unscored; figures beside it do not count."""
        return any(not part.startswith(f"{ALSO}.") for part in self.unscored)


class ScoredConversation(BaseModel):
    """Figures of one conversation in one epoch."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: str = Field(min_length=1, pattern=f"^[^{ACTING}]+$")
    epoch: int = Field(default=1, ge=1)
    turns: list[ScoredTurn]
    surface: dict[str, float] = Field(default_factory=dict)
    seeker: SeekerFigures | None = Field(
        default=None, description="Of a simulated seeker: its audit and its emotions"
    )


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation and the replies that a system gave in it.

    Attributes:
        conversation: The source's conversation: the seeker's lines and the human supporter's.
        replies: One reply for each of `conversation.scored_turns`, in order; fewer where the
            conversation ended early.
        history: `gold` where each reply answers the real conversation up to that point, `own`
            where the system saw its own earlier replies.
        held: The turns as they were held, where a seeker did not follow the source's lines;
            its scored turns then match `replies`.
        epoch: Number of the repetition, from 1.
        has_human: Whether the source's supporter is a human to compare with.
        seeker: Figures of a simulated seeker.
    """

    conversation: Conversation
    replies: tuple[Reply, ...]
    history: History
    held: Conversation | None = None
    epoch: int = 1
    has_human: bool = True
    seeker: SeekerFigures | None = None


class TaggerLike(Protocol):
    """The part of a tagger that scoring needs."""

    def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply."""
        ...


class JudgeLike(Protocol):
    """The part of a judge that scoring needs."""

    def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """Rate each reply."""
        ...


@dataclass(frozen=True, slots=True)
class Inputs:
    """What tagger and judge need of one conversation.

    Attributes:
        replies: Each reply, split into sentences.
        humans: The human supporter's turns in the replies' places; empty where there is none.
        exchanges: Each reply with what the judge sees before it.
    """

    replies: list[SplitReply]
    humans: list[SplitReply]
    exchanges: list[Exchange]


def inputs(transcript: Transcript) -> Inputs:
    """What tagger and judge need of a conversation, one entry a reply."""
    conversation, count = transcript.conversation, len(transcript.replies)
    humans = conversation.scored_turns[:count] if transcript.has_human else ()
    return Inputs(
        [split_reply(reply.text, conversation.language) for reply in transcript.replies],
        [split_reply(conversation.turns[p].text, conversation.language) for p in humans],
        exchanges(transcript),
    )


def split_reply(text: str, language: str) -> SplitReply:
    """The visible part of a reply, split into sentences for a tagger."""
    visible = visible_text(text)
    return SplitReply(visible, split_sentences(visible), language)


def exchanges(transcript: Transcript) -> list[Exchange]:
    """What the judge sees for each reply.

    Under gold history: the real conversation up to the reply. Under own history: the
    conversation as it was held, with the system's own earlier replies in it.
    """
    source = transcript.held or transcript.conversation
    result = []
    for reply, position in zip(transcript.replies, source.scored_turns, strict=False):
        before = source.turns[:position]
        if transcript.history == "own" and transcript.held is None:
            before = with_replies(source, transcript.replies)[:position]
        result.append(
            Exchange(before, visible_text(reply.text), transcript.conversation.id, source.language)
        )
    return result


def with_replies(conversation: Conversation, replies: Sequence[Reply]) -> tuple[Turn, ...]:
    """The conversation's turns with its scored supporter turns replaced by `replies`."""
    turns = list(conversation.turns)
    for reply, position in zip(replies, conversation.scored_turns, strict=False):
        turns[position] = Turn(
            Speaker.SUPPORTER, (Message(Speaker.SUPPORTER, visible_text(reply.text)),)
        )
    return tuple(turns)


def score(
    transcripts: Sequence[Transcript], tagger: TaggerLike | None, judge: JudgeLike | None
) -> list[ScoredConversation]:
    """Score transcripts; replies and human turns are each tagged and rated in one batch.

    Args:
        transcripts: Conversations with replies.
        tagger: Finds tactics; None leaves them out (the record then has none).
        judge: Rates empathy; None leaves ratings out.

    Returns:
        One scored conversation per transcript, in order. A reply that could not be given,
        tagged or rated is unscored in that part, with its reason.
    """
    needed = [inputs(transcript) for transcript in transcripts]
    splits = [split for one in needed for split in one.replies]
    humans = [split for one in needed for split in one.humans]
    tags = tagger.tag([*splits, *humans]) if tagger else [None] * (len(splits) + len(humans))
    verdicts = (
        judge.rate([exchange for one in needed for exchange in one.exchanges])
        if judge
        else [None] * len(splits)
    )
    tag_stream, human_stream = iter(tags[: len(splits)]), iter(tags[len(splits) :])
    verdict_stream = iter(verdicts)
    result = []
    for transcript in transcripts:
        count = len(transcript.replies)
        result.append(
            assemble(
                transcript,
                [next(tag_stream) for _ in range(count)],
                [next(human_stream) for _ in range(count)] if transcript.has_human else None,
                [next(verdict_stream) for _ in range(count)],
            )
        )
    return result


def assemble(
    transcript: Transcript,
    taggings: Sequence[Tagging | None],
    human_taggings: Sequence[Tagging | None] | None,
    verdicts: Sequence[Verdict | None],
) -> ScoredConversation:
    """Put a conversation's tags and ratings together with its surface figures."""
    conversation = transcript.conversation
    own = ["" if r.failure else visible_text(r.text) for r in transcript.replies]
    human = (
        [conversation.turns[p].text for p in conversation.scored_turns[: len(own)]]
        if transcript.has_human
        else None
    )
    turns = []
    for index, reply in enumerate(transcript.replies):
        human_tagging = human_taggings[index] if human_taggings else None
        turns.append(
            ScoredTurn(
                t=index + 1,
                human_tactics=human_tagging.counts
                if human_tagging and not _untagged(human_tagging)
                else None,
                surface=(
                    turn_surface(
                        own[index],
                        own[index - 1] if index else None,
                        human[index - 1] if human and index else None,
                    )
                    | turn_similarity(*_vectors(index, taggings, human_taggings))
                )
                if own[index]
                else {},
                **_turn_parts(reply, own[index], taggings[index], verdicts[index]),
            )
        )
    return ScoredConversation(
        id=conversation.id,
        epoch=transcript.epoch,
        turns=turns,
        surface=conversation_surface([text for text in own if text]),
        seeker=transcript.seeker,
    )


def _vectors(
    index: int, taggings: Sequence[Tagging | None], humans: Sequence[Tagging | None] | None
) -> tuple[Vector | None, Vector | None, Vector | None]:
    """Vectors of a reply, of the system's turn before it and of the human's, where there are any.

    A turn without words has no vector to be like.
    """
    before = (taggings[index - 1], humans[index - 1] if humans else None) if index else (None, None)
    own, previous, human = (
        tagging.vector if tagging and tagging.sentences else None
        for tagging in (taggings[index], *before)
    )
    return own, previous, human


def _turn_parts(
    reply: Reply, visible: str, tagging: Tagging | None, verdict: Verdict | None
) -> dict[str, object]:
    unscored: dict[str, str] = {}
    if reply.failure or not visible:
        return {"unscored": {"reply": reply.failure or "nothing visible in the reply"}}
    untagged = _untagged(tagging) if tagging else None
    if untagged:
        unscored["tactics"] = untagged
    if verdict and verdict.unscored:
        unscored["ratings"] = verdict.unscored
    return {
        "tactics": tagging.counts if tagging and not untagged else None,
        "ratings": [round(float(r), 4) for r in verdict.ratings]
        if verdict and verdict.ratings is not None
        else None,
        "panel": [list(ratings) if ratings else None for ratings in verdict.panel]
        if verdict
        else [],
        "words": len(words(visible)),
        "tokens": reply.tokens,
        "reasoning_tokens": reply.reasoning_tokens,
        "flags": [
            *(["cut_off"] if reply.cut_off else []),
            *(["oldest_left_out"] if reply.left_out else []),
            *(verdict.flags if verdict else ()),
        ],
        "unscored": unscored,
    }


def _untagged(tagging: Tagging) -> str | None:
    """Why the tagging counts for nothing; None if it counts."""
    if len(tagging.sentences) > MOST_SENTENCES:
        return f"more than {MOST_SENTENCES:,} sentences"
    return tagging.unscored
