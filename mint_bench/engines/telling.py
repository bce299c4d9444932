"""How a run speaks while it works: lines that stay, and one that the next replaces.

Where they are shown is the caller's.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

SOON, PLAIN_SECONDS = 2.0, 15.0
"""When a file or a pipe gets its first line of what is going on, and then how often."""


def said_on_standard_error(line: str) -> None:
    """Progress where people see it and standard output stays the caller's."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def every_so_often() -> Callable[[str], None]:
    """Says some of the lines that it is given on standard error, for a file or a pipe."""
    due = time.monotonic() + SOON

    def now(line: str) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + PLAIN_SECONDS
            said_on_standard_error(line)

    return now


def _unheard(line: str) -> None:  # noqa: ARG001 - it is heard by nobody
    return


@dataclass(frozen=True, slots=True)
class Telling:
    """Two ways to speak.

    Attributes:
        say: What was decided or has happened; it stays.
        now: What is going on, in one line; said often, and the next replaces it.
    """

    say: Callable[[str], None] = said_on_standard_error
    now: Callable[[str], None] = _unheard
