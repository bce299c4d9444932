"""The gate: records are ranked only if the probes of their judge are shown, and pass."""

import json

import pytest

from mint_bench.judging import JUDGES, load_judge
from mint_bench.records import shown_probes
from mint_bench.records.schema import JudgeRef
from mint_bench.records.shown_probes import save, shown_for
from mint_bench.records.tables import board_tables
from mint_bench.records.wording import standing, unranked
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probes import Outcome, summarise
from tests.records.release import a_record

JUDGE = JudgeRef(name="openai/large", prompt_sha="0123abcd", settings={"form": "per-dimension"})
OTHER = JudgeRef(name="openai/small", prompt_sha="0123abcd", settings={"form": "per-dimension"})
PROBES = load_probes()


@pytest.fixture(autouse=True)
def shown(tmp_path, monkeypatch):
    """A file of reports of our own, empty at first."""
    path = tmp_path / "shown.json"
    shipped = json.loads(shown_probes.resource(*shown_probes.FILE).read_text("utf-8"))
    path.write_text(json.dumps({**shipped, "reports": []}))
    found = shown_probes.resource
    monkeypatch.setattr(
        shown_probes, "resource", lambda *p: path if p == shown_probes.FILE else found(*p)
    )
    shown_probes._shown.cache_clear()
    yield path
    shown_probes._shown.cache_clear()


def report(fooled=(), cases=None):
    """A report in which these cases are fooled, and all others held."""
    outcomes = [
        Outcome(id=p.id, kind=p.kind.name, result="fooled" if p.id in fooled else "held")
        for p in PROBES.probes[:cases]
    ]
    return summarise("planted", "0123abcd", PROBES, outcomes)


def why(*judges):
    """Why a record by these judges has no rank."""
    record = a_record()
    board = record.board.model_copy(update={"judges": list(judges)})
    [table] = board_tables([record.model_copy(update={"board": board})])
    return unranked(table.board, table.rows[0]), standing(table)


def test_a_judge_whose_probes_are_not_shown_ranks_nothing():
    reason, said = why(JUDGE)
    assert reason == "judged by openai/large, its probes are not shown"
    assert said == [f"Not ranked, {reason}: ours."]


def test_a_judge_that_passes_the_gate_ranks():
    save(report(), [JUDGE])
    said = "Judged by openai/large, fooled by 0% of probes, the gate allows 5%."
    assert why(JUDGE) == (None, [said])


def test_a_judge_that_is_fooled_too_often_ranks_nothing():
    attacks = [probe.id for probe in PROBES.probes if not probe.kind.control]
    save(report(attacks[::4]), [JUDGE])
    assert why(JUDGE)[0] == "judged by openai/large, fooled by 25% of probes, the gate allows 5%"


def test_a_rate_just_above_the_gate_is_not_rounded_down_to_it():
    attacks = [probe.id for probe in PROBES.probes if not probe.kind.control]
    save(report(attacks[: round(0.053 * len(attacks))]), [JUDGE])
    assert why(JUDGE)[0].endswith("fooled by 5.4% of probes, the gate allows 5%")


def test_the_rest_of_the_gate_holds_as_well():
    kind = [probe.id for probe in PROBES.probes if probe.kind.name == "symbols"]
    save(report(kind[:5]), [JUDGE])
    assert "which misses the gate of its probes (symbols: fooled by 25%" in why(JUDGE)[0]
    save(report(cases=9), [JUDGE])
    assert "only 9 of" in why(JUDGE)[0]


def test_a_report_is_of_one_prompt_one_setting_and_one_panel():
    save(report(), [JUDGE, OTHER])
    assert why(OTHER, JUDGE)[0] is None
    assert "openai/large + openai/small, its probes are not shown" in why(JUDGE, OTHER.model_copy(
        update={"settings": {"form": "per-dimension", "temperature": 1}}
    ))[0]  # fmt: skip
    assert "its probes are not shown" in why(JUDGE)[0]
    assert "not shown" in why(JUDGE.model_copy(update={"prompt_sha": "beefbeef"}), OTHER)[0]


def test_a_report_of_other_probes_shows_nothing(shown):
    save(report(), [JUDGE])
    kept = json.loads(shown.read_text("utf-8"))
    kept["reports"][0]["probes_sha"] = "beefbeef"
    shown.write_text(json.dumps(kept))
    shown_probes._shown.cache_clear()
    assert "its probes are not shown" in why(JUDGE)[0]


def test_probes_that_changed_since_are_read_anew(shown):
    save(report(), [JUDGE])
    kept = json.loads(shown.read_text("utf-8"))
    kept["probes"] = {"files_sha": "beefbeef", "sha": "beefbeef"}
    shown.write_text(json.dumps(kept))
    shown_probes._shown.cache_clear()
    assert shown_for([JUDGE]) is not None


def test_a_new_report_takes_the_place_of_the_same_judges_alone(shown):
    save(report(cases=9), [JUDGE])
    save(report(cases=9), [OTHER])
    save(report(), [JUDGE])
    assert len(json.loads(shown.read_text("utf-8"))["reports"]) == 2
    assert why(JUDGE)[0] is None
    assert "only 9 of" in why(OTHER)[0]


def test_a_report_of_an_embedded_judge_as_it_is_no_more_is_dropped(shown):
    before = JudgeRef(name="embedded", prompt_sha="beefbeef", settings={"heads": 5})
    save(report(), [before])
    save(report(), [before, OTHER])
    save(report(), [JUDGE])
    names = [one["judges"] for one in json.loads(shown.read_text("utf-8"))["reports"]]
    assert [[judge["name"] for judge in panel] for panel in names] == [["openai/large"]]


def test_imported_ratings_are_ranked_and_said_to_be_unprobed():
    reason, said = why(JudgeRef(name="gpt-oss-120b"))
    assert reason is None
    assert len(said) == 1
    assert said[0].startswith("Ratings by gpt-oss-120b were imported: it cannot be probed")


def test_one_member_without_a_hash_does_not_excuse_a_panel():
    assert "its probes are not shown" in why(JUDGE, JudgeRef(name="gpt-oss-120b"))[0]


def test_without_a_judge_there_is_nothing_to_probe():
    assert why() == (None, [])


@pytest.fixture
def shipped(monkeypatch):
    monkeypatch.undo()
    shown_probes._shown.cache_clear()


@pytest.mark.parametrize("name", JUDGES)
def test_an_embedded_judges_own_report_is_shipped_and_misses_the_gate(name, shipped):
    judge = load_judge(name)
    ref = JudgeRef(name=judge.name, prompt_sha=judge.prompt_sha, settings=dict(judge.settings))
    found = shown_for([ref])
    assert found is not None, f"probe it anew: mint-bench judge probes --judge {name} --save"
    assert found.misses
    assert f"judged by {name}, fooled by" in why(ref)[0]


def test_the_shipped_reports_are_of_the_probes_as_they_are(shipped):
    kept = shown_probes._shown()
    assert kept.probes.sha == PROBES.sha, "mint-bench judge probes --save"
    assert {one.probes_sha for one in kept.reports} == {PROBES.sha}
