"""The build: equal bytes for equal records, never half a site, never a folder that is not ours."""

import pytest
from click.testing import CliRunner

from mint_bench.cli.site import site
from mint_bench.errors import MintError
from mint_bench.leaderboard import processes
from mint_bench.leaderboard.build import MARKER, build
from mint_bench.records.store import write
from tests.leaderboard.records import RECORDS, MadeUp, record


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_equal_records_give_equal_bytes_in_one_process_and_in_two(tmp_path, monkeypatch):
    build(RECORDS[:3], tmp_path / "one", MadeUp())
    monkeypatch.setattr(processes, "WORTH_IT", 0)
    build(RECORDS[:3], tmp_path / "two", MadeUp())
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_build_replaces_the_one_before_and_leaves_nothing_beside_it(tmp_path):
    out = tmp_path / "site"
    build(RECORDS[:1], out)
    build([], out)
    assert not (out / "systems").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_failed_build_leaves_the_old_site(tmp_path, monkeypatch):
    out = tmp_path / "site"
    build([], out)
    before = (out / "index.html").read_bytes()

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(MintError, match="No space left"):
        build(RECORDS[:1], out)
    assert (out / "index.html").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_no_record_gives_a_page_that_says_so(tmp_path):
    page = build([], tmp_path / "site").read_text("utf-8")
    assert "There are no records yet" in page
    assert "<table" not in page


def test_two_records_of_one_system_with_the_same_settings_are_refused(tmp_path):
    with pytest.raises(MintError, match="two records with the same board and settings"):
        build([record(), record(size=20)], tmp_path / "site")


def test_a_folder_that_is_not_ours_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(MintError, match="not built by mint-bench"):
        build([], tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_file_put_into_the_site_by_hand_is_not_lost(tmp_path):
    out = tmp_path / "site"
    build([], out)
    (out / "CNAME").write_text("example.org", encoding="utf-8")
    with pytest.raises(MintError, match="CNAME was not written by mint-bench"):
        build([], out)
    assert (out / "CNAME").exists()


def test_an_empty_folder_is_taken_and_a_file_refused(tmp_path):
    empty = tmp_path / "site"
    empty.mkdir()
    build([], empty)
    assert (empty / MARKER).exists()
    with pytest.raises(MintError, match="is a file"):
        build([], empty / "index.html")


def test_the_command_reads_a_folder_of_records_and_prints_the_page(tmp_path):
    write(RECORDS[0], tmp_path / "results")
    words = ["build", "--out", str(tmp_path / "site"), "--results", str(tmp_path / "results")]
    done = CliRunner().invoke(site, words)
    assert done.exit_code == 0, done.output
    assert done.output.strip().endswith("index.html")
    assert "calm" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_a_record_of_another_schema_is_refused_with_a_reason(tmp_path):
    path = write(RECORDS[0], tmp_path / "results")
    path.write_text(path.read_text("utf-8").replace('"schema": 1', '"schema": 2'), "utf-8")
    words = ["build", "--out", str(tmp_path / "site"), "--results", str(tmp_path / "results")]
    done = CliRunner().invoke(site, words)
    assert done.exit_code != 0
    assert "this version reads schema 1" in str(done.exception)
    assert not (tmp_path / "site").exists()
