"""What a vLLM server's log says of its end, in one line that says what to do.

Reads a file; knows no process.
"""

import re
from pathlib import Path

from mint_bench.errors import beginning

_TAIL = 200_000
_TAKEN = re.compile(r"address already in use", re.IGNORECASE)
_ADVICE = (
    (
        (
            r"out of memory|no available memory for the cache|free memory on device|"
            r"larger than the (available|maximum) .*kv cache|not enough memory|"
            r"insufficient memory|cannot allocate memory|available memory .* is less than"
        ),
        (
            "too little memory; take a smaller model, --vllm max_model_len=N, more GPUs "
            "(--tensor-parallel-size), or free some"
        ),
    ),
    (
        (
            r"repository ?not ?found|not a local folder and is not a valid model identifier|"
            r"is not a valid repo|couldn't connect to|cannot find any model weights|"
            r"does not appear to have|no such file or directory|can't load the configuration|"
            r"localentrynotfound|invalid repository id|failed to load .*config"
        ),
        "the model cannot be had; check its name, the network, and HF_TOKEN where it is gated",
    ),
    (
        r"gated repo|401 client error",
        "the model is gated; set HF_TOKEN to a token that may read it",
    ),
    (
        r"architectures .* (are|is) not supported",
        "vLLM does not know this kind of model; try --engine transformers",
    ),
    (
        r"no space left on device",
        "the disk is full; free some, then the same command goes on",
    ),
    (
        r"unrecognized arguments|invalid choice|error: argument",
        "`vllm serve` does not take one of the options given with --vllm",
    ),
    (
        r"device string must not be empty|failed to infer device type|no cuda gpus",
        "there is no GPU that this build of vLLM could use; see docs/engines.md",
    ),
    (
        r"quantization (is currently|scheme is|method \S+ is) not supported",
        (
            "this machine cannot run weights that are quantised in this way; take others, or a "
            "server that has the model (--base-url)"
        ),
    ),
    (
        r"not supported on cpu|only supported on (cuda|gpu)|requires a gpu",
        "the model needs a GPU",
    ),
)


def why_it_ended(log: Path) -> str:
    """What to do about a server that ended, or what it said last."""
    text = _tail(log)
    for pattern, advice in _ADVICE:
        if re.search(pattern, text, re.IGNORECASE):
            return advice
    if refused := re.findall(r"^.*?\bValue error, (.+?)(?: \[type=.*)?$", text, re.MULTILINE):
        return str(refused[-1]).strip()[:200]  # what pydantic names before only counts it
    faults = re.findall(r"^.*?\b(\w*(?:Error|Exception): .+)$", text, re.MULTILINE)
    # What died of another's fault says only that it died.
    causes = [fault for fault in faults if "EngineCore" not in fault] or faults
    if causes:
        return beginning(causes[-1], 200)
    lines = text.strip().splitlines()
    return beginning(lines[-1], 200) if lines else "it said nothing"


def port_was_taken(log: Path) -> bool:
    """Whether another process was faster at the port."""
    return bool(_TAKEN.search(_tail(log)))


def _tail(log: Path) -> str:
    if not log.is_file():
        return ""
    return log.read_bytes()[-_TAIL:].decode("utf-8", errors="replace")
