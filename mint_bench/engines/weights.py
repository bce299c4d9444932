"""Weights that are to be run here: whether they are there and fit, before anything is started."""

from pathlib import Path

from mint_bench.engines.decide import Decision, Machine, Reach
from mint_bench.engines.hub import check_on_hub
from mint_bench.engines.memory import check_folder
from mint_bench.engines.telling import Telling

_OF_SIZE = frozenset({
    "cpu-offload-gb",
    "dtype",
    "hf-overrides",
    "load-format",
    "pipeline-parallel-size",
    "quantization",
})
"""Options of `vllm serve` with which weights take another room in memory than on the disk."""


def check_weights(decision: Decision, reach: Reach, here: Machine, telling: Telling) -> None:
    """Refuse weights that are not there, or too large; fetches none.

    Args:
        decision: How the model is reached; one without weights is not looked at.
        reach: What the user asked for.
        here: What the weights would run on.
        telling: Told where the hub cannot be asked.

    Raises:
        MintError: If so.
    """
    if decision.weights is None:
        return
    gpus = gpus_for(reach) if decision.engine == "vllm" else 1
    if Path(decision.weights).expanduser().is_dir():
        check_folder(decision.weights, here, gpus)
    else:
        check_on_hub(decision.weights, here, telling, gpus)


def gpus_for(reach: Reach) -> int | None:
    """GPUs that vLLM splits a copy of the weights over; None where their size tells nothing of it.

    >>> gpus_for(Reach(tensor_parallel=2)), gpus_for(Reach(vllm=("quantization=fp8",)))
    (2, None)
    """
    names = {text.partition("=")[0].strip().lstrip("-").replace("_", "-") for text in reach.vllm}
    return None if reach.ray or names & _OF_SIZE else reach.tensor_parallel
