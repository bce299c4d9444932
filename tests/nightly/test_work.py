"""Whole nights with trivial systems: all is due, nothing is, one breaks, goes on, finds a fall."""

import json

import pytest
import yaml
from click.testing import CliRunner

from mint_bench.cli.nightly import nightly
from mint_bench.inspect_plugin import providers
from mint_bench.nightly import work

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PARTS = {
    "parts": [
        {
            "every": 7,
            "sources": ["starter"],
            "suite": {
                "name": "trivial",
                "systems": ["mint/always_validate", "mint/parrot"],
                "tasks": ["multi_turn"],
                "max_turns": 2,
            },
        }
    ]
}
KIND, DULL = (
    "trivial-mint-always_validate-multi_turn",
    "trivial-mint-parrot-multi_turn",
)


def night(folder, date, *options):
    """One night by the command; its exit code and its summary."""
    (folder / "results").mkdir(exist_ok=True)
    path = folder / "nightly.yaml"
    path.write_text(yaml.safe_dump(PARTS))
    asked = [str(path), "--folder", str(folder / "state"), "--results", str(folder / "results")]
    ran = CliRunner().invoke(nightly, [*asked, "--night", date, "--format", "json", *options])
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.exit_code, json.loads((folder / "state" / "summary.json").read_text())


def test_nights_that_are_due_that_are_not_that_break_and_that_find_a_regression(
    tmp_path, monkeypatch
):
    code, first = night(tmp_path, "2026-11-13")
    assert (code, first["well"], first["broken"]) == (0, True, {})
    assert first["due"] == {KIND: ["new"], DULL: ["new"]}
    assert first["records"] == {"hold": 2, "faults": []}
    assert first["site"]["figures"] > 100
    assert (tmp_path / "state" / "site" / "index.html").is_file()

    code, again = night(tmp_path, "2026-11-20")  # one night alone shows nothing of its noise
    assert (code, set(again["due"]), again["notes"]) == (0, {KIND, DULL}, [])

    code, second = night(tmp_path, "2026-11-21")
    assert (code, second["due"], second["not_due"]) == (0, {}, [KIND, DULL])
    assert (second["compared"], second["notes"]) == ([], [])

    def worse(name, seen):
        return "Well." if name == "always_validate" else reply(name, seen)

    reply, run_suite = providers.trivial_reply, work.run_suite
    monkeypatch.setattr(providers, "trivial_reply", worse)
    monkeypatch.setattr(work, "run_suite", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    code, _ = night(tmp_path, "2026-11-27")
    assert (code, (tmp_path / "state" / "night.json").exists()) == (1, True)
    monkeypatch.setattr(work, "run_suite", run_suite)

    code, third = night(tmp_path, "2026-11-28")
    assert (code, third["night"], third["resumed"]) == (0, "2026-11-27", True)
    assert third["due"] == {KIND: ["7 days old"], DULL: ["7 days old"]}
    found = {(one["name"], one["figure"]): one["found"] for one in third["compared"]}
    assert found[KIND, "aggregated_empathy"] == "regression"
    assert {kind for (name, _), kind in found.items() if name == DULL} == {None}
    assert any(f"2026-11-27-{KIND}-aggregated_empathy.md" in path for path in third["notes"])

    code, fourth = night(tmp_path, "2026-12-05")
    assert (code, fourth["notes"]) == (0, [])
    assert {one["nights"] for one in fourth["compared"] if one["name"] == DULL} == {4}
