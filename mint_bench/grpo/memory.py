"""Makes a lack of memory a fault that a training can tell of, on a machine without GPU.

Linux ends a process without a word once memory is gone. One that may not take more than is free
gets an error instead. A GPU's memory is not this module's business: torch tells of it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mint_bench.engines.memory import free_memory

_PAGES = Path("/proc/self/statm")
_DATA = 5
"""Which of its numbers counts the pages that `RLIMIT_DATA` bounds, and stacks; see proc(5)."""
_USABLE = 0.95
"""Share of what is free; the rest is for other programs."""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Let this process take no more memory than is free now; afterwards it may again, as to save.

    Swap does not count as free: a training that swaps gets nowhere. Nothing is bounded where the
    system does not say what is free, and where there is a GPU, whose driver reserves addresses by
    the terabyte.
    """
    import torch

    free = free_memory()
    if free is None or torch.accelerator.is_available():
        yield
        return
    import resource  # not on every system

    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    bound = _taken(resource.getpagesize()) + int(_USABLE * free)
    bounds = [one for one in (bound, before) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def _taken(page: int) -> int:
    """Bytes that this process has for data, used or not."""
    return int(_PAGES.read_text(encoding="ascii").split()[_DATA]) * page
