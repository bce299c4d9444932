"""Whether a simulated seeker stayed one: each line it wrote is checked, and faults are named.

Word lists and thresholds stand in `tasks/seekers/audit.yaml`. Looks at words only; whether two
texts mean the same is asked of a similarity that comes in. Ends no conversation.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model
from mint_bench.language import not_in
from mint_bench.resources import resource

Similarity = Callable[[str, str], float]
"""How much of the second text the first one says, by cosines, -1 to 1."""

Kind = Literal[
    "nothing", "no_emotion", "leak", "role_break", "echo", "repetition", "premature_end", "drift",
    "language_switch", "form", "too_long", "instruction",
]  # fmt: skip
"""Faults: nothing was said; no emotion was given in form; the line tells what its prompt says;
talks like a helper or an AI; copies the supporter; copies the seeker; says goodbye too early; says
something else than the real line; is in another language; is data or bears labels; is too long;
addresses a rater."""

KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
NO_ENCODER = "no encoder reads its language"
HAN = "zh"  # the one language here whose words are not parted by spaces

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
Share = Annotated[float, Field(gt=0, le=1)]
Phrases = dict[str, tuple[str, ...]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signs(_Part):
    """Phrases of a helper or an AI: one `sure` one tells, of `likely` ones it takes two."""

    sure: tuple[str, ...]
    likely: tuple[str, ...]


class Leak(_Part):
    """When a line tells what only the seeker's model was told."""

    run: int = Field(ge=2, description="Words in a row that are taken from the prompt")


class Copying(_Part):
    """When a line counts as copied from an earlier one."""

    run: int = Field(ge=2, description="Words in a row that are copied, not shared by chance")
    share: Share = Field(description="Of the line's words that stand in such runs")
    fewest: int = Field(ge=1, description="Words that a line must have to be judged")


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
    drift: Drift
    too_long: TooLong
    form: tuple[str, ...]
    instruction: tuple[str, ...]


@cache
def audit_rules() -> Rules:
    """The shipped rules.

    Raises:
        MintError: If the file does not fit.
    """
    return read_model(resource("tasks", "seekers", "audit.yaml"), Rules)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A simulated line with all that it is judged by.

    Attributes:
        line: What the seeker said.
        turn: Number of the reply that would answer it, from 1.
        own: What the seeker said before.
        heard: What the supporter said before.
        real: The real line that it should convey; None where there is none.
        language: ISO 639-1 code that it should be in.
        private: What its model was told and must not tell.
    """

    line: str
    turn: int
    own: Sequence[str] = ()
    heard: Sequence[str] = ()
    real: str | None = None
    language: str = "en"
    private: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the audit says of one line.

    Attributes:
        faults: In the order of `KINDS`; empty for a line without fault.
        unchecked: Kinds that could not be checked, each with its reason.
    """

    faults: tuple[Kind, ...]
    unchecked: dict[Kind, str]


def audit(spoken: Spoken, similarity: Similarity | None = None) -> Finding:
    """Check one simulated line.

    What the real line does as well (a goodbye, a sentence said twice) is no fault of a seeker
    that must convey it.

    Args:
        spoken: The line and what it is judged by.
        similarity: Cosine of two texts; without it, drift is not checked.

    >>> audit(Spoken("As an AI, I cannot feel sad.", 2)).faults
    ('role_break',)
    """
    if not spoken.line.strip():
        return Finding(("nothing",), {})
    rules, real = audit_rules(), spoken.real or ""
    wrong: dict[Kind, bool] = {
        "leak": tells(spoken.line, spoken.private, spoken.language)
        and not tells(real, spoken.private, spoken.language),
        "role_break": breaks_role(spoken.line, spoken.language)
        and not breaks_role(real, spoken.language),
        "echo": _copied(spoken.line, spoken.heard, rules.echo, spoken.language)
        and not _copied(real, spoken.heard, rules.echo, spoken.language),
        "repetition": _copied(spoken.line, spoken.own, rules.repetition, spoken.language)
        and not _copied(real, spoken.own, rules.repetition, spoken.language),
        "premature_end": _too_early(spoken),
        "language_switch": not_in(spoken.line, spoken.language) is not None
        and not (real and not_in(real, spoken.language)),
        "form": _matches(spoken.line, rules.form) and not _matches(real, rules.form),
        "too_long": length(spoken.line, spoken.language)
        > max(rules.too_long.words, 2 * length(real, spoken.language)),
        "instruction": _matches(spoken.line, rules.instruction)
        and not _matches(real, rules.instruction),
    }
    unchecked: dict[Kind, str] = {}
    if spoken.real is not None:
        if similarity is None:
            unchecked["drift"] = NO_ENCODER
        else:
            wrong["drift"] = similarity(spoken.line, spoken.real) < rules.drift.lowest
    return Finding(tuple(kind for kind in KINDS if wrong.get(kind)), unchecked)


