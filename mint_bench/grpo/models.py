"""The model that a recipe trains: loaded, checked against its adapter, with its tokens.

Every fault that can be known before the first step is found here, in `processes` or in `run`.
"""

import importlib.util
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mint_bench.engines.decide import ADAPTER_CONFIG, base_of
from mint_bench.errors import MintError, on_one_line, suggestion
from mint_bench.files import typed_folder
from mint_bench.grpo.recipe import ModelSettings, Recipe
from mint_bench.local_models.commit import commit_of
from mint_bench.local_models.embedded_model import HUB_NAME, embedded_model_path

LEAST_PROMPT = 16
"""Tokens; with less, a model's context is full before anything was asked."""

NEEDED = ("accelerate", "peft", "torch", "transformers", "trl")


def require_libraries(trackers: tuple[str, ...], *, vllm: bool = False) -> None:
    """Refuse early what cannot run.

    Args:
        trackers: As `training.trackers` names them.
        vllm: Whether replies are drawn with vLLM; a server's client needs it in this process, too.

    Raises:
        MintError: If a library of the extra `train`, vLLM or a tracker is missing, or does not
            fit.
    """
    absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise MintError(f"training needs {', '.join(absent)}: pip install 'mint-bench[train]'")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is loaded
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if vllm:
        _require_vllm()
    for tracker in trackers:
        _require_tracker(tracker)


def _require_vllm() -> None:
    from trl.import_utils import is_vllm_available

    instead = "pip install 'mint-bench[train-vllm]', or draw without it: --set rollout.vllm=null"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = is_vllm_available()
    if not found:
        raise MintError(f"rollout.vllm: vLLM is not installed; {instead}")
    told = [str(one.message) for one in caught if "vLLM" in str(one.message)]
    if told:  # it has a version that TRL was not made for
        raise MintError(f"rollout.vllm: {told[0].partition(' We ')[0]} {instead}")


def _require_tracker(name: str) -> None:
    from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

    if name not in INTEGRATION_TO_CALLBACK:
        hint = suggestion(name, INTEGRATION_TO_CALLBACK)
        raise MintError(
            f"training.trackers: there is no {name}, {hint}; none at all is training.trackers=[]"
        )
    try:
        INTEGRATION_TO_CALLBACK[name]()  # only it knows what it needs
    except (ImportError, RuntimeError) as error:
        raise MintError(
            f"training.trackers: {name}: {on_one_line(error)}; or leave it out by --set "
            "training.trackers=[]"
        ) from None


def base_name(settings: ModelSettings) -> str:
    """The base model as records and cards may name it: no path of this machine."""
    if settings.name == "embedded":
        return HUB_NAME
    path = Path(settings.name)
    return path.resolve().name if path.is_dir() else settings.name


def pinned_name(settings: ModelSettings) -> str:
    """The same with its revision, where it has one."""
    name = base_name(settings)
    return f"{name}@{settings.revision[:12]}" if settings.revision else name


def at_commit(recipe: Recipe, begun: Mapping[str, Any]) -> Recipe:
    """The recipe with the commits that its models' names mean: on the hub, these can move.

    They are the model that is trained, and the one that gives Q, if it is loaded here.

    Args:
        recipe: Whole.
        begun: What the same training was begun with; its commits are kept. Empty for a new one.

    Raises:
        MintError: If the hub cannot say, and the model is not in this machine's cache.
    """
    model = recipe.model
    if model.name != "embedded":
        model = model.model_copy(update={"revision": _commit(
            "model.name", model.name, model.revision, begun
        )})  # fmt: skip
    reward, quality = recipe.reward, recipe.quality
    if reward is not None and quality is not None and quality.loads is not None:
        quality = quality.model_copy(update={"revision": _commit(
            "reward.quality.model", quality.loads, quality.revision, begun
        )})  # fmt: skip
        reward = reward.model_copy(update={"quality": quality})
    return recipe.model_copy(update={"model": model, "reward": reward})


def _commit(key: str, name: str, revision: str | None, begun: Mapping[str, Any]) -> str | None:
    if revision is None and begun.get(key) == name:
        kept: str | None = begun.get(f"{key.rpartition('.')[0]}.revision")
        return kept
    try:
        return commit_of(name, revision)
    except (OSError, ValueError) as error:
        raise _not_loaded(key, name, error) from None


