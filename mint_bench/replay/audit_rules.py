"""The audit's rules as data: word lists, patterns and thresholds of `tasks/seekers/audit.yaml`."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model
from mint_bench.replay.spotting import copied, edited, words_of
from mint_bench.resources import resource

Share = Annotated[float, Field(gt=0, le=1)]
Phrases = tuple[str, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signs(_Part):
    """Phrases and patterns of a helper or an AI: one `sure` one tells, of `likely` ones two."""

    sure: Phrases
    likely: Phrases
    sure_patterns: Phrases = ()
    likely_patterns: Phrases = ()


class Leak(_Part):
    """When a line tells what only the seeker's model was told."""

    run: int = Field(ge=2, description="Words in a row that are taken from the prompt")
    secret_run: dict[str, int] = Field(description="The same of what a persona hopes for")
    edited: Share = Field(description="Of a sentence's words that are those of a hope, in order")
    mood: dict[str, Phrases] = Field(description="Patterns of a mood's number and of its form")


class Copying(_Part):
    """When a line counts as copied from an earlier one."""

    run: int = Field(ge=2, description="Words in a row that are copied, not shared by chance")
    share: Share = Field(description="Of the line's words that stand in such runs")
    edited: Share = Field(description="Of its words, where a word here and there is changed")
    fewest: int = Field(ge=1, description="Words that a line must have to be judged")

    def holds(self, line: str, earlier: Sequence[str], language: str) -> bool:
        """Whether the line is copied from one of the earlier ones."""
        if len(words_of(line, language)) < self.fewest:
            return False
        return copied(line, earlier, self.run, self.share, language) or edited(
            line, earlier, self.edited, language
        )


class Switch(_Part):
    """When a line that begins in its language is in another one all the same."""

    sentence: int = Field(ge=1, description="Words of a sentence that is looked at alone")
    letters: int = Field(ge=1, description="Letters of another script that are one word too many")


class Endings(_Part):
    """Patterns of goodbyes by language, and until when they come too early."""

    model_config = ConfigDict(extra="allow", frozen=True)

    fewest_turns: int = Field(ge=0)
    longest: int = Field(ge=1)
    __pydantic_extra__: dict[str, tuple[str, ...]]

    def patterns(self, language: str) -> tuple[str, ...]:
        """The goodbyes of a language."""
        return (self.__pydantic_extra__ or {}).get(language, ())


class Drift(_Part):
    """How far a line may lie from the one that it should convey."""

    lowest: float = Field(ge=-1, le=1)


class TooLong(_Part):
    """How long a line may be, and from where on nobody should have to read it."""

    words: int = Field(ge=1)
    ends: int = Field(ge=1)


class Rules(_Part):
    """`tasks/seekers/audit.yaml`."""

    unreliable_above: Share
    role_break: dict[str, Signs]
    leak: Leak
    echo: Copying
    repetition: Copying
    premature_end: Endings
    language_switch: Switch
    drift: Drift
    too_long: TooLong
    form: Phrases
    instruction: Phrases


@cache
def audit_rules() -> Rules:
    """The shipped rules.

    Raises:
        MintError: If the file does not fit.
    """
    return read_model(resource("tasks", "seekers", "audit.yaml"), Rules)
