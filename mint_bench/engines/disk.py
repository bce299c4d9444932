"""Where a run writes: tried before it begins; and a disk that is full is told in one line.

Not in what failed after it.
"""

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mint_bench.errors import MintError

LEAST = 1 << 20
"""Bytes; with less room than that, a run's log cannot be written."""
_SAID = ("No space left on device", "disk is full", "Disk quota exceeded", "[Errno 27]")
"""The last is a file that may not grow."""


def check_writable(folder: Path) -> None:
    """Refuse a folder in which nothing can be written, before there is anything to write.

    Tried, not asked: only so does every kind of file system tell. What was made for it is taken
    away again.

    Raises:
        MintError: If it cannot be made or written.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise MintError(
            f"{folder}: no folder that can be written ({reason}); name another"
        ) from None
    finally:
        for path in made:
            with suppress(OSError):  # was not made, or somebody else came meanwhile
                path.rmdir()


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
    full = next(filter(_is_full, folders), None)
    if full is None and not any(phrase in said for phrase in _SAID):
        return
    where = f"{full}: the disk" if full else "a disk that the run writes to"
    raise MintError(
        f"{where} is full; make room and give the same command again to go on"
    ) from None


def _is_full(folder: Path) -> bool:
    usage = shutil.disk_usage(_there(folder))
    return usage.total > 0 and usage.free < LEAST  # what the kernel shows as files has no size


def _there(folder: Path) -> Path:
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if path.exists())
