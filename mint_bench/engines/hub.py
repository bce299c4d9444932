"""Weights by their name on the Hugging Face hub: asked for before anything is fetched or started.

Fetches no weights. Which hub is asked stands in the environment (`HF_ENDPOINT`), as its own library
has it.
"""

import importlib.util
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mint_bench.engines.decide import Machine
from mint_bench.engines.memory import check_size, is_weights
from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError, on_one_line

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

PATIENCE = 10.0
"""Seconds for the hub's answer."""
_HOW = "check its name; for one that is private or gated set HF_TOKEN to a token that may read it"


def check_on_hub(name: str, here: Machine, telling: Telling, gpus: int | None = 1) -> None:
    """Refuse a model that the hub does not have, or that this machine's memory cannot hold.

    Where the hub cannot be reached, what lies in this machine's cache will do.

    Args:
        name: `ORGANISATION/NAME`.
        here: What the weights would run on.
        telling: Told where the cache is taken.
        gpus: That one copy of the weights is split over; None where its size is not to be looked
            at.

    Raises:
        MintError: If there is no such model, it may not be read, it is too large, or the hub
            cannot be reached and the model is not on this machine either.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        return  # nor is there what would load it, and that is told
    try:
        found = _info(name)
    except _CannotBeReachedError as fault:
        cached = _cached(name)
        if cached is None:
            raise MintError(
                f"{name}: the Hugging Face hub cannot be reached ({fault}), and the model is not "
                "in this machine's cache; check the network, or give a folder of weights"
            ) from None
        telling.say(f"hub: cannot be reached ({fault}); {name} is taken from this machine's cache")
        sizes = {path.name: path.stat().st_size for path in cached.iterdir() if path.is_file()}
    else:
        sizes = {one.rfilename: one.size or 0 for one in found.siblings or ()}
    if gpus is not None:
        check_size(name, weights_size(sizes.items()), here, gpus)


def weights_size(files: Iterable[tuple[str, int]]) -> int:
    """Bytes of the files that are loaded, of one form where a model is there in several.

    >>> weights_size([("model-1.safetensors", 5), ("consolidated.safetensors", 5),
    ...               ("pytorch_model.bin", 5), ("onnx/model.onnx", 9), ("config.json", 1)])
    5
    """
    top = [(name, size) for name, size in files if is_weights(name)]
    for start, end in (("model", ".safetensors"), ("", ".safetensors"), ("", ".bin")):
        if found := [size for name, size in top if name.startswith(start) and name.endswith(end)]:
            return sum(found)
    return 0


class _CannotBeReachedError(Exception):
    """The hub gave no answer; says why."""


def _info(name: str) -> "ModelInfo":
    """What the hub says of a model, its files with their sizes.

    Raises:
        MintError: If there is none, or it may not be read.
        _CannotBeReachedError: If there is no answer.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        RepositoryNotFoundError,
    )

    hub = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    try:
        found = hub.model_info(name, files_metadata=True, timeout=PATIENCE)
        if found.gated:
            hub.auth_check(name)
    except GatedRepoError:
        raise MintError(
            f"{name}: the model is gated and may not be read; ask for access on its page and set "
            "HF_TOKEN"
        ) from None
    except RepositoryNotFoundError:
        raise MintError(f"{name}: the Hugging Face hub has no such model; {_HOW}") from None
    except HFValidationError as error:
        raise MintError(
            f"{name}: is no name of a model on the hub ({on_one_line(error)})"
        ) from None
    except HfHubHTTPError as error:
        if error.response is not None and error.response.status_code in {401, 403}:
            raise MintError(f"{name}: the hub refuses to show the model; {_HOW}") from None
        raise _CannotBeReachedError(on_one_line(error)) from None
    except Exception as error:  # noqa: BLE001 - each kind of network has errors of its own
        raise _CannotBeReachedError(on_one_line(error)) from None
    return found


def _cached(name: str) -> Path | None:
    """The folder in the hub's cache that holds a model, None where it was never fetched."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, "config.json")
    return Path(found).parent if isinstance(found, str) else None
