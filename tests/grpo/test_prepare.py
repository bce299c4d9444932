"""What is known before the first step: room in the context, a judge that rates, whole groups."""

import pytest

from mint_bench.errors import MintError
from mint_bench.grpo.data import training_data, turn_cases
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.prepare import (
    batching,
    most_prompt_tokens,
    most_tokens,
    probed_quality,
    warnings,
    with_room_for_replies,
)
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.metrics.measured import Measured, missing
from mint_bench.tactics import load_tagger
from tests.grpo.talks import talks


class Rates:
    """A judge that gives every reply what it is told to give."""

    name, sha = "planted", None

    def __init__(self, number):
        self._number = number

    def __call__(self, samples):
        return [self._number] * len(samples)


@pytest.fixture
def cases():
    return turn_cases(talks(4), load_tagger("embedded-fast"))[0]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (missing("out of order"), r"rated none of 8 real replies \(out of order\)"),
        (Measured(float("nan")), r"rated none of 8 real replies \(not a finite number\)"),
        (Measured(2.0), "gave 8 different real replies the same number, 2"),
    ],
)
def test_a_judge_from_which_nothing_can_be_learned_is_refused(cases, number, told, monkeypatch):
    monkeypatch.setattr("mint_bench.grpo.prepare.open_quality", lambda _: Rates(number))
    with pytest.raises(MintError, match=told):
        probed_quality(load_recipe("tiny_cpu"), cases)


def test_a_source_of_quality_that_runs_out_of_memory_is_one_line(cases, monkeypatch):
    class Full(Rates):
        def __call__(self, samples):
            raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr("mint_bench.grpo.prepare.open_quality", lambda _: Full(None))
    with pytest.raises(MintError, match=r"planted failed .*out of memory.*reward\.quality\.batch"):
        probed_quality(load_recipe("tiny_cpu"), cases)


def test_the_benchs_judge_passes_and_a_variant_without_one_asks_none(cases):
    assert probed_quality(load_recipe("tiny_cpu"), cases).name == "judge embedded"
    assert probed_quality(load_recipe("d"), cases) is None


def test_a_prompt_leaves_room_for_its_reply():
    recipe = load_recipe("tiny_cpu", ("data.most_prompt_tokens=4096", "rollout.most_new_tokens=24"))
    assert most_prompt_tokens(recipe, 512) == 512 - 24
    assert most_prompt_tokens(recipe, 8192) == 4096
    assert most_prompt_tokens(recipe, None) == 4096
    with pytest.raises(MintError, match="leave no room"):
        most_prompt_tokens(recipe, 32)


@pytest.fixture
def tokens(tiny_model):
    from transformers import AutoTokenizer

    return DialogueTokens(AutoTokenizer.from_pretrained(tiny_model), {})


def test_imitation_leaves_out_what_does_not_fit_with_its_reply(cases, tokens):
    def size(prompt):
        return len(tokens.opening(prompt))

    data = training_data(cases, "vanilla", size, 400)
    long = max(map(size, data.prompts))  # prompts of that length fit, with no room behind them
    imitation = with_room_for_replies(load_recipe("sft"), data, tokens, long)
    assert 0 < len(imitation.cases) == len(imitation.prompts) < len(data.cases)
    dropped = len(data.cases) - len(imitation.cases)
    assert imitation.left_out == {f"longer than the model's {long} tokens, reply and all": dropped}
    assert with_room_for_replies(load_recipe("q"), data, tokens, long) is data
    assert with_room_for_replies(load_recipe("sft"), data, tokens, None) is data
    with pytest.raises(MintError, match="all 12 prompts with their replies are longer"):
        with_room_for_replies(load_recipe("sft"), data, tokens, 16)


def test_vllm_in_this_process_needs_room_for_what_the_recipe_draws_and_no_more():
    turn = load_recipe("q_plus_d")
    assert most_tokens(turn, 131_072) == most_tokens(turn, None) == 6144 + 2048
    assert most_tokens(turn, 4096) == 4096
    talk = load_recipe("q_minus_r")
    assert most_tokens(talk, 131_072) == 6144 + 6 * 512 + 5 * 512
    server = ("rollout.vllm=server", "rollout.vllm_url=http://127.0.0.1:8000")
    for elsewhere in (("rollout.vllm=null",), server):
        assert most_tokens(load_recipe("q_plus_d", elsewhere), 131_072) == 131_072


SPREAD = ("training.prompts_per_step=2", "training.per_device=4", "training.epochs=2",
          "rollout.replies=4", "training.max_steps=3")  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "processes", "told"),
    [
        ("training.prompts_per_step=3", 2, "in whole groups; make it a multiple of 2"),
        ("training.per_device=3", 1, "does not divide the 8 replies"),
        ("training.prompts_per_step=400", 1, "lower it"),
    ],
)
def test_groups_that_would_be_split_are_refused(setting, processes, told):
    with pytest.raises(MintError, match=told):
        batching(load_recipe("q", (*SPREAD, setting)), 18, processes)


def test_a_step_is_one_generation():
    spread = batching(load_recipe("q", SPREAD), 18, 2)
    assert (spread.per_device, spread.accumulation, spread.steps) == (4, 1, 3)


def test_every_recipe_watches_by_another_tagger_than_it_rewards_by():
    from mint_bench.grpo.recipe_files import recipe_names

    for name in recipe_names():
        recipe = load_recipe(name)
        assert recipe.watch.tagger == "embedded"
        assert recipe.reward is None or recipe.reward.tagger == "embedded-fast"


def test_looks_too_few_to_show_a_divergence_are_told_of():
    def told(steps, *settings):
        recipe = load_recipe("sft", ("watch.every=15", *settings))
        return warnings(recipe, None, None, None, None, steps)

    assert told(30) == [
        "3 looks in 30 steps are too few for a watch.patience of 3: no divergence will be told."
    ]
    assert told(31) == told(30, "watch.patience=2") == told(30, "watch.every=null") == []
