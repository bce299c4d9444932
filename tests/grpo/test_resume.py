"""A training that was killed goes on as if it had not been: same batches, draws and weights."""

import os
import signal
import subprocess
import sys
import time

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo.checkpoints import latest
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.run import train

pytest.importorskip("trl")

GB = 10**9
STEPS = 5  # of two prompts each, from six conversations: past the end of the first epoch


def recipe(small):
    settings = (
        f"training.max_steps={STEPS}", "rollout.max_turns=2", "watch.every=2", "model.lora.rank=4",
    )  # fmt: skip
    return ("q_minus_r", (*small, *settings))


def weights(folder):
    from safetensors.torch import load_file

    return load_file(folder / "model" / "adapter_model.safetensors")


def same(one, other):
    import torch

    assert one.keys() == other.keys()
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def undisturbed(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    name, settings = recipe(small)
    train(load_recipe(name, settings), folder, lambda _: None)
    return folder


def end_in_the_fourth_step(loaded, folder, monkeypatch, meet):
    """Train until the reward of the fourth step meets what raises an error; what was told."""
    from mint_bench.grpo.composite import GroupReward

    whole, calls = GroupReward.__call__, []

    def fail(self, *words, **named):
        calls.append(1)
        if len(calls) == 4:
            meet()
        return whole(self, *words, **named)

    with monkeypatch.context() as patch:
        patch.setattr(GroupReward, "__call__", fail)
        with pytest.raises(MintError) as caught:
            train(loaded, folder, lambda _: None)
    return str(caught.value)


def test_a_training_that_met_a_fault_saves_its_last_step_and_goes_on_exactly(
    small, undisturbed, tmp_path, monkeypatch
):
    name, settings = recipe(small)
    loaded = load_recipe(name, (*settings, "training.save_every=4"))

    def full_disk():
        raise OSError(28, "No space left")

    told = end_in_the_fourth_step(loaded, tmp_path, monkeypatch, full_disk)
    assert f"No space left; the same command goes on from {tmp_path / 'checkpoint-3'}" in told
    train(loaded, tmp_path, lambda _: None)
    assert same(weights(tmp_path), weights(undisturbed))


def test_after_a_lack_of_memory_the_same_steps_are_made_with_less(
    small, undisturbed, tmp_path, monkeypatch
):
    import torch

    if torch.cuda.is_available():
        pytest.skip("a GPU tells of its memory itself")
    name, settings = recipe(small)
    monkeypatch.setattr("mint_bench.grpo.memory.free_memory", lambda: 2 * GB)
    told = end_in_the_fourth_step(
        load_recipe(name, settings), tmp_path, monkeypatch, lambda: torch.empty(2 * GB // 4)
    )
    assert "no memory left; lower training.per_device" in told
    assert "goes on from" in told
    less = ("training.per_device=2", "training.gradient_checkpointing=true")
    train(load_recipe(name, (*settings, *less)), tmp_path, lambda _: None)
    found, whole = weights(tmp_path), weights(undisturbed)
    assert all(torch.allclose(found[name], whole[name], atol=1e-4) for name in whole)


@pytest.mark.slow
def test_kill_9_and_resume_give_the_weights_of_an_undisturbed_run(small, undisturbed, tmp_path):
    name, settings = recipe(small)
    command = [sys.executable, "-m", "mint_bench.cli", "train", name, "--out", str(tmp_path)]
    command += [word for setting in settings for word in ("--set", setting)]
    child = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 280
    while latest(tmp_path) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert latest(tmp_path) is not None
    assert not (tmp_path / "model" / "README.md").exists()
    (tmp_path / "checkpoint-4").mkdir(exist_ok=True)  # as a kill within a save leaves it
    train(load_recipe(name, settings), tmp_path, lambda _: None)
    assert same(weights(tmp_path), weights(undisturbed))
