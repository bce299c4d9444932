"""`mint-bench score`, as it is typed."""

import json
import sys

import pytest

from mint_bench.records.columns import GOLDEN
from mint_bench.records.store import read_all
from mint_bench.records.verify import verify
from tests.cli.typed import type_in


def talk(name, *lines):
    roles = ("user", "assistant")
    return {
        "id": name,
        "messages": [{"role": roles[i % 2], "content": text} for i, text in enumerate(lines)],
    }


TALKS = [
    talk("bus", "I missed the last bus.", "How annoying. Are you safe?", "I think so.",
         "Good. Is there someone you could call?"),
    talk("job", "They let me go today.", "I am so sorry, that is a lot to take in."),
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my talks.jsonl"
    path.write_text("".join(json.dumps(t) + "\n" for t in TALKS))
    return path


def test_transcripts_become_a_table(file):
    done = type_in("score", file, "--format", "json")
    assert done.code == 0, done.err
    [entry] = json.loads(done.out)
    assert (entry["system"], entry["title"]) == ("my-talks", "my talks")
    assert "history:own|seeker:as_held|view:own" in entry["board"]
    assert all(name in entry for name in GOLDEN)
    assert entry["aggregated_empathy"]["n"] == 2
    assert entry["aggregated_empathy"]["low"] is None  # two conversations have no interval
    assert entry["repetition_vs_human"]["value"] is None  # there is no human to compare with


def test_the_record_holds_and_keeps_no_text(file, tmp_path):
    done = type_in("score", file, "--system", "mine", "--out", tmp_path / "results",
                   "--format", "json")  # fmt: skip
    assert done.code == 0, done.err
    [path] = (tmp_path / "results").glob("mine/*.json")
    assert f"record: {path}" in done.err
    record = verify(path)
    assert [[t.t for t in c.turns] for c in record.conversations] == [[1, 2], [1]]
    assert "annoying" not in path.read_text()
    assert type_in("verify", path).code == 0


def test_the_record_says_what_the_table_said(file, tmp_path):
    scored = type_in("score", file, "--out", tmp_path / "results", "--format", "json").out
    assert type_in("table", "--results", tmp_path / "results", "--format", "json").out == scored


def test_without_a_judge_there_is_no_empathy(file, tmp_path):
    done = type_in("score", file, "--judge", "none", "--format", "json", "--out", tmp_path / "r")
    [entry] = json.loads(done.out)
    assert entry["aggregated_empathy"]["value"] is None
    assert entry["density"]["value"] > 0
    assert read_all(tmp_path / "r")[0].board.judges == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--tagger", "embeded"], "did you mean embedded?"),
        (["--judge", "nobody"], "'nobody'"),
        (["--system", "***"], "holds none of a-z"),
        (["--format", "pdf"], "pdf"),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_written(file, tmp_path, words, named):
    done = type_in("score", file, *words, "--out", tmp_path / "results")
    assert (done.code, done.out) == (2, "")
    assert named in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "results").exists()


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_scored(file, tmp_path):
    (tmp_path / "taken").touch()
    done = type_in("score", file, "--out", tmp_path / "taken")
    assert (done.code, done.out) == (2, "")
    assert "taken: no folder that can be written" in done.err


def test_a_faulty_line_is_named(file):
    file.write_text(file.read_text() + '{"id": "x", "messages": [')
    done = type_in("score", file)
    assert done.code == 2
    assert "my talks.jsonl:3" in done.err


def test_figures_beside_the_ranking_stand_in_the_record_and_change_no_other(file, tmp_path):
    plain = type_in("score", file, "--out", tmp_path / "plain", "--format", "json")
    beside = type_in("score", file, "--also", "readability, polarity", "--out",
                     tmp_path / "beside", "--format", "json")  # fmt: skip
    assert beside.code == 0, beside.err
    assert beside.out == plain.out
    [record] = read_all(tmp_path / "beside")
    first, second = record.conversations[0].turns
    assert set(first.also) == set(second.also) == {"readability", "polarity"}
    assert first.also["polarity"] < second.also["polarity"]
    assert set(record.provenance.also) == {"readability", "polarity"}
    assert not read_all(tmp_path / "plain")[0].provenance.also


def test_a_figure_that_is_not_known_is_one_line(file):
    done = type_in("score", file, "--also", "shine")
    assert done.code == 2
    assert "also 'shine' is not known; there are: readability, polarity" in done.err


def test_a_corpus_is_scored_into_a_folder_and_summed(file, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(talk("car", "My car died.", "Oh no. How will you get home?")))
    done = type_in("score", file, other, "--to", tmp_path / "out", "--format", "json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["conversations"], told["turns"], told["faults"]) == (3, 4, 0)
    assert told["figures"]["aggregated_empathy"]["n"] == 3
    again = type_in("score", file, other, "--to", tmp_path / "out", "--format", "json")
    assert again.out == done.out
    shown = type_in("score", file, other, "--to", tmp_path / "out").out
    assert shown.startswith("3 conversations · 4 turns · 0 unscored\n")


def test_several_files_are_a_corpus_that_goes_into_a_folder_of_its_own(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(talk("car", "My car died.", "Oh no. How will you get home?")))
    done = type_in("score", file, other)
    assert done.code == 0, done.err
    assert "scored as a corpus, into the folder scored" in done.err
    assert "3 conversations" in done.out
    assert any((tmp_path / "scored").iterdir())


def test_a_faulty_line_of_a_corpus_is_told_and_the_code_says_so(file, tmp_path):
    with file.open("a") as handle:
        handle.write('{"id": "x"}\n')
    done = type_in("score", file, "--to", tmp_path / "out")
    assert done.code == 2
    assert "no conversation; expected 'messages'" in done.err
    assert "2 conversations" in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--to", "x", "--also", "polarity"], "--also goes with a record"),
        (["--to", "x", "--format", "csv"], "use rich or json"),
        (["--to", "nosuch://x"], "nosuch"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_one_line(file, words, told):
    done = type_in("score", file, *words)
    assert done.code == 2
    assert told in done.err
    assert done.err.count("\n") == 1


def test_without_ray_it_says_what_to_install(file, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = type_in("score", file, "--to", tmp_path / "out", "--ray", "auto")
    assert (done.code, "pip install 'mint-bench[ray]'" in done.err) == (2, True)
