"""Each fault, planted in real runs; then the same command again, and what is there is counted.

Nothing is asserted here: the tests do, and `make faults` writes the figures down.
"""

import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from tests.faults.left import (
    difference,
    half_written,
    kept,
    parts_that_differ,
    records,
    without_unscored,
)
from tests.faults.processes import Ended, Place, Run
from tests.faults.there import CUT, LARGE, SHAPE, SMALL, WAYS, Models

RETRIES = 3
IN_SUITE = 3
"""Every so many kills hit a suite instead of a run."""
SHARED = {
    "source": "starter", "max_turns": 2, "tagger": "embedded-fast", "judge": "llm-joint",
    "temperature": 0,
}  # fmt: skip


@dataclass
class Tally:
    """What one kind of fault did.

    Attributes:
        name: The fault.
        runs: Processes that ended.
        planted: Faults.
        conversations: That should be in the records at the end.
        lost: Of them, not there.
        doubled: There twice.
        again: Finished before the fault, and held again after it.
        kept: Finished before the fault.
        unscored: Replies without a rating at the end.
        expected: Replies whose rating the fault took for good.
        unequal: Records that differ from undisturbed ones.
        parts: What differs in them.
        half: Half-written files.
        disk: What stood for a small disk.
        ends: How each process ended.
    """

    name: str
    runs: int = 0
    planted: int = 0
    conversations: int = 0
    lost: int = 0
    doubled: int = 0
    again: int = 0
    kept: int = 0
    unscored: int = 0
    expected: int = 0
    unequal: int = 0
    parts: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    disk: str = ""
    ends: list[Ended] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether something is not as it should be."""
        due = self.unscored == self.expected
        return bool(self.lost or self.doubled or self.again or self.unequal or self.half or not due)

    def ended(self, run: Ended) -> Ended:
        """Count a process."""
        self.runs += 1
        self.ends.append(run)
        return run

    def compare(self, place: Place, whole: dict[str, Any]) -> None:
        """Count what is there at the end; whole records where no rating is gone for good."""
        found = records(place.folder)
        told = difference(found, whole)
        self.conversations += told.conversations
        self.lost += told.lost
        self.doubled += told.doubled
        self.unscored += told.unscored
        shown = without_unscored(found, whole)
        self.unequal += difference(*shown).unequal
        self.parts += parts_that_differ(*shown)
        self.half += half_written(place.folder)


@dataclass
class World:
    """The models that are there, and how undisturbed runs against them end.

    Attributes:
        models: On loopback.
        root: Folder of everything.
        seed: Of all moments.
    """

    models: Models
    root: Path
    seed: int = 0
    _whole: dict[bool, tuple[dict[str, Any], int]] = field(default_factory=dict)

    def place(self, name: str) -> Place:
        """A new place."""
        return Place.below(Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root)))

    def start(self, place: Place, *, suite: bool = False, **how: Any) -> Run:
        """Start a run, or a suite of two systems."""
        keys = {"BOX_BASE_URL": self.models.url, "BOX_API_KEY": "none"}
        if suite:
            place.folder.mkdir(parents=True, exist_ok=True)
            (place.folder / "suite.yaml").write_text(yaml.safe_dump(self._suite()))
            return Run(["suite", "suite.yaml"], place, **keys, **how)
        return Run(self.words, place, **keys, **how)

    @property
    def words(self) -> list[str]:
        """A run on the command line."""
        options = SHARED | {"limit": 6, "max_connections": 4}
        given = [x for name, v in options.items() for x in (f"--{name.replace('_', '-')}", str(v))]
        judge = yaml.safe_dump(self._judge(), default_flow_style=True, width=10_000).strip()
        model = f"openai-api/box/{SMALL}"
        return ["run", model, "--base-url", self.models.url, *given, "--model-role",
                f"grader={judge}"]  # fmt: skip

    def _judge(self) -> dict[str, Any]:
        return {
            "model": f"openai-api/judge/{LARGE}", "max_retries": RETRIES, "attempt_timeout": 12,
            "model_args": {"base_url": self.models.url, "api_key": "none"},
        }  # fmt: skip

    def _suite(self) -> dict[str, Any]:
        systems = [f"openai-api/box/{SMALL}", "mint/parrot"]
        return {
            **SHARED, "limit": 3, "systems": systems, "roles": {"grader": self._judge()},
            "max_connections": 2,
        }  # fmt: skip

    def whole(self, *, suite: bool = False) -> tuple[dict[str, Any], int]:
        """Records of an undisturbed run, or suite, and how many requests it took."""
        if suite not in self._whole:
            place = self.place("whole")
            self.models.reset()
            ended = self.start(place, suite=suite).wait()
            if ended.code:
                raise RuntimeError(ended.out + ended.err)
            self._whole[suite] = records(place.folder), len(self.models.server.requests)
        return self._whole[suite]


def killed(world: World, times: int, told: Callable[[Tally], None] = lambda tally: None) -> Tally:
    """Runs and suites that are ended with signal 9 at random moments; `told` after each."""
    tally, chance = Tally("kill -9"), random.Random(world.seed)
    for number in range(times):
        suite = number % IN_SUITE == IN_SUITE - 1
        whole, requests = world.whole(suite=suite)
        moment = (chance.randint(0, requests), chance.uniform(0, 0.6))
        place = world.place("killed")
        _kill_and_finish(world, tally, place, moment, {"suite": suite})
        tally.compare(place, whole)
        told(tally)
    return tally


def _kill_and_finish(
    world: World, tally: Tally, place: Place, moment: tuple[int, float], how: dict[str, Any],
    after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Kill a run some seconds after so many requests, and finish it with the same command."""
    world.models.reset()
    run = world.start(place, **how)
    world.models.until(moment[0], run)
    time.sleep(moment[1])
    at = datetime.now(UTC)
    tally.ended(run.kill())
    tally.planted += 1
    world.models.reset()
    tally.ended(world.start(place, **(how | (after or {}))).wait())
    if after and "clock" in after:  # by another clock, nobody knows what was finished before
        return
    asked = set(world.models.asked)
    before = kept(place.folder, at)
    tally.kept += len(before)
    mine = [first for name, first in before.items() if SMALL in name]
    tally.again += sum(first in asked for first in mine)


