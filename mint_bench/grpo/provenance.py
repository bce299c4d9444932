"""What a training's steps were made with: the versions that move weights, and the machine.

Another version may draw or sum otherwise. Refuses nothing: it is told, and kept for the record.
"""

import platform
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from mint_bench import __version__
from mint_bench.engines.decide import installed
from mint_bench.engines.engine import hardware
from mint_bench.files import write_json
from mint_bench.grpo.checkpoints import RUN, VERSIONS, begun, latest, step_of
from mint_bench.grpo.models import NEEDED
from mint_bench.grpo.processes import count

Versions = dict[str, str]


def versions(*, vllm: bool) -> Versions:
    """Versions by name, as records have them; what is not installed is left out.

    Args:
        vllm: Whether vLLM draws the replies.
    """
    names = (*NEEDED, "vllm") if vllm else NEEDED
    known = {name: number for name in names if (number := installed(name))}
    return {"mint_bench": __version__, **known, "python": platform.python_version()}


def ran_with(folder: Path) -> list[Versions]:
    """The sets of versions that made a training's steps, oldest first; empty if none were kept."""
    return [dict(one) for one in begun(folder).get(VERSIONS, ())]


def keep(folder: Path, now: Versions, steps: int) -> None:
    """Add a set of versions to a claimed folder, if it makes steps and is not the last one's.

    Args:
        folder: Of the run.
        now: From `versions`.
        steps: Of the whole training.
    """
    saved, before = latest(folder), ran_with(folder)
    if (saved and step_of(saved) >= steps) or before[-1:] == [now]:
        return
    write_json(folder / RUN, {**begun(folder), VERSIONS: [*before, now]})


def mixed(ran: Sequence[Versions]) -> list[str]:
    """A line on the versions that changed while a training went on, if any did."""
    names = dict.fromkeys(name for one in ran for name in one)
    numbers = {
        name: [key for key, _ in groupby(one.get(name, "none") for one in ran)] for name in names
    }
    changed = [f"{name} {', then '.join(found)}" for name, found in numbers.items() if found[1:]]
    if not changed:
        return []
    return [f"Steps were made with {'; '.join(changed)}: by one version they might be others."]


def trained_on() -> str:
    """The machine and, where they train, its GPUs: one a process."""
    import torch

    if not torch.cuda.is_available():
        return hardware()
    return f"{hardware()}; {count()} x {torch.cuda.get_device_name()}"
