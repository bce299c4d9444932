"""A vLLM server of our own: started on 127.0.0.1, waited for, and ended with its children.

Not how it is asked: that is Inspect's provider.
"""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from mint_bench.engines.adapters import Adapter
from mint_bench.engines.decide import Machine
from mint_bench.engines.memory import free_memory
from mint_bench.engines.telling import Telling
from mint_bench.engines.vllm_faults import port_was_taken, why_it_ended
from mint_bench.errors import MintError

HOST = "127.0.0.1"
PATIENCE = 1800.0
"""Seconds until a server that is not ready is given up; large weights come over the network."""
GRACE = 15.0
"""Seconds that a server has to end by itself."""
PORTS = 3
"""Ports that are tried: between choosing one and vLLM taking it, another may."""

_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)  # what --max-lora-rank takes
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """What a server serves.

    Attributes:
        weights: Folder or name on the hub.
        name: What requests call it.
        adapters: LoRA adapters beside it.
        tensor_parallel: GPUs that one copy of the weights is split over.
        data_parallel: Copies of the weights.
        options: Further options of `vllm serve`, as `name=value` or `name`.
        share: Part of the machine's memory that this server may take, of 1.
        ray: Address of the Ray cluster whose machines run its workers; None for this machine.
    """

    weights: str
    name: str
    adapters: tuple[Adapter, ...] = ()
    tensor_parallel: int = 1
    data_parallel: int = 1
    options: tuple[str, ...] = ()
    share: float = 1.0
    ray: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready.

    Attributes:
        url: Of its OpenAI-compatible interface.
        key: Random; every request carries it.
        log: What it says.
        process: The server's own.
    """

    url: str
    key: str
    log: Path
    process: subprocess.Popen[bytes]

    def ended(self) -> str | None:
        """Why it is there no more, None while it runs."""
        return None if self.process.poll() is None else why_it_ended(self.log)


@contextmanager
def serving(spec: ServerSpec, log: Path, here: Machine, telling: Telling) -> Iterator[Server]:
    """Start a server, wait until it is ready, and end it with its children, whatever happens.

    Should this process be killed, Linux ends the server too: that is bound to the thread that
    calls this, which must outlive the server.

    Args:
        spec: What to serve.
        log: The server's output goes there.
        here: What it runs on.
        telling: Told how the start goes.

    Raises:
        MintError: If it does not start; the line names what vLLM said and the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(PORTS):
        port = free_port()
        server = _start(spec, port, log, here)
        try:
            ready = _wait(server, spec.name, telling)
            if ready:
                yield server
                return
        finally:
            end(server.process)
        if attempt + 1 == PORTS or not port_was_taken(log):
            raise MintError(f"vLLM did not start {spec.name}: {why_it_ended(log)}; see {log}")


def command(spec: ServerSpec, port: int, here: Machine) -> list[str]:
    """What starts the server; its key travels in the environment, where `ps` does not show it.

    Raises:
        MintError: If an option is not in form.
    """
    options: dict[str, str | None] = {
        "host": HOST,
        "port": str(port),
        "served-model-name": spec.name,
        "enable-prefix-caching": None,
        "enable-prompt-tokens-details": None,
        "disable-uvicorn-access-log": None,
    }
    if not here.gpu:
        options["block-size"] = "32"  # else the cache serves only whole 128 tokens
    elif spec.share < 1:
        options["gpu-memory-utilization"] = f"{0.9 * spec.share:.2f}"
    if spec.tensor_parallel > 1:
        options["tensor-parallel-size"] = str(spec.tensor_parallel)
    if spec.data_parallel > 1:
        options["data-parallel-size"] = str(spec.data_parallel)
    if spec.ray:
        options |= _across_machines(spec)
    if spec.adapters:
        rank = max(adapter.rank for adapter in spec.adapters)
        options |= {
            "enable-lora": None,
            "max-loras": str(len(spec.adapters)),
            "max-lora-rank": str(next((r for r in _RANKS if r >= rank), rank)),
        }
    options |= dict(_option(text) for text in spec.options)
    words = [sys.executable, "-m", "vllm.entrypoints.cli.main", "serve", spec.weights]
    for name, value in options.items():
        words += [f"--{name}"] if value is None else [f"--{name}", value]
    if spec.adapters:
        words += ["--lora-modules", *(f"{a.name}={a.path}" for a in spec.adapters)]
    return words


