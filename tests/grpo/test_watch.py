"""The watcher: the bench's own figures, its own draws, and when it says that something is wrong."""

import asyncio

import pytest

from mint_bench.conversation import Reply
from mint_bench.grpo.callbacks import Looks
from mint_bench.grpo.local_look import Looker, local_batch
from mint_bench.grpo.quality import JudgeQuality, open_judge
from mint_bench.grpo.recipe import WatchSettings
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.watch import Look, Watch, batched, independence
from mint_bench.judging import load_judge
from mint_bench.tactics import load_tagger
from tests.grpo.talks import talks

SETTINGS = WatchSettings(conversations=3, max_turns=2, tagger="embedded-fast", most_new_tokens=8)


@pytest.fixture(scope="module")
def watch():
    return Watch(SETTINGS, talks(5))


def say(*texts):
    return lambda histories: [Reply(texts[len(h) // 2 - 1]) for h in histories]


def test_a_look_scores_own_history_with_the_benchs_columns(watch):
    same = watch.measure(watch.hold(say("What happened?", "What happened?"))).numbers
    assert same["repetition"] == 1.0
    assert same["openings"] == pytest.approx(1 / 6)
    assert same["use/questioning"] == 1.0
    assert same["words"] == 2.0
    shown = watch.measure(watch.hold(say("**Validation**: of course.", "Hm.")))
    assert shown.numbers["labels"] == 0.5
    assert [one.id for one in shown.scored] == ["talk-0", "talk-1", "talk-2"]


def test_replies_that_are_waited_for_together_are_asked_for_together():
    sizes = []

    def batch(histories):
        sizes.append(len(histories))
        return [Reply(str(len(h))) for h in histories]

    async def hold():
        generate = batched(batch)

        async def one(turns):
            return [(await generate(["x"] * (turn + 1))).text for turn in range(turns)]

        return await asyncio.gather(one(1), one(3), one(3))

    assert asyncio.run(hold()) == [["1"], ["1", "2", "3"], ["1", "2", "3"]]
    assert sizes == [3, 2, 2]


def test_a_fault_of_the_model_reaches_whoever_waits():
    def broken(_):
        raise RuntimeError("out of memory")

    async def hold():
        await batched(broken)(["x"])

    with pytest.raises(RuntimeError, match="out of memory"):
        asyncio.run(hold())


def test_a_look_leaves_the_trainings_draws_alone(watch, tiny_model):
    torch = pytest.importorskip("torch")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from mint_bench.grpo.dialogue_tokens import DialogueTokens

    tokens = DialogueTokens(AutoTokenizer.from_pretrained(tiny_model), {})
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    before = torch.get_rng_state()
    first = watch.hold(local_batch(model, tokens, SETTINGS, 3))
    assert torch.equal(torch.get_rng_state(), before)
    assert watch.hold(local_batch(model, tokens, SETTINGS, 3)) == first


def test_instruments_that_are_not_independent_are_named(watch):
    tagger, judge = load_tagger("embedded-fast"), JudgeQuality(load_judge("embedded"))
    told = " ".join(independence(tagger, judge, watch))
    assert "tagger is the reward's own" in told
    assert "judge is the reward's own" in told
    assert independence(None, None, watch) == []

    class Other:
        name, sha = "other", "0" * 64

    assert "labels of the same kind" in independence(Other(), None, watch)[0]


class State:
    """A trainer's state, as far as callbacks read it."""

    def __init__(self, step, most, entries):
        self.global_step, self.max_steps, self.log_history = step, most, entries


class Control:
    """What callbacks ask of a trainer."""

    should_save = should_training_stop = False


@pytest.mark.parametrize("stop", [True, False])
def test_a_divergence_stops_the_run_or_warns(watch, stop):
    told, worse = [], iter((2.7, 2.6))
    looks = Looks(
        lambda _: Look({"empathy": next(worse), "repetition": 0.5}, []), 1, 2, stop=stop,
        tell=told.append,
    )  # fmt: skip
    entries, control = [{"step": 0, "watch/empathy": 3.0}], Control()
    for step in (1, 2):
        looks.on_step_end(None, State(step, 9, entries), control)
    assert any(line.startswith("warning: held-out empathy") for line in told)
    assert (control.should_training_stop, control.should_save) == (stop, stop)
    assert bool(looks.ended) is stop


def test_a_step_is_looked_at_once_and_again_where_the_watch_is_another(watch, tiny_model, tmp_path):
    pytest.importorskip("torch")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from mint_bench.grpo.dialogue_tokens import DialogueTokens

    tokens = DialogueTokens(AutoTokenizer.from_pretrained(tiny_model), {})
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    recipe = load_recipe("tiny_cpu").model_copy(update={"watch": SETTINGS})
    looker = Looker(recipe, tokens, watch, tmp_path)
    first = looker.at(0, model)
    assert looker.at(0, None) == first  # no model is asked
    assert (tmp_path / "held_out.jsonl").exists()
    longer = recipe.model_copy(update={"watch": SETTINGS.model_copy(update={"batch": 2})})
    with pytest.raises(AttributeError):
        Looker(longer, tokens, watch, tmp_path).at(0, None)


def test_judges_that_ask_one_language_model_are_one(watch):
    asked = {"judge": "llm", "judge_model": "mockllm/model"}
    other = Watch(SETTINGS.model_copy(update=asked), talks(5))
    for name in ("llm", "llm-joint"):
        [told] = independence(None, open_judge(name, "mockllm/model"), other)
        assert "judge is the reward's own" in told
    assert independence(None, open_judge("llm", "mockllm/another"), other) == []
    [told] = independence(None, open_judge("llm", "mockllm/model"), watch)
    assert "one learned from a language model's ratings" in told
    assert independence(None, open_judge("embedded", None), other) == [told]


def test_the_encoders_tagger_is_another_than_the_rewards(watch):
    other = Watch(SETTINGS.model_copy(update={"tagger": "embedded"}), talks(5))
    told = independence(load_tagger("embedded-fast"), None, other)
    assert "labels of the same kind" in told[0]