def tells(line: str, private: Sequence[str], language: str = "en") -> bool:
    """Whether the line holds a run of words of one of the private texts."""
    run = audit_rules().leak.run
    told = _runs(_words(line, language), run)
    return any(not told.isdisjoint(_runs(_words(text, language), run)) for text in private)


def breaks_role(line: str, language: str = "en") -> bool:
    """Whether the line talks like a helper or an AI."""
    signs = audit_rules().role_break.get(language)
    if signs is None:
        return False
    found = _phrases_in(line, signs.likely, language)
    return bool(_phrases_in(line, signs.sure, language)) or len(found) > 1


def says_goodbye(line: str, language: str = "en") -> bool:
    """Whether the line takes leave.

    >>> says_goodbye("Thanks, that helped. Bye!"), says_goodbye("I could not say it to him.")
    (True, False)
    """
    rule = audit_rules().premature_end
    return length(line, language) <= rule.longest and _takes_leave(line, language)


def length(line: str, language: str = "en") -> int:
    """Words; of Chinese, half its characters, which is about as many."""
    return len("".join(line.split())) // 2 if language == HAN else len(line.split())


def ends_talk(line: str, language: str = "en") -> bool:
    """Whether the line is so long that the conversation cannot go on from it."""
    return length(line, language) > audit_rules().too_long.ends


def _too_early(spoken: Spoken) -> bool:
    if not says_goodbye(spoken.line, spoken.language):
        return False
    if spoken.real is not None:
        return not _takes_leave(spoken.real, spoken.language)
    return spoken.turn <= audit_rules().premature_end.fewest_turns


def _takes_leave(line: str, language: str) -> bool:
    return _matches(line, audit_rules().premature_end.patterns(language))


def _phrases_in(line: str, phrases: Sequence[str], language: str) -> list[str]:
    """Which of the phrases stand in the line."""
    if language == HAN:
        squeezed = "".join(line.lower().split())
        return [phrase for phrase in phrases if phrase in squeezed]
    padded = f" {' '.join(_words(line, language))} "
    return [phrase for phrase in phrases if f" {' '.join(_words(phrase, language))} " in padded]


def _words(text: str, language: str) -> list[str]:
    """Lower-case words; of Chinese, the letters and digits one by one."""
    plain = text.lower().replace("’", "'")
    if language == HAN:
        return [character for character in plain if character.isalnum()]
    return _WORD.findall(plain)


def _copied(line: str, earlier: Sequence[str], rule: Copying, language: str) -> bool:
    """Whether enough of the line stands, in runs of words, in one of the earlier lines."""
    own = _words(line, language)
    if len(own) < rule.fewest:
        return False
    for text in earlier:
        known = _runs(_words(text, language), rule.run)
        copied = [False] * len(own)
        for i in range(len(own) - rule.run + 1):
            if tuple(own[i : i + rule.run]) in known:
                copied[i : i + rule.run] = [True] * rule.run
        if sum(copied) >= rule.share * len(own):
            return True
    return False


def _runs(words: Sequence[str], run: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + run]) for i in range(len(words) - run + 1)}


def _matches(line: str, patterns: tuple[str, ...]) -> bool:
    plain = line.replace("’", "'")
    return any(pattern.search(plain) for pattern in _compiled(patterns))


@cache
def _compiled(patterns: tuple[str, ...]) -> list[re.Pattern[str]]:
    return [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns]
