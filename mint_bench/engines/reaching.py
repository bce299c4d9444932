"""All models of a run, reached: decides for each, starts the vLLM servers they need, ends them.

One server a base model, with all the adapters that the run names. How one server lives is
`vllm_server`'s. A model that cannot be had is a fault of its own and stops no other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mint_bench.engines.adapters import Adapter, find_adapters
from mint_bench.engines.decide import Decision, Machine, Reach, decide, machine, name_of
from mint_bench.engines.engine import (
    AT_HAND,
    AT_ONCE,
    EMBEDDED,
    Engine,
    embedded_weights,
    engine_for,
    folder_weights,
    hardware,
    prepare_local,
)
from mint_bench.engines.fingerprint import fingerprint, revision_of
from mint_bench.engines.memory import check_folder
from mint_bench.engines.ray_cluster import check_for_vllm
from mint_bench.engines.served import on_servers
from mint_bench.engines.telling import Telling
from mint_bench.engines.vllm_server import Server, ServerSpec, serving
from mint_bench.engines.weights import check_weights, gpus_for
from mint_bench.errors import MintError
from mint_bench.files import typed_folder
from mint_bench.inspect_plugin.board import HARDWARE
from mint_bench.inspect_plugin.spread import PROVIDER as SPREAD
from mint_bench.inspect_plugin.spread import SEPARATOR, at_rank

Way = tuple[str, Reach]
"""A model as typed, and how it is to be reached: one name may stand for models of two servers."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The models of a run, by the names they are typed with and the way to them.

    Attributes:
        engines: Of those that this package reaches itself: one a model, or ten where a name stands
            for an adapter a tactic.
        faults: Why a model cannot be had.
        servers: Those started here, by the models they have.
    """

    engines: dict[Way, tuple[Engine, ...]] = field(default_factory=dict)
    faults: dict[Way, MintError] = field(default_factory=dict)
    servers: dict[Way, Server] = field(default_factory=dict)

    def of(self, model: str, reach: Reach) -> tuple[Engine, ...]:
        """How a model is reached, ten ways where its name stands for an adapter a tactic.

        Raises:
            MintError: If it cannot be had.
        """
        if fault := self.faults.get((model, reach)):
            raise fault
        return self.engines.get((model, reach)) or (engine_for(model),)

    def urls(self) -> set[str]:
        """Addresses of the servers, those started here and those that were there already.

        Inspect's own models know theirs only once they were asked.
        """
        arguments = [engine.arguments for engines in self.engines.values() for engine in engines]
        return {str(given["base_url"]) for given in arguments if "base_url" in given}

    def lost(self, model: str, reach: Reach) -> str | None:
        """What is to say if a model's server is there no more; what it was asked has no answer."""
        server = self.servers.get((model, reach))
        why = server.ended() if server else None
        if server is None or why is None:
            return None
        return (
            f"vLLM ended in the middle: {why}; see {server.log}; the same command goes on with "
            "what is left"
        )


@contextmanager
def reaching(wanted: Iterable[Way], log_dir: Path, telling: Telling) -> Iterator[Reached]:
    """Reach the models of a run, for as long as the context lasts.

    Args:
        wanted: Each as typed, with how the user wants it.
        log_dir: The servers' logs go there.
        telling: Told what was decided and how it goes.
    """
    here = machine()
    reached = Reached()
    local: dict[Way, Decision] = {}
    for way in dict.fromkeys(wanted):
        name, reach = way
        try:
            decision = _decided(name, reach, here)
            if decision is None or decision.engine == "api":
                continue
            telling.say(f"engine: {name}: {decision.why}")
            check_weights(decision, reach, here, telling)
            if decision.engine == "vllm":
                local[way] = decision
            elif decision.engine == "served" or not name.startswith("hf/"):
                reached.engines[way] = (_without_start(name, decision, reach),)
        except MintError as fault:
            reached.faults[way] = fault
    with ExitStack() as stack:
        for start in _starts(local, log_dir, reached.faults):
            try:
                if start.spec.ray:
                    check_for_vllm(start.spec.ray)
                gpus = gpus_for(next(reach for _, reach in start.models))
                check_folder(start.spec.weights, here, gpus)  # beside those started before
                server = stack.enter_context(serving(start.spec, start.log, here, telling))
            except MintError as fault:
                reached.faults.update(dict.fromkeys(start.models, fault))
                continue
            for way, adapters in start.models.items():
                reached.servers[way] = server
                reached.engines[way] = _on(server, way[0], start.spec, adapters, here)
        yield reached


def engine_name(model: str, reach: Reach) -> str | None:
    """Which engine a model will be reached with; None where `reaching` leaves it to Inspect.

    Raises:
        MintError: If the model is not known or cannot run here.
    """
    decision = _decided(model, reach, machine())
    return decision.engine if decision else None


def weights_revision(model: str, reach: Reach) -> str | None:
    """What pins the weights of a model that lie in a folder of the user's; None for any other.

    Raises:
        MintError: If a file cannot be read.
    """
    if reach.base_urls or _is_ours(model):
        return None
    return revision_of(model)


