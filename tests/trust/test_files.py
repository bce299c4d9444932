"""Files of strangers: whatever they hold, it is read as data, or refused in one line."""

import gzip
import json
import os
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from mint_bench import files
from mint_bench.errors import MintError
from mint_bench.files import parse_json, read_json_lines, read_yaml
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.inspect_plugin.told import LogTeller
from mint_bench.leaderboard.build import build
from mint_bench.records.corpus_files import items, parts_of
from mint_bench.records.schema import slug
from mint_bench.records.store import dump, read, read_all, record_path, write
from mint_bench.sources.transcripts import read_transcripts
from tests.cli.typed import type_in
from tests.leaderboard.records import record

ROOT = Path(__file__).parents[2]
OUTSIDE = ["../../etc/x", "/etc/x", "..", "a/../../b", "..\\x", "a\x00b", ".hidden", ""]
TALK = {
    "messages": [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hi."}]
}


def changed(path, **changes):
    """A record's file with other values at its top."""
    value = json.loads(dump(record())) | changes
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


# --- Paths


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_record_names_no_folder_but_one_under_results(tmp_path, name):
    with pytest.raises(MintError, match="system"):
        read(changed(tmp_path / "r.json", system=name))


@pytest.mark.parametrize("name", [*OUTSIDE, "~root/x", "con\n", "𝕏/../x"])
def test_a_name_made_of_any_text_stays_one_folder(name):
    made = slug(name)
    assert made in {"", "x", "a"} or "/" not in made
    assert ".." not in Path(made).parts
    assert not made.startswith((".", "/", "~"))


def test_conversations_with_paths_for_ids_become_numbered_pages(tmp_path):
    one = record()
    named = [
        conversation.model_copy(update={"id": f"../../../{conversation.id}/x"})
        for conversation in one.conversations
    ]
    out = tmp_path / "deep" / "down" / "site"
    build([one.model_copy(update={"conversations": named})], out)
    assert {path.name for path in tmp_path.iterdir()} == {"deep"}
    assert {path.name for path in (tmp_path / "deep" / "down").iterdir()} == {"site"}


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "..\\..\\x"])
def test_no_source_suite_or_recipe_is_found_by_a_path_that_names_none(name):
    for command in (
        ["run", "mint/silence", "--source", name],
        ["suite", "plan", name],
        ["train", name],
    ):
        done = type_in(*command)
        assert done.code == 2
        assert len(done.err.strip().splitlines()) <= 3
        assert "Traceback" not in done.err


def test_a_recipe_extends_what_lies_beside_it_or_ships(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: /etc/passwd\nname: mine\n")
    with pytest.raises(MintError):
        load_recipe(str(tmp_path / "mine.yaml"))


# --- Links and what is no file


def test_a_link_among_records_is_refused_in_files_and_folders(tmp_path):
    write(record(), tmp_path / "away")
    [real] = (tmp_path / "away").glob("*/*.json")
    results = tmp_path / "results"
    (results / "calm").mkdir(parents=True)
    (results / "calm" / real.name).symlink_to(real)
    with pytest.raises(MintError, match="a link"):
        read_all(results)
    (results / "calm" / real.name).unlink()
    (results / "calm").rmdir()
    (results / "calm").symlink_to(real.parent)
    with pytest.raises(MintError, match="a link"):
        read_all(results)
    assert type_in("verify", results).code == 2
    (tmp_path / "linked").symlink_to(tmp_path / "away")
    with pytest.raises(MintError, match="linked: a link"):
        read_all(tmp_path / "linked")
    assert type_in("verify", tmp_path / "linked").code == 2
    (tmp_path / "home").symlink_to(tmp_path)
    assert read_all(tmp_path / "home" / "away")  # what leads to the folder may be one


def test_a_pipe_among_records_or_logs_stops_nobody(tmp_path):
    (tmp_path / "calm").mkdir()
    os.mkfifo(tmp_path / "calm" / "x.json")
    with pytest.raises(MintError, match="no plain file"):
        read_all(tmp_path)
    os.mkfifo(tmp_path / "x.eval")
    assert not LogTeller(tmp_path).knows(record())


def test_a_record_written_over_a_link_leaves_what_it_points_to(tmp_path):
    one = record()
    precious = tmp_path / "precious"
    precious.write_text("mine")
    path = record_path(one, tmp_path)
    path.parent.mkdir()
    path.symlink_to(precious)
    write(one, tmp_path)
    assert precious.read_text() == "mine"
    assert not path.is_symlink()


# --- YAML


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]",
                                 "!!python/name:os.system", "!!python/tuple [1]",
                                 "!!python/module:os", "!mine 3"])  # fmt: skip
