"""Many records verified, in two processes where there are many."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.leaderboard.processes import each
from mint_bench.records.verify import verify


def verify_all(paths: Sequence[Path], done: Callable[[int], None] = lambda _: None) -> list[str]:
    """What is wrong with the records that do not hold, one line each, in their order."""
    return [fault for fault in each(lambda i: _fault(paths[i]), len(paths), done) if fault]


def _fault(path: Path) -> str | None:
    try:
        verify(path)
    except MintError as error:
        return str(error)
    return None
