"""Every recipe trains a tiny model for three steps, and leaves model, card, curve and record."""

import json
import sys
from importlib import import_module
from itertools import cycle
from math import isfinite, isnan, nan

import pytest

from mint_bench.engines import telling
from mint_bench.engines.engine import folder_weights
from mint_bench.errors import MintError
from mint_bench.grpo.provenance import trained_on, versions
from mint_bench.grpo.recipe_files import load_recipe, recipe_names
from mint_bench.grpo.run import run_folder, train
from mint_bench.grpo.watch import Look, Watch
from mint_bench.inspect_plugin.board import MODEL_REVISION
from mint_bench.metrics.measured import Measured
from mint_bench.records.verify import verify
from tests.grpo.talks import as_lines, talk, talks
from tests.grpo.tiny import build
from tests.loopback_hub import COMMIT, HUB

pytest.importorskip("trl")


def fitted(name, small, *more):
    if name == "sft":  # without groups
        small = [setting for setting in small if not setting.startswith(("reward", "rollout"))]
        more = ("training.per_device=2", *more)
    elif load_recipe(name).rollout.mode == "conversation":
        more = ("rollout.max_turns=2", *more)
    if name == "d":  # without quality
        small = [setting for setting in small if not setting.startswith("reward.quality")]
    return load_recipe(name, (*small, *more))


def numbers(folder, key):
    state = json.loads((folder / "checkpoint-3" / "trainer_state.json").read_text())
    return [entry[key] for entry in state["log_history"] if key in entry]


