"""The folder that knows its own recipe, and the checkpoint that all processes go on from."""

import json

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo import processes
from mint_bench.grpo.checkpoints import MARK, RUN, agreed, claim, digest, latest, mark
from mint_bench.grpo.recipe_files import load_recipe

PINS = {"base": "a model", "prompts": "a1b2"}

FREE = (
    "training.per_device=4", "training.gradient_checkpointing=false", "training.keep=7",
    "training.save_every=3", "training.trackers=[]", "title=Another", "watch.every=7",
    "reward.quality.batch=2", "rollout.vllm_memory=0.4",
)  # fmt: skip


@pytest.mark.parametrize("setting", FREE)
def test_what_shapes_nothing_that_is_learned_may_change_and_leaves_the_folder(setting, tmp_path):
    recipe, changed = load_recipe("q_plus_d"), load_recipe("q_plus_d", (setting,))
    assert changed != recipe
    claim(tmp_path, recipe, PINS)
    claim(tmp_path, changed, PINS)
    assert digest(changed) == digest(recipe)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("training.seed=7", "training.seed 42, now 7"),
        ("model.lora=null", "model.lora.rank 16, now None"),
        ("rollout.most_new_tokens=32", "rollout.most_new_tokens 48, now 32"),
    ],
)
def test_what_shapes_it_is_another_training(setting, told, tmp_path):
    claim(tmp_path, load_recipe("tiny_cpu"), PINS)
    changed = load_recipe("tiny_cpu", (setting,))
    with pytest.raises(MintError, match=f"was begun with {told}"):
        claim(tmp_path, changed, PINS)
    assert digest(changed) != digest(load_recipe("tiny_cpu"))


def test_beside_an_entropy_bonus_the_sequences_in_memory_are_part_of_the_step(tmp_path):
    claim(tmp_path, load_recipe("token_diversity"), PINS)
    with pytest.raises(MintError, match=r"training\.per_device 2, now 4"):
        claim(tmp_path, load_recipe("token_diversity", ("training.per_device=4",)), PINS)


def test_a_folder_that_was_begun_before_a_setting_or_a_pin_was_there_goes_on(tmp_path):
    recipe = load_recipe("tiny_cpu")
    claim(tmp_path, recipe, PINS)
    begun = json.loads((tmp_path / RUN).read_text(encoding="utf-8"))
    for later in ("training.entropy_bonus", "data.limit", "data.prompts"):
        del begun[later]
    (tmp_path / RUN).write_text(json.dumps(begun), encoding="utf-8")
    claim(tmp_path, recipe, PINS)
    with pytest.raises(MintError, match=r"data\.limit None, now 5"):
        claim(tmp_path, load_recipe("tiny_cpu", ("data.limit=5",)), PINS)
    with pytest.raises(MintError, match=r"data\.base 'a model', now 'another'"):
        claim(tmp_path, recipe, PINS | {"base": "another"})


def test_what_was_written_in_part_is_passed_over(tmp_path):
    assert latest(tmp_path) is None
    mark(tmp_path / "checkpoint-9", 9)
    mark(tmp_path / "checkpoint-10", 10)
    (tmp_path / "checkpoint-11").mkdir()
    assert latest(tmp_path) == tmp_path / "checkpoint-10"


def test_all_processes_go_on_from_the_first_ones_checkpoint(tmp_path, monkeypatch):
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mark(mine / "checkpoint-5", 5)
    assert agreed(mine) == mine / "checkpoint-5"
    mark(theirs / "checkpoint-6", 6)
    monkeypatch.setattr(processes, "shared", lambda _: theirs / "checkpoint-6")
    assert agreed(mine) == theirs / "checkpoint-6"
    (theirs / "checkpoint-6" / MARK).unlink()
    with pytest.raises(MintError, match=r"not every machine sees .* --out .* share"):
        agreed(mine)


def test_a_folder_that_a_process_does_not_see_is_refused_before_the_first_step(tmp_path):
    claim(tmp_path / "seen", load_recipe("tiny_cpu"), PINS)
    assert agreed(tmp_path / "seen") is None
    with pytest.raises(MintError, match=r"not every machine sees this folder; name by --out"):
        agreed(tmp_path / "elsewhere")
