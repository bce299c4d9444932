"""A full disk is told as such, and nothing else is."""

import logging
import shutil
import sqlite3
from types import SimpleNamespace

import pytest

from mint_bench.engines.disk import LEAST, check_room, check_writable, told_if_full
from mint_bench.errors import MintError


@pytest.fixture
def free(monkeypatch):
    """Set how much room there is."""

    def of(size, total=10 * LEAST):
        monkeypatch.setattr(
            shutil, "disk_usage", lambda path: SimpleNamespace(total=total, free=size)
        )

    return of


@pytest.mark.parametrize(
    "fault",
    [
        MintError("the run is not finished"), OSError("broken pipe"),
        sqlite3.OperationalError("disk I/O error"),
    ],
)  # fmt: skip
def test_what_fails_without_room_is_a_full_disk(tmp_path, free, fault):
    free(LEAST - 1)
    run = tmp_path / "run"
    with pytest.raises(MintError, match="run: the disk is full; make room"), told_if_full(run):
        raise fault


def test_what_has_no_size_is_not_full(tmp_path, free):
    free(0, total=0)  # /proc
    check_room(tmp_path)


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/x", "/proc/x/y"])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(MintError, match=f"{place}: no folder that can be written"):
        check_writable(tmp_path / place)


def test_to_try_a_folder_leaves_nothing_there(tmp_path):
    (tmp_path / "kept").mkdir()
    for folder in ("kept", "kept/new", "other/new"):
        check_writable(tmp_path / folder)
    assert list(tmp_path.rglob("*")) == [tmp_path / "kept"]


def test_what_fails_with_room_is_told_as_it_is(tmp_path, free):
    free(LEAST)
    with pytest.raises(MintError, match="no such source"), told_if_full(tmp_path):
        raise MintError("no such source")


def test_a_failure_may_be_of_another_disk(tmp_path, free):
    free(LEAST)
    with pytest.raises(MintError, match="a disk that the run writes to is full"):
        check_room(tmp_path, said="OperationalError('database or disk is full')")
    check_room(tmp_path, said="no route to host")


def test_a_log_line_without_room_is_no_traceback(tmp_path, capsys):
    handler = logging.StreamHandler(SimpleNamespace(write=lambda text: 1 / 0, flush=lambda: None))
    logger = logging.getLogger("test")
    logger.addHandler(handler)
    try:
        with told_if_full(tmp_path):
            logger.warning("something")
        assert "Traceback" not in capsys.readouterr().err
        logger.warning("something")
        assert "Traceback" in capsys.readouterr().err
    finally:
        logger.removeHandler(handler)
