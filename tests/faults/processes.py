"""Runs of the command line, each in a process of its own that can be killed.

They are forked from a process that has imported the package already, so that a fault hits the run
and not Python's start; one with an engine in it starts anew.
"""

import multiprocessing
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 600
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.warm"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where runs of one command work.

    Attributes:
        folder: Logs and records.
        data: What Inspect keeps aside of a run that goes on.
        said: What they print, run by run.
    """

    folder: Path
    data: Path
    said: Path

    @classmethod
    def below(cls, root: Path) -> "Place":
        """All of it in one folder."""
        return cls(root / "run", root / "data", root / "said")


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run left behind: its exit code (minus the signal that ended it) and its words."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """What it said to the user of its end, without progress."""
        return [line for line in self.err.splitlines() if line.startswith("mint-bench: ")]


class Run:
    """A run that goes on."""

    def __init__(
        self, words: list[str], place: Place, *, fork: bool = True, most: int | None = None,
        clock: Path | None = None, **environment: str,
    ) -> None:  # fmt: skip
        """Start it.

        Args:
            words: After `mint-bench`.
            place: Where it works.
            fork: Whether it is forked from a process that has the package.
            most: Bytes that a file of it may have, as a disk that is full.
            clock: Once this file is there, the clock is a day behind.
            environment: For it alone.
        """
        folder = place.folder
        for path in (folder, place.data, place.said):
            path.mkdir(parents=True, exist_ok=True)
        number = len(list(place.said.glob("*.err")))
        self._said = [place.said / f"{number}.{end}" for end in ("out", "err")]
        given = {"XDG_DATA_HOME": str(place.data), "NO_COLOR": "1", **environment}
        self._process: Any
        if fork:
            arguments = (words, folder, given, self._said, most, clock)
            self._process = _FORKS.Process(target=_live, args=arguments, daemon=True)
            self._process.start()
        else:
            with self._said[0].open("w") as out, self._said[1].open("w") as err:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "mint_bench.cli", *words],
                    cwd=folder, env=os.environ | given, stdout=out, stderr=err,
                )  # fmt: skip

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        if isinstance(self._process, subprocess.Popen):
            return self._process.poll() is not None
        return self._process.exitcode is not None

    def kill(self) -> Ended:
        """End it with signal 9."""
        self._process.kill()
        return self.wait()

    def wait(self, patience: float = PATIENCE) -> Ended:
        """Wait for its end.

        Raises:
            TimeoutError: If there is none.
        """
        until = time.monotonic() + patience
        while not self.ended:
            if time.monotonic() > until:
                self._process.kill()
                raise TimeoutError(self._said[1].read_text())
            time.sleep(0.02)
        popen = isinstance(self._process, subprocess.Popen)
        code = self._process.returncode if popen else self._process.exitcode
        return Ended(code, *(path.read_text() for path in self._said))


def _live(
    words: list[str], folder: Path, environment: dict[str, str], said: list[Path],
    most: int | None, clock: Path | None,
) -> None:  # fmt: skip
    os.chdir(folder)
    os.environ.update(environment)
    for path, number in zip(said, (1, 2), strict=True):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, number)
    if most is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    if clock is not None:
        from tests.faults.clock import falls_back

        falls_back(clock)
    sys.argv = ["mint-bench", *words]
    from mint_bench.cli import main

    main()