def trains_all(settings: ModelSettings) -> bool:
    """Whether all weights are trained, not those of an adapter."""
    return settings.lora is None and settings.adapter is None


def load(settings: ModelSettings) -> tuple[Any, Any]:
    """Model and tokenizer; the adapter, if one is named, is in place and trainable.

    What is trained is float32, whatever it is computed in: a step of 10⁻⁶ is less than bfloat16
    can add to most weights. An adapter is so by peft; the weights below it stay as they are.

    Raises:
        MintError: If either cannot be had, or the adapter is of another base.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = embedded_model_path() if settings.name == "embedded" else typed_folder(settings.name)
    # An adapter keeps it as the name of its base, wherever it is used from.
    where = str(folder.resolve()) if folder else settings.name
    precision = "float32" if trains_all(settings) else settings.precision
    if settings.adapter is not None:
        _same_base(settings)
    try:
        tokenizer = AutoTokenizer.from_pretrained(where, revision=settings.revision)
        model = AutoModelForCausalLM.from_pretrained(
            where, revision=settings.revision, dtype=getattr(torch, precision)
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise _not_loaded("model.name", settings.name, error) from None
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if settings.adapter is not None:
        model = _with_adapter(model, settings.adapter)
    return model, tokenizer


def reference_arguments(settings: ModelSettings) -> dict[str, Any]:
    """How TRL loads the untrained model that the KL is measured to: the same commit, not trained.

    On no device at first: TRL moves it to this process's own, where `auto` would take any.
    """
    pinned = {"revision": settings.revision} if settings.revision else {}
    return {"dtype": settings.precision, "device_map": None, **pinned}


def _not_loaded(key: str, name: str, error: Exception) -> MintError:
    return MintError(
        f"{key}: {name} is not loaded ({on_one_line(error)}); give a folder with weights and "
        "tokenizer, or a name on the hub"
    )


def _same_base(settings: ModelSettings) -> None:
    folder = Path(str(settings.adapter))
    if not (folder / ADAPTER_CONFIG).is_file():
        raise MintError(
            f"model.adapter: {settings.adapter} holds no {ADAPTER_CONFIG}; give a folder that "
            "peft has written"
        )
    named = base_of(folder) or ""
    mine = {settings.name.rstrip("/").rpartition("/")[2], base_name(settings).rpartition("/")[2]}
    if settings.name == "embedded":
        mine.add(embedded_model_path().name)
    if named.rstrip("/").rpartition("/")[2] not in mine:
        raise MintError(
            f"model.adapter: {settings.adapter} is an adapter of {named or 'no named base'}, the "
            f"recipe trains {settings.name}; name the adapter's own base under model.name"
        )


def _with_adapter(model: Any, folder: str) -> Any:  # noqa: ANN401 - peft is untyped
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, folder, is_trainable=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = on_one_line(error)
        raise MintError(
            f"model.adapter: {folder} does not fit the base ({reason}); name its own base"
        ) from None


def lora_config(settings: ModelSettings) -> Any:  # noqa: ANN401 - peft is untyped
    """New adapters as peft takes them; None where all weights, or a given adapter, are trained."""
    if settings.lora is None or settings.adapter is not None:
        return None
    from peft import LoraConfig

    modules = settings.lora.modules
    return LoraConfig(
        revision=settings.revision,
        r=settings.lora.rank,
        lora_alpha=settings.lora.alpha,
        target_modules=modules if isinstance(modules, str) else list(modules),
        lora_dropout=0.0,
        task_type="CAUSAL_LM",
    )


def context_of(model: Any) -> int | None:  # noqa: ANN401 - transformers is untyped
    """Tokens that a model can hold, where it says so."""
    longest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return int(longest) if longest else None


def room(new: int, context: int, part: str) -> int:
    """Tokens of the context that a reply leaves to what stands before it.

    Args:
        new: Tokens that a reply may have.
        context: Tokens that the model can hold.
        part: Of the recipe, where the first is set.

    Raises:
        MintError: If there is no room for a prompt.
    """
    left = context - new
    if left < LEAST_PROMPT:
        raise MintError(
            f"{part}.most_new_tokens: {new} new tokens leave no room for a prompt in the model's "
            f"context of {context}; lower it"
        )
    return left
