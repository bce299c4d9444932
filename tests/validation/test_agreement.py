"""Figures of whole systems, ours beside the published, with intervals over conversations."""

import numpy as np
import pytest

from mint_bench.conversation import Message, Speaker, merge_messages
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats.intervals import bootstrap
from mint_bench.stats.statistic import Ratio
from mint_bench.validation.agreement import TAG_FIGURES, rating_agreement, system_tag_figures
from mint_bench.validation.labels import HUMAN, LabelledReply

RNG = np.random.default_rng(11)


def ratings(conversations=30, systems=("one", "two")):
    names = [name for name in systems for _ in range(2 * conversations)]
    talks = [f"c{i // 2:02}" for _ in systems for i in range(2 * conversations)]
    published = RNG.uniform(1, 5, (len(names), 6))
    ours = np.clip(published + RNG.normal(0.2, 0.3, published.shape), 1, 5)
    return names, talks, ours, published


def test_a_systems_mean_lies_off_with_a_bootstrap_over_its_conversations():
    names, talks, ours, published = ratings()
    found = rating_agreement(names, talks, ours, published)["apart"]["two"][DIMENSIONS[2]]
    own = np.array(names) == "two"
    off = (ours - published)[own, 2].reshape(30, 2)
    expected = bootstrap(Ratio(), np.column_stack([off.sum(axis=1), np.full(30, 2.0)]))
    assert (found["value"], found["low"], found["high"]) == pytest.approx(
        (expected.value, expected.low, expected.high), abs=1e-4
    )
    assert found["n"] == 30


def test_a_systems_error_is_the_mean_size_over_the_six_dimensions_with_an_interval():
    names, talks, ours, published = ratings()
    ours[:, 0] = published[:, 0] - 0.5  # one dimension too low does not make up for others
    found = rating_agreement(names, talks, ours, published)["errors"]["one"]
    own = np.array(names) == "one"
    expected = np.abs((ours - published)[own].mean(axis=0)).mean()
    assert found["value"] == pytest.approx(expected, abs=1e-4)
    assert found["low"] < found["value"] < found["high"]
    assert found["n"] == 30


def test_below_twenty_conversations_a_systems_figures_are_points():
    found = rating_agreement(*ratings(conversations=9))
    assert found["errors"]["one"]["low"] is None
    assert found["apart"]["one"]["aggregate"]["low"] is None


def reply(system, conversation, turn, present):
    said = [Message(Speaker(s), "x") for s in ("seeker", "supporter") * turn + ("seeker",)]
    nothing = np.full(6, np.nan)
    return LabelledReply(
        system, conversation, merge_messages(said), "x", ("x",), present[None], present, nothing
    )


def tagged(rare):
    """A system and the human supporters; one tactic is in `rare` conversations of theirs only."""
    replies, sets = [], {}
    for system in (HUMAN, "one"):
        for i in range(25):
            for turn in range(4):
                present = RNG.random(10) < 0.6
                present[4] = system == HUMAN and i < rare
                replies.append(reply(system, f"c{i}", turn, present))
                sets[len(replies) - 1] = present ^ (RNG.random(10) < 0.1)
    return replies, {i: row for i, row in sets.items() if replies[i].system == "one"}


def test_each_figure_of_a_system_lies_off_with_an_interval():
    found = system_tag_figures(*tagged(rare=20))
    for name in TAG_FIGURES:
        ours, published, _ = found["systems"]["one"][name]
        off = found["apart"]["one"][name]
        assert off["value"] == pytest.approx(ours - published, abs=2e-4)
        assert off["low"] < off["value"] < off["high"]
        assert off["n"] == 25


def test_stickiness_over_a_rare_tactic_is_a_point():
    off = system_tag_figures(*tagged(rare=3))["apart"]["one"]
    assert off["stickiness_vs_human"]["low"] is None
    assert off["repetition_vs_self"]["low"] is not None
