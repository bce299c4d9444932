"""What a simulated seeker did in a conversation: its lines, its feelings, how it ended.

`Course` holds the words and stays in the log; `SeekerFigures` holds figures only and goes into the
record.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Emotion = Annotated[int, Field(ge=0, le=100)]
Ending = Literal["length", "success", "failure", "goodbye", "broken"]
"""Why a conversation ended: all its turns were held; the emotion reached the top; it fell below the
bottom; the seeker said goodbye; the seeker's model gave nothing that the conversation could go on
with."""
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class SeekerLine(BaseModel):
    """One line of the seeker.

    Attributes:
        t: Number of the reply that answers it, from 1.
        text: The words.
        simulated: Whether a model wrote it; the source's own lines are not audited.
        faults: What the audit found.
        unchecked: What it could not check, with the reason.
    """

    model_config = ConfigDict(frozen=True)

    t: int
    text: str
    simulated: bool = True
    faults: tuple[str, ...] = ()
    unchecked: dict[str, str] = Field(default_factory=dict)


class Feeling(BaseModel):
    """A persona's emotion after a reply (t = 0: before the first), and why it changed."""

    model_config = ConfigDict(frozen=True)

    t: int
    emotion: Emotion
    reason: str = ""


class Course(BaseModel):
    """All that the seeker did so far.

    Attributes:
        lines: In order.
        feelings: In order, the first before any reply; empty for a seeker without emotion.
        ending: None while the conversation goes on.
        broken: Why it could not go on, where that is the ending.
    """

    lines: list[SeekerLine] = Field(default_factory=list)
    feelings: list[Feeling] = Field(default_factory=list)
    ending: Ending | None = None
    broken: str | None = None

    def figures(self) -> "SeekerFigures":
        """The course without its words."""
        return SeekerFigures(
            lines=[
                LineFigures(t=line.t, faults=list(line.faults), unchecked=line.unchecked)
                for line in self.lines
                if line.simulated
            ],
            emotions=[feeling.emotion for feeling in self.feelings],
            ending=self.ending,
        )


class LineFigures(BaseModel):
    """What the audit says of one simulated line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    t: int = Field(ge=1, description="Number of the reply that answers it")
    faults: list[Word] = Field(default_factory=list)
    unchecked: dict[Word, str] = Field(default_factory=dict)


class SeekerFigures(BaseModel):
    """A simulated seeker's figures in one conversation; the form in which a record keeps them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: list[LineFigures] = Field(description="The simulated lines, in order")
    emotions: list[Emotion] = Field(
        default_factory=list, description="Before the first reply, then after each"
    )
    ending: Ending | None = Field(default=None, description="None where a limit cut it off")
