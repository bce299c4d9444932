"""The processes of one training: which this one is, and how all come to know the same.

What is written, told or paid for is the first one's business; what decides how training goes on
must be equal on all, or they wait for each other for ever.
"""

import os
from typing import TypeVar

from mint_bench.errors import MintError

T = TypeVar("T")


def count() -> int:
    """How many there are."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def on_this_machine() -> int:
    """How many of them share this machine's memory."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def number() -> int:
    """Which one this is."""
    return int(os.environ.get("RANK", "0"))


def is_first() -> bool:
    """Whether this is the one that writes and tells."""
    return number() == 0


def take_gpu() -> None:
    """Make this process's own GPU the one that `cuda` means, for all that is loaded from now on.

    Raises:
        MintError: If several are visible and no launcher shared them out.
    """
    import torch

    gpus = torch.cuda.device_count()
    if "LOCAL_RANK" in os.environ:
        if gpus:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % gpus)
        return
    if gpus > 1:
        raise MintError(
            f"{gpus} GPUs are visible to one process; put `accelerate launch --num_processes "
            f"{gpus} --no_python` before the same command, or show it one GPU by "
            "CUDA_VISIBLE_DEVICES=0"
        )


def shared(value: T) -> T:
    """The first process's value, on every process; all must call it together."""
    if count() == 1:
        return value
    from accelerate.utils import broadcast_object_list

    box = [value]
    broadcast_object_list(box)
    return box[0]


def anywhere(holds: bool) -> bool:  # noqa: FBT001 - one fact of each process
    """Whether it holds on any process; all must call it together."""
    if count() == 1:
        return holds
    from accelerate.utils import gather_object

    return any(gather_object([holds]))
