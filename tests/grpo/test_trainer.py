"""Advantages by turn, and what is asked of vLLM through TRL: shares, log-probabilities."""

import json
import threading
from itertools import cycle
from types import SimpleNamespace

import pytest

pytest.importorskip("trl")

import torch
from trl.generation import vllm_generation
from trl.generation.vllm_generation import VLLMGeneration

from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.rollout import NOBODY
from mint_bench.grpo.run import train
from mint_bench.grpo.trainer import RecipeTrainer, turn_advantages

SAMPLING = (
    "top_p", "top_k", "min_p", "repetition_penalty", "temperature", "max_completion_length",
    "structured_outputs_regex", "generation_kwargs",
)  # fmt: skip


class Crowd:
    """Processes as threads: what each hands in, all get, as accelerate does it."""

    def __init__(self, count):
        self._here, self._barrier = threading.local(), threading.Barrier(count, timeout=20)
        self._count, self._handed = count, {}

    def run(self, work):
        """What `work(rank)` gives on each."""
        given = {}

        def one(rank):
            self._here.rank = rank
            given[rank] = work(rank)

        threads = [threading.Thread(target=one, args=(n,), daemon=True) for n in range(self._count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return given

    def _all(self, mine):
        self._handed[self._here.rank] = mine
        self._barrier.wait()
        found = [self._handed[rank] for rank in range(self._count)]
        self._barrier.wait()
        return found

    def gather(self, tensor):
        return torch.cat(self._all(tensor))

    def gather_object(self, values):
        return [value for part in self._all(values) for value in part]

    def broadcast_object_list(self, values, from_process=0):
        values[:] = self._all(list(values))[from_process]


class Server:
    """A vLLM server whose reply to a prompt is told by the prompt's first token."""

    def generate(self, prompts, **_):
        return {
            "prompt_ids": prompts,
            "completion_ids": [[100 + prompt[0]] for prompt in prompts],
            "logprobs": [[[-float(prompt[0])]] for prompt in prompts],
        }


def trainer_on(rank, crowd):
    """A trainer as it is on one process, with TRL's own way to the server."""
    accelerator = SimpleNamespace(
        device="cpu", gather=crowd.gather, process_index=rank, is_main_process=rank == 0
    )
    engine = VLLMGeneration.__new__(VLLMGeneration)
    vars(engine).update(dict.fromkeys(SAMPLING))
    engine.mode, engine.enable_sleep_mode, engine.logprobs = "server", False, 0
    engine.accelerator, engine.vllm_client = accelerator, Server()

    def single_turn(prompts, images, _fields, each):
        _, ids, logprobs, _ = engine.generate(prompts, images, each)
        return ids, [[token[0] for token in one] for one in logprobs]

    trainer = RecipeTrainer.__new__(RecipeTrainer)
    trainer.use_vllm, trainer.vllm_mode, trainer.accelerator = True, "server", accelerator
    trainer._generate_single_turn = single_turn
    return trainer


def test_each_process_gets_the_replies_to_its_own_prompts_however_many_it_has(monkeypatch):
    crowd = Crowd(3)
    monkeypatch.setattr(vllm_generation, "gather_object", crowd.gather_object)
    monkeypatch.setattr(vllm_generation, "broadcast_object_list", crowd.broadcast_object_list)
    prompts = [[[1], [2]], [[3]], [[4], [5], [6]]]
    found = crowd.run(lambda rank: trainer_on(rank, crowd).draw(prompts[rank]))
    assert found == {
        0: ([[101], [102]], [[-1.0], [-2.0]]),
        1: ([[103]], [[-3.0]]),
        2: ([[104], [105], [106]], [[-4.0], [-5.0], [-6.0]]),
    }


class Engine:
    """In the place of TRL's own vLLM: draws with the model that is trained, and says how likely."""

    made = ()

    def __init__(self, model, processing_class, temperature, max_completion_length, **_):
        self._model, self._tokenizer, self._temperature = model, processing_class, temperature
        self._most, self.synced = max_completion_length, 0
        Engine.made = (*Engine.made, self)

    def sync_weights(self):
        self.synced += 1

    @torch.no_grad()
    def generate(self, prompts, images, num_generations, profiler=None):
        ids = [self._reply(prompt) for prompt in prompts]
        logprobs = [self._logprobs(*both) for both in zip(prompts, ids, strict=True)]
        return prompts, ids, logprobs, None

    def _reply(self, prompt):
        drawn = self._model.generate(
            torch.tensor([prompt]), do_sample=True, top_k=0, temperature=self._temperature,
            max_new_tokens=self._most, eos_token_id=self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
        )  # fmt: skip
        return drawn[0, len(prompt) :].tolist()

    def _logprobs(self, prompt, ids):
        logits = self._model(torch.tensor([[*prompt, *ids]])).logits[0, len(prompt) - 1 : -1]
        found = (logits.float() / self._temperature).log_softmax(-1)
        return [[row[token].item()] for row, token in zip(found, ids, strict=True)]


@pytest.mark.parametrize("name", ["q", "q_minus_r"])
def test_replies_drawn_by_vllm_are_learned_from_at_their_own_log_probabilities(
    name, small, tmp_path, monkeypatch
):
    monkeypatch.setattr("trl.trainer.grpo_trainer.VLLMGeneration", Engine)
    monkeypatch.setattr("mint_bench.grpo.models.require_libraries", lambda *_, **__: None)
    monkeypatch.setattr(Engine, "made", ())
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    settings = (*small, "rollout.vllm=colocate", "rollout.temperature=0.9")
    train(load_recipe(name, settings), tmp_path, lambda _: None)
    [engine] = Engine.made
    assert engine.synced == 3  # once a step, however many replies a conversation has
    state = json.loads((tmp_path / "checkpoint-3" / "trainer_state.json").read_text())
    steps = [entry for entry in state["log_history"] if "loss" in entry]
    assert len(steps) == 3
    for entry in steps:
        assert entry["sampling/sampling_logp_difference/max"] < 1e-3
        assert entry["sampling/importance_sampling_ratio/mean"] == pytest.approx(1, abs=1e-3)


@pytest.fixture
def step_of(small, tmp_path, monkeypatch):
    """What one step of whole conversations is learned from: TRL's batch, the reward, its log."""

    def one(per, reward=None):
        seen = {}
        score = RecipeTrainer._generate_and_score_completions

        def kept(trainer, inputs):
            seen["output"] = score(trainer, inputs)
            seen["rewards"], seen["turn_of"] = (
                trainer._reward.turn_rewards,
                trainer._rollout.turn_of,
            )
            return seen["output"]

        monkeypatch.setattr(RecipeTrainer, "_generate_and_score_completions", kept)
        if reward is not None:
            monkeypatch.setattr("mint_bench.grpo.composite.group_rewards", reward)
        shape = ("rollout.mode=conversation", "rollout.max_turns=2", f"rollout.reward_per={per}",
                 "training.max_steps=1")  # fmt: skip
        train(load_recipe("q", (*small, *shape)), tmp_path, lambda _: None)
        state = json.loads((tmp_path / "checkpoint-1" / "trainer_state.json").read_text())
        seen["log"] = next(entry for entry in state["log_history"] if "loss" in entry)
        return seen

    return one


def test_each_turn_of_a_conversation_is_learned_by_its_own_advantage(step_of):
    seen = step_of("turn")
    advantages, rewards = seen["output"]["advantages"], seen["rewards"]
    assert advantages.shape == seen["output"]["completion_ids"].shape
    first, second = (
        {round(float(row[place]), 4) for place, owner in enumerate(owners) if owner == 0}
        for row, owners in zip(advantages[:2], seen["turn_of"][:2], strict=True)
    )
    assert len(first) == len(second) == 1
    assert (max(first) > max(second)) == (rewards[0][0] > rewards[1][0])
    for row, owners in zip(advantages, seen["turn_of"], strict=True):
        assert not any(row[place] for place, owner in enumerate(owners) if owner == NOBODY)


def test_a_whole_conversation_is_learned_by_one_advantage(step_of):
    assert step_of("conversation")["output"]["advantages"].dim() == 1


def test_a_group_that_differs_within_its_turns_is_not_flat(step_of):
    """Its members' means are the same, which is what TRL looks at."""
    turn = cycle([0, 1])

    def opposed(group, **_):
        first = next(turn)
        return [float((place + first) % 2) for place in range(len(group))]

    seen = step_of("turn", opposed)
    assert seen["output"]["advantages"].abs().max() > 0.5
    assert seen["log"]["frac_reward_zero_std"] == 0.0


def test_a_group_that_does_not_differ_is_flat(step_of):
    seen = step_of("turn", lambda group, **_: [0.1] * len(group))
    assert seen["log"]["frac_reward_zero_std"] == 1.0


def test_advantages_by_turn_are_those_of_the_turns_group():
    rewards = [[1.0, None], [0.0, 0.5]]
    turn_of = [[0, 0, NOBODY, 1], [0, NOBODY, 1]]
    found = turn_advantages(rewards, turn_of, 2, 5)
    high = 0.5 / (0.5**0.5 + 1e-4)
    assert found[0].tolist() == pytest.approx([high, high, 0, 0, 0])
    assert found[1].tolist() == pytest.approx([-high, 0, 0, 0, 0])


def test_a_turn_whose_rewards_differ_less_teaches_less():
    rewards = [[0.5, 4.0], [0.0, 0.0], [None, 2.0]]
    found = turn_advantages(rewards, [[0, 1]] * 3, 3, 2)
    spread = ((0.25**2 * 2 + 2.0**2 * 2) / 3) ** 0.5 + 1e-4  # five rewards, two means
    expected = [[0.25, 2.0], [-0.25, -2.0], [0.0, 0.0]]
    assert (found * spread).tolist() == [pytest.approx(one) for one in expected]


def test_a_group_without_rewards_teaches_nothing():
    found = turn_advantages(
        [[None, 1.0], [None, 1.0], [None], [None]], [[0, 1]] * 2 + [[0]] * 2, 2, 2
    )
    assert found.abs().sum() == 0
