"""`mint-bench verify`, as it is typed."""

import pytest

from mint_bench.records.store import write
from mint_bench.resources import resource
from tests.cli.typed import type_in
from tests.records.release import a_record
from tests.records.test_store import alter, at


@pytest.fixture
def path(tmp_path):
    return write(a_record(), tmp_path / "results")


def test_a_record_that_holds_is_a_line_and_exit_code_0(path):
    done = type_in("verify", path)
    assert (done.code, done.out) == (0, f"ok      {path}\n")
    assert "1 of 1 records hold" in done.err


def test_a_changed_figure_is_told_with_exit_code_1_and_the_others_are_still_checked(path):
    other = write(a_record(system="theirs"), path.parent.parent)
    alter(path, at("conversations", 0, "turns", 0, "ratings", 2, to=4))
    done = type_in("verify", path.parent.parent)
    assert done.code == 1
    assert f"FAILED  {path}: digest: the record was changed" in done.err
    assert done.out == f"ok      {other}\n"
    assert "1 of 2 records hold" in done.err


def test_a_rating_out_of_range_is_told_by_its_field_whatever_the_digest_says(path):
    alter(path, at("conversations", 0, "turns", 0, "ratings", 2, to=9), redigest=True)
    done = type_in("verify", path)
    assert done.code == 1
    assert "conversations.0.turns.0.ratings.2" in done.err


def test_a_missing_file_fails_and_an_empty_folder_is_a_fault(tmp_path):
    missing = type_in("verify", tmp_path / "nowhere.json")
    assert (missing.code, "no such file" in missing.err) == (1, True)
    empty = type_in("verify", tmp_path)
    assert (empty.code, "no records in it" in empty.err) == (2, True)
    assert type_in("verify").code == 2


def test_all_shipped_records_hold():
    assert type_in("verify", resource("results")).code == 0
