"""Writing a file in one step: whole or not at all, whoever else writes and whatever stops it."""

import signal
import subprocess
import sys

import pytest

from mint_bench.errors import MintError
from mint_bench.files import write_text

STOPPED = """
import os, signal, sys
from pathlib import Path
from mint_bench import files
files.os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)
files.write_text(Path("record.json"), "new" * 1000)
"""
MANY = """
import sys
from pathlib import Path
from mint_bench.files import write_text
for number in range(20):
    write_text(Path("record.json"), sys.argv[1] * 5000)
"""


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_killed_writer_changes_nothing_and_the_next_one_leaves_nothing_of_it(tmp_path):
    write_text(tmp_path / "record.json", "old")
    killed = subprocess.run([sys.executable, "-c", STOPPED], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "record.json").read_text() == "old"
    assert len(names(tmp_path)) == 2
    write_text(tmp_path / "record.json", "mine")
    assert names(tmp_path) == ["record.json"]
    assert (tmp_path / "record.json").read_text() == "mine"


def test_two_writers_of_one_file_leave_the_whole_of_one(tmp_path):
    both = [subprocess.Popen([sys.executable, "-c", MANY, x], cwd=tmp_path) for x in "ab"]
    assert [one.wait() for one in both] == [0, 0]
    assert names(tmp_path) == ["record.json"]
    assert (tmp_path / "record.json").read_text() in {"a" * 5000, "b" * 5000}


def test_a_link_that_lies_in_wait_is_not_written_through(tmp_path):
    (tmp_path / "mine").write_text("private")
    (tmp_path / ".record.json.part").symlink_to(tmp_path / "mine")
    with pytest.raises(MintError, match="cannot be written"):
        write_text(tmp_path / "record.json", "new")
    assert (tmp_path / "mine").read_text() == "private"


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path):
    write_text(tmp_path / "record.json", "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "record.json", "\ud800")
    assert names(tmp_path) == ["record.json"]
    assert (tmp_path / "record.json").read_text() == "old"
