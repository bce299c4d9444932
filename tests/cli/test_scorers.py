"""`mint-bench scorers` lists what is embedded and says what training lacks."""

import pytest
from click.testing import CliRunner

from mint_bench.cli.scorers import scorers
from mint_bench.errors import MintError


def run(*arguments: str):
    return CliRunner().invoke(scorers, arguments, catch_exceptions=True)


def test_list_names_each_scorer():
    result = run("list")
    assert result.exit_code == 0
    assert "taggers/embedded-fast" in result.output
    assert "judges/embedded" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "taggers/embedded-fast"], "set MINT_BENCH_DATA or --data"),
        (["train", "nonsense", "--data", "/"], "no scorer 'nonsense' to train"),
    ],
)
def test_training_says_what_is_missing(arguments, message, monkeypatch):
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    result = run(*arguments)
    assert isinstance(result.exception, MintError)
    assert message in str(result.exception)


def test_training_without_labels_writes_nothing(tmp_path):
    result = run("train", "judges/embedded", "--data", str(tmp_path), "--out", str(tmp_path / "o"))
    assert isinstance(result.exception, MintError)
    assert not (tmp_path / "o").exists()
