"""The model of a recipe: what it needs, and in which precision it is trained."""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo.models import load, require_libraries
from mint_bench.grpo.recipe import LoraSettings, ModelSettings

pytest.importorskip("trl")


@pytest.fixture
def installed(monkeypatch):
    """Install a vLLM of a version; None for none."""

    import_utils = import_module("trl.import_utils")

    def install(version):
        if version is None:
            monkeypatch.setattr(import_utils, "is_vllm_available", lambda: False)
            return
        monkeypatch.setattr(import_utils, "PACKAGE_DISTRIBUTION_MAPPING", {})
        vllm = ModuleType("vllm")
        vllm.__version__, vllm.__spec__ = version, ModuleSpec("vllm", None)
        monkeypatch.setitem(sys.modules, "vllm", vllm)

    return install


@pytest.mark.parametrize(
    ("version", "told"), [(None, "vLLM is not installed"), ("0.20.1", r"You have version 0\.20\.1")]
)
def test_drawing_with_vllm_needs_one_that_trl_works_with(installed, version, told):
    installed(version)
    with pytest.raises(MintError, match=rf"{told}.*pip install 'mint-bench\[train-vllm\]'"):
        require_libraries((), vllm=True)
    require_libraries(())


def test_a_vllm_that_trl_works_with_passes(installed):
    installed("0.30.0+cu129")
    require_libraries((), vllm=True)


@pytest.mark.parametrize(
    ("tracker", "told"),
    [
        ("none", r"there is no none, .*training\.trackers=\[\]"),
        ("numpy", "there is no numpy, "),
        ("tensor_board", r"did you mean tensorboard\?"),
        ("azure_ml", "azure_ml: .*azureml"),
    ],
)
def test_a_tracker_is_one_that_transformers_knows_and_finds(tracker, told):
    with pytest.raises(MintError, match=told):
        require_libraries((tracker,))
    require_libraries(("tensorboard",))


def dtypes(model, *, trained):
    return {str(p.dtype) for p in model.parameters() if p.requires_grad is trained}


def test_where_all_weights_are_trained_they_are_float32_whatever_is_computed_in(tiny_model):
    model, _ = load(ModelSettings(name=str(tiny_model), precision="bfloat16"))
    assert dtypes(model, trained=True) == {"torch.float32"}


def test_an_adapter_is_float32_above_weights_that_are_not(tiny_model, tmp_path):
    from peft import LoraConfig, get_peft_model

    base = ModelSettings(name=str(tiny_model), precision="bfloat16", lora=LoraSettings(rank=2))
    model, _ = load(base)
    assert dtypes(model, trained=True) == {"torch.bfloat16"}  # TRL puts the adapter upon them
    made = get_peft_model(model, LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM"))
    made.save_pretrained(tmp_path)
    given, _ = load(base.model_copy(update={"adapter": str(tmp_path)}))
    assert dtypes(given, trained=True) == {"torch.float32"}
    assert dtypes(given, trained=False) == {"torch.bfloat16"}
