"""Makes a lack of memory a fault that a training can tell of, on a machine without GPU.

Linux ends a process without a word once memory is gone. One that may not take more than is free
gets an error instead. A GPU's memory is not this module's business: torch tells of it.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mint_bench.engines.memory import free_memory
from mint_bench.grpo import processes

_STATUS = Path("/proc/self/status")
_DATA = "VmData:"
"""Which of its lines counts what `RLIMIT_DATA` bounds; see proc(5)."""
_USABLE = 0.95
"""Share of what is free; the rest is for other programs."""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Let this process take no more memory than is free now; afterwards it may again, as to save.

    Processes of one training on one machine have equal shares. Swap does not count as free: a
    training that swaps gets nowhere. Nothing is bounded where the system does not say what is free
    or taken, and where torch trains on a GPU, whose driver reserves addresses by the terabyte.
    """
    import torch

    free, taken = free_memory(), _taken()
    if free is None or not taken or torch.cuda.is_available():
        yield
        return
    import resource  # not on every system

    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    bound = taken + int(_USABLE * free / processes.on_this_machine())
    bounds = [one for one in (bound, before) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def _taken() -> int:
    """Bytes that this process has for data, used or not; 0 where the system does not say."""
    try:
        lines = _STATUS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(_DATA)), 0)
