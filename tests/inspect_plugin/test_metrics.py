"""Live metrics through a real run with several epochs and the real reducer."""

import math

import numpy as np
import pytest
from inspect_ai.scorer import SampleScore, Score
from scipy import stats

from mint_bench.inspect_plugin.metrics import (
    density,
    dimensions,
    empathy,
    repetition,
    stickiness,
    unscored,
    words,
)
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.figures import figures
from mint_bench.scoring import ScoredConversation, ScoredTurn
from tests.inspect_plugin.metric_epochs import run_metrics, score_of

ALL = (empathy, dimensions, repetition, stickiness, density, words, unscored)


def conversations(count, epochs, seed=0):
    """Made-up figures: `count` conversations of 2 to 6 turns in each of `epochs` epochs."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(2, 7, count)
    return {
        f"c{i}": [
            ScoredConversation(
                id=f"c{i}",
                epoch=epoch,
                turns=[
                    ScoredTurn(
                        t=t,
                        tactics=draw.integers(0, 2, 10).tolist(),
                        human_tactics=draw.integers(0, 2, 10).tolist(),
                        ratings=draw.integers(1, 6, 6).astype(float).tolist(),
                        words=int(draw.integers(5, 60)),
                    )
                    for t in range(1, lengths[i] + 1)
                ],
            )
            for epoch in range(1, epochs + 1)
        ]
        for i in range(count)
    }


def scores(talks):
    return {name: [score_of(scored) for scored in epochs] for name, epochs in talks.items()}


@pytest.fixture(scope="module")
def talks():
    return conversations(24, 3)


@pytest.mark.parametrize("reducer", ["mean", "mode"])
def test_every_metric_sees_all_epochs_whatever_the_reducer(talks, tmp_path, reducer):
    found = run_metrics([metric() for metric in ALL], scores(talks), tmp_path, reducer=reducer)
    expected = figures([scored for epochs in talks.values() for scored in epochs], "t")
    names = {"empathy": "aggregated_empathy"}
    for name, value in found.items():
        stem = name.removesuffix("_low").removesuffix("_high")
        figure = expected[names.get(stem, stem)]
        end = {"_low": "low", "_high": "high"}.get(name.removeprefix(stem), "value")
        if figure.at_bound and end != "value":
            assert math.isnan(value), name
        else:
            assert value == pytest.approx(getattr(figure, end)), name


def test_an_interval_at_bound_is_left_out_since_no_key_could_mark_it(talks):
    """Nothing is unscored in these conversations: an interval from 0 to 0 would claim certainty."""
    held = [SampleScore(score=s) for epochs in scores(talks).values() for s in epochs]
    found = unscored()(held)
    assert found["unscored"] == 0
    assert math.isnan(found["unscored_low"])
    assert math.isnan(found["unscored_high"])


def test_words_are_the_mean_over_turns_and_the_unit_is_the_conversation(talks, tmp_path):
    """Mean and interval by hand: u_c = (y_c − θ m_c) / Σm with the epochs of a talk summed."""
    found = run_metrics([words()], scores(talks), tmp_path)
    turns = {name: [t for c in epochs for t in c.turns] for name, epochs in talks.items()}
    y = np.array([sum(t.words for t in own) for own in turns.values()])
    m = np.array([len(own) for own in turns.values()])
    theta = y.sum() / m.sum()
    u = (y - theta * m) / m.sum()
    half = stats.t.ppf(0.975, 23) * np.sqrt(24 / 23 * (u**2).sum())
    assert found["words"] == pytest.approx(theta)
    assert found["words_low"] == pytest.approx(theta - half)
    assert found["words_high"] == pytest.approx(theta + half)


def test_an_epoch_that_failed_leaves_the_others_counted(talks, tmp_path):
    table = scores(talks)
    table["c0"][0] = None
    found = run_metrics([words()], table, tmp_path)
    left = [
        t.words for n, e in talks.items() for c in e for t in c.turns if (n, c.epoch) != ("c0", 1)
    ]
    assert found["words"] == pytest.approx(np.mean(left))


def test_every_figure_but_raw_stickiness_has_both_ends(talks, tmp_path):
    found = run_metrics([metric() for metric in ALL], scores(talks), tmp_path)
    bounded = {"empathy", *DIMENSIONS, "repetition_vs_self", "repetition_vs_human", "density",
               "words", "unscored", "stickiness_vs_self_common",
               "stickiness_vs_human_common"}  # fmt: skip
    assert {name.removesuffix("_low") for name in found if name.endswith("_low")} == bounded
    shown = bounded - {"unscored"}  # at bound: nothing is
    assert all(found[f"{name}_low"] <= found[name] <= found[f"{name}_high"] for name in shown)


@pytest.mark.parametrize("metric", ALL)
def test_no_score_yet_gives_the_same_keys_and_no_number(metric, talks):
    full = metric()([SampleScore(score=s) for epochs in scores(talks).values() for s in epochs])
    empty = metric()([])
    assert list(empty) == list(full)
    assert all(math.isnan(value) for value in empty.values())


def test_fewer_than_twenty_conversations_have_no_interval(talks):
    first = [SampleScore(score=epochs[0]) for epochs in list(scores(talks).values())[:19]]
    found = words()(first)
    assert found["words"] > 0
    assert math.isnan(found["words_low"])
    assert math.isnan(found["words_high"])


def test_scores_without_figures_are_passed_over(talks):
    odd = [SampleScore(score=Score(value=1.0)), SampleScore(score=Score.unscored(reason="none"))]
    assert math.isnan(words()(odd)["words"])
