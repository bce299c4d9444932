"""`mint-bench table`, and what every command has in common: one line for a fault, exit code 2."""

import csv
import io
import json

import click
import pytest
from rich.console import Console

from mint_bench import cli
from mint_bench.cli.look import show_boards
from mint_bench.judging.embedded import FAR
from mint_bench.leaderboard.build import build
from mint_bench.records.columns import GOLDEN
from mint_bench.records.store import read_all, write
from mint_bench.records.tables import board_tables
from mint_bench.records.wording import standing
from mint_bench.scoring import ScoredConversation
from tests.cli.typed import type_in
from tests.records.release import a_record, a_turn


@pytest.fixture
def results(tmp_path):
    for system in ("ours", "theirs"):
        write(a_record(25, system=system, title=f"{system} & co"), tmp_path / "results")
    return tmp_path / "results"


def test_json_is_one_object_a_record(results):
    done = type_in("table", "--results", results, "--format", "json")
    assert (done.code, done.err) == (0, "")
    entries = json.loads(done.out)
    assert [entry["system"] for entry in entries] == ["ours", "theirs"]
    for entry in entries:
        assert entry["board"].startswith("mint:1|")
        assert all({"value", "low", "high", "n"} <= set(entry[name]) for name in GOLDEN)


def test_csv_markdown_and_latex_hold_every_system(results):
    rows = list(csv.DictReader(io.StringIO(
        type_in("table", "--results", results, "--format", "csv").out)))  # fmt: skip
    assert [row["system"] for row in rows] == ["ours", "theirs"]
    assert r"ours \& co" in type_in("table", "--results", results, "--format", "markdown").out
    assert r"theirs \& co &" in type_in("table", "--results", results, "--format", "latex").out


def test_a_terminal_shows_figure_interval_and_signature(results):
    done = type_in("table", "--results", results)
    assert done.code == 0
    assert "gold history" in done.out
    assert "mint:1|data:file:talks@1." in done.out
    assert "ours" in done.out


@pytest.mark.parametrize("width", [80, 110, 200])
@pytest.mark.parametrize("terminal", [True, False])
def test_no_figure_and_no_name_is_ever_cut(results, width, terminal):
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None)
    show_boards(board_tables(read_all(results)), console)
    table = out.getvalue().partition("Gold history")[0]
    assert "\u2026" not in table
    assert "theirs" in table
    figure = json.loads(type_in("table", "--results", results, "--format", "json").out)[0]
    assert f"{figure['words']['value']:.2f}" in table
    if terminal:
        assert max(map(len, table.splitlines())) <= width


def test_every_form_says_alike_why_a_record_has_no_rank(tmp_path):
    far = [a_turn(t, flags=[FAR]) for t in range(1, 5)]
    talks = [ScoredConversation(id=f"c{n}", turns=far) for n in range(20)]
    record = a_record(system="far_off", conversations=talks)
    write(record, tmp_path / "results")
    said = standing(board_tables([record])[0])[-1]
    assert said.startswith("Not ranked, ")
    assert said in type_in("table", "--results", tmp_path / "results").out
    markdown = type_in("table", "--results", tmp_path / "results", "--format", "markdown").out
    assert "- " + said.replace("_", r"\_") in markdown.splitlines()
    page = build([record], tmp_path / "site").read_text("utf-8")
    assert f"<li>{said}</li>" in page
    why = said.removeprefix("Not ranked, ").removesuffix(": far_off.")
    forms = {
        form: type_in("table", "--results", tmp_path / "results", "--format", form).out
        for form in ("json", "csv", "latex")
    }
    assert json.loads(forms["json"])[0]["not_ranked"] == why
    assert next(csv.DictReader(io.StringIO(forms["csv"])))["not_ranked"] == why
    assert why.replace("%", r"\%") in forms["latex"]
    [entry] = json.loads((tmp_path / "site" / "leaderboard.json").read_text("utf-8"))["records"]
    assert entry["not_ranked"] == why
    parquet = pytest.importorskip("pyarrow.parquet")
    [row] = parquet.read_table(tmp_path / "site" / "leaderboard.parquet").to_pylist()
    assert row["not_ranked"] == why


def test_a_board_is_chosen_by_part_of_its_signature(results):
    done = type_in("table", "--results", results, "--board", "history:gold", "--format", "json")
    assert len(json.loads(done.out)) == 2
    none = type_in("table", "--results", results, "--board", "history:own")
    assert none.code == 2
    assert "'history:own'" in none.err


def test_without_a_folder_the_shipped_records_are_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = type_in("table", "--board", "view:spliced", "--format", "json")
    assert "gold" in {entry["system"] for entry in json.loads(done.out)}


def test_results_here_come_before_the_shipped_ones(results, monkeypatch):
    monkeypatch.chdir(results.parent)
    entries = json.loads(type_in("table", "--format", "json").out)
    assert {entry["system"] for entry in entries} == {"ours", "theirs"}


def test_no_records_is_no_fault(tmp_path):
    assert type_in("table", "--results", tmp_path, "--format", "json").out == "[]\n"
    assert type_in("table", "--results", tmp_path).code == 0


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["table", "--results", "nowhere"], "nowhere: no such folder"),
        (["table", "--format", "pdf"], "pdf"),
        (["tabel"], "did you mean `mint-bench table`?"),
    ],
)
def test_a_fault_is_one_line_and_exit_code_2(words, named):
    done = type_in(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("mint-bench: ")
    assert done.err.count("\n") == 1
    assert named in done.err


def test_a_damaged_record_is_named(results):
    path = next(results.glob("ours/*.json"))
    path.write_text(path.read_text()[:-30])
    done = type_in("table", "--results", results)
    assert done.code == 2
    assert str(path) in done.err


def test_the_exit_code_of_a_verb_is_that_of_the_program(monkeypatch):
    @click.command()
    def partly():
        raise click.exceptions.Exit(1)

    monkeypatch.setattr(cli.Verbs, "get_command", lambda *_: partly)
    assert type_in("run").code == 1


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["table", "--help"]])
def test_help_and_version_are_no_fault(words):
    assert type_in(*words).code == 0
