"""What the recipe costs beside TRL's own work is measured: the benchmark runs, on a tiny model."""

import pytest

pytest.importorskip("trl")

from benchmarks import training


@pytest.fixture
def tiny(small, monkeypatch):
    settings = (*small, *training.SETTINGS, "training.max_steps=2")
    monkeypatch.setattr(training, "SETTINGS", settings)


@pytest.mark.slow
def test_the_rewards_share_of_a_step(tiny):
    assert 0 < training.reward_share() < 1


@pytest.mark.slow
def test_a_step_against_a_bare_trainers(tiny):
    assert 0.5 < training.step_ratio() < 20  # a step of milliseconds: only that both ran
