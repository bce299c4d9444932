"""One run at a time in a folder of logs: a second one is told to wait, and touches nothing.

The lock is the system's and ends with the process, however that ends; it needs no cleaning up.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from mint_bench.errors import MintError

LOCK = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder of logs for as long as the context lasts.

    A folder that was made for it and stayed empty is taken away again.

    Args:
        folder: Made if it is not there.

    Raises:
        MintError: If another run holds it, or it cannot be written.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise MintError(
            f"{folder}: another run is at work here; wait for its end and give the same command "
            "again, or give another --log-dir"
        ) from None
    except NotImplementedError:
        pass  # a file system without locks: to run is worth more than to be alone
    except OSError as error:
        raise MintError(f"{folder}: cannot be written ({error.strerror or error})") from None
    try:
        yield
    finally:
        lock.release()
        if made:
            with suppress(OSError):  # somebody else came meanwhile
                _take_away(made)


def _take_away(made: list[Path]) -> None:
    folder = made[0]
    if {path.name for path in folder.iterdir()} <= {LOCK}:
        (folder / LOCK).unlink(missing_ok=True)
        for path in made:
            path.rmdir()
