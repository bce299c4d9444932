"""Whether weights fit into this machine's memory, before anything is loaded.

A GPU's memory is not looked at: vLLM does that itself, and says so.
"""

from pathlib import Path

from mint_bench.engines.decide import Machine
from mint_bench.errors import MintError

_MEMINFO = Path("/proc/meminfo")


def fits(weights: str, here: Machine) -> None:
    """Refuse weights on this machine's disk that its free memory cannot hold.

    Raises:
        MintError: If they are larger. With a GPU, its own memory counts and vLLM says so itself.
    """
    folder = Path(weights).expanduser()
    if here.gpu or not folder.is_dir():
        return
    size = sum(p.stat().st_size for p in folder.iterdir() if p.suffix in {".safetensors", ".bin"})
    free = free_memory()
    if free is not None and size > free:
        raise MintError(
            f"{weights}: too little memory: the weights take {size / 1e9:.1f} GB and "
            f"{free / 1e9:.1f} GB are free; take a smaller model or a server (--base-url)"
        )


def free_memory() -> int | None:
    """Bytes that may still be taken, None where the system does not say."""
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        return next(int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable"))
    except (OSError, ValueError, StopIteration):
        return None
