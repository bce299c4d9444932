"""`mint-bench train` as it is typed, as far as nothing is trained."""

import yaml

from tests.cli.typed import type_in


def test_show_prints_the_whole_recipe_and_trains_nothing():
    done = type_in("train", "tiny_cpu", "--set", "training.max_steps=7", "--show")
    assert done.code == 0
    shown = yaml.safe_load(done.out)
    assert shown["training"]["max_steps"] == 7
    assert shown["rollout"]["seeker"] == "scripted"


def test_a_mistake_is_one_line_with_the_nearest_setting():
    done = type_in("train", "tiny_cpu", "--set", "training.max_step=7", "--show")
    assert done.code == 2
    assert "did you mean max_steps?" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_help_names_the_recipes_and_shows_examples():
    told = type_in("train", "--help").out
    assert "tiny_cpu" in told
    assert "accelerate launch" in told
