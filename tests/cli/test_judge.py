"""`mint-bench judge`, as it is typed."""

import json

import pytest

from mint_bench import judge_probes
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records import shown_probes
from mint_bench.validation.probe_cases import load_probes
from tests.cli.typed import type_in
from tests.inspect_plugin.judge_server import JudgeServer
from tests.inspect_plugin.runs import run


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """The file that reports are saved in, with the shipped ones."""
    path = tmp_path / "shown.json"
    path.write_bytes(shown_probes.resource(*shown_probes.FILE).read_bytes())
    monkeypatch.setattr(shown_probes, "resource", lambda *parts: path)
    monkeypatch.setattr(shown_probes, "_files_sha", lambda: "0" * 64)
    yield path
    shown_probes._shown.cache_clear()


def test_probes_print_a_rate_with_its_interval_a_kind_and_the_gate():
    done = type_in("judge", "probes")
    assert done.code == 0
    rows = {line.split()[0]: line.split() for line in done.out.splitlines() if line.strip()}
    assert rows["empty"][1:] == ["20", "0", "0", "19", "0", "0.00", "0.00–0.16"]
    assert set(rows) > {kind.name for kind in load_probes().kinds if not kind.control}
    assert "It misses the gate:" in done.out
    assert "control: honest_reply" in done.out


def test_json_holds_figures_and_every_case_for_machines():
    done = type_in("judge", "probes", "--json")
    shown = json.loads(done.out)
    assert shown["judge"] == "embedded"
    assert shown["figures"]["all"]["n"] == sum(
        len(kind.cases) for kind in load_probes().kinds if not kind.control
    )
    assert len(shown["cases"]) == len(load_probes().probes)
    assert shown["misses"]


def test_an_unknown_judge_is_told_in_one_line():
    done = type_in("judge", "probes", "--judge", "embeded")
    assert (done.code, done.out) == (2, "")
    assert "did you mean embedded?" in done.err


def test_a_saved_report_of_the_embedded_judge_is_the_shipped_one(shown):
    before = json.loads(shown.read_text("utf-8"))["reports"]
    done = type_in("judge", "probes", "--save")
    assert done.code == 0
    assert f"saved in {shown}" in done.err
    after = json.loads(shown.read_text("utf-8"))["reports"]
    assert sorted(after, key=json.dumps) == sorted(before, key=json.dumps)


def praising(model, system, user):
    return json.dumps(dict(zip(DIMENSIONS, (5, 5, 5, 1, 1, 1), strict=True)))


def test_a_language_models_report_is_shown_and_saved_from_its_log(shown, tmp_path):
    with JudgeServer(praising).running() as server:
        log = run(
            judge_probes(judge="llm-joint"), None, tmp_path, limit=5,
            model_roles={"grader": server.model()},
        )  # fmt: skip
    done = type_in("judge", "probes", "--log", log.location, "--save")
    assert done.code == 0
    assert "How often the judge openai-api/judge/large is fooled" in done.out
    [saved] = [
        one
        for one in json.loads(shown.read_text("utf-8"))["reports"]
        if one["judges"][0]["name"] == "openai-api/judge/large"
    ]
    assert saved["judges"][0]["settings"]["form"] == "joint"
    assert saved["probes_sha"] == load_probes().sha
    assert saved["misses"][0] == f"only 5 of {len(load_probes().probes)} probes were run"


def test_a_log_that_is_none_is_told_in_one_line(tmp_path):
    done = type_in("judge", "probes", "--log", tmp_path / "nowhere.eval")
    assert (done.code, done.out) == (2, "")
    assert "nowhere.eval: no such log" in done.err
