"""What a training says of itself: the command that would train so again."""

import shlex

import pytest

from mint_bench.grpo.idle import settings_that_count
from mint_bench.grpo.recipe_files import load_recipe, recipe_names
from mint_bench.grpo.report import command_of


@pytest.mark.parametrize("name", recipe_names())
def test_a_shipped_recipe_is_named(name):
    assert command_of(load_recipe(name)) == f"mint-bench train {name}"


@pytest.mark.parametrize(
    "settings",
    [
        ("reward.variant=q", "rollout.mode=turn", "training.prompts_per_step=3"),
        ("model.lora=null", "model.chat_template={enable_thinking: false}"),
        ("training.learning_rate=1e-6", "training.trackers=[]", "rollout.max_turns=4"),
    ],
)
def test_what_was_set_is_in_the_command_and_loads_again(settings):
    recipe = load_recipe("tiny_cpu", settings)
    words = shlex.split(command_of(recipe))
    assert words[:3] == ["mint-bench", "train", "tiny_cpu"]
    assert words[3::2] == ["--set"] * len(words[4::2])
    assert settings_that_count(load_recipe("tiny_cpu", tuple(words[4::2]))) == settings_that_count(
        recipe
    )


def test_ones_own_recipe_is_named_by_its_file_and_a_folder_without_its_place(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: tiny_cpu\nname: mine\n", encoding="utf-8")
    assert command_of(load_recipe(str(mine))) == "mint-bench train mine.yaml"
    local = command_of(load_recipe("tiny_cpu", (f"model.name={tmp_path}",)))
    assert local == f"mint-bench train tiny_cpu --set model.name={tmp_path.name}"