def embedded_killed(world: World) -> Tally:
    """The embedded model, greedy, with the judge on loopback, killed in the middle."""
    tally = Tally("kill -9, embedded model")
    judge = yaml.safe_dump(world._judge(), default_flow_style=True, width=10_000).strip()
    words = [
        "run", "embedded", "--source", "starter", "--limit", "4", "--max-turns", "1",
        "--max-tokens", "12", "--temperature", "0", "--max-connections", "1", "--tagger",
        "embedded-fast", "--judge", "llm-joint", "--model-role", f"grader={judge}",
    ]  # fmt: skip
    undisturbed, place = world.place("whole"), world.place("embedded")
    world.models.reset()
    Run(words, undisturbed, fork=False).wait()
    world.models.reset()
    run = Run(words, place, fork=False)
    world.models.until(random.Random(world.seed).randint(1, 3), run)
    at = datetime.now(UTC)
    tally.ended(run.kill())
    tally.planted += 1
    tally.ended(Run(words, place, fork=False).wait())
    tally.kept += len(kept(place.folder, at))
    tally.compare(place, records(undisturbed.folder))
    return tally


def disk_full(world: World, shares: tuple[float, ...] = (0.05, 0.5)) -> Tally:
    """Runs whose disk has room for a share of what they write; then there is more room."""
    tally = Tally("disk full")
    whole, _ = world.whole()
    for share in shares:
        for all_on_it in (False, True):
            with _small_disk(world, share, all_on_it=all_on_it) as (place, limits, grow):
                world.models.reset()
                tally.ended(world.start(place, **limits).wait())
                tally.planted += 1
                grow()
                tally.ended(world.start(place).wait())
                tally.compare(place, whole)
                tally.disk = "a limit on the size of files" if limits else "a small tmpfs"
    return tally


@contextmanager
def _small_disk(
    world: World, share: float, *, all_on_it: bool
) -> Iterator[tuple[Place, dict[str, Any], Any]]:
    """A place on a small file system, or with a limit on files; and what makes room."""
    root = world.place("disk").folder.parent
    disk = root / "disk"
    disk.mkdir()
    room = int(share * (600_000 if all_on_it else 90_000))
    data = disk / "data" if all_on_it else root / "data"
    place = Place(disk / "run", data, root / "said")
    words = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(words, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        yield place, {"most": room // 4}, lambda: None
        return
    try:
        remount = ["mount", "-o", "remount,size=64m", str(disk)]
        yield place, {}, lambda: subprocess.run(remount, check=True, capture_output=True)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True, capture_output=True)


def judge_fails(world: World, way: str) -> Tally:
    """A run of whose judge calls 30 % fail in one way; the same command once more."""
    tally, place = Tally(f"judge: {way}"), world.place("judge")
    world.models.reset(WAYS[way])
    tally.ended(world.start(place).wait())
    tally.planted = world.models.planted
    enough = 1 if WAYS[way] in {CUT, SHAPE} else RETRIES + 1
    tally.expected = sum(count >= enough for count in world.models.spoilt.values())
    world.models.reset()
    tally.ended(world.start(place).wait())
    tally.compare(place, world.whole()[0])
    return tally


def clock_back(world: World) -> Tally:
    """The clock falls back a day in the middle of a run, and between a run and its resumption."""
    tally = Tally("clock back a day")
    whole, requests = world.whole()
    place = world.place("clock")
    sign = place.folder.parent / "back"
    world.models.reset()
    run = world.start(place, clock=sign)
    world.models.until(requests // 2, run)
    sign.touch()
    tally.planted += 1
    tally.ended(run.wait())
    tally.compare(place, whole)
    place = world.place("clock")
    behind = place.folder.parent / "back"
    behind.touch()
    _kill_and_finish(world, tally, place, (requests // 2, 0.5), {}, {"clock": behind})
    tally.ended(world.start(place).wait())  # with the clock set right
    tally.compare(place, whole)
    return tally


def two_at_once(world: World) -> Tally:
    """The same run, and the same suite, started while another one of it is under way."""
    tally = Tally("two at once")
    for suite, share in ((False, 0), (False, 0.5), (True, 0.5)):
        whole, requests = world.whole(suite=suite)
        place = world.place("two")
        world.models.reset()
        first = world.start(place, suite=suite)
        world.models.until(int(share * requests), first)
        second = world.start(place, suite=suite)
        tally.planted += 1
        for run in (first, second):
            tally.ended(run.wait())
        tally.again += max(0, len(world.models.server.requests) - requests)
        tally.compare(place, whole)
    return tally
