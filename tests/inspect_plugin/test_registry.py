"""What Inspect finds through the entry points, from any folder."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

import mint_bench
from mint_bench.inspect_plugin import registry

CLEAN = "import sys, mint_bench; sys.exit('inspect_ai' in sys.modules)"


def test_both_prefixes_name_the_registry():
    names = {ep.name: ep.value for ep in entry_points(group="inspect_ai")}
    assert names["mint_bench"] == names["mint"] == registry.__name__


def test_the_package_exports_the_tasks_without_importing_inspect():
    assert subprocess.run([sys.executable, "-c", CLEAN], check=False).returncode == 0
    assert mint_bench.multi_turn is registry.multi_turn
    with pytest.raises(AttributeError, match="multiturn"):
        _ = mint_bench.multiturn


@pytest.mark.slow
@pytest.mark.parametrize("task", ["multi_turn", "gold_history", "human"])
def test_inspects_own_command_line_runs_a_task_from_another_folder(task, tmp_path):
    model = [] if task == "human" else ["--model", "mint/random_tactics"]
    done = subprocess.run(
        [sys.executable, "-m", "inspect_ai", "eval", f"mint_bench/{task}", *model,
         "-T", "source=starter", "-T", "judge=none", "-T", "tagger=none", "-T", "max_turns=2",
         "--limit", "2", "--epochs", "2", "--log-dir", "logs", "--display", "plain"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [info] = list_eval_logs(str(tmp_path / "logs"))
    log = read_eval_log(info)
    assert log.status == "success"
    assert len(log.samples) == 4


@pytest.mark.slow
def test_inspects_own_command_line_tells_a_missing_role_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "inspect_ai", "eval", "mint_bench/multi_turn", "--model",
         "mint/silence", "-T", "source=starter", "-T", "judge=llm", "--display", "plain"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "the role grader has no model; add --model-role grader=" in said
    assert "Traceback" not in said
    assert not (tmp_path / "logs").exists()


@pytest.mark.slow
def test_inspects_own_command_line_tells_a_wrong_source_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "inspect_ai", "eval", "mint_bench/multi_turn", "--model",
         "mint/silence", "-T", "source=starterr", "--display", "plain"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "starterr" in said
    assert "Traceback" not in said
