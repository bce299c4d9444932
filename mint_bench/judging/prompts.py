"""What an LLM judge is sent: the templates of `scorers/judges/llm`, filled with a rubric's words.

What all questions about a reply share comes first and the question last, so that one prefix in a
model's cache serves them all. Asks no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.conversation import Speaker, Turn
from mint_bench.judging.judge import Exchange
from mint_bench.judging.rubric import Dimension
from mint_bench.resources import sha256_text
from mint_bench.templates import as_material, render

FOLDER = ("judges", "llm")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question about one reply.

    Attributes:
        system: Instructions, the same for every reply.
        exchange: The conversation and the reply, the same for every question about it.
        question: What is asked, and how to answer.
    """

    system: str
    exchange: str
    question: str

    @property
    def user(self) -> str:
        """The user's message: exchange first, question last."""
        return f"{self.exchange}\n\n{self.question}"


@dataclass(frozen=True, slots=True)
class Question:
    """A dimension as it is asked.

    Attributes:
        dimension: What is rated.
        only_if: When the question applies at all; None for always. Where it does not, a judge
            answers 0, which is no rating.
    """

    dimension: Dimension
    only_if: str | None = None

    @property
    def lowest(self) -> int:
        """The lowest number that is in form."""
        return 1 if self.only_if is None else 0


def instructions(general: Sequence[str]) -> str:
    """The system message: the task, what is material, and a rubric's general rules."""
    return render(FOLDER, "instructions.md", general=general)


def exchange_text(exchange: Exchange) -> str:
    """The conversation and the reply, each turn one line of JSON."""
    return render(
        FOLDER,
        "exchange.md",
        history=[_line(turn) for turn in exchange.history],
        reply=as_material(supporter=exchange.reply),
    )


def question_text(question: Question, *, reason: bool) -> str:
    """What is asked of one dimension."""
    return render(
        FOLDER,
        "question.md",
        dimension=question.dimension,
        only_if=question.only_if,
        lowest=question.lowest,
        reason=reason,
    )


def joint_text(dimensions: Sequence[Dimension], *, reason: bool) -> str:
    """What is asked of all dimensions in one call."""
    return render(FOLDER, "joint.md", dimensions=dimensions, reason=reason)


def prompt_sha(general: Sequence[str], questions: Sequence[str]) -> str:
    """SHA-256 of all that a judge is sent apart from the conversation.

    Args:
        general: A rubric's general rules.
        questions: The rendered questions.
    """
    empty = Exchange((), "")
    return sha256_text(instructions(general), exchange_text(empty), *questions)


def _line(turn: Turn) -> str:
    speaker = "seeker" if turn.speaker is Speaker.SEEKER else "supporter"
    return as_material(**{speaker: turn.text})
