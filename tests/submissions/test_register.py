"""What registers list is what tasks, sources and records say, now."""

import pytest
import yaml

import mint_bench
from mint_bench.resources import data_root
from mint_bench.sources import SOURCES
from mint_bench.submissions.register import EVAL_YAML, TEMPLATE, eval_yaml, report
from tests.cli.typed import type_in
from tests.leaderboard.records import record


def test_eval_yaml_is_current():
    assert (data_root() / EVAL_YAML).read_text("utf-8") == eval_yaml()


def test_every_task_that_the_package_exports_is_listed():
    told = yaml.safe_load(eval_yaml())
    assert {task["name"] for task in told["tasks"]} == set(mint_bench.__all__) - {"__version__"}
    assert told["tasks"][0] == {"name": "multi_turn", "dataset_samples": 50}
    pins = " ".join(f"{a['source']} {a['comment']}" for a in told["external_assets"])
    assert SOURCES["lend_an_ear"].revision in pins
    assert SOURCES["esconv"].revision in pins


def test_a_reports_names_and_commands_stay_text():
    evil = "a`b\n```\n<script>"
    made = record("calm", title="<script>x</script>", command=evil, log_sha="0" * 12)
    text = report([made], data_root() / TEMPLATE)
    assert "<script>x" not in text
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert fences == ["```console", "```"]


@pytest.mark.slow
def test_the_evaluation_report_is_current():
    done = type_in("register", "--check")
    assert (done.code, done.err) == (0, "")
