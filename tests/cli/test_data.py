"""`mint-bench data` lists, fetches and finds the conversations."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mint_bench.cli.data import data
from mint_bench.errors import MintError
from mint_bench.sources import SOURCES


@pytest.fixture
def run(monkeypatch, tmp_path):
    """The group, on a machine with neither data folder nor cache."""
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    monkeypatch.setenv("MINT_BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*arguments):
        return CliRunner().invoke(data, arguments)

    return invoke


def test_the_list_names_every_source_uncut_in_80_columns(run):
    result = run("list")
    assert result.exit_code == 0
    assert "…" not in result.output
    assert all(len(line) <= 80 for line in result.output.splitlines())
    for part in (*SOURCES, ":test", "14,642", "CC BY-NC 4.0", "shipped"):
        assert part in result.output


def test_the_list_for_programs_holds_the_whole_card(run):
    entries = json.loads(run("list", "--format", "json").output)
    assert [entry["name"] for entry in entries] == list(SOURCES)
    first = entries[0]
    assert first["licence"] == "MIT"
    assert (first["seeker"], first["supporter"]) == ("model", "human")
    assert first["file"]["sha256"] == SOURCES["lend_an_ear"].file.sha256
    assert (first["here"], first["path"]) == ("-", None)
    assert Path(entries[list(SOURCES).index("starter")]["path"]).is_file()


def test_a_damaged_file_is_shown_and_does_not_end_the_list(run, monkeypatch, tmp_path):
    path = tmp_path / SOURCES["lend_an_ear"].file.path
    path.parent.mkdir(parents=True)
    path.write_text("altered")
    monkeypatch.setenv("MINT_BENCH_DATA", str(tmp_path))
    assert json.loads(run("list", "--format", "json").output)[0]["here"] == "damaged"


def test_path_prints_where_a_source_lies(run):
    result = run("path", "starter")
    assert Path(result.output.strip()).name == "starter.jsonl"


def test_path_downloads_nothing_and_says_how(run):
    result = run("path", "lend_an_ear")
    assert isinstance(result.exception, MintError)
    assert "mint-bench data fetch lend_an_ear" in str(result.exception)


def test_fetch_says_where_each_is(run, tmp_path):
    file = tmp_path / "talks.jsonl"
    file.touch()
    result = run("fetch", "starter", f"file:{file}")
    assert [line.split()[0] for line in result.output.splitlines()] == ["starter", f"file:{file}"]


@pytest.mark.parametrize("verb", ["fetch", "path"])
def test_an_unknown_source_is_one_line(run, verb):
    result = run(verb, "nope")
    assert isinstance(result.exception, MintError)
    assert "unknown source 'nope'" in str(result.exception)
