"""What lm-eval says of a run beside its samples: the model, how it was asked, when, by what.

Reads `results_<time>.json` and the arguments of one request; knows nothing of replies.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from mint_bench.errors import MintError
from mint_bench.files import read_text, validate_model
from mint_bench.records.schema import Scalar

TASK = "mint_gold_history"
_MODEL = ("peft", "delta", "pretrained", "model", "path", "engine")
"""Arguments of lm-eval's models that name the weights, in its own order."""

_TOKENS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
_SAMPLING = ("temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty")

MAX_TIME = 2**34
"""Seconds since 1970, some centuries from now."""


@dataclass(frozen=True, slots=True)
class Run:
    """What lm-eval says of a run beside its samples.

    Attributes:
        model: Name of the weights, without a path of any machine.
        provider: lm-eval's kind of model, such as `lm-eval/hf`.
        instruction: The caller's `--system_instruction`.
        tokenizer: Where the model's own tokenizer lies, where it is a folder on this machine.
        started: When it began.
        versions: Of the libraries.
        notes: What a reader of the record should know.
    """

    model: str | None = None
    provider: str = "lm-eval"
    instruction: str | None = None
    tokenizer: Path | None = None
    started: datetime | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def run_of(path: Path) -> Run:
    """What the results file of the same run says, where it is beside the samples.

    Raises:
        MintError: If it is no JSON or not of lm-eval's form.
    """
    stamp = path.stem.rpartition("_")[2]
    beside = sorted(file for file in path.parent.iterdir() if file.name.endswith(f"_{stamp}.json"))
    found = next(((file, value) for file in beside if (value := _results(file)) is not None), None)
    if found is None:
        return Run(notes=("no results file of lm-eval beside the samples: settings not known",))
    file, value = found
    said = validate_model(value, _Results, str(file))
    arguments = said.config.model_args if isinstance(said.config.model_args, dict) else {}
    given = next((str(arguments[name]) for name in _MODEL if arguments.get(name)), None)
    folder = Path(given) if given and _is_there(given) and Path(given).is_dir() else None
    plain = "no chat template: the conversation was sent as plain text"
    versions = {"lm_eval": said.lm_eval_version, "transformers": said.transformers_version}
    return Run(
        model=_public(given),
        provider=f"lm-eval/{said.config.model}",
        instruction=said.system_instruction,
        tokenizer=folder,
        started=datetime.fromtimestamp(said.date, UTC) if said.date else None,
        versions={name: str(version) for name, version in versions.items() if version},
        notes=() if said.chat_template else (plain,),
    )


class _Config(BaseModel):
    """How lm-eval was called, as far as it matters here."""

    model: str = "model"
    model_args: dict[str, Any] | str | None = None


class _Results(BaseModel):
    """What of a results file matters here."""

    config: _Config = Field(default_factory=_Config)
    chat_template: Any = None
    system_instruction: str | None = None
    date: float | None = Field(default=None, ge=0, lt=MAX_TIME)
    lm_eval_version: Any = None
    transformers_version: Any = None


def _results(file: Path) -> dict[str, Any] | None:
    """A results file of the task, None where it is another's.

    lm-eval writes NaN into it, which no JSON reader of ours lets pass.
    """
    try:
        value = json.loads(read_text(file))
    except ValueError as error:
        raise MintError(f"{file}: not JSON ({error}); truncated or damaged?") from None
    except RecursionError:
        raise MintError(f"{file}: JSON nested too deeply") from None
    configs = value.get("configs") if isinstance(value, dict) else None
    return value if isinstance(configs, dict) and TASK in configs else None


def _is_there(name: str) -> bool:
    """Whether a name is one of a file or folder on this machine."""
    try:
        return Path(name).exists()
    except (ValueError, OSError):  # a NUL in it, or longer than names are
        return False


def _public(model: str | None) -> str | None:
    """The model's name; of a path on this machine only the last part."""
    if model is None or not (_is_there(model) or model.startswith(("/", ".", "~"))):
        return model
    return Path(model).name


def token_limit(arguments: Mapping[str, Any]) -> int | None:
    """New tokens that a reply may have, by whichever of its names it was given.

    Raises:
        MintError: If it is no number.
    """
    name = next((name for name in _TOKENS if arguments.get(name)), None)
    try:
        return None if name is None else int(arguments[name])
    except (TypeError, ValueError, OverflowError):
        raise MintError(f"arguments: {name} is no whole number") from None


def sampling(arguments: Mapping[str, Any]) -> dict[str, Scalar]:
    """The options that shape what is generated, by the names that other records use."""
    found = {name: arguments.get(name) for name in _SAMPLING}
    if arguments.get("do_sample") is False:
        found["temperature"] = 0.0
    found["max_tokens"] = token_limit(arguments)
    stops = arguments.get("until") or []
    found["stop_seqs"] = ",".join(map(str, stops if isinstance(stops, list) else [stops])) or None
    return {name: value for name, value in found.items() if value is not None}
