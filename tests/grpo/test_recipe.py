"""Recipes: all of them load, and a mistake in one is named."""

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo.recipe_files import load_recipe, recipe_names
from mint_bench.grpo.rewards import VARIANTS

BODY = """
extends: tiny_cpu
name: mine
"""
FOLLOW_UP = "reward: {quality: {source: follow_up_likelihood}}"


def written(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_variant_and_baseline_has_a_recipe_under_its_name():
    assert set(recipe_names()) >= {*VARIANTS, "token_diversity", "sft", "tiny_cpu"}
    for name in recipe_names():
        recipe = load_recipe(name)
        assert recipe.name == name
        assert recipe.reward is None or name not in VARIANTS or recipe.reward.variant == name
        assert f"mint-bench train {name}" in recipe.launch.one_gpu


@pytest.mark.parametrize("name", [*VARIANTS, "token_diversity"])
def test_the_published_settings(name):
    recipe = load_recipe(name)
    assert (recipe.rollout.replies, recipe.rollout.temperature) == (8, 1.0)
    assert (recipe.training.learning_rate, recipe.training.kl) == (1e-6, 0.01)
    assert (recipe.training.epochs, recipe.reward.weight) == (3, 1)
    if name != "q_minus_r":  # ours
        assert recipe.training.prompts_per_step == 24
        assert recipe.rollout.most_new_tokens == 2048
        assert recipe.data.prompt == "tactics_history"


@pytest.mark.parametrize("name", [*VARIANTS, "token_diversity", "sft"])
def test_nothing_is_kept_from_training_that_nobody_looks_at(name):
    assert load_recipe(name).data.held_out == 0


def test_imitation_learns_from_the_prompts_of_the_other_recipes():
    imitation, published = load_recipe("sft"), load_recipe("q_plus_d")
    assert imitation.data == published.data
    assert imitation.tagger == published.tagger == published.reward.tagger
    assert imitation.tagger != imitation.watch.tagger


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("lerning_rate: 1", "lerning_rate: no such setting; there are: name"),
        ("training: {lerning_rate: 1}", "no such setting; did you mean learning_rate?"),
        ("reward: {quality: {jugde: llm}}", "reward.quality.jugde: no such setting; did you"),
        ("model: {lora: {rnk: 2}}", "model.lora.rnk: no such setting; did you mean rank?"),
        ("reward: {variant: q_plus_r}", "reward.variant: "),
        ("training: {learning_rate: -1}", "training.learning_rate: "),
        ("rollout: {mode: turn}", "set rollout.mode: conversation"),
        ("method: sft", "`reward` belongs to method grpo"),
        ("data: {prompt: tactics_history}", "choose vanilla or tactics"),
        ("rollout: {vllm: server}", "name the server"),
        (
            "rollout: {seeker: persona, seeker_model: a/b}\n" + FOLLOW_UP,
            "set rollout.seeker: scripted or another reward.quality.source",
        ),
        ("rollout: {seeker: persona}", "go together"),
        ("rollout: {seeker_model: a/b}", "go together"),
        ("reward: {quality: {source: final_emotion}}", "set rollout.seeker: persona"),
        (
            "rollout: {mode: turn, seeker: persona, seeker_model: a/b}\nreward: {variant: q}",
            "a persona holds whole conversations",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_to_do(tmp_path, lines, told):
    with pytest.raises(MintError) as caught:
        load_recipe(written(tmp_path, BODY + lines))
    assert told in str(caught.value)


def test_one_recipe_extends_another(tmp_path):
    recipe = load_recipe(written(tmp_path, f"{BODY}reward: {{variant: q}}"))
    assert recipe.reward.variant == "q"
    assert recipe.reward.tagger == load_recipe("tiny_cpu").reward.tagger


def test_a_recipe_that_extends_itself_is_refused(tmp_path):
    with pytest.raises(MintError, match="extends itself"):
        load_recipe(written(tmp_path, "extends: mine\nname: mine"))


def test_settings_are_changed_from_outside():
    recipe = load_recipe(
        "tiny_cpu", ("training.max_steps=3", "model.lora=null", "training.kl=1e-3")
    )
    assert recipe.training.max_steps == 3
    assert recipe.model.lora is None
    assert recipe.training.kl == 1e-3
    with pytest.raises(MintError, match="did you mean max_steps"):
        load_recipe("tiny_cpu", ("training.max_step=3",))
    with pytest.raises(MintError, match="write KEY=VALUE"):
        load_recipe("tiny_cpu", ("training.max_steps",))


def test_an_unknown_recipe_is_answered_with_the_nearest():
    with pytest.raises(MintError, match="did you mean q_plus_d"):
        load_recipe("q_plus_dd")
    assert load_recipe("recipes/q.yaml").name == "q"
