"""Withdrawn records: left out of what counts, told in its place, and none of it by accident."""

from datetime import date

import pytest

from mint_bench.errors import MintError
from mint_bench.leaderboard.build import build
from mint_bench.records.chosen import chosen_records
from mint_bench.records.schema import Provenance
from mint_bench.records.store import read_all, read_withdrawn, write
from mint_bench.records.withdrawn import FILE, marks, stale, withdraw
from tests.cli.typed import type_in
from tests.records.release import a_record

DAY = date(2027, 3, 1)
WHY = "The model had seen the conversations."


@pytest.fixture
def results(tmp_path):
    for system in ("kept", "gone"):
        write(a_record(system=system, title=system.title()), tmp_path / "results")
    return tmp_path / "results"


@pytest.fixture
def gone(results):
    [path] = (results / "gone").glob("*.json")
    withdraw(path, results, WHY, DAY)
    return path


def test_a_withdrawn_record_counts_no_more_and_its_file_stays(results, gone):
    assert [record.system for record in read_all(results)] == ["kept"]
    assert [record.system for record in chosen_records([str(results)], results)] == ["kept"]
    [one] = read_withdrawn(results)
    assert (one.record.system, one.mark.why, gone.is_file()) == ("gone", WHY, True)
    assert one.told() == f"Withdrawn on 2027-03-01: Gone. {WHY}"


def test_the_table_says_who_was_withdrawn_and_why(results, gone):
    for form in ("rich", "markdown"):
        done = type_in("table", "--results", results, "--format", form)
        assert done.code == 0
        assert f"Withdrawn on 2027-03-01: Gone. {WHY}" in done.out
        assert "gone" not in done.out
    elsewhere = type_in("table", "--results", results, "--board", "history:gold")
    assert "Withdrawn" in elsewhere.out


def test_the_site_leaves_it_out_and_says_so_at_its_old_address(results, gone, tmp_path):
    page = build(read_all(results), tmp_path / "site", withdrawn=read_withdrawn(results))
    assert "Gone" not in page.read_text("utf-8")
    assert '1 <a href="data.html#withdrawn">withdrawn</a>' in page.read_text("utf-8")
    old = tmp_path / "site" / "systems" / "gone" / gone.stem
    assert WHY in (old / "index.html").read_text("utf-8")
    assert (old / "record.json").read_text("utf-8") == gone.read_text("utf-8")
    assert f"systems/gone/{gone.stem}/index.html" in (tmp_path / "site/data.html").read_text()


def test_a_reason_is_text_on_the_page(results, tmp_path):
    [path] = (results / "gone").glob("*.json")
    withdraw(path, results, "<script>alert(1)</script>", DAY)
    build(read_all(results), tmp_path / "site", withdrawn=read_withdrawn(results))
    for page in (tmp_path / "site").rglob("*.html"):
        assert "<script>alert" not in page.read_text("utf-8")


def test_a_corrected_record_is_not_withdrawn_and_its_old_mark_is_stale(results, gone):
    write(
        a_record(system="gone", provenance=Provenance(version="0.1.0", notes=["corrected"])),
        results,
    )
    assert [record.system for record in read_all(results)] == ["gone", "kept"]
    assert [mark.record for mark in stale(results)] == [f"gone/{gone.name}"]


def test_what_cannot_be_withdrawn_is_said(results, gone, tmp_path):
    with pytest.raises(MintError, match="is withdrawn already"):
        withdraw(gone, results, WHY, DAY)
    elsewhere = write(a_record(), tmp_path / "elsewhere")
    with pytest.raises(MintError, match="is no record under"):
        withdraw(elsewhere, results, WHY, DAY)
    with pytest.raises(MintError, match="why"):
        withdraw(next((results / "kept").glob("*.json")), results, " ", DAY)


@pytest.mark.parametrize("mark", ["\\x1b[2J", "\\x9b31m", "\\u202e", "\\u2028", "\\x7f"])
def test_a_reason_drives_no_terminal(results, gone, mark):
    text = (results / FILE).read_text("utf-8")
    (results / FILE).write_text(text.replace(f"why: {WHY}", f'why: "abc{mark}RED"'))
    with pytest.raises(MintError, match=r"withdrawn\.0\.why: is not in form"):
        marks(results)


@pytest.mark.parametrize(
    "place", ["../secret.json", "/etc/passwd", "a/../../b.json", "a/b/c.json", "gone"]
)
def test_a_mark_cannot_point_out_of_the_folder(results, place):
    (results / FILE).write_text(
        f"withdrawn:\n- {{record: {place}, digest: {'a' * 64}, since: 2027-01-01, why: x}}\n"
    )
    with pytest.raises(MintError, match=r"withdrawn\.0\.record"):
        marks(results)


def test_a_folder_without_marks_has_none(results):
    assert (marks(results), read_withdrawn(results), stale(results)) == ((), [], [])
