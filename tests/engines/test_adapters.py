"""LoRA adapters: one, or ten that are a tagger."""

import json

import pytest

from mint_bench.engines.adapters import find_adapters
from mint_bench.engines.fingerprint import fingerprint
from mint_bench.errors import MintError
from mint_bench.tactics.tagger import TACTICS


def adapter(folder, rank=8):
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank}))
    return folder


def test_one_adapter_is_called_by_its_folder(tmp_path):
    [found] = find_adapters(str(adapter(tmp_path / "kind", 16)))
    assert found.name == f"kind-{fingerprint(tmp_path / 'kind')}"
    assert found.rank == 16


def test_ten_come_in_the_taxonomys_order_however_their_folders_are_written(tmp_path):
    for tactic in reversed(TACTICS):
        adapter(tmp_path / "ten" / f"llama-{tactic.replace('_', '-')}-lora")
    found = find_adapters(str(tmp_path / "ten"))
    called = f"ten-{fingerprint(tmp_path / 'ten')}"
    assert [one.name for one in found] == [f"{called}--{tactic}" for tactic in TACTICS]


def test_two_adapters_in_folders_of_one_name_are_told_apart(tmp_path):
    folders = [adapter(tmp_path / run / "final") for run in ("one", "two")]
    for number, folder in enumerate(folders):
        (folder / "adapter_model.safetensors").write_bytes(bytes([number]) * 9)
    [one], [other] = (find_adapters(str(folder)) for folder in folders)
    assert one.name != other.name


def test_one_too_few_is_named(tmp_path):
    for tactic in TACTICS[1:]:
        adapter(tmp_path / tactic)
    with pytest.raises(MintError, match="no adapter for information"):
        find_adapters(str(tmp_path))


def test_a_folder_without_any_is_refused(tmp_path):
    with pytest.raises(MintError, match=r"no adapter_config\.json"):
        find_adapters(str(tmp_path))


def test_a_rank_that_cannot_be_read_is_named(tmp_path):
    (adapter(tmp_path / "one") / "adapter_config.json").write_text("{}")
    with pytest.raises(MintError, match="rank `r` cannot be read"):
        find_adapters(str(tmp_path / "one"))


def test_a_name_that_the_hub_has_not_is_one_line():
    with pytest.raises(MintError, match="adapter nobody/nothing is no folder"):
        find_adapters("nobody/nothing")
