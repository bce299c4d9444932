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


def evaluated(folder, *words):
    """Type `inspect eval WORDS…` in a folder; the exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "inspect_ai", "eval", *words, "--log-dir", "logs",
         "--display", "plain"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def log_in(folder):
    [info] = list_eval_logs(str(folder / "logs"))
    return read_eval_log(info)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["multi_turn", "gold_history", "human"])
def test_inspects_own_command_line_runs_a_task_from_another_folder(task, tmp_path):
    model = [] if task == "human" else ["--model", "mint/random_tactics"]
    code, said = evaluated(
        tmp_path, f"mint_bench/{task}", *model, "-T", "source=starter", "-T", "judge=none",
        "-T", "tagger=none", "-T", "max_turns=2", "--limit", "2", "--epochs", "2",
    )  # fmt: skip
    assert code == 0, said
    assert log_in(tmp_path).status == "success"
    assert len(log_in(tmp_path).samples) == 4


@pytest.mark.slow
def test_inspects_own_command_line_attacks_a_judge_without_a_model(tmp_path):
    code, said = evaluated(tmp_path, "mint_bench/judge_probes", "--limit", "3")
    assert code == 0, said
    assert log_in(tmp_path).status == "success"
    assert len(log_in(tmp_path).samples) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("judge=llm", "the role grader has no model; add --model-role grader="),
        ("source=starterr", "starterr"),
    ],
)
def test_inspects_own_command_line_tells_a_fault_in_one_line(option, told, tmp_path):
    code, said = evaluated(
        tmp_path, "mint_bench/multi_turn", "--model", "mint/silence", "-T", "source=starter",
        "-T", option,
    )  # fmt: skip
    assert code != 0
    assert told in said
    assert "Traceback" not in said
    assert not (tmp_path / "logs").exists()
