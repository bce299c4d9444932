"""Several processes: whole groups on each, one that tells and writes, the same decisions on all."""

import os
import subprocess
import sys

import pytest

from mint_bench.grpo import processes

pytest.importorskip("trl")


def test_a_process_alone_is_the_first_and_knows_its_own(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.delenv("RANK", raising=False)
    assert (processes.count(), processes.is_first(), processes.shared("x")) == (1, True, "x")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_processes_train_one_model(small, tmp_path):
    settings = (*small, "training.max_steps=2", "watch.every=1", "watch.on_divergence=stop")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    command += ["-m", "mint_bench.cli", "train", "q", "--out", str(tmp_path)]
    command += [word for setting in settings for word in ("--set", setting)]
    done = subprocess.run(
        command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stderr.splitlines()
    assert len([line for line in lines if "prompts of" in line]) == 1
    assert len([line for line in lines if line.startswith("step 1: held out")]) == 1
    assert len([line for line in lines if line.startswith("step 2/2")]) == 1
    assert len(list(tmp_path.glob("record/*/*.json"))) == 1
    assert (tmp_path / "model" / "README.md").exists()