@pytest.mark.parametrize("name", recipe_names())
def test_three_steps_of_every_recipe(name, small, tmp_path):
    told = []
    done = train(fitted(name, small), tmp_path, told.append)
    assert all(isfinite(loss) for loss in numbers(tmp_path, "loss"))
    assert numbers(tmp_path, "watch/empathy")[0] > 0
    assert "| empathy |" in done.card.read_text(encoding="utf-8")
    assert str(tmp_path) not in done.card.read_text(encoding="utf-8")
    assert (done.model / "curve.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
    assert verify(done.record).board.history == "own"
    if name == "sft":
        return
    assert any("reward's own" in line for line in told)
    rewards = numbers(tmp_path, "reward")
    assert len(rewards) == 3
    assert all(reward is not None for reward in rewards)
    lines = (tmp_path / "samples" / "step-000003.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    turns = [len(json.loads(line)["turns"]) for line in lines]
    assert turns == [2 if fitted(name, small).rollout.mode == "conversation" else 1] * 4


def test_the_first_look_shows_how_far_it_is_on_a_terminal(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    train(fitted("q", small, "training.max_steps=1"), tmp_path, lambda _: None)
    assert "held out: 0 of 4 turns" in capsys.readouterr().err


def test_the_first_look_shows_in_a_file_now_and_then_how_far_it_is(
    small, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(telling, "SOON", 0.0)
    train(fitted("q", small, "training.max_steps=1"), tmp_path, lambda _: None)
    shown = capsys.readouterr().err
    assert "held out: 0 of 4 turns\n" in shown
    assert "held out: 4 of 4 turns" not in shown  # due 15 s later


def test_a_folder_belongs_to_one_training(small, tmp_path):
    train(fitted("q", small, "training.max_steps=1"), tmp_path, lambda _: None)
    with pytest.raises(MintError, match=r"was begun with training\.kl 0\.01, now 0\.02"):
        train(fitted("q", small, "training.max_steps=1", "training.kl=0.02"), tmp_path, print)


def test_the_same_recipe_has_the_same_folder(small):
    recipe = fitted("q", small)
    assert run_folder(recipe, None) == run_folder(fitted("q", small, "watch.every=7"), None)
    assert run_folder(recipe, None) != run_folder(fitted("q", small, "training.seed=7"), None)


def adapter_of(base, folder):
    """An adapter that names the base and is of a wider one."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    wider = AutoModelForCausalLM.from_pretrained(build(folder / base.name, hidden=64))
    adapted = get_peft_model(wider, LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM"))
    adapted.save_pretrained(folder / "misfit")
    return folder / "misfit"


def test_faults_are_told_before_the_first_step(small, tiny_model, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    long = tmp_path / "long.jsonl"
    long.write_text(as_lines([talk("c", lines=["sad " * 500])]), encoding="utf-8")
    other = {"base_model_name_or_path": "someone/else", "peft_type": "LORA"}
    (adapter / "adapter_config.json").write_text(json.dumps(other), encoding="utf-8")
    misfit = adapter_of(tiny_model, tmp_path)
    for setting, told in {
        f"data.source=file:{empty}": "empty",
        "data.most_prompt_tokens=16": "longer than 16 tokens",
        f"data={{source: 'file:{long}', most_prompt_tokens: 4096}}": "longer than 488 tokens",
        "rollout.most_new_tokens=505": "leave no room",
        "watch.most_new_tokens=600": "watch.most_new_tokens: 600 new tokens leave no room",
        f"model.adapter={adapter}": "is an adapter of someone/else",
        f"model.adapter={misfit}": "does not fit the base",
        "model.adapter=/nowhere": "/nowhere holds no adapter_config.json; give a folder that peft",
        "model.name=/nowhere/at/all": "is not loaded",
        "reward.tagger=llm": "tagger llm asks a language model",
        "reward.quality={source: judge, judge: llm, model: null}": "asks a language model",
        "training.trackers=[no_such_tracker]": "there is no no_such_tracker",
    }.items():
        with pytest.raises(MintError) as caught:
            train(fitted("q", small, setting), tmp_path / "run", lambda _: None)
        assert told in str(caught.value), setting
    assert not list(tmp_path.glob("run/checkpoint-*"))


def test_imitation_tags_as_the_rewards_of_the_other_recipes_do(small, tmp_path, monkeypatch):
    def asked(name):
        raise MintError(f"asked for {name}")

    monkeypatch.setattr("mint_bench.grpo.run.load_tagger", asked)
    for name in ("sft", "q_plus_d"):
        with pytest.raises(MintError, match="asked for embedded-fast"):
            train(fitted(name, small, "watch.tagger=embedded"), tmp_path, lambda _: None)


def test_what_no_machine_can_mend_by_itself_is_told_before_anything_is_loaded(
    small, tmp_path, monkeypatch
):
    nothing = (*small, "data.source=file:/nowhere", "rollout.vllm=colocate")
    monkeypatch.setattr(import_module("trl.import_utils"), "is_vllm_available", lambda: False)
    with pytest.raises(MintError, match="vLLM is not installed"):
        train(fitted("q", nothing), tmp_path, print)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    with pytest.raises(MintError, match="accelerate launch --num_processes 2"):
        train(fitted("q", nothing, "rollout.vllm=null"), tmp_path, print)


def test_a_step_of_the_published_size_moves_the_weights(small, tiny_model, tmp_path):
    from safetensors.torch import load_file

    settings = ("model.precision=bfloat16", "training.learning_rate=1e-6", "training.max_steps=1")
    done = train(fitted("sft", small, *settings), tmp_path, lambda _: None)
    before, after = (load_file(folder / "model.safetensors") for folder in (tiny_model, done.model))
    moved = [(after[key] - before[key]).abs() for key in before if "proj" in key]
    assert all(weights.max() < 2e-6 for weights in moved)  # nor were they rounded
    assert sum((weights > 5e-7).sum() for weights in moved) > 0.9 * sum(w.numel() for w in moved)


def test_record_and_folder_name_the_commit_of_a_model_from_the_hub(
    small, tiny_model, tmp_path, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(HUB.folders, "org/tiny", tiny_model)
    recipe = fitted("q", small, "model.name=org/tiny", "training.max_steps=1")
    done = train(recipe, tmp_path / "run", lambda _: None)
    told = json.loads(done.record.read_text(encoding="utf-8"))["provenance"]["notes"]
    mark = folder_weights(str(done.model))[MODEL_REVISION]
    assert told == [f"trained from org/tiny@{COMMIT[:12]}, 1 steps", f"its weights are {mark}"]
    assert json.loads((done.folder / "run.json").read_text())["model.revision"] == COMMIT


def test_the_record_names_versions_machine_and_weights_as_a_run_of_them_does(small, tmp_path):
    one = fitted("q", small, "training.max_steps=1")
    done = train(one, tmp_path, lambda _: None)
    told = verify(done.record).provenance
    assert told.versions == versions(vllm=False)
    assert told.hardware == trained_on()
    assert told.notes[1] == f"its weights are {folder_weights(str(done.model))[MODEL_REVISION]}"


def test_card_and_record_say_what_other_versions_went_on(small, tmp_path, monkeypatch):
    old = versions(vllm=False) | {"trl": "0.1"}
    monkeypatch.setattr("mint_bench.grpo.run.versions", lambda vllm: old)
    train(fitted("q", small, "training.max_steps=1"), tmp_path, lambda _: None)
    monkeypatch.undo()
    [checkpoint] = tmp_path.glob("checkpoint-*")
    (checkpoint / "complete.json").unlink()  # as if it had been killed before the end
    said = []
    done = train(fitted("q", small, "training.max_steps=1"), tmp_path, said.append)
    line = f"Steps were made with trl 0.1, then {versions(vllm=False)['trl']}: "
    assert any(line in one for one in said)
    assert line in done.card.read_text(encoding="utf-8")
    assert verify(done.record).provenance.versions == versions(vllm=False)


class Planted:
    """A judge that gives every reply the same, once training began."""

    name, sha = "planted", None

    def __init__(self, number):
        self._number = number

    def __call__(self, samples):
        return [Measured(self._number)] * len(samples)


@pytest.mark.parametrize("number", [4.0, nan])
def test_a_reward_that_teaches_nothing_ends_with_a_checkpoint(
    small, tmp_path, monkeypatch, number, caplog, capsys
):
    monkeypatch.setattr("mint_bench.grpo.run.probed_quality", lambda *_: Planted(number))
    recipe = fitted("q", small, "training.max_steps=9", "training.save_every=8")
    with pytest.raises(MintError, match=r"nothing to learn.*checkpoint-5"):
        train(recipe, tmp_path, lambda _: None)
    assert ("100.0% unscored" in capsys.readouterr().err) == isnan(number)
    assert "completion" not in caplog.text  # no conversation in the log


def test_a_divergence_that_stops_leaves_model_card_and_record_and_is_not_trained_past(
    small, tmp_path, monkeypatch
):
    measure, falling = Watch.measure, iter((4.0, 3.0, 2.0, 1.0))

    def worse(self, replies):
        look = measure(self, replies)
        return Look(look.numbers | {"empathy": next(falling)}, look.scored)

    monkeypatch.setattr(Watch, "measure", worse)
    settings = (*small, "watch.every=1", "watch.patience=2")
    stops = load_recipe("q", (*settings, "watch.on_divergence=stop"))
    with pytest.raises(MintError, match=r"held-out empathy .* model and card are in"):
        train(stops, tmp_path, lambda _: None)
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "**Warning:** held-out empathy has been worse than its best, 4.00" in card
    assert "The training was stopped for it." in card
    assert "\n2 steps on " in card
    assert (tmp_path / "model" / "model.safetensors").exists()
    [record] = tmp_path.glob("record/*/*.json")
    assert verify(record).provenance.notes[0].endswith(", 2 steps")
    with pytest.raises(MintError, match=r"ends here, as held-out empathy .*watch.on_divergence=w"):
        train(stops, tmp_path, lambda _: None)
    done = train(load_recipe("q", settings), tmp_path, lambda _: None)
    card = done.card.read_text(encoding="utf-8")
    assert "\n3 steps on " in card
    assert "**Warning:**" in card
    assert "stopped" not in card


def test_a_persona_rewards_by_how_it_feels_at_the_end(small, tmp_path, monkeypatch):
    source = tmp_path / "scenes.jsonl"
    lines = map(json.loads, as_lines(talks(6)).splitlines())
    scenes = [line | {"metadata": {"situation": "The flat is lost."}} for line in lines]
    source.write_text("".join(json.dumps(line) + "\n" for line in scenes), encoding="utf-8")
    monkeypatch.setattr("mint_bench.engines.roles.role_models", lambda *_: {"seeker": [persona()]})
    done = train(
        fitted(
            "q", small, f"data.source=file:{source}", "training.max_steps=2",
            "rollout.mode=conversation", "rollout.reward_per=conversation", "rollout.max_turns=2",
            "rollout.seeker=persona", "rollout.seeker_model=mockllm/model",
            "reward.quality.source=final_emotion",
        ),
        tmp_path / "run", lambda _: None,
    )  # fmt: skip
    first = (done.folder / "samples" / "step-000001.jsonl").read_text(encoding="utf-8")
    group = [json.loads(line)["turns"] for line in first.splitlines()]
    felt = [turns[-1]["quality"] for turns in group]
    assert len(set(felt)) > 1
    assert all(20 <= emotion <= 60 for emotion in felt)
    assert max(group, key=lambda turns: turns[-1]["quality"])[-1]["reward"] == 1.0
    assert group[0][1]["seeker"] == "I see."


def persona():
    """A seeker's model that likes every reply better than the one before it, or less."""
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    changes = cycle([8, -3, 5, -7, 2])

    def answer(_messages, _tools, _choice, config):
        mood = json.dumps({"reason": "So I feel.", "change": next(changes)})
        text = mood if config.response_schema else "I see."
        output = ModelOutput.from_content("mockllm/model", text)
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return output

    return get_model("mockllm/model", custom_outputs=answer)
