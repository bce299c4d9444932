"""Whether weights fit into this machine's memory, before anything is loaded or fetched."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from mint_bench.engines.decide import ADAPTER_CONFIG, Machine
from mint_bench.errors import MintError
from mint_bench.files import typed_folder

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_CONFIGS = ("config.json", "params.json", ADAPTER_CONFIG)
"""What says how weights are to be loaded: of transformers, of Mistral, of an adapter."""
_OF_FILES = ("inactive_file", "active_file")
"""What a group has of files in memory, and gives back when asked."""
_SECONDS = 20.0
_ASK_GPUS = ("--query-gpu=memory.total", "--format=csv,noheader,nounits")


def check_folder(weights: str, here: Machine, gpus: int | None = 1) -> None:
    """Refuse a folder that holds no weights, or such as memory cannot hold; a name is no folder.

    Args:
        weights: A folder, or a name on the hub.
        here: What they would run on.
        gpus: That one copy of the weights is split over; None where their size is not to be
            looked at.

    Raises:
        MintError: If so.
    """
    folder = typed_folder(weights)
    if folder is None:
        return
    files = [path for path in folder.iterdir() if path.is_file()]
    if gpus is not None:
        check_size(weights, sum(p.stat().st_size for p in files if is_weights(p.name)), here, gpus)
    if not any(path.name in _CONFIGS for path in files):
        raise MintError(f"{weights}: is no folder of weights (it holds no config.json)")


def is_weights(name: str) -> bool:
    """Whether a file of a model's folder holds weights that are loaded.

    >>> is_weights("model.safetensors"), is_weights("original/model.safetensors")
    (True, False)
    """
    return "/" not in name and name.endswith((".safetensors", ".bin"))


def check_size(weights: str, size: int, here: Machine, gpus: int = 1) -> None:
    """Refuse weights that memory cannot hold: that of the GPUs where there are any.

    Args:
        weights: As people know them.
        size: Bytes.
        here: What they would run on.
        gpus: That one copy of the weights is split over.

    Raises:
        MintError: If they are larger. Where memory cannot be told, they are not refused.
    """
    if here.gpu:
        each = gpu_memory()
        room = min(each) * gpus if each else None
        told, how = "the GPUs hold", "more GPUs (--tensor-parallel-size)"
    else:
        room, told, how = free_memory(), "free are", "a machine with more"
    if room is not None and size > room:
        raise MintError(
            f"{weights}: too little memory: the weights take {_gb(size)}, {told} {_gb(room)}; take "
            f"a smaller model, {how} or a server (--base-url)"
        )


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def free_memory() -> int | None:
    """Bytes that may still be taken, None where the system does not say.

    A container or a batch system may allow less than the machine has free: limits of Linux's
    control groups count, in their version 2.
    """
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        free = next(int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable"))
    except (OSError, ValueError, StopIteration):
        return None
    return max(0, min([free, *_allowed()]))


def _allowed() -> Iterator[int]:
    """Bytes that each control group of this process may still take, where it has a limit."""
    try:
        lines = _GROUP.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    group = _GROUPS / own
    for folder in (group, *group.parents):
        if not folder.is_relative_to(_GROUPS):
            return
        try:
            most = int((folder / "memory.max").read_text(encoding="ascii"))
            taken = int((folder / "memory.current").read_text(encoding="ascii"))
            pages = (folder / "memory.stat").read_text(encoding="ascii").split()
            kept = sum(int(pages[pages.index(name) + 1]) for name in _OF_FILES)
        except (OSError, ValueError, IndexError):  # the top has none; "max" is no limit
            continue
        yield most - taken + kept


def gpu_memory() -> list[int]:
    """Bytes of each GPU, as NVIDIA's own tool tells; none where it is not there."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        done = subprocess.run(  # noqa: S603 - found above
            [program, *_ASK_GPUS], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        return [int(line) * 1024**2 for line in done.stdout.split()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []
