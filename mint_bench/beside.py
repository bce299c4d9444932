"""Figures beside the ranking: which there are that need no model, and what one with a model sees.

They stand in a record under `also` and never in a rank. The formulas are in `metrics`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from mint_bench.conversation import Turn
from mint_bench.errors import MintError
from mint_bench.metrics.measured import Measured, missing
from mint_bench.metrics.polarity import polarity
from mint_bench.metrics.readability import flesch_kincaid_grade
from mint_bench.scoring import ALSO, ScoredConversation, ScoredTurn, Transcript, exchanges
from mint_bench.sentences import split_sentences

NO_REPLY = "there is no reply"
UNTOLD = "not scored"


@dataclass(frozen=True, slots=True)
class TextFigure:
    """A figure of a reply's words alone.

    Attributes:
        measure: From visible reply and language to the number.
        libraries: Distributions that the number comes from.
        formula: What it is, in a few words.
    """

    measure: Callable[[str, str], Measured]
    libraries: tuple[str, ...]
    formula: str

    @property
    def how(self) -> str:
        """What produced the number, for the record."""
        return f"{self.formula}, {', '.join(f'{name} {version(name)}' for name in self.libraries)}"


def _reply_polarity(reply: str, language: str) -> Measured:
    return polarity(split_sentences(reply), language)


TEXT_FIGURES: Mapping[str, TextFigure] = {
    "readability": TextFigure(
        flesch_kincaid_grade, ("textstat", "syllapy"), "Flesch-Kincaid grade"
    ),
    "polarity": TextFigure(
        _reply_polarity, ("vaderSentiment",), "mean compound valence of sentences"
    ),
}
"""By name, as options and records have it."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A reply between what was said before it and what the real seeker said next.

    Attributes:
        history: Turns before the reply, ending with the seeker's.
        reply: The supporter's words, reasoning removed.
        next_line: What the real seeker said next; None where nothing is known of it.
        language: ISO 639-1 code of the conversation.
    """

    history: tuple[Turn, ...]
    reply: str
    next_line: str | None
    language: str = "en"


def text_figure(name: str) -> TextFigure:
    """The figure of that name, its libraries loaded.

    Raises:
        MintError: If there is none of that name, or a library is missing.
    """
    if name not in TEXT_FIGURES:
        raise MintError(f"also {name!r} is not known; there are: {', '.join(TEXT_FIGURES)}")
    found = TEXT_FIGURES[name]
    found.measure("", "en")
    return found


def measure_replies(transcript: Transcript, figure: TextFigure) -> list[Measured]:
    """The figure of each reply of a conversation, in order."""
    return [
        missing(NO_REPLY)
        if reply.failure or not exchange.reply
        else figure.measure(exchange.reply, exchange.language)
        for reply, exchange in zip(transcript.replies, exchanges(transcript), strict=True)
    ]


def follow_ups(transcript: Transcript) -> list[FollowUp]:
    """Each reply of a conversation with what came before it and the real seeker's next line.

    The last turn has no next line, nor has any where a simulated seeker went its own way.
    """
    turns = transcript.conversation.turns
    real = transcript.held is None or transcript.held == transcript.conversation
    positions = (transcript.held or transcript.conversation).scored_turns
    return [
        FollowUp(
            exchange.history,
            exchange.reply,
            turns[position + 1].text if real and position + 1 < len(turns) else None,
            exchange.language,
        )
        for exchange, position in zip(exchanges(transcript), positions, strict=False)
    ]


def with_figure(
    scored: ScoredConversation, name: str, figures: Sequence[Measured]
) -> ScoredConversation:
    """The conversation with one figure a turn; a turn without a reply gets none, nor a reason."""
    turns = [
        turn if "reply" in turn.unscored else _with_figure(turn, name, measured)
        for turn, measured in zip(scored.turns, figures, strict=True)
    ]
    return scored.model_copy(update={"turns": turns})


def _with_figure(turn: ScoredTurn, name: str, measured: Measured) -> ScoredTurn:
    if measured.value is None:
        unscored = {**turn.unscored, f"{ALSO}.{name}": measured.reason or UNTOLD}
        return turn.model_copy(update={"unscored": unscored})
    return turn.model_copy(update={ALSO: {**turn.also, name: measured.value}})
