"""A toy problem with a known optimum: one word is worth all, and training finds it."""

import json

import pytest

from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.run import train
from mint_bench.metrics.measured import Measured

pytest.importorskip("trl")

BEST = "sorry"


class Bandit:
    """Pays the share of one word among a reply's words: at most 1."""

    name, sha = "bandit", None

    def __call__(self, samples):
        words = [sample.exchange.reply.split() for sample in samples]
        return [Measured(said.count(BEST) / len(said)) for said in words]


@pytest.mark.slow
def test_the_reward_rises_over_sixty_steps(small, tmp_path, monkeypatch):
    monkeypatch.setattr("mint_bench.grpo.run.probed_quality", lambda *_: Bandit())
    settings = ("training.max_steps=60", "training.epochs=20", "training.learning_rate=0.003",
                "training.kl=0", "rollout.most_new_tokens=6", "training.save_every=60",
                "rollout.replies=8", "training.per_device=16")  # fmt: skip
    train(load_recipe("q", (*small, *settings)), tmp_path, lambda _: None)
    state = json.loads((tmp_path / "checkpoint-60" / "trainer_state.json").read_text())
    gains = [entry["terms/quality"] for entry in state["log_history"] if "terms/quality" in entry]
    first, last = sum(gains[:10]) / 10, sum(gains[-10:]) / 10
    assert first < 0.2
    assert last > 0.6