def _across_machines(spec: ServerSpec) -> dict[str, str | None]:
    """Options with which vLLM puts its workers on the machines of a Ray cluster.

    One copy on this machine, the others where there is room: vLLM itself would want room for all
    of them here. `--vllm data_parallel_size_local=N` says otherwise.
    """
    options: dict[str, str | None] = {"distributed-executor-backend": "ray"}
    if spec.data_parallel > 1:
        options |= {"data-parallel-backend": "ray", "data-parallel-size-local": "1"}
    return options


def environment(
    key: str, here: Machine, share: float = 1.0, ray: str | None = None
) -> dict[str, str]:
    """The server's environment; what the user set stays."""
    given = dict(os.environ)
    defaults = {"VLLM_NO_USAGE_STATS": "1", "NO_COLOR": "1"}
    if not here.gpu:
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        defaults |= {
            # Unset, it asks for nearly all memory and refuses to start.
            "VLLM_CPU_KVCACHE_SPACE": _cache_gigabytes(share),
            "VLLM_CPU_OMP_THREADS_BIND": ",".join(map(str, cores)) or "auto",
            # Else the compiled code is never found again.
            "VLLM_USE_AOT_COMPILE": "0",
        }
    if ray:
        defaults["VLLM_RAY_DP_PACK_STRATEGY"] = "fill"  # machines may differ in their GPUs
        given["RAY_ADDRESS"] = ray
    return defaults | given | {"VLLM_API_KEY": key}


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that leads a session of its own, with all that it started."""
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    # What it left behind is in its session still.
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _start(spec: ServerSpec, port: int, log: Path, here: Machine) -> Server:
    key = secrets.token_urlsafe(24)
    words = command(spec, port, here)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(key, here, spec.share, spec.ray),
            start_new_session=True,  # Ctrl-C is ours to handle
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - one call of libc, bound before
        )
    return Server(f"http://{HOST}:{port}/v1", key, log, process)


def _wait(server: Server, name: str, telling: Telling) -> bool:
    """Whether the server got ready; False if it ended before."""
    health = server.url.removesuffix("/v1") + "/health"
    began = time.monotonic()
    telling.say(f"vLLM: starting {name}; log: {server.log}")
    while server.process.poll() is None:
        try:
            if requests.get(health, timeout=2).ok:
                telling.say(f"vLLM: ready after {time.monotonic() - began:.0f} s")
                return True
        except requests.RequestException:
            pass
        waited = time.monotonic() - began
        if waited > PATIENCE:
            raise MintError(f"vLLM was not ready after {PATIENCE:.0f} s; see {server.log}")
        telling.now(f"vLLM: starting {name}, {waited:.0f} s")
        time.sleep(0.5)
    return False


def _option(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    plain = name.strip().lstrip("-").replace("_", "-")
    if not plain or plain in {"host", "port", "api-key"}:
        raise MintError(
            f"--vllm {text!r}: write NAME=VALUE or NAME, as `vllm serve` has it; host, port and "
            "key are chosen by the run"
        )
    return plain, value if equals else None


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def set_signal() -> None:
        libc.prctl(_DIES_WITH_PARENT, signal.SIGTERM)

    return set_signal


def _signal(group: int, which: int) -> None:
    try:
        os.killpg(group, which)
    except (ProcessLookupError, PermissionError):
        return


def _cache_gigabytes(share: float) -> str:
    """A third of what is free, which leaves room for the weights; more than 8 serves nobody."""
    free = free_memory()
    free = 8_000_000_000 if free is None else free
    return str(max(1, min(8, int(free / 3e9 * share))))