def memory_of(model: str, reach: Reach) -> str | None:
    """What a model loads into this machine's memory; None for one that is asked elsewhere.

    Models that load the same share a server.
    """
    if model.startswith("sglang/") or (model == EMBEDDED and not reach.wants_vllm):
        return model
    try:
        decision = _decided(model, reach, machine())
    except MintError:
        return None  # it is not there, and loads nothing
    if decision is None or decision.engine not in {"vllm", "transformers"}:
        return None
    return f"{decision.engine} {decision.weights} {_served_by(reach)}"


def _decided(name: str, reach: Reach, here: Machine) -> Decision | None:
    """The decision for a model, None where Inspect or this package's own systems have it."""
    if _is_ours(name):
        if name != EMBEDDED or not reach.wants_vllm:
            return None
        from mint_bench.local_models.embedded_model import embedded_model_path

        return decide(str(embedded_model_path()), reach, here, ())
    return decide(name, reach, here, _providers())


def _is_ours(name: str) -> bool:
    """Whether a name is this package's own, whatever folders are there."""
    return name in {EMBEDDED, "human"} or name.startswith("mint/")


def _providers() -> list[str]:
    from inspect_ai._util.registry import (  # inspect-evals-lint: ignore[IECQ001] -- no public name
        registry_find,
        registry_info,
        registry_unqualified_name,
    )

    found = registry_find(lambda info: info.type == "modelapi")
    return [registry_unqualified_name(registry_info(one)) for one in found]


@dataclass(frozen=True, slots=True)
class _Start:
    """A server that is to be started.

    Attributes:
        spec: What it serves.
        log: Where its output goes.
        models: Its models as typed, each with its adapters; none for the base itself.
    """

    spec: ServerSpec
    log: Path
    models: dict[Way, list[Adapter]]


def _starts(
    local: Mapping[Way, Decision], log_dir: Path, faults: dict[Way, MintError]
) -> list[_Start]:
    """One server for what shares weights and the way they are served; faults into `faults`."""
    parts: dict[tuple[Any, ...], dict[Way, list[Adapter]]] = {}
    for way, decision in local.items():
        try:
            adapters = find_adapters(decision.adapter) if decision.adapter else []
        except MintError as fault:
            faults[way] = fault
            continue
        parts.setdefault((str(decision.weights), *_served_by(way[1])), {})[way] = adapters
    starts = []
    for (weights, tensor_parallel, data_parallel, options, ray), models in parts.items():
        typed = {name for name, _ in models}
        spec = ServerSpec(
            weights=weights,
            name=_name(weights, typed),
            adapters=tuple({a.name: a for found in models.values() for a in found}.values()),
            tensor_parallel=tensor_parallel,
            data_parallel=data_parallel,
            options=options,
            share=1 / len(parts),
            ray=ray,
        )
        called = spec.name.rpartition("/")[2]
        if EMBEDDED not in typed and (folder := typed_folder(weights)):
            called += f"-{fingerprint(folder)}"  # two folders may be called the same
        starts.append(_Start(spec, log_dir / f"vllm-{called}.log", models))
    return starts


def _served_by(reach: Reach) -> tuple[Any, ...]:
    """How weights are served; what is served another way is another server's."""
    return reach.tensor_parallel, reach.data_parallel, reach.vllm, reach.ray


def _name(weights: str, typed: Collection[str]) -> str:
    from mint_bench.local_models.embedded_model import HUB_NAME, is_embedded_model

    return HUB_NAME if EMBEDDED in typed or is_embedded_model(weights) else name_of(weights)


def _on(
    server: Server, typed: str, spec: ServerSpec, adapters: list[Adapter], here: Machine
) -> tuple[Engine, ...]:
    """How a server's model is reached, or each of its adapters."""
    from mint_bench.local_models.embedded_model import HUB_NAME

    said = {HARDWARE: hardware(here)}
    if spec.name == HUB_NAME and Path(spec.weights).is_dir() and not adapters:
        said |= embedded_weights()
    else:
        said |= folder_weights(typed)
    # Inspect's own provider would keep a base's first address for good, and ours ends with a wave.
    base = f"{SPREAD}/vllm/{spec.name}"
    names = [f"{base}:{adapter.name}" for adapter in adapters] or [base]
    url, copies = server.url, spec.data_parallel
    if copies > 1:  # a conversation stays with the copy that has its beginning in its cache
        url = SEPARATOR.join(at_rank(url, rank) for rank in range(copies))
    arguments = {"base_url": url, "api_key": server.key}
    return tuple(Engine(name, arguments, said, AT_ONCE * AT_HAND * copies) for name in names)


def _without_start(typed: str, decision: Decision, reach: Reach) -> Engine:
    """The engine of a model that is served already, or that transformers load."""
    if decision.engine == "served":
        model, served = on_servers(typed, decision.model, reach.base_urls)
        return Engine(model, served, {}, AT_ONCE * len(served["base_url"].split(SEPARATOR)))
    folder = typed_folder(str(decision.weights))
    arguments = {"model_path": str(folder.resolve())} if folder else {}
    prepare_local(decision.model)
    return Engine(decision.model, arguments, folder_weights(typed) | {HARDWARE: hardware()})
