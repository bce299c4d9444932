"""Options that say how models are reached and would change nothing: refused, not passed over.

Reaches none; which engine runs a model is `reaching`'s to say.
"""

from collections.abc import Sequence

from mint_bench.engines.decide import Reach
from mint_bench.engines.engine import EMBEDDED
from mint_bench.engines.reaching import Way, engine_name
from mint_bench.errors import MintError

_OF_VLLM = ("--tensor-parallel-size", "--data-parallel-size", "--vllm")
_IDLE = {
    "none": ("--base-url", "--ray", *_OF_VLLM, "--engine"),
    "api": ("--ray", *_OF_VLLM, "--engine"),
    "served": ("--ray", *_OF_VLLM, "--engine"),
    "transformers": ("--base-url", *_OF_VLLM),
    "vllm": ("--base-url",),
}
_TOLD = {
    "none": "which asks no model",
    "api": "which its provider runs",
    "served": "which the server at --base-url runs",
    "transformers": "which transformers run in this process",
    "vllm": "which vLLM runs",
}


def refuse_idle(model: str, reach: Reach, roles: Sequence[str] = ()) -> None:
    """Refuse options that say how a run's models are reached and would change nothing.

    Args:
        model: The system.
        reach: What is said of it, and but for the servers of the models of roles.
        roles: Those models.

    Raises:
        MintError: If there is one; the message says of what kind of model it speaks.
    """
    shared = reach.for_roles()
    own = Reach(base_urls=reach.base_urls)
    for said, others in ((own, []), (shared, [(role, shared) for role in roles])):
        if told := idle_option(said, [(model, reach), *others]):
            raise MintError(told)


def idle_option(said: Reach, models: Sequence[Way], *, elsewhere: bool = False) -> str | None:
    """What is to say of an option that changes nothing for any of the models that it is for.

    None where there is none, or that is not known since a model cannot be had.

    Args:
        said: The options.
        models: Each with how it is reached in all.
        elsewhere: Whether it may be meant for another machine, on which vLLM runs what
            transformers run here.
    """
    given = {
        "--base-url": bool(said.base_urls),
        "--ray": said.ray is not None,
        "--tensor-parallel-size": said.tensor_parallel != 1,
        "--data-parallel-size": said.data_parallel != 1,
        "--vllm": bool(said.vllm),
        "--engine": said.engine != "auto",
    }
    if not any(given.values()):
        return None
    try:
        engines = [_engine_that_runs(model, reach, elsewhere) for model, reach in models]
    except MintError:
        return None
    idle = [o for o in given if given[o] and all(o in _IDLE[engine] for engine in engines)]
    if not idle:
        return None
    more = ", nor for the other models" if len(models) > 1 else ""
    first, why = models[0][0], _TOLD[engines[0]]
    return f"{idle[0]} changes nothing for {first}, {why}{more}; leave it out"


def _engine_that_runs(model: str, reach: Reach, elsewhere: bool) -> str:  # noqa: FBT001 - ours
    if model == EMBEDDED:
        return "vllm" if reach.wants_vllm else "transformers"
    name = engine_name(model, reach) or "none"
    return "vllm" if elsewhere and name == "transformers" and reach.engine == "auto" else name
