"""How Inspect reaches one model: its name there, and what goes with it.

Starts nothing; models that need a server are `reaching`'s.
"""

import os
import platform
from dataclasses import dataclass
from typing import Any

from mint_bench.engines.decide import Machine
from mint_bench.engines.fingerprint import revision_of
from mint_bench.inspect_plugin.board import HARDWARE, MODEL_REVISION, OPEN_WEIGHTS

EMBEDDED = "embedded"
AT_ONCE = 32
"""Requests at a time to a server, where the user says nothing: what keeps its batch full."""
AT_HAND = 2
"""Times as many to one that was started here: while Inspect looks at answers that came together,
the engine goes on with those that wait."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How Inspect reaches a model.

    Attributes:
        model: Inspect's name for it; None where no model is asked.
        arguments: Passed to the provider.
        metadata: What the log should say beside it.
        at_once: Requests at a time that keep it busy; None for the provider's own number.
    """

    model: str | None
    arguments: dict[str, Any]
    metadata: dict[str, str]
    at_once: int | None = None


def engine_for(model: str) -> Engine:
    """How to reach a model that Inspect or this package's own systems have.

    Raises:
        MintError: If the embedded model cannot be had.
    """
    if model == "human":
        return Engine(None, {}, {})
    if model == EMBEDDED:
        from mint_bench.local_models.embedded_model import HUB_NAME, embedded_model_path

        prepare_local(f"hf/{HUB_NAME}")
        path = str(embedded_model_path())
        said = embedded_weights() | {HARDWARE: hardware()}
        return Engine(f"hf/{HUB_NAME}", {"model_path": path}, said)
    if model.startswith("hf/"):
        prepare_local(model)
        return Engine(model, {}, folder_weights(model) | {HARDWARE: hardware()})
    return Engine(model, {}, {})


def embedded_weights() -> dict[str, str]:
    """What a run's metadata say of the embedded model's weights, however it is reached."""
    from mint_bench.local_models.embedded_model import REVISION

    return {MODEL_REVISION: REVISION, OPEN_WEIGHTS: "yes"}


def folder_weights(model: str) -> dict[str, str]:
    """What a run's metadata say of weights in a folder, however they are loaded.

    Raises:
        MintError: If a file cannot be read.
    """
    revision = revision_of(model)
    return {MODEL_REVISION: revision} if revision else {}


def hardware(here: Machine | None = None) -> str:
    """What local models run on here."""
    what = f"{platform.machine()}, {os.cpu_count()} CPUs"
    if here is None:
        return what
    return f"{what}{', GPU' if here.gpu else ''}; vLLM {here.vllm}"


def prepare_local(model: str) -> None:
    """What must be said before Inspect loads local weights.

    Idle threads must not spin: on a few cores that costs five times and more (heard only before
    torch is loaded). And Inspect must know the model: of one that it does not, it loads the
    weights a second time, by name alone, to look it up.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from inspect_ai.model import ModelInfo, set_model_info

    set_model_info(model, ModelInfo(model=model.partition("/")[2]))
