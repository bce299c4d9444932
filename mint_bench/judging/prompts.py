"""What an LLM judge is sent: the templates of `scorers/judges/llm`, filled with a rubric's words.

A model's cache serves only what a prompt begins with. So the order is that of what stays the same
for longest: instructions and all scales (a run), the turns so far (a conversation), the reply (its
questions), and last a short question. Asks no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.conversation import Speaker, Turn
from mint_bench.judging.judge import Exchange
from mint_bench.judging.rubric import Dimension, Rubric
from mint_bench.resources import sha256_text
from mint_bench.templates import as_material, render

FOLDER = ("judges", "llm")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question about one reply.

    Attributes:
        system: Instructions and all scales, the same for every question about every reply.
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


def instructions(general: Sequence[str], questions: Sequence[Question]) -> str:
    """The system message: the task, what is material, a rubric's general rules, and its scales.

    Args:
        general: The rules.
        questions: All that may be asked, whichever of it is asked by one call.
    """
    return render(FOLDER, "instructions.md", general=general, questions=questions)


def empathy_questions(rubric: Rubric) -> list[Question]:
    """The six dimensions as they are asked: of any reply."""
    return [Question(dimension) for dimension in rubric.dimensions]


def exchange_text(exchange: Exchange) -> str:
    """The conversation and the reply, each turn one line of JSON.

    Turns are only ever added behind the earlier ones, so that a later exchange of the same
    conversation begins with this one's up to its last turn.
    """
    return render(
        FOLDER,
        "exchange.md",
        history=[_line(turn) for turn in exchange.history],
        reply=as_material(supporter=exchange.reply),
    )


def question_text(question: Question, *, reason: bool) -> str:
    """What is asked of one dimension, by the scale that the instructions hold."""
    return render(
        FOLDER,
        "question.md",
        dimension=question.dimension,
        lowest=question.lowest,
        reason=reason,
    )


def joint_text(dimensions: Sequence[Dimension], *, reason: bool) -> str:
    """What is asked of all dimensions in one call, by the same scales."""
    return render(FOLDER, "joint.md", dimensions=dimensions, reason=reason)


def prompt_sha(system: str, questions: Sequence[str]) -> str:
    """SHA-256 of all that a judge is sent apart from the conversation.

    Args:
        system: The rendered instructions.
        questions: The rendered questions.
    """
    return sha256_text(system, exchange_text(Exchange((), "")), *questions)


def _line(turn: Turn) -> str:
    speaker = "seeker" if turn.speaker is Speaker.SEEKER else "supporter"
    return as_material(**{speaker: turn.text})
