"""The adversarial probes as data that people can review: `scorers/probes/`, typed.

Seekers, kinds of attack with their cases, and the gate become exchanges to be rated, each with what
a sound judge must do. Rates nothing: `probes` does. The JSON Schemas beside the files are these
models'; a test says how to write them anew.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.judging.judge import DIMENSIONS, Exchange
from mint_bench.resources import resource, sha256_text
from mint_bench.tactics.sentences import visible_text

AGGREGATE = "aggregate"
COLUMNS = (*DIMENSIONS, AGGREGATE)
FEWEST_CASES = 20
_QUOTE = re.compile(r"\{(?P<what>honest|cold|says)(?: of (?P<name>[a-z0-9_]+))?\}")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Reference = Literal["honest", "cold"]
Column = Literal[
    "validating_emotions",
    "encouraging_elaboration",
    "demonstrating_understanding",
    "advice_giving",
    "self_oriented",
    "dismissing_emotions",
    "aggregate",
]
Rating = Annotated[float, Field(ge=1, le=5)]
Share = Annotated[float, Field(ge=0, le=1)]
CONFIG = ConfigDict(frozen=True, extra="forbid")


class Before(BaseModel):
    """An earlier turn of the seeker's and the supporter's answer to it."""

    model_config = CONFIG

    seeker: Text
    supporter: Text


class Seeker(BaseModel):
    """A person in a situation, and two replies to their last words.

    Attributes:
        name: How cases refer to them.
        before: What was said before, in order.
        says: Their last words: what the reply answers.
        honest: A good reply.
        cold: A poor one; needed where a case quotes it or compares with it.
    """

    model_config = CONFIG

    name: Name
    before: tuple[Before, ...] = ()
    says: Text
    honest: Text
    cold: Text | None = None


class Seekers(BaseModel):
    """All seekers, by unique names."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Seekers of the probes")

    seekers: Annotated[tuple[Seeker, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [seeker.name for seeker in self.seekers]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two seekers are called {min(twice)}")
        return self


class Expectation(BaseModel):
    """What a sound judge does with every case of a kind; all bounds must hold.

    Attributes:
        unscored: `sound` where no rating is a right answer too; `lapse` where one is due.
        at_most: Highest rating of a dimension or of the aggregate.
        at_least: Lowest rating.
        above: By how much the aggregate may lie above that of the seeker's honest or cold reply;
            a negative number asks for that much less.
    """

    model_config = CONFIG

    unscored: Literal["sound", "lapse"]
    at_most: dict[Column, Rating] = Field(default_factory=dict)
    at_least: dict[Column, Rating] = Field(default_factory=dict)
    above: dict[Reference, Annotated[float, Field(ge=-4, le=4)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _checkable(self) -> Self:
        if not (self.at_most or self.at_least or self.above):
            raise ValueError("expects nothing; give at_most, at_least or above")
        return self


class Padding(BaseModel):
    """Paragraphs that follow a case's reply, round and round, until it has that many words."""

    model_config = CONFIG

    words: Annotated[int, Field(ge=1, le=100_000)]
    paragraphs: Annotated[tuple[Text, ...], Field(min_length=1)]


class Case(BaseModel):
    """One attack.

    Attributes:
        seeker: Name of the seeker whom it answers.
        reply: Its text; `{honest}`, `{cold}` and `{says}` stand for that seeker's, `{honest of
            NAME}` for another's.
        start: The padding's paragraph to begin with, from 1.
    """

    model_config = CONFIG

    seeker: Name
    reply: str
    start: Annotated[int, Field(ge=1)] = 1


class Kind(BaseModel):
    """A kind of attack with its cases.

    Attributes:
        name: Also the file's name.
        title: For tables.
        why: Why a sound judge does what is expected, in one sentence.
        control: True for replies that deserve their rating: a judge fails, and is not fooled.
        paste: The reply also stands at each earlier turn of the supporter.
        sort_words: The reply's words come in alphabetical order.
        padding: Paragraphs that lengthen each reply.
        expect: What a sound judge does.
        cases: The attacks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="A kind of probe")

    name: Name
    title: Text
    why: Text
    control: bool = False
    paste: bool = False
    sort_words: bool = False
    padding: Padding | None = None
    expect: Expectation
    cases: Annotated[tuple[Case, ...], Field(min_length=FEWEST_CASES)]


class Gate(BaseModel):
    """What a judge must hold for ranked runs; shares from 0 to 1.

    Attributes:
        most_fooled: Over all attacks.
        most_fooled_of_a_kind: In any one kind of attack.
        most_failed_controls: Of the honest replies.
        most_lapses: Of all cases: unscored although a rating is due.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", title="Gate for judges")

    most_fooled: Share
    most_fooled_of_a_kind: Share
    most_failed_controls: Share
    most_lapses: Share


@dataclass(frozen=True, slots=True)
class Probe:
    """A case ready to be rated.

    Attributes:
        kind: Its kind.
        number: Its place in the kind, from 1.
        attack: The exchange whose rating is checked.
        references: The same history with the seeker's honest or cold reply, where the
            expectation compares with it.
    """

    kind: Kind
    number: int
    attack: Exchange
    references: Mapping[Reference, Exchange]

    @property
    def id(self) -> str:
        """Kind and number, such as `empty-03`."""
        return f"{self.kind.name}-{self.number:02}"

    @property
    def exchanges(self) -> list[Exchange]:
        """All that must be rated: the attack, then the references in their order."""
        return [self.attack, *self.references.values()]


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """The probes of a folder.

    Attributes:
        kinds: The kinds in the order of their names, controls last.
        probes: Their cases, in the same order.
        gate: What a judge must hold.
        sha: SHA-256 of the content; layout and comments of the files do not change it.
    """

    kinds: tuple[Kind, ...]
    probes: tuple[Probe, ...]
    gate: Gate
    sha: str


def load_probes(folder: Path | None = None) -> ProbeSet:
    """The shipped probes, or those of a folder with `seekers.yaml`, `gate.yaml` and `kinds/`.

    Raises:
        MintError: If a file cannot be read, breaks a rule or names an unknown seeker.
    """
    return _load(folder or resource("scorers", "probes"))


@cache
def _load(folder: Path) -> ProbeSet:
    known = read_model(folder / "seekers.yaml", Seekers)
    gate = read_model(folder / "gate.yaml", Gate)
    paths = sorted(folder.glob("kinds/*.yaml"))
    if not paths:
        raise MintError(f"{folder}: no kinds/*.yaml in it")
    by_name = {seeker.name: seeker for seeker in known.seekers}
    kinds, probes = [], []
    for path in paths:
        kind = read_model(path, Kind)
        if kind.name != path.stem:
            raise MintError(f"{path}: name: expected {path.stem!r} as in the file's name")
        kinds.append(kind)
        for number, case in enumerate(kind.cases, 1):
            try:
                probes.append(build(kind, number, case, by_name))
            except ValueError as error:
                raise MintError(f"{path}: cases.{number - 1}: {error}") from None
    kinds.sort(key=lambda kind: kind.control)
    probes.sort(key=lambda probe: probe.kind.control)
    parts = (known, gate, *kinds)
    sha = sha256_text(*(part.model_dump_json() for part in parts))
    return ProbeSet(tuple(kinds), tuple(probes), gate, sha)


def build(kind: Kind, number: int, case: Case, seekers: Mapping[str, Seeker]) -> Probe:
    """The case as exchanges.

    Raises:
        ValueError: If a seeker is unknown or has no cold reply.
    """
    seeker = _known(case.seeker, seekers)
    reply = visible_text(_reply(kind, case, seekers))
    history = _history(seeker, reply if kind.paste else None)
    references: dict[Reference, Exchange] = {
        name: Exchange(history, _quoted(seeker, name)) for name in kind.expect.above
    }
    return Probe(kind, number, Exchange(history, reply), references)


def _reply(kind: Kind, case: Case, seekers: Mapping[str, Seeker]) -> str:
    def fill(found: re.Match[str]) -> str:
        return _quoted(_known(found["name"] or case.seeker, seekers), found["what"])

    text = _QUOTE.sub(fill, case.reply)
    if kind.sort_words:
        text = " ".join(sorted(text.split(), key=str.lower))
    if kind.padding is not None:
        parts = [text]
        place = (case.start - 1) % len(kind.padding.paragraphs)
        rounds = islice(cycle(kind.padding.paragraphs), place, None)
        while sum(len(part.split()) for part in parts) < kind.padding.words:
            parts.append(next(rounds))
        text = "\n\n".join(parts)
    return text


def _history(seeker: Seeker, pasted: str | None) -> tuple[Turn, ...]:
    """The turns up to the seeker's last; the supporter's are all `pasted` where that is given."""
    said: list[tuple[Speaker, str]] = []
    for earlier in seeker.before:
        said.append((Speaker.SEEKER, earlier.seeker))
        said.append((Speaker.SUPPORTER, pasted or earlier.supporter))
    said.append((Speaker.SEEKER, seeker.says))
    return tuple(Turn(speaker, (Message(speaker, text),)) for speaker, text in said)


def _known(name: str, seekers: Mapping[str, Seeker]) -> Seeker:
    if name not in seekers:
        raise ValueError(f"no seeker is called {name!r} in seekers.yaml")
    return seekers[name]


def _quoted(seeker: Seeker, what: str) -> str:
    text: str | None = getattr(seeker, what)
    if text is None:
        raise ValueError(f"seeker {seeker.name!r} has no {what} reply in seekers.yaml")
    return text
