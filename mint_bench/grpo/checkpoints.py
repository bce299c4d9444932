"""Checkpoints from which a training goes on exactly, and the folder that knows its own recipe.

A step is one generation: TRL keeps no buffer of replies over a checkpoint, so none may be needed.
What was written in part, by a process that was killed, has no mark and is passed over.
"""

import random
from pathlib import Path
from typing import Any

import numpy as np

from mint_bench.errors import MintError
from mint_bench.files import read_json, write_json
from mint_bench.grpo.recipe import Recipe

MARK = "complete.json"
RUN = "run.json"
FREE = ("title", "description", "launch", "watch", "training.keep", "training.sample_every",
        "training.save_every", "training.trackers")  # fmt: skip
"""Settings that may change between start and end: they shape nothing that is learned."""


def mark(checkpoint: Path, step: int) -> None:
    """Say that a checkpoint is whole."""
    write_json(checkpoint / MARK, {"step": step})


def latest(folder: Path) -> Path | None:
    """The newest whole checkpoint of a run; None where there is none."""
    whole = [path.parent for path in folder.glob(f"checkpoint-*/{MARK}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def claim(folder: Path, recipe: Recipe, data: dict[str, Any]) -> None:
    """Make the folder this training's, or find that it is.

    Args:
        folder: Of the run.
        recipe: What is trained.
        data: What pins the data and the base model.

    Raises:
        MintError: If another training began there; the message names the first difference.
    """
    mine = {**_flat(recipe.model_dump(mode="json")), **_flat(data, "data")}
    path = folder / RUN
    if not path.exists():
        write_json(path, mine)
        return
    theirs = read_json(path)
    keys = [key for key in {**theirs, **mine} if not _free(key)]
    for key in keys:
        if theirs.get(key) != mine.get(key):
            raise MintError(
                f"{folder}: was begun with {key} {theirs.get(key)!r}, now {mine.get(key)!r}; "
                "choose another --out or restore the setting"
            )


def _free(key: str) -> bool:
    return any(key == free or key.startswith(f"{free}.") for free in FREE)


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        name = f"{prefix}.{key}" if prefix else key
        flat |= _flat(inner, name) if isinstance(inner, dict) and inner else {name: inner}
    return flat


def random_state() -> tuple[Any, ...]:
    """The state of everything that draws: Python, numpy, torch and its devices."""
    import torch

    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return random.getstate(), np.random.get_state(), torch.get_rng_state(), devices  # noqa: NPY002


def restore(state: tuple[Any, ...]) -> None:
    """Take up a state of `random_state`."""
    import torch

    random.setstate(state[0])
    np.random.set_state(state[1])  # noqa: NPY002
    torch.set_rng_state(state[2])
    if state[3]:
        torch.cuda.set_rng_state_all(state[3])
