"""The adversarial probes ready to be rated: the cases of `probe_files` as exchanges.

Each comes with what a sound judge must do with it. Rates nothing: `probes` does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.judging.judge import Exchange
from mint_bench.resources import resource, sha256_text
from mint_bench.sentences import visible_text
from mint_bench.validation.probe_files import Case, Gate, Kind, Reference, Seeker, Seekers

_QUOTE = re.compile(r"\{(?P<what>honest|cold|says)(?: of (?P<name>[a-z0-9_]+))?\}")


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

    text = " ".join([_QUOTE.sub(fill, case.reply)] * case.times)
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
