"""Faults in real runs: after the same command again, all is as if nothing had happened.

With fewer repeats than `make faults`, which writes docs/faults.md.
"""

from pathlib import Path

import pytest

from tests.faults import __main__ as page_of
from tests.faults import experiments as plant
from tests.faults.experiments import Tally, World
from tests.faults.left import difference, half_written, parts_that_differ, without_unscored
from tests.faults.there import WAYS, Models

TEMPLATE = Path(__file__).parents[2] / "docs" / "pages" / "faults.md.j2"
KILLS = 4


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with Models(seed=1).running() as models:
        yield World(models, tmp_path_factory.mktemp("faults"), seed=1)


def nothing_is_wrong(tally):
    assert not tally.wrong, tally
    assert tally.conversations > 0
    assert tally.planted > 0
    assert not any("Traceback" in run.err for run in tally.ends), tally


def one_line(run):
    """Whether a run that failed said why in one line, and nothing else of it."""
    return run.code == 2 and len(run.told) == 1 and "Traceback" not in run.err


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_killed_run_or_suite_ends_with_the_same_records(world):
    tally = plant.killed(world, KILLS)
    nothing_is_wrong(tally)
    assert tally.kept > 0
    assert [run.code for run in tally.ends[1::2]] == [0] * KILLS


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_full_disk_is_one_line_and_the_run_goes_on_once_there_is_room(world):
    tally = plant.disk_full(world)
    nothing_is_wrong(tally)
    assert all(one_line(run) and "is full" in run.told[0] for run in tally.ends[::2]), tally
    assert all(run.code == 0 for run in tally.ends[1::2])


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("way", WAYS)
def test_a_judge_that_fails_leaves_replies_unscored_or_is_asked_again(world, way):
    tally = plant.judge_fails(world, way)
    nothing_is_wrong(tally)
    assert (tally.unscored > 0) == (way in {"cut JSON", "wrong shape"})


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_clock_that_falls_back_changes_nothing(world):
    nothing_is_wrong(plant.clock_back(world))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_of_two_at_once_one_refuses(world):
    tally = plant.two_at_once(world)
    nothing_is_wrong(tally)
    first, second = tally.ends[::2], tally.ends[1::2]
    for one, other in zip(first, second, strict=True):
        assert sorted((one.code, other.code)) == [0, 2]
        assert one_line(one if one.code else other)


def record(*ids, rated=True):
    turn = {"t": 1, "ratings": [3] * 6} if rated else {"t": 1, "unscored": {"rating": "cut"}}
    return {"conversations": [{"id": name, "epoch": 1, "turns": [dict(turn)]} for name in ids]}


def test_the_harness_sees_what_is_lost_doubled_and_different():
    whole = {"r": record("a", "b")}
    told = difference({"r": record("a", "a"), "another": record("a")}, whole)
    assert (told.conversations, told.lost, told.doubled, told.unequal) == (2, 1, 2, 1)
    assert difference(whole, whole).unequal == 0


def test_the_harness_says_what_differs():
    whole = {"r": {**record("a"), "provenance": {"tokens": {"input": 5}, "notes": []}}}
    found = {"r": {**record("a"), "provenance": {"tokens": {"input": 9}, "notes": []}}}
    assert parts_that_differ(found, whole) == ["provenance.tokens"]
    assert parts_that_differ({}, whole) == ["conversations", "provenance"]


def test_an_unscored_reply_is_counted_and_hides_no_other_difference():
    whole, found = {"r": record("a", "b")}, {"r": record("a", "b", rated=False)}
    assert difference(found, whole).unscored == 2
    assert difference(*without_unscored(found, whole)).unequal == 0
    found["r"]["conversations"][0]["turns"][0]["words"] = 5
    assert difference(*without_unscored(found, whole)).unequal == 1


@pytest.mark.parametrize("name", [".r.json.abc", "r.json", "log.eval", "r.part"])
def test_the_harness_sees_half_written_files(tmp_path, name):
    (tmp_path / "whole.json").write_text("{}")
    (tmp_path / ".lock").touch()
    (tmp_path / name).write_text('{"half": ')
    assert half_written(tmp_path) == [name]


def test_the_page_says_what_is_wrong(tmp_path):
    good, bad = Tally("disk full", disk="a small tmpfs"), Tally("kill -9", lost=1)
    page_of.page(TEMPLATE, tmp_path / "page.md", [good])
    assert "It is so for every fault" in (tmp_path / "page.md").read_text()
    page_of.page(TEMPLATE, tmp_path / "page.md", [good, bad])
    assert "**Not so** for: kill -9." in (tmp_path / "page.md").read_text()


def test_the_published_page_has_every_fault_as_often_as_promised_and_none_that_fails():
    published = (Path(__file__).parents[2] / "docs" / "faults.md").read_text()
    table = [line.strip("| ").split(" | ") for line in published.splitlines() if line[:2] == "| "]
    rows = {row[0]: row for row in table[2:]}
    assert list(rows) == [
        "kill -9", "kill -9, embedded model", "disk full", *(f"judge: {way}" for way in WAYS),
        "clock back a day", "two at once",
    ]  # fmt: skip
    assert int(rows["kill -9"][1]) + int(rows["kill -9, embedded model"][1]) == page_of.KILLS
    assert "Not so" not in published
