"""The order of a night's work: what is due, evaluate, verify, build, check, compare, tell.

Each step stands in a module of its own. A night that broke stays open: the next call goes on from
what was finished, as Inspect's logs hold it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import monotonic

from pydantic import BaseModel, ConfigDict

from mint_bench.engines.cell import Outcome
from mint_bench.engines.prices import load_prices
from mint_bench.engines.progress import Watch
from mint_bench.engines.run import run_suite
from mint_bench.engines.suite import Suite, SuiteSystem, SuiteTask
from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError
from mint_bench.files import read_model, write_json
from mint_bench.leaderboard.build import build
from mint_bench.nightly.changes import Compared, compared
from mint_bench.nightly.definition import Nightly
from mint_bench.nightly.due import Candidate, candidates, reasons
from mint_bench.nightly.health import Health, check_site
from mint_bench.nightly.history import History, night_of
from mint_bench.nightly.note import write_note
from mint_bench.nightly.verified import verify_all
from mint_bench.records.schema import Record
from mint_bench.records.store import files_in, read_merged, read_withdrawn

PATIENCE = 2
"""Days after which a night that never ended well is given up and another begins."""

Note = Callable[[str], None]
Show = Callable[[], AbstractContextManager[Telling]]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a night reads and writes.

    Attributes:
        state: History, records, logs, site and notes of all nights.
        published: Reviewed records; a night's own stand before them.
    """

    state: Path
    published: Path

    @property
    def records(self) -> Path:
        """The nights' own records."""
        return self.state / "results"

    @property
    def site(self) -> Path:
        """The built site."""
        return self.state / "site"

    @property
    def notes(self) -> Path:
        """Regression notes."""
        return self.state / "notes"


class OpenNight(BaseModel):
    """A night that has begun, until it has ended well."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    night: date
    due: dict[str, list[str]]


@dataclass
class Result:
    """What a night did and found.

    Attributes:
        night: Its date.
        resumed: Whether it went on with a night that broke.
        due: Names of what was due, each with the reasons.
        rested: Names of what was not.
        broken: Why something that was due has no record, by name.
        failed: Conversations that could not be had, by name.
        verified: Records that hold.
        faulty: What is wrong with those that do not.
        health: Of the site.
        compared: Every watched figure of what was evaluated, against all earlier nights.
        notes: Regression notes that were written.
        seconds: By step.
    """

    night: date
    resumed: bool
    due: dict[str, list[str]]
    rested: list[str]
    broken: dict[str, str] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    verified: int = 0
    faulty: list[str] = field(default_factory=list)
    health: Health | None = None
    compared: list[Compared] = field(default_factory=list)
    notes: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether nothing broke; a regression is news, not a fault of the night."""
        return not (self.broken or self.faulty or (self.health and self.health.faults))


def due_tonight(
    nightly: Nightly, folders: Folders, today: date, *, everything: bool = False
) -> tuple[OpenNight, list[Candidate], bool]:
    """Tonight's work: the night, all candidates, and whether an open night goes on.

    Raises:
        MintError: If a source, task or scorer cannot be had.
    """
    history = History(folders.state / "history")
    found = candidates(nightly)
    opened = _open_night(folders, today)
    if opened is not None:
        done = {c.name for c in found if _done(history, c.name, opened.night)}
        left = {name: why for name, why in opened.due.items() if name not in done}
        names = {candidate.name for candidate in found}
        left = {name: why for name, why in left.items() if name in names}
        return OpenNight(night=opened.night, due=left), found, True
    why = {c.name: reasons(c, history.last(c.name), today) for c in found}
    if everything:
        why = {name: reason or ["asked for"] for name, reason in why.items()}
    return OpenNight(night=today, due={n: r for n, r in why.items() if r}), found, False


def run_night(
    nightly: Nightly,
    folders: Folders,
    today: date,
    note: Note,
    show: Show,
    *,
    everything: bool = False,
) -> Result:
    """Do a night's work.

    Args:
        nightly: What is evaluated.
        folders: Where.
        today: The night's date.
        note: Is told each step.
        show: Shows the progress of evaluations.
        everything: Whether also what is not due is evaluated.

    Raises:
        MintError: If it cannot begin, or two records are twins.
        KeyboardInterrupt: If the user stopped it; the next call goes on.
    """
    opened, found, resumed = due_tonight(nightly, folders, today, everything=everything)
    rested = [c.name for c in found if c.name not in opened.due]
    result = Result(opened.night, resumed, opened.due, rested)
    history = History(folders.state / "history")
    if opened.due:
        write_json(folders.state / "night.json", opened.model_dump(mode="json"))
        with _timed(result, "evaluate"):
            _evaluate(nightly, [c for c in found if c.name in opened.due], result, folders, show)
    note("verifying all records")
    with _timed(result, "verify"):
        paths = [
            path
            for folder in (folders.published, folders.records)
            for path in files_in(folder, "*/*.json")
        ]
        result.faulty = verify_all(paths, lambda done: note(f"records {done}/{len(paths)}"))
        result.verified = len(paths) - len(result.faulty)
    if not result.faulty:  # a site of records that do not hold would be wrong
        records = shown_records(folders)
        with _timed(result, "build"):
            gone = read_withdrawn(folders.published)
            build(records, folders.site, None, note, withdrawn=gone)
        with _timed(result, "check"):
            result.health = check_site(folders.site, records, note)
    with _timed(result, "compare"):
        _compare(nightly, [c for c in found if c.name in opened.due], result, history, folders)
    if not result.broken:
        (folders.state / "night.json").unlink(missing_ok=True)
    return result


