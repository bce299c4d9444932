"""One run at a time in a folder of logs."""

import subprocess
import sys

import pytest

from mint_bench.engines.alone import alone_in
from mint_bench.errors import MintError

HOLDS = """
import sys
from pathlib import Path
from mint_bench.engines.alone import alone_in
with alone_in(Path("logs/one")):
    print("there", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_told_to_wait(tmp_path):
    with alone_in(tmp_path / "one"):
        with (
            pytest.raises(MintError, match="another run is at work here"),
            alone_in(tmp_path / "one"),
        ):
            pass
        with alone_in(tmp_path / "other"):
            pass
    with alone_in(tmp_path / "one"):
        pass


def test_one_that_is_killed_holds_nothing(tmp_path):
    held = subprocess.Popen(
        [sys.executable, "-c", HOLDS], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert held.stdout.readline() == b"there\n"
    with pytest.raises(MintError, match="another run"), alone_in(tmp_path / "logs" / "one"):
        pass
    held.kill()
    held.communicate()
    with alone_in(tmp_path / "logs" / "one"):
        pass


def test_a_folder_that_stays_empty_is_taken_away_again(tmp_path):
    with alone_in(tmp_path / "logs" / "one"):
        pass
    assert not (tmp_path / "logs").exists()
    with alone_in(tmp_path / "logs" / "one"):
        (tmp_path / "logs" / "one" / "log").touch()
    assert (tmp_path / "logs" / "one" / "log").exists()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "logs").touch()
    with pytest.raises(MintError, match="cannot be written"), alone_in(tmp_path / "logs" / "one"):
        pass
