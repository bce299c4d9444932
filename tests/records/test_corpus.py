"""Corpora in parts: the same figures as a file at once, nothing lost or doubled, memory flat."""

import gzip
import json
import subprocess
import sys

import fsspec
import pytest

from mint_bench.errors import MintError
from mint_bench.records.corpus import Counts, Job, begin, finish, score_part
from mint_bench.records.corpus_files import parts_of
from mint_bench.records.corpus_sums import interval, sums_of
from mint_bench.records.figures import figures
from mint_bench.records.held import transcript_of
from mint_bench.scoring import ScoredConversation, score
from mint_bench.sources import load
from mint_bench.sources.transcripts import read_transcripts
from mint_bench.tactics import load_tagger


def talk(number, turns=3):
    """A conversation whose replies differ in tactics and length."""
    said = ["I lost my job. What now?", "It's too much — über alles.", "Nobody calls me."]
    told = ["I hear you. What happened?", "You could call a friend.", "That sounds hard. I'm here."]
    messages = []
    for turn in range(turns):
        messages.append({"role": "user", "content": said[(number + turn) % 3]})
        messages.append({"role": "assistant", "content": told[(number * 2 + turn) % 3]})
    return {"id": f"c{number}", "messages": messages}


def write_talks(path, count, turns=3):
    path.write_text("".join(json.dumps(talk(n, turns)) + "\n" for n in range(count)))
    return str(path)


def run(files, job, part_bytes=1000):
    parts, counts = parts_of(files, part_bytes), Counts()
    begin(parts, job)
    for part in parts:
        counts.add(score_part(part, job))
    finish(job)
    return parts, counts


def rows(folder):
    return [
        json.loads(line)
        for path in sorted(folder.glob("part-*.jsonl"))
        for line in path.read_text().splitlines()
    ]