def shown_records(folders: Folders) -> list[Record]:
    """Every record that the site shows: a night's own in the place of the published one.

    Raises:
        MintError: If a file is no record, or two are of the same system and signature.
    """
    return read_merged([
        folder for folder in (folders.published, folders.records) if folder.is_dir()
    ])


def _open_night(folders: Folders, today: date) -> OpenNight | None:
    path = folders.state / "night.json"
    if not path.exists():
        return None
    opened = read_model(path, OpenNight)
    return opened if (today - opened.night).days <= PATIENCE else None


def _done(history: History, name: str, night: date) -> bool:
    last = history.last(name)
    return last is not None and last.night == night


def _evaluate(
    nightly: Nightly, due: Sequence[Candidate], result: Result, folders: Folders, show: Show
) -> None:
    history = History(folders.state / "history")
    logs = folders.state / "logs" / str(result.night)
    by_key = {candidate.cell.key: candidate for candidate in due}
    for suite in _suites(nightly, due):
        try:
            with show() as telling:
                watch = Watch(0, load_prices())
                outcomes = run_suite(suite, logs, folders.records, watch, telling)
        except MintError as error:
            for candidate in due:
                if candidate.part.suite.name == suite.name:
                    result.broken[candidate.name] = str(error)
            continue
        for outcome in outcomes.outcomes:
            _keep(outcome, by_key.get(outcome.cell.key), nightly, result, history, folders)


def _suites(nightly: Nightly, due: Sequence[Candidate]) -> list[Suite]:
    """Due cells as suites of whole crosses: tasks that the same systems are due on go together."""
    suites = []
    for part in nightly.parts:
        mine = [candidate for candidate in due if candidate.part is part]
        by_systems: dict[tuple[SuiteSystem, ...], list[SuiteTask]] = {}
        for task in part.suite.tasks:
            asked = {
                c.cell.request.model
                for c in mine
                if (c.cell.request.task, c.cell.request.seeker) == (task.task, task.seeker)
            }
            systems = tuple(s for s in part.suite.systems if s.model in asked)
            if systems:
                by_systems.setdefault(systems, []).append(task)
        source = part.with_source() if by_systems else part.suite
        suites += [
            source.model_copy(update={"systems": systems, "tasks": tuple(tasks)})
            for systems, tasks in by_systems.items()
        ]
    return suites


def _keep(
    outcome: Outcome,
    candidate: Candidate | None,
    nightly: Nightly,
    result: Result,
    history: History,
    folders: Folders,
) -> None:
    if candidate is None:
        return
    if outcome.record is None or outcome.path is None:
        result.broken[candidate.name] = outcome.fault or "no record"
        return
    if outcome.failed:
        result.failed[candidate.name] = outcome.failed
    place = outcome.path.relative_to(folders.records).as_posix()
    night = night_of(outcome.record, place, result.night, candidate.shape, nightly.figures)
    history.add(candidate.name, night)


def _compare(
    nightly: Nightly,
    due: Sequence[Candidate],
    result: Result,
    history: History,
    folders: Folders,
) -> None:
    tests = (len(due) + len(result.rested)) * len(nightly.figures)
    for candidate in due:
        nights = history.read(candidate.name)
        if not nights or nights[-1].night != result.night:
            continue
        for figure in nightly.figures:
            seen = compared(candidate.name, nights, figure, nightly.level / tests)
            result.compared.append(seen)
            if not seen.found or seen.since is None:
                continue
            told = {**nights[-1].told, figure: seen.since}
            nights = [*nights[:-1], nights[-1].model_copy(update={"told": told})]
            if seen.kind == "regression":
                result.notes.append(write_note(seen, result.night, folders.notes))
        history.add(candidate.name, nights[-1])


@contextmanager
def _timed(result: Result, step: str) -> Iterator[None]:
    began = monotonic()
    try:
        yield
    finally:
        result.seconds[step] = monotonic() - began