def test_a_yaml_tag_builds_nothing(tmp_path, tag):
    path = tmp_path / "x.yaml"
    path.write_text(f"name: {tag}\n", encoding="utf-8")
    with pytest.raises(MintError, match="not plain YAML"):
        read_yaml(path)


def doubling(letters):
    """A list of two, a list of it twice, of that twice, and so on."""
    return "\n".join([
        "a: &a [x, x]",
        *(f"{two}: &{two} [*{one}, *{one}]" for one, two in pairwise(letters)),
    ])


def test_yaml_that_doubles_itself_is_not_followed(tmp_path):
    (tmp_path / "x.yaml").write_text(doubling("abcdefghijklmn"), encoding="utf-8")
    value = read_yaml(tmp_path / "x.yaml")  # aliases stay references: small until printed
    assert value["b"][0] is value["b"][1]
    (tmp_path / "x.yaml").write_text(doubling("abcdefghijklmnopqrstuvwxyz"), encoding="utf-8")
    with pytest.raises(MintError, match="stand for more than 1,000,000 values"):
        read_yaml(tmp_path / "x.yaml")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a [x, [y, *a]]"])
def test_yaml_within_itself_is_refused(tmp_path, text):
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MintError, match="or one for itself"):
        read_yaml(tmp_path / "x.yaml")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("command", ["suite", "nightly", "train", "withdrawn"])
def test_no_command_writes_out_yaml_that_doubles_itself(tmp_path, command):
    path = tmp_path / "x.yaml"
    wrong = {
        "suite": "name: n\nsystems: *z\ntasks: [*z]\n",
        "nightly": "parts: [*z]\n",
        "train": "extends: tiny_cpu\nname: *z\ntraining: *z\n",
        "withdrawn": "withdrawn: *z\n",
    }
    bomb = doubling("abcdefghijklmnopqrstuvwxyz").replace("\n", "\n  ")
    path.write_text(f"bomb:\n  {bomb}\n{wrong[command]}")
    if command == "withdrawn":
        one = write(record(), tmp_path / "results")
        path.rename(one.parent.parent / "withdrawn.yaml")
        words = ["table", "--results", tmp_path / "results"]
    else:
        words = {
            "suite": ["suite", "plan", path],
            "nightly": ["nightly", path, "--folder", tmp_path / "n", "--dry-run"],
            "train": ["train", path],
        }[command]
    done = type_in(*words)
    assert done.code == 2, done.out
    assert len(done.err) < 1_000


