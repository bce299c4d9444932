"""Runs a function over many indices, in two processes where that pays.

Processes are forked, so that nothing but results is copied between them; where a platform does
not fork, one process does it all.
"""

import gc
import multiprocessing
import sys
from collections.abc import Callable
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")
WORTH_IT = 64
WORKERS = 2
BATCH = 8

_work: Callable[[int], Any]


def each(work: Callable[[int], ResultT], count: int, done: Callable[[int], None]) -> list[ResultT]:
    """`work(0)` to `work(count - 1)`, in order.

    Args:
        work: Any function; it need not be picklable, its results must be.
        count: How many.
        done: Is told how many are finished.
    """
    if count < WORTH_IT or not sys.platform.startswith("linux"):
        return [_told(work(index), index, done) for index in range(count)]
    fork = multiprocessing.get_context("fork")
    with fork.Pool(WORKERS, initializer=_take, initargs=(work,)) as pool:
        results = pool.imap(_do, range(count), chunksize=BATCH)
        return [_told(result, index, done) for index, result in enumerate(results)]


def _told(result: ResultT, index: int, done: Callable[[int], None]) -> ResultT:
    done(index + 1)
    return result


def _take(work: Callable[[int], Any]) -> None:
    global _work  # noqa: PLW0603 - what a forked process inherits and no pickle could carry
    _work = work
    # What was inherited is never garbage, and the work leaves none in circles: do not look for it.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _do(index: int) -> Any:  # noqa: ANN401 - whatever the work gives
    return _work(index)
