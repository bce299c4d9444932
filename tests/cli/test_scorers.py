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


@pytest.mark.parametrize("data", [None, "labels"])
def test_a_card_is_measured_with_the_labels_that_are_at_hand(data, monkeypatch, tmp_path):
    asked = []
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    monkeypatch.setattr(
        "mint_bench.validation.measure.write_card",
        lambda *given: asked.append((given[0], given[1], given[3])) or "CARD.md",
    )
    folder = ["--data", str(tmp_path / data)] if data else []
    run("card", "judges/embedded", "--out", str(tmp_path), *folder)
    assert asked == [("judges/embedded", tmp_path, tmp_path / data if data else None)]


def test_training_without_labels_writes_nothing(tmp_path):
    result = run("train", "judges/embedded", "--data", str(tmp_path), "--out", str(tmp_path / "o"))
    assert isinstance(result.exception, MintError)
    assert not (tmp_path / "o").exists()
