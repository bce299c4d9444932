"""What TRL is told of a recipe, and what is told where TRL can make no trainer of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import requests

pytest.importorskip("trl")

from mint_bench.errors import MintError
from mint_bench.grpo.assembly import assemble
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.run import run_folder, train
from tests.loopback_hub import COMMIT, HUB

COLOCATE = ("rollout.vllm=colocate",)
SERVER = ("rollout.vllm=server", "rollout.vllm_url=http://127.0.0.1:9")


def parts_of(recipe, folder):
    """All that the recipe's trainer is made of, as a training puts it together."""
    held = []

    def hold(parts):
        held.append(parts)
        raise MintError("seen enough")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mint_bench.grpo.assembly.assemble", hold)
        with pytest.raises(MintError, match="seen enough"):
            train(recipe, folder / run_folder(recipe, None).name, lambda _: None)
    return held[0]


@pytest.fixture
def trainer(small, tmp_path):
    """The trainer of the recipe `q` on the tiny model, with further settings."""

    def made(*settings):
        return assemble(parts_of(load_recipe("q", (*small, *settings)), tmp_path))[1]

    return made


def dtypes(model, *, trained):
    return {str(p.dtype) for p in model.parameters() if p.requires_grad is trained}


def test_float32_is_trained_and_bfloat16_computed_and_compared_with(trainer):
    mine = trainer("model.precision=bfloat16", "model.lora=null")
    assert dtypes(mine.model, trained=True) == {"torch.float32"}
    assert {str(p.dtype) for p in mine.ref_model.parameters()} == {"torch.bfloat16"}
    assert mine.args.bf16
    plain = trainer("model.precision=float32", "model.lora=null")
    assert {str(p.dtype) for p in plain.ref_model.parameters()} == {"torch.float32"}
    assert not plain.args.bf16


def test_new_adapters_are_float32_above_bfloat16(trainer):
    mine = trainer("model.precision=bfloat16", "model.lora.rank=2")
    assert dtypes(mine.model, trained=True) == {"torch.float32"}
    assert dtypes(mine.model, trained=False) == {"torch.bfloat16"}
    assert mine.ref_model is None


def test_the_reference_is_of_the_commit_that_is_trained(
    trainer, tiny_model, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(HUB.folders, "org/tiny", tiny_model)
    mine = trainer("model.name=org/tiny")
    assert mine.args.model_init_kwargs["revision"] == COMMIT
    assert mine.ref_model.config._name_or_path == "org/tiny"
    assert "will be ignored" not in caplog.text


@pytest.fixture
def told(small, tmp_path, monkeypatch):
    """What TRL's trainer is given for a recipe that draws with vLLM; none is made."""

    def given(name, *settings):
        recipe = load_recipe(name, (*small, *settings))
        parts = parts_of(load_recipe(name, (*small, *settings, "rollout.vllm=null")), tmp_path)
        seen = {}

        def keep(**arguments):
            seen.update(arguments)
            return SimpleNamespace(report=None, quiet=lambda: None)

        monkeypatch.setattr("mint_bench.grpo.assembly.RecipeTrainer", keep)
        assemble(replace(parts, recipe=recipe))
        return seen

    return given


def test_vllm_is_told_the_longest_text_and_not_the_models_context(told):
    assert told("q", *COLOCATE)["args"].vllm_max_model_length == 400 + 24
    assert told("q", *COLOCATE, "data.most_prompt_tokens=500")["args"].vllm_max_model_length == 512


def test_a_conversation_ends_where_vllms_text_is_full(told):
    mine = told("q_minus_r", *COLOCATE, "rollout.max_turns=2")
    assert mine["args"].vllm_max_model_length == mine["rollout"].context == 400 + 3 * 24


@pytest.mark.parametrize(
    ("settings", "fault", "what"),
    [
        (SERVER, ConnectionError("after 240 s"), r"no vLLM answers at http://127\.0\.0\.1:9"),
        (SERVER, requests.ConnectionError("240 s"), r"no vLLM answers at http://127\.0\.0\.1:9"),
        (SERVER, Exception("Request failed: 500"), "Exception: Request failed"),
        (
            COLOCATE,
            ValueError("needs 1 GiB of KV cache memory"),
            r"\.vllm_memory, or train adapters",
        ),
        (
            ("reward.quality={source: reward_model, model: mine}",),
            RuntimeError("CUDA out of memory"),
            r"by model\.lora, or serve the reward model",
        ),
        ((), RuntimeError("CUDA out of memory"), r"no room on the GPU \(CUDA out of memory\)"),
        ((), ValueError("Target modules {'x'} not found"), "ValueError: Target modules.*change"),
        (COLOCATE, ImportError("libcudart.so"), "ImportError: libcudart"),
        ((), OSError("No space left"), "OSError: No space left"),
    ],
)
def test_what_trl_cannot_make_is_one_line(small, tmp_path, monkeypatch, settings, fault, what):
    parts = parts_of(load_recipe("q", small), tmp_path)

    def fail(**_):
        raise fault

    monkeypatch.setattr("mint_bench.grpo.assembly.RecipeTrainer", fail)
    with pytest.raises(MintError, match=what):
        assemble(replace(parts, recipe=load_recipe("q", (*small, *settings))))