def test_a_number_too_long_to_be_written_is_told_in_one_line(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(f"parts: 0x{'f' * 9_000}\n")
    done = type_in("nightly", path, "--folder", tmp_path / "n", "--dry-run")
    assert (done.code, "Traceback" in done.err) == (2, False)


# --- JSON


@pytest.fixture
def short_lines(monkeypatch):
    """The cap at a thousandth of its size, so that a test needs no gigabyte."""
    monkeypatch.setattr(files, "LONGEST_LINE", 64 * 1024)
    monkeypatch.setattr("mint_bench.records.corpus_files.LONGEST_LINE", 64 * 1024)


def long_line(path, size=1024**3):
    """A line of so many NULs, that takes no place on disk."""
    with path.open("wb") as handle:
        handle.write(b'{"messages": "')
        handle.truncate(size)
    return path


def test_a_line_of_a_gigabyte_is_one_line_of_error_in_flat_memory(tmp_path):
    path = long_line(tmp_path / "x.jsonl")
    tracemalloc.start()
    with pytest.raises(MintError, match=r"x.jsonl:1: a line of more than 64 MB"):
        read_transcripts(path)
    assert tracemalloc.get_traced_memory()[1] < 6 * files.LONGEST_LINE
    tracemalloc.stop()


def test_pipes_and_corpora_cap_a_line_too(tmp_path, short_lines):
    path = long_line(tmp_path / "x.jsonl", 12 * 1024**2)
    done = type_in("tag", path, "--tagger", "embedded-fast")
    assert done.code == 2
    assert "a line of more than 0.0625 MB" in done.err
    parts = parts_of([str(path)])
    assert len(parts) == 3
    with pytest.raises(MintError, match="at byte 0: a line of more than"):
        list(items(parts[0]))
    assert list(items(parts[1])) == []
    with gzip.open(tmp_path / "x.jsonl.gz", "wb") as handle:
        handle.write(b" " * 1024**2)
    with pytest.raises(MintError, match="a line of more than"):
        list(items(parts_of([str(tmp_path / "x.jsonl.gz")])[0]))


def test_a_file_that_is_read_whole_has_a_limit_too(tmp_path):
    path = tmp_path / "x.json"
    with path.open("wb") as handle:
        handle.write(b"[")
        handle.truncate(files.LARGEST_TEXT + 1)
    for reader in (read_transcripts, read):
        with pytest.raises(MintError, match="more than 1,024 MB in one piece"):
            reader(path)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_json_nested_without_end_is_one_line(tmp_path, opening):
    with pytest.raises(MintError, match="nested too deeply"):
        parse_json(opening * 200_000, "here")
    path = tmp_path / "x.jsonl"
    path.write_text('{"a":' + opening * 200_000, encoding="utf-8")
    with pytest.raises(MintError, match="nested too deeply"):
        list(read_json_lines(path))
    path.write_text("[" + opening * 200_000, encoding="utf-8")
    with pytest.raises(MintError, match="nested too deeply"):
        read_transcripts(path)


def test_yaml_nested_without_end_is_one_line(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("[" * 20_000, encoding="utf-8")
    with pytest.raises(MintError, match="nested too deeply"):
        read_yaml(path)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a": NaN}', "NaN is not allowed"),
        ('{"a": -Infinity}', "-Infinity is not allowed"),
        ('{"a": 1e999}', "1e999 is too large"),
        ('{"a": -1E+0999}', "is too large"),
        (f'{{"a": {"9" * 280}.5e99}}', "is too large"),
        (f'{{"a": {"9" * 400}.5}}', "is too large"),
        ('{"a": ' + "9" * 5_000 + "}", "not readable as JSON"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('[{"b": {"x": 1, "x": 1}}]', "'x' stands twice"),
    ],
)
def test_json_that_two_readers_may_read_differently_is_refused(tmp_path, text, fault):
    with pytest.raises(MintError, match=fault):
        parse_json(text, "here")
    path = tmp_path / "x.json"
    path.write_text(f'[{{"id": "c", "metadata": {text}}}]', encoding="utf-8")
    with pytest.raises(MintError, match=fault):
        read_transcripts(path)


def test_a_record_with_a_figure_twice_is_refused(tmp_path):
    path = tmp_path / "r.json"
    path.write_text(dump(record()).replace('"words":', '"words":1,"words":', 1), encoding="utf-8")
    with pytest.raises(MintError, match="'words' stands twice"):
        read(path)


def test_a_record_holds_no_infinity(tmp_path):
    path = changed(tmp_path / "r.json")
    text = path.read_text().replace('"cost_usd": null', '"cost_usd": 1e999')
    path.write_text(text)
    with pytest.raises(MintError, match="too large"):
        read(path)


def test_what_a_file_says_cannot_act_on_the_terminal(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"messages": [{"role": "\x1b]0;owned\x07\u202e", "content": "x"}]}))
    with pytest.raises(MintError) as caught:
        read_transcripts(path)
    assert not any(ord(c) < 32 or c == "\u202e" for c in str(caught.value))


def test_yaml_stays_yaml_in_what_the_package_ships():
    for path in (*(ROOT / "tasks").rglob("*.yaml"), *(ROOT / "recipes").rglob("*.yaml")):
        if "lm_eval" not in path.parts:  # whose `!function` lm-eval itself reads
            yaml.safe_load(path.read_text("utf-8"))
