"""What a check has to say of a record: one line each, at one of three levels."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["fault", "look", "unchecked"]
TOLD: dict[Level, str] = {
    "fault": "must be put right before the record can join",
    "look": "someone should look at it",
    "unchecked": "cannot be seen in the record",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line.

    Attributes:
        level: `fault` keeps a record out; `look` asks a maintainer; `unchecked` says what a
            record without text cannot show.
        check: Name of the check.
        text: What was found, in one line; may hold a stranger's words.
    """

    level: Level
    check: str
    text: str
