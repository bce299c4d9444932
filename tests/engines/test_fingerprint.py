"""The mark of a folder of weights: another one where the weights are others."""

import os

import pytest

from mint_bench.engines.fingerprint import fingerprint, revision_of
from mint_bench.errors import MintError

LARGE = 3_000_000
"""Bytes of a file that is not read whole."""


@pytest.fixture
def weights(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(bytes(LARGE))
    return tmp_path


def changed(path, start, content):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content)
    os.utime(path, ns=(start, start))


def test_a_copy_has_the_same_mark(weights, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    for path in weights.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert fingerprint(copy) == fingerprint(weights)


@pytest.mark.parametrize("start", [0, LARGE // 2, LARGE - 20_000])
def test_weights_trained_on_in_place_have_another_mark(weights, start):
    before = fingerprint(weights)
    changed(weights / "model.safetensors", start, os.urandom(20_000))  # of the same size
    assert fingerprint(weights) != before


def test_a_small_file_counts_to_its_last_byte(weights):
    before = fingerprint(weights)
    (weights / "config.json").write_text("[]")
    assert fingerprint(weights) != before


@pytest.mark.parametrize("name", ["README.md", "optimizer.pt", "trainer_state.json", ".cache"])
def test_what_nobody_loads_does_not_count(weights, name):
    before = fingerprint(weights)
    (weights / name).write_text("x")
    assert fingerprint(weights) == before


def test_adapters_in_subfolders_count(tmp_path):
    (tmp_path / "advice").mkdir()
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "advice" / "adapter_model.safetensors").write_bytes(b"1")
    before = fingerprint(tmp_path)
    (tmp_path / "advice" / "adapter_model.safetensors").write_bytes(b"2")
    assert fingerprint(tmp_path) != before


def test_what_pins_a_model_are_the_folders_that_it_names(weights, monkeypatch):
    monkeypatch.chdir(weights.parent)
    mark = fingerprint(weights)
    for typed in (str(weights), f"./{weights.name}", f"vllm/./{weights.name}", f"hf/{weights}"):
        assert revision_of(typed) == f"weights-{mark}"
    assert revision_of(f"vllm/a/b:{weights}") == f"weights-{mark}"
    assert revision_of(f"{weights}:{weights}") == f"weights-{mark}-{mark}"
    assert revision_of("a/b") is None


def test_a_file_that_cannot_be_read_is_one_line(weights, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mint_bench.engines.fingerprint._sampled", refused)
    with pytest.raises(MintError, match=r"cannot be read \(Permission denied\)"):
        fingerprint(weights)
