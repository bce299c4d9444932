"""Rubrics beside the ranking as data that people can review: `scorers/also/<name>.yaml`, typed.

Their questions have the form of an empathy dimension, and may say when they apply at all. Rates
nothing: the scorer in `inspect_plugin` does.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model
from mint_bench.judging.prompts import Question
from mint_bench.judging.rubric import Dimension, Text
from mint_bench.resources import resource

RUBRICS: tuple[str, ...] = ("safety", "persona_consistency", "relevance")


class AlsoQuestion(Dimension):
    """One question, rated from 1 to 5.

    Attributes:
        name: The figure's name in the record.
        only_if: When the question applies; None for always.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    only_if: Text | None

    def asked(self) -> Question:
        """The question as a judge is asked it."""
        return Question(self, self.only_if)


class AlsoRubric(BaseModel):
    """Some questions that are asked together of each reply.

    Attributes:
        version: Raised whenever the meaning of a question or an anchor changes.
        source: Who wrote the wording.
        general: Rules that hold for every question.
        questions: The questions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    source: Text
    general: Annotated[tuple[Text, ...], Field(min_length=1)]
    questions: Annotated[tuple[AlsoQuestion, ...], Field(min_length=1)]


def load_also_rubric(name: str) -> AlsoRubric:
    """One of the shipped `RUBRICS`.

    Raises:
        MintError: If the file cannot be read or breaks a rule; the message names the field.
    """
    return read_model(resource("scorers", "also", f"{name}.yaml"), AlsoRubric)
