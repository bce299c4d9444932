"""The model of a recipe: what it needs, at which commit, and in which precision it is trained."""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo.models import at_commit, load, pinned_name, require_libraries
from mint_bench.grpo.recipe import LoraSettings, ModelSettings
from mint_bench.grpo.recipe_files import load_recipe
from tests.loopback_hub import COMMIT, HUB

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


@pytest.fixture
def on_hub(tiny_model, tmp_path, monkeypatch):
    """A recipe whose model is on the hub."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(HUB.folders, "org/tiny", tiny_model)
    return load_recipe("tiny_cpu", ("model.name=org/tiny",))


def test_a_name_on_the_hub_is_taken_at_the_commit_that_it_means(on_hub):
    pinned = at_commit(on_hub, {}).model
    assert pinned.revision == COMMIT
    assert pinned_name(pinned) == f"org/tiny@{COMMIT[:12]}"
    load(pinned)


def test_a_training_goes_on_from_the_commit_that_it_was_begun_with(on_hub):
    begun = {"model.name": "org/tiny", "model.revision": "ab" * 20}
    assert at_commit(on_hub, begun).model.revision == "ab" * 20
    assert at_commit(on_hub, begun | {"model.name": "org/other"}).model.revision == COMMIT


def test_a_reward_model_on_the_hub_is_pinned_as_well(on_hub, tiny_model):
    judged = ("model.name=org/tiny", "reward.quality.model=org/tiny")
    recipe = load_recipe("q", judged)
    pinned = at_commit(recipe, {}).quality
    assert pinned is not None
    assert pinned.revision == COMMIT
    begun = {"reward.quality.model": "org/tiny", "reward.quality.revision": "ab" * 20}
    kept = at_commit(recipe, begun).quality
    assert kept is not None
    assert kept.revision == "ab" * 20
    for setting in (f"reward.quality.model={tiny_model}", "reward.variant=d"):
        there = load_recipe("q", (*judged, setting)).reward
        assert at_commit(load_recipe("q", (*judged, setting)), {}).reward == there


def test_a_reward_model_that_the_hub_does_not_have_is_told_before_it_is_loaded(on_hub):
    recipe = load_recipe("q", ("model.name=org/tiny", "reward.quality.model=nobody/nothing"))
    with pytest.raises(MintError, match=r"reward\.quality\.model: nobody/nothing is not loaded"):
        at_commit(recipe, {})


def test_a_name_that_the_hub_does_not_have_is_one_line(on_hub):
    nobody = on_hub.model_copy(update={"model": ModelSettings(name="nobody/nothing")})
    with pytest.raises(MintError, match=r"model\.name: nobody/nothing is not loaded"):
        at_commit(nobody, {})


def test_a_folder_and_the_embedded_model_have_no_commit(tiny_model):
    for name in ("embedded", str(tiny_model)):
        recipe = load_recipe("tiny_cpu", (f"model.name={name}",))
        assert at_commit(recipe, {}) == recipe
        assert "@" not in pinned_name(recipe.model)
