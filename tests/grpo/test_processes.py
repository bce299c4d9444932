"""Several processes: whole groups on each, one that tells and writes, the same decisions on all."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo import processes
from mint_bench.grpo.data import order
from mint_bench.grpo.recipe_files import load_recipe
from tests.grpo.talks import as_lines, talk

pytest.importorskip("trl")


def test_a_process_alone_is_the_first_and_knows_its_own(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.delenv("RANK", raising=False)
    assert (processes.count(), processes.is_first(), processes.shared("x")) == (1, True, "x")


@pytest.fixture
def gpus(monkeypatch):
    """A machine with eight GPUs; which one was taken."""
    taken = []
    monkeypatch.setattr("torch.cuda.device_count", lambda: 8)
    monkeypatch.setattr("torch.cuda.set_device", taken.append)
    return taken


@pytest.mark.parametrize(("rank", "gpu"), [(0, 0), (3, 3), (9, 1)])
def test_each_process_takes_its_own_gpu(gpus, monkeypatch, rank, gpu):
    monkeypatch.setenv("LOCAL_RANK", str(rank))
    processes.take_gpu()
    assert gpus == [gpu]


def test_several_gpus_without_a_launcher_are_refused_with_its_words(gpus, monkeypatch):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with pytest.raises(MintError, match="`accelerate launch --num_processes 8 --no_python` before"):
        processes.take_gpu()
    assert not gpus


@pytest.mark.parametrize("count", [0, 1])
def test_a_process_alone_with_one_gpu_or_none_needs_no_launcher(gpus, monkeypatch, count):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    monkeypatch.setattr("torch.cuda.device_count", lambda: count)
    processes.take_gpu()
    assert not gpus


def on_two_processes(name, settings, out):
    """Train so, and give the lines that were told."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    command += ["-m", "mint_bench.cli", "train", name, "--out", str(out)]
    command += [word for setting in settings for word in ("--set", setting)]
    done = subprocess.run(
        command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr.splitlines()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_processes_train_one_model(small, tmp_path):
    settings = (*small, "training.max_steps=2", "watch.every=1", "watch.on_divergence=stop")
    lines = on_two_processes("q", settings, tmp_path)
    assert len([line for line in lines if "prompts of" in line]) == 1
    assert len([line for line in lines if line.startswith("step 1: held out")]) == 1
    assert len([line for line in lines if line.startswith("step 2/2")]) == 1
    assert len(list(tmp_path.glob("record/*/*.json"))) == 1
    assert (tmp_path / "model" / "README.md").exists()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_processes_hold_conversations_of_unlike_length_and_go_on_exactly(small, tmp_path):
    from safetensors.torch import load_file

    source = tmp_path / "talks.jsonl"
    unlike = [talk(f"talk-{place}", turns=1 if place % 2 else 3) for place in range(6)]
    source.write_text(as_lines(unlike), encoding="utf-8")
    settings = (*small, f"data.source=file:{source}", "rollout.max_turns=3")
    whole, again = tmp_path / "whole", tmp_path / "again"
    on_two_processes("q_minus_r", settings, whole)
    held = [
        [len(json.loads(line)["turns"]) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in sorted(whole.glob("samples/*.jsonl"))
    ]
    met = order(6, 1, load_recipe("q_minus_r", settings).training.seed)
    pairs = list(zip(met[::2], met[1::2], strict=True))  # one on each process
    assert any(first % 2 != second % 2 for first, second in pairs)
    assert held == [[1 if first % 2 else 3] * 4 for first, _ in pairs]
    shutil.copytree(whole, again)
    for left in ("checkpoint-2", "checkpoint-3", "model", "record"):
        shutil.rmtree(again / left)
    lines = on_two_processes("q_minus_r", settings, again)
    steps = [line.split(":")[0] for line in lines if line.startswith("step ") and "/" in line]
    assert steps == ["step 2/3", "step 3/3"]
    one, other = (load_file(folder / "model" / "model.safetensors") for folder in (whole, again))
    assert all((one[name] == other[name]).all() for name in one)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_model_whose_weights_are_spread_is_looked_at_and_then_learns(tiny_model, version):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    done = subprocess.run(
        [*command, "-m", "tests.grpo.spread", str(tiny_model), version],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
