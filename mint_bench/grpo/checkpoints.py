"""Checkpoints from which a training goes on exactly, and the folder that knows its own recipe.

A step is one generation: TRL keeps no buffer of replies over a checkpoint, so none may be needed.
What was written in part, by a process that was killed, has no mark and is passed over.
"""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from mint_bench.errors import MintError
from mint_bench.files import read_json, write_json
from mint_bench.grpo import processes
from mint_bench.grpo.recipe import Recipe
from mint_bench.resources import sha256_text

MARK = "complete.json"
RUN = "run.json"
PER_DEVICE = "training.per_device"
VERSIONS = "versions"
"""Sets of versions that made the training's steps."""
FREE = ("title", "description", "launch", "watch", VERSIONS, "training.keep",
        "training.sample_every", "training.save_every", "training.trackers", PER_DEVICE,
        "training.gradient_checkpointing", "reward.quality.batch", "reward.quality.url",
        "rollout.vllm_memory", "rollout.vllm_url")  # fmt: skip
"""Settings that may change between start and end: they shape nothing that is learned.

How much is in memory at a time changes a step by rounding only. An entropy bonus is a mean over
what is in memory: beside one, `PER_DEVICE` is not free.
"""


def mark(checkpoint: Path, step: int) -> None:
    """Say that a checkpoint is whole."""
    write_json(checkpoint / MARK, {"step": step})


def step_of(checkpoint: Path) -> int:
    """The step after which it was saved."""
    return int(checkpoint.name.rpartition("-")[2])


def latest(folder: Path) -> Path | None:
    """The newest whole checkpoint of a run; None where there is none."""
    whole = [path.parent for path in folder.glob(f"checkpoint-*/{MARK}")]
    return max(whole, key=step_of, default=None)


def agreed(folder: Path) -> Path | None:
    """The first process's newest whole checkpoint, from which all go on; None where it has none.

    Raises:
        MintError: If a process does not see it, or not the folder that the first one claimed.
    """
    found = processes.shared(latest(folder))
    mine = folder / RUN if found is None else found / MARK
    if processes.anywhere(not mine.exists()):
        raise MintError(
            f"{mine.parent}: not every machine sees this folder; name by --out one on a disk that "
            "all of them share"
        )
    return found


def log_of(checkpoint: Path) -> list[dict[str, Any]]:
    """The trainer's log up to a checkpoint."""
    return list(read_json(checkpoint / "trainer_state.json")["log_history"])


def digest(recipe: Recipe) -> str:
    """The same for all trainings that learn the same."""
    settings = flat(recipe.model_dump(mode="json"))
    shaping = {key: value for key, value in settings.items() if not is_free(key, recipe)}
    return sha256_text(json.dumps(shaping, sort_keys=True))[:8]


def begun(folder: Path) -> dict[str, Any]:
    """What the folder's training was begun with; empty where none was."""
    path = folder / RUN
    return dict(read_json(path)) if path.exists() else {}


def claim(folder: Path, recipe: Recipe, data: dict[str, Any]) -> None:
    """Make the folder this training's, or find that it is.

    Args:
        folder: Of the run.
        recipe: What is trained.
        data: What pins the data and the base model.

    Raises:
        MintError: If another training began there; the message names the first difference.
    """
    pinned = flat(data, "data")
    mine = {**flat(recipe.model_dump(mode="json")), **pinned}
    path = folder / RUN
    if not path.exists():
        write_json(path, mine)
        return
    begun = read_json(path)
    theirs = {**_defaults(), **begun}  # a setting that was not there yet stood at its default
    for key in {**theirs, **mine}:
        if is_free(key, recipe) or (key in pinned and key not in begun):
            continue
        if theirs.get(key) != mine.get(key):
            raise MintError(
                f"{folder}: was begun with {key} {theirs.get(key)!r}, now {mine.get(key)!r}; "
                "choose another --out or restore the setting"
            )


def is_free(key: str, recipe: Recipe) -> bool:
    """Whether a setting of this recipe may change between start and end."""
    if key == PER_DEVICE and recipe.training.entropy_bonus:
        return False
    return any(key == free or key.startswith(f"{free}.") for free in FREE)


def _defaults() -> dict[str, Any]:
    """Of all parts of a recipe that need not be written."""
    parts = {name: field.default for name, field in Recipe.model_fields.items()}
    return flat({
        name: part.model_dump(mode="json")
        for name, part in parts.items()
        if isinstance(part, BaseModel)
    })


def flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings under their whole names, such as `training.seed`."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = f"{prefix}.{key}" if prefix else key
        found |= flat(inner, name) if isinstance(inner, dict) and inner else {name: inner}
    return found


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
