"""Settings that change nothing: refused where they were asked for, passed over where not."""

import pytest
import yaml

from mint_bench.errors import MintError
from mint_bench.grpo.evidence import VARIANTS, variant_settings
from mint_bench.grpo.idle import settings_that_count
from mint_bench.grpo.recipe_files import load_recipe, recipe_names


@pytest.mark.parametrize(
    ("name", "setting", "told"),
    [
        ("q", "reward.weight=2", "reward.weight: changes nothing without a sum of terms"),
        ("q_times_d", "reward.weight=2", "reward.weight: changes nothing"),
        ("q_plus_d", "rollout.max_turns=3", "rollout.mode: conversation; leave it out"),
        ("q_plus_d", "rollout.reward_per=conversation", "rollout.reward_per: changes nothing"),
        ("q_plus_d", "rollout.vllm_url=http://box:8000", "without rollout.vllm: server"),
        ("tiny_cpu", "rollout.vllm_memory=0.5", "without rollout.vllm: colocate"),
        ("tiny_cpu", "reward.quality.url=http://box:8000", "source: reward_model"),
        ("q_plus_d", "reward.quality.judge=llm", "without reward.quality.source: judge"),
        ("d", "reward.quality.judge=llm", "without quality in reward.variant"),
        ("d", "reward.shaping.kind=clip", "reward.shaping.kind: changes nothing without quality"),
        ("q_plus_d", "reward.shaping.at=2", "reward.shaping.at: changes nothing"),
        ("tiny_cpu", "reward.quality.revision=main", "source that loads reward.quality.model"),
        ("q", "model={adapter: mine, lora: {rank: 4}}", "model.lora.rank: changes nothing"),
        ("tiny_cpu", "model.revision=abc", "model.revision: changes nothing without a name on"),
        ("q", "model={name: ., revision: abc}", "model.revision: changes nothing"),
        ("q", "watch={every: null, on_divergence: stop}", "on_divergence: changes nothing without"),
        ("sft", "rollout.replies=4", "rollout.replies: changes nothing without method: grpo"),
        ("sft", "training.kl=0.1", "training.kl: changes nothing"),
        ("sft", "training={kl: 0.1, entropy_bonus: 0.1}", "training.kl: changes nothing"),
    ],
)
def test_a_setting_that_changes_nothing_is_refused(name, setting, told):
    with pytest.raises(MintError) as caught:
        load_recipe(name, (setting,))
    assert told in str(caught.value)


def test_a_persona_s_own_emotion_asks_no_model_of_quality():
    persona = (
        "rollout.seeker=persona",
        "rollout.seeker_model=mockllm/model",
        "rollout.reward_per=conversation",
    )
    with pytest.raises(MintError, match=r"reward\.quality\.model: changes nothing"):
        load_recipe("tiny_cpu", (*persona, "reward.quality={source: final_emotion, model: mine}"))
    load_recipe("tiny_cpu", (*persona, "reward.quality.source=final_emotion"))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("q_plus_d", ("rollout.mode=conversation", "rollout.max_turns=3", "data.prompt=vanilla")),
        ("q_plus_d", ("rollout.max_turns=3", "rollout.mode=conversation", "data.prompt=vanilla")),
        ("q_plus_d", ("rollout.vllm=server", "rollout.vllm_url=http://box:8000")),
        ("q_plus_d", ("rollout.vllm=null",)),
        (
            "q_plus_d",
            ("reward.quality={source: judge, model: null}", "reward.quality.judge=second"),
        ),
        ("tiny_cpu", ("reward.quality={source: reward_model, model: mine}",)),
        ("q_plus_d", ("reward.quality.revision=main",)),
        ("q_plus_d", ("reward.shaping={kind: centred_sigmoid, at: 2}",)),
        ("tiny_cpu", ("reward.variant=d", "rollout.mode=turn")),
        ("tiny_cpu", ("model.adapter=mine",)),
        ("q", ("model.adapter=mine", "model.lora=null")),
    ],
)
def test_what_counts_or_was_made_idle_later_is_taken(name, settings):
    load_recipe(name, settings)


def test_what_is_taken_over_from_another_recipe_may_be_idle(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("extends: q_plus_d\nname: mine\nmethod: sft\nreward: null\n", encoding="utf-8")
    assert load_recipe(str(path)).reward is None
    path.write_text(
        "extends: q_plus_d\nname: mine\nreward: {variant: q, weight: 2}\n", encoding="utf-8"
    )
    with pytest.raises(MintError, match=r"mine\.yaml: reward\.weight: changes nothing"):
        load_recipe(str(path))


@pytest.mark.parametrize("name", recipe_names())
def test_what_is_shown_of_a_recipe_loads_again(name, tmp_path):
    """What changes nothing is not shown; the rest is the same recipe."""
    shown = settings_that_count(load_recipe(name))
    path = tmp_path / "shown.yaml"
    path.write_text(yaml.safe_dump(shown, sort_keys=False), encoding="utf-8")
    assert settings_that_count(load_recipe(str(path))) == shown


def test_what_changes_nothing_is_not_shown():
    shown = settings_that_count(load_recipe("tiny_cpu"))
    assert "vllm_memory" not in shown["rollout"]
    assert shown["rollout"]["max_turns"] == 3
    assert "rollout" not in settings_that_count(load_recipe("sft"))


def test_every_recipe_and_every_variant_that_is_compared_loads():
    for name in recipe_names():
        load_recipe(name)
    asked = ("reward.weight=2", "rollout.max_turns=4")
    base = load_recipe("tiny_cpu", asked)
    for variant in VARIANTS:
        mine = load_recipe("tiny_cpu", (*asked, *variant_settings(base, variant)))
        assert mine.reward.variant == variant
