"""A run that fails because a disk is full says so in one line, and not in what failed after it."""

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mint_bench.errors import MintError

LEAST = 1 << 20
"""Bytes; with less room than that, a run's log cannot be written."""
_SAID = ("No space left on device", "disk is full", "Disk quota exceeded", "[Errno 27]")
"""The last is a file that may not grow."""


@contextmanager
def told_if_full(*folders: Path) -> Iterator[None]:
    """Turn a failure into a line about the full disk, where that is what it is.

    Nor does Python print a traceback for each line of a log file that has no room.

    Args:
        folders: Where the run writes.

    Raises:
        MintError: Instead of the failure.
    """
    kept, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    except (MintError, OSError, sqlite3.Error) as error:  # Inspect keeps samples in a database
        check_room(*folders, said=str(error))
        raise
    finally:
        logging.raiseExceptions = kept


def check_room(*folders: Path, said: str = "") -> None:
    """Refuse a full disk.

    Args:
        folders: Where something is written; they need not be there.
        said: What a failure says, which may be of another disk.

    Raises:
        MintError: If there is no room.
    """
    full = next((f for f in folders if shutil.disk_usage(_there(f)).free < LEAST), None)
    if full is None and not any(phrase in said for phrase in _SAID):
        return
    where = f"{full}: the disk" if full else "a disk that the run writes to"
    raise MintError(
        f"{where} is full; make room and give the same command again to go on"
    ) from None


def _there(folder: Path) -> Path:
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if path.exists())
