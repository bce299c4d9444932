"""`mint-bench run`, as it is typed."""

import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner
from inspect_ai.log import read_eval_log

from mint_bench.cli.run import run
from mint_bench.engines.engine import Engine
from mint_bench.errors import MintError
from mint_bench.inspect_plugin import providers
from mint_bench.inspect_plugin.also import SCORERS
from mint_bench.judging import JUDGES, LLM_JUDGES
from mint_bench.tactics import LLM_TAGGERS, TAGGERS

QUICK = ["--source", "starter", "--limit", "2", "--max-turns", "1", "--tagger", "none",
         "--judge", "none"]  # fmt: skip


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """Run the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(run, words)


PROGRAM = (
    "import mint_bench.engines.telling as telling; telling.SOON = 0; "
    "from mint_bench.cli import main; main()"
)


def test_a_run_shows_its_progress_where_time_went_log_and_record(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "run", "mint/silence", *QUICK],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stdout
    assert "0/2 conversations · 0 turns · 0 unscored" in done.stderr
    assert re.search(r"This call: 2 conversations, 2 replies, 0 unscored, in \d+:\d\d", done.stderr)
    assert re.search(r"Conversations waited for: .*(model|here) \d+%", done.stderr)
    [record] = tmp_path.glob("results/silence/*.json")
    assert f"record: {record.relative_to(tmp_path)}" in done.stderr
    assert "log: " in done.stderr


def test_folders_are_where_they_are_asked_for(typed, tmp_path):
    typed("mint/silence", *QUICK, "--log-dir", "elsewhere", "--out", "there")
    assert list(tmp_path.glob("elsewhere/*/*.eval"))
    assert list(tmp_path.glob("there/silence/*.json"))


def test_task_and_epochs_reach_the_record(typed, tmp_path):
    typed("mint/silence", *QUICK, "--task", "gold_history", "--epochs", "2")
    [path] = tmp_path.glob("results/silence/*.json")
    record = json.loads(path.read_text())
    assert record["board"]["history"] == "gold"
    assert [c["epoch"] for c in record["conversations"]] == [1, 2, 1, 2]


def test_failed_conversations_are_told_and_the_exit_code_is_not_0(typed, monkeypatch):
    def fails_on_one(name, seen):
        if "shut the line" in seen[1].text:
            raise ConnectionError("no route to host")
        return "I see."

    monkeypatch.setattr(providers, "trivial_reply", fails_on_one)
    done = typed("mint/parrot", *QUICK)
    assert done.exit_code == 1
    assert "1 conversations failed" in done.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["mint/oracle", *QUICK], "mint/oracle"),
        (["mint/silence", *QUICK, "--tagger", "nobody"], "nobody"),
        (["mint/silence", *QUICK, "--source", "nowhere"], "nowhere"),
    ],
)
def test_what_is_not_known_is_one_line(typed, tmp_path, words, named):
    fault = typed(*words).exception
    assert isinstance(fault, MintError)
    assert named in str(fault)
    assert not (tmp_path / "results").exists()


def test_a_judge_without_its_model_is_refused_before_anything_runs(typed, tmp_path):
    done = typed("mint/silence", "--source", "starter", "--judge", "llm")
    assert isinstance(done.exception, MintError)
    assert "role grader has no model; add --model-role grader=" in str(done.exception)
    assert not (tmp_path / "logs").exists()


def test_the_same_command_again_says_that_nothing_was_left_to_do(typed):
    typed("mint/silence", *QUICK)
    said = typed("mint/silence", *QUICK).stderr
    assert "This call: nothing was left to do." in said
    assert "waited for" not in said


def test_a_plan_asks_no_model_and_leaves_nothing(typed, tmp_path):
    done = typed("openai/gpt-5-mini", *QUICK, "--dry-run", "--also", "safety",
                 "--model-role", "grader=openai/gpt-5")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert re.search(r"openai/gpt-5-mini +multi_turn +2 +2 ", done.stdout)
    assert re.search(r"of all: also +\d", done.stdout)
    assert list(tmp_path.iterdir()) == []


def test_max_cost_wants_the_price_of_every_model_before_the_run(typed, tmp_path):
    done = typed("openai/unheard-of", *QUICK, "--max-cost", "1")
    assert isinstance(done.exception, MintError)
    assert "`models: {openai/unheard-of: {input: 1.5, output: 6}}`, and give --prices FILE" in str(
        done.exception
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--max-cost", "--temperature"])
@pytest.mark.parametrize("number", ["nan", "inf", "-1"])
def test_a_number_is_finite_and_within_its_bounds(typed, tmp_path, option, number):
    done = typed("mint/silence", *QUICK, option, number)
    assert done.exit_code == 2
    assert option in done.output
    assert list(tmp_path.iterdir()) == []


def test_max_cost_stops_a_run(typed, tmp_path, monkeypatch):
    slow = lambda model: Engine(model, {"latency": 0.2}, {})  # noqa: E731 - seen before the end
    monkeypatch.setattr("mint_bench.engines.reaching.engine_for", slow)
    (tmp_path / "mine.yaml").write_text("models: {mint/parrot: {input: 0, output: 1.0e+6}}\n")
    done = typed("mint/parrot", *QUICK, "--limit", "12", "--max-connections", "1",
                 "--max-cost", "10", "--prices", "mine.yaml")  # fmt: skip
    assert re.match(r"stopped at \$.* of --max-cost \$10.00", str(done.exception))
    assert not (tmp_path / "results").exists()


def test_what_is_left_out_of_long_conversations_is_in_the_record(typed, tmp_path):
    typed("mockllm/model", *QUICK, "--truncate", "oldest")
    [log] = (tmp_path / "logs").glob("*/*.eval")
    arguments = read_eval_log(str(log), header_only=True).eval.task_args
    assert arguments["truncate"] == "oldest"


def test_help_names_every_tagger_judge_and_scorer_beside_the_ranking():
    told = " ".join(getattr(option, "help", None) or "" for option in run.params)
    named = set(re.findall(r"[a-z_-]+", told))
    assert named >= {*TAGGERS, *LLM_TAGGERS, *JUDGES, *LLM_JUDGES, *SCORERS}
