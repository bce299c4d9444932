"""`mint-bench compare` and `mint-bench report`, as a shell runs them."""

import io
import json

import pytest
from rich.console import Console

from mint_bench.cli.compare_look import show_ranking, show_two
from mint_bench.records.comparison import compare_records, rank_records
from mint_bench.records.schema import SeekerRef
from mint_bench.records.store import record_path, write
from tests.cli.typed import type_in
from tests.records.test_comparison import a_system, on_board


@pytest.fixture
def systems():
    return [a_system("warm", better=0.6), a_system("plain", seed=1), a_system("like", seed=2)]


@pytest.fixture
def results(tmp_path, systems):
    for record in systems:
        write(record, tmp_path / "results")
    return tmp_path / "results"


def test_two_systems_by_name_have_every_figure_with_its_tests(results):
    done = type_in("compare", "warm", "plain", "--results", results, "--format", "json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    empathy = told["figures"]["aggregated_empathy"]
    assert empathy["low"] < empathy["difference"] < empathy["high"]
    assert empathy["p"] < 0.001
    assert empathy["p_permutation"] < 0.001
    assert empathy["minimum_detectable"] > 0
    assert told["figures"]["tokens"]["p"] is None


@pytest.mark.parametrize(("seeker", "hears"), [("scripted", False), ("anchored", True)])
def test_json_says_whether_the_seeker_hears_the_system(seeker, hears, tmp_path, systems):
    for record in systems:
        board = record.board.model_copy(
            update={"history": "own", "judge_view": "own", "seeker": SeekerRef(name=seeker)}
        )
        write(record.model_copy(update={"board": board}), tmp_path)
    for chosen in (["warm", "plain"], ["warm", "plain", "like"]):
        done = type_in("compare", *chosen, "--results", tmp_path, "--format", "json")
        assert json.loads(done.out)["seeker_hears"] is hears


def test_a_file_does_as_well_as_a_name(results, systems):
    path = record_path(systems[0], results)
    done = type_in("compare", path, "plain", "--results", results)
    assert done.code == 0
    assert "detectable" in done.out
    assert "mint:1|" in done.out


def test_a_difference_of_figures_at_bound_is_marked_and_explained(results):
    """Every turn of these has 20 words: no interval says how sure that is."""
    for words in (["warm", "plain"], ["warm", "plain", "like", "--figure", "words"]):
        out = type_in("compare", *words, "--results", results).out
        assert "20.00†" in out
        assert "+0.00†" in out
        assert "or none differs from another" in out


def test_a_folder_is_ranked_with_letters_and_all_pairs(results):
    told = json.loads(type_in("compare", results, "--format", "json", "--difference", "0.2").out)
    first = told["systems"][0]
    assert (first["system"], first["letters"]) == ("warm", "a")
    assert len(told["pairs"]) == 3
    assert all(pair["p_holm"] >= pair["p"] for pair in told["pairs"])
    assert all(pair["conversations_needed"] > 1 for pair in told["pairs"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["warm"], "two records or more"),
        (["warm", "plane"], "did you mean plain?"),
        (["warm", "plain", "--figure", "densty"], "did you mean density?"),
        (["warm", "plain", "--figure", "unscored"], "no such figure"),
        (["warm", "plain", "warm"], "warm: the same record is named twice"),
    ],
)
def test_faults_are_one_line_that_says_what_to_do(results, words, said):
    done = type_in("compare", *words, "--results", results)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_records_of_different_boards_are_refused(results, systems):
    other = on_board(systems[1].model_copy(update={"system": "else"}), history="own")
    write(other, results)
    done = type_in("compare", "warm", "else", "--results", results)
    assert done.code == 2
    assert "differ in history gold against own" in done.err


def test_a_system_on_several_boards_is_taken_from_the_shared_one_or_asked_about(results, systems):
    write(on_board(systems[0], history="own", judge_view="own"), results)
    assert type_in("compare", "warm", "plain", "--results", results).code == 0
    write(on_board(systems[1], history="own", judge_view="own"), results)
    done = type_in("compare", "warm", "plain", "--results", results)
    assert done.code == 2
    assert "choose by --board" in done.err
    chosen = type_in("compare", "warm", "plain", "--results", results, "--board", "history:own")
    assert chosen.code == 0


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_number_is_cut_at_any_width(systems, width):
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    show_two(systems[0], systems[1], compare_records(*systems[:2], permutations=9), 0.1, console)
    show_ranking(rank_records(systems), None, console)
    assert "…" not in out.getvalue()
    assert all(len(line) <= width for line in out.getvalue().splitlines() if "mint:1" not in line)


def test_a_report_is_figures_table_and_numbers(results, tmp_path):
    out = tmp_path / "report"
    done = type_in("report", "warm", "--results", results, "--out", out)
    assert done.code == 0
    names = [line.rsplit("/", 1)[1] for line in done.out.splitlines()]
    assert names == [
        "report.pdf", "figures.pdf", "turns.pdf", "transitions.pdf", "lags.pdf", "table.tex",
        "report.json",
    ]  # fmt: skip
    assert sorted(names) == sorted(path.name for path in out.iterdir())
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    told = json.loads((out / "report.json").read_text())
    assert [one["role"] for one in told["systems"]] == ["system", "best"]
    assert {"value", "low", "high", "n"} <= set(told["transitions"]["advice"]["validation"])
    assert told["variance"]["epoch"] is None
    table = (out / "table.tex").read_text()
    assert table.count(r"\midrule") == 3
    assert r"empathy, all six & " in table


def test_a_report_into_a_file_is_refused_in_one_line(results, tmp_path):
    (tmp_path / "taken").write_text("")
    done = type_in("report", "warm", "--results", results, "--out", tmp_path / "taken")
    assert done.code == 2
    assert "no report can be written there" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_report_of_equal_records_is_equal(results, tmp_path):
    for name in ("one", "two"):
        type_in("report", "warm", "--results", results, "--out", tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_a_hostile_title_is_escaped_and_a_bare_record_still_has_a_report(results, tmp_path):
    bare = a_system("bare", count=2).model_copy(update={"title": r"\input{x} & 100% <script> $x$"})
    for conversation in bare.conversations:
        conversation.turns[:] = [
            turn.model_copy(update={"tactics": None, "ratings": None})
            for turn in conversation.turns
        ]
    path = write(bare, tmp_path / "other")
    done = type_in("report", path, "--results", results, "--out", tmp_path / "report")
    assert done.code == 0
    assert r"\textbackslash{}input\{x\} \& 100\%" in (tmp_path / "report/table.tex").read_text()
    assert not (tmp_path / "report/lags.pdf").exists()
