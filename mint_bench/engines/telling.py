"""How a run speaks while it works: lines that stay, and one that the next replaces.

Where they are shown is the caller's.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass


def said_on_standard_error(line: str) -> None:
    """Progress where people see it and standard output stays the caller's."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


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