@pytest.mark.parametrize("part_bytes", [1, 97, 1000, 10**6])
def test_every_conversation_is_in_exactly_one_part_however_a_file_is_cut(tmp_path, part_bytes):
    file = write_talks(tmp_path / "talks.jsonl", 23)
    job = Job(str(tmp_path / "out"), "jsonl", "none", "none")
    size = (tmp_path / "talks.jsonl").stat().st_size
    _, counts = run([file], job, max(part_bytes, size // 400))
    assert [row["id"] for row in rows(tmp_path / "out")] == [f"c{n}" for n in range(23)]
    assert (counts.conversations, counts.turns, counts.faults) == (23, 69, 0)


def test_a_corpus_has_the_figures_of_a_file_scored_at_once(tmp_path):
    file = tmp_path / "talks.jsonl"
    write_talks(file, 40)
    job = Job(str(tmp_path / "out"), "jsonl", judge="none")
    _, counts = run([str(file)], job)
    transcripts = [transcript_of(c) for c in read_transcripts(file)]
    whole = score(transcripts, load_tagger("embedded"), None)
    found = [
        ScoredConversation.model_validate({k: v for k, v in row.items() if k != "file"})
        for row in rows(tmp_path / "out")
    ]
    assert found == whole
    expected = figures(whole, "t", ["density", "repetition_vs_self"])
    for name, figure in expected.items():
        got = interval(counts.sums[name])
        assert (got.value, got.low, got.high) == pytest.approx((
            figure.value,
            figure.low,
            figure.high,
        ))


def test_sums_give_the_interval_of_the_rows(tmp_path):
    conversations = load("starter").conversations
    scored = score([transcript_of(c) for c in conversations], load_tagger("embedded"), None)
    got = interval(sums_of(scored)["words"])
    expected = figures(scored, "t", ["words"])["words"]
    assert (got.value, got.low, got.high) == pytest.approx((
        expected.value,
        expected.low,
        expected.high,
    ))


def test_what_is_done_is_not_done_again(tmp_path, monkeypatch):
    file = write_talks(tmp_path / "talks.jsonl", 20)
    job = Job(str(tmp_path / "out"), "jsonl", "none", "none")
    parts = parts_of([file], 1000)
    begin(parts, job)
    for part in parts[:3]:
        score_part(part, job)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").glob("part-*")}
    _, counts = run([file], job)
    assert counts.conversations == 20
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert len(rows(tmp_path / "out")) == 20


def test_an_attempt_that_broke_leaves_nothing_that_is_read(tmp_path, monkeypatch):
    file = write_talks(tmp_path / "talks.jsonl", 20)
    job = Job(str(tmp_path / "out"), "jsonl", "none", "none")
    parts = parts_of([file], 1000)
    begin(parts, job)

    def breaks(*arguments):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mint_bench.records.corpus.score", breaks)
        with pytest.raises(MintError, match=r"no space.*the same command goes on"):
            score_part(parts[0], job)
    assert not list((tmp_path / "out").glob("part-*"))
    run([file], job)
    assert len(rows(tmp_path / "out")) == 20
    assert not (tmp_path / "out" / "_unfinished").exists()


def test_a_faulty_line_is_counted_and_named_and_the_others_go_on(tmp_path):
    file = tmp_path / "talks.jsonl"
    good = json.dumps(talk(1)).encode()
    file.write_bytes(good + b'\n{"id": "c2"\n\xff\n[]\n\n' + json.dumps(talk(3)).encode())
    job = Job(str(tmp_path / "out"), "jsonl", "none", "none")
    _, counts = run([str(file)], job, 10**6)
    assert (counts.conversations, counts.faults) == (2, 3)
    assert f"talks.jsonl at byte {len(good) + 1}" in counts.shown[0]


def test_a_reply_without_words_is_unscored(tmp_path):
    one = talk(1)
    one["messages"][1]["content"] = ""
    (tmp_path / "t.jsonl").write_text(json.dumps(one))
    job = Job(str(tmp_path / "out"), "jsonl", "none", "none")
    _, counts = run([str(tmp_path / "t.jsonl")], job)
    assert (counts.turns, counts.unscored) == (3, 1)


def test_parquet_goes_in_and_out_and_compressed_lines_go_in(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    table = pa.Table.from_pylist([talk(n) for n in range(10)])
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=4)
    with gzip.open(tmp_path / "b.jsonl.gz", "wt") as handle:
        handle.write("".join(json.dumps(talk(n)) + "\n" for n in range(10, 15)))
    job = Job(str(tmp_path / "out"), "parquet", judge="none")
    parts, _ = run([str(tmp_path / "a.parquet"), str(tmp_path / "b.jsonl.gz")], job)
    assert len(parts) == 4
    read = parquet.read_table(tmp_path / "out").to_pylist()
    assert [row["id"] for row in read] == [f"c{n}" for n in range(15)]
    assert read[0]["turns"][0]["t"] == 1
    assert sum(read[0]["turns"][0]["tactics"]) > 0
    assert dict(read[0]["surface"])


def test_any_file_system_of_fsspec_will_do(tmp_path):
    fs = fsspec.filesystem("memory")
    fs.pipe("/in/a.jsonl", json.dumps(talk(1)).encode())
    fs.pipe("/in/b.jsonl", json.dumps(talk(2)).encode())
    job = Job("memory://out", "jsonl", "none", "none")
    _, counts = run(["memory://in/*.jsonl"], job)
    assert counts.conversations == 2
    assert json.loads(fs.cat("/out/part-000001.jsonl"))["id"] == "c2"
    assert json.loads(fs.cat("/out/part-000001.jsonl"))["file"] == "b.jsonl"


@pytest.mark.parametrize(
    ("text", "told"), [("[\n{}]", "JSON array"), ("", "holds no conversation"), (None, "read")]
)
def test_what_cannot_be_read_in_parts_is_one_line(tmp_path, text, told):
    if text is not None:
        (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(MintError, match=told):
        parts_of([str(tmp_path / "t.jsonl")])


def test_another_corpus_or_tagger_gets_no_place_in_the_same_folder(tmp_path):
    file = write_talks(tmp_path / "talks.jsonl", 3)
    run([file], Job(str(tmp_path / "out"), "jsonl", "none", "none"))
    with pytest.raises(MintError, match="name another folder"):
        run([file], Job(str(tmp_path / "out"), "jsonl", "embedded", "none"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(MintError, match="is not empty"):
        run([file], Job(str(tmp_path / "full"), "jsonl", "none", "none"))


MEASURED = """
import resource, sys
from mint_bench.cli import main
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak_kilobytes(file, out):
    arguments = ["score", file, "--to", str(out), "--judge", "none", "--tagger", "none"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=True
    )
    assert "conversations" in done.stdout
    return int(done.stderr.splitlines()[-1])


@pytest.mark.slow
def test_memory_is_flat_as_the_corpus_grows_tenfold(tmp_path):
    small = write_talks(tmp_path / "small.jsonl", 2_000, turns=10)
    large = write_talks(tmp_path / "large.jsonl", 20_000, turns=10)  # 200,000 turns
    one, ten = peak_kilobytes(small, tmp_path / "s"), peak_kilobytes(large, tmp_path / "l")
    assert ten < 1.15 * one


def test_a_storage_without_keys_is_told_in_one_line(monkeypatch):
    class NoKeysError(Exception):
        pass

    def no_keys(self, path, **_):
        raise NoKeysError("Unable to locate credentials")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "size", no_keys)
    with pytest.raises(MintError, match=r"cannot be read or written \(Unable to locate"):
        parts_of(["memory://talks.jsonl"])
