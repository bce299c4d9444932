"""Metrics of the checks through a real run with epochs and the real reducer."""

import math

import numpy as np
import pytest
from inspect_ai.scorer import SampleScore, Score

from mint_bench.inspect_plugin.check_metrics import (
    agreement,
    biases,
    f1,
    repeats,
    reworded,
    unrated,
    untagged,
)
from mint_bench.inspect_plugin.checked import (
    CHECKED,
    CheckedConversation,
    CheckedResponse,
    rows_of,
    tags_over_epochs,
)
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats import agreement as coefficients
from mint_bench.stats.agreement import quadratic_kappa
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import judge_bias
from tests.inspect_plugin.metric_epochs import run_metrics

JUDGES, TAGGERS = (agreement, repeats, reworded, biases, unrated), (f1, untagged)


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """200 resamples: what is tested here does not hang on how many there are."""
    real = coefficients.resampling_weights
    monkeypatch.setattr(coefficients, "resampling_weights", lambda n: real(n, 200))


def score(checked):
    return Score(value=0.0, metadata={CHECKED: checked.model_dump(mode="json")})


def conversations(count, epochs=1, seed=0):
    """Conversations of three replies; every pass but `words` rates as `plain` does."""
    rng = np.random.default_rng(seed)
    table = {}
    for i in range(count):
        experts = rng.integers(1, 6, (3, 6)).astype(float).tolist()
        table[f"c{i:02}"] = []
        for _ in range(epochs):
            plain = rng.integers(1, 5, (3, 6)).astype(float)
            ratings = {name: rows_of(plain) for name in judge_bias.PASSES}
            ratings["words"] = rows_of(plain + 0.5)
            checked = CheckedConversation(
                id=f"c{i:02}", ratings=ratings, experts=experts, words=10.0 + i
            )
            table[f"c{i:02}"].append(checked)
    return table


def scores(table):
    return {name: [score(checked) for checked in given] for name, given in table.items()}


def responses(count=24, seed=0):
    rng = np.random.default_rng(seed)
    table = {}
    for i in range(count):
        present = (rng.random((5, 10)) < 0.4).tolist()
        found = [*present[:4], None]
        checked = CheckedResponse(id=f"r{i}", found=found, present=present, unscored={"lost": 1})
        table[f"r{i}"] = [checked]
    return table


def test_epochs_of_a_conversation_are_averaged_before_they_are_compared(tmp_path):
    table = conversations(22, epochs=2)
    found = run_metrics([agreement()], scores(table), tmp_path)
    ours = [np.mean([c.rated("plain")[:, 0].mean() for c in given]) for given in table.values()]
    experts = [np.median(np.array(given[0].experts)[:, 0]) for given in table.values()]
    name = f"{DIMENSIONS[0]}_kappa"
    assert found[name] == pytest.approx(quadratic_kappa(np.array(ours), np.array(experts)))
    assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"]


def test_repeats_compare_the_epochs_of_each_reply(tmp_path):
    table = conversations(4, epochs=2)
    found = run_metrics([repeats()], scores(table), tmp_path)
    pairs = [np.stack([c.rated("plain") for c in given]) for given in table.values()]
    assert found["repeats_same"] == pytest.approx(np.mean([a == b for a, b in pairs]))
    sd = np.mean([pair.std(axis=0, ddof=1) for pair in pairs])
    assert found["repeats_sd"] == pytest.approx(sd)


def test_a_conversation_that_lacks_an_epoch_is_left_out_of_repeats(tmp_path):
    table = conversations(4, epochs=2)
    cut = scores(table)
    cut["c00"][1] = None
    found = run_metrics([repeats()], cut, tmp_path)
    del table["c00"]
    assert found == run_metrics([repeats()], scores(table), tmp_path)


def test_rewordings_are_compared_with_the_rubric_as_shipped(tmp_path):
    table = conversations(4)
    for [checked] in table.values():
        other = checked.rated("plain").copy()
        other[0] += 1
        checked.reworded["terse"] = rows_of(other)
    found = run_metrics([reworded()], scores(table), tmp_path)
    assert found["rewordings_same"] == pytest.approx(2 / 3)  # one reply in three moved by a point


def test_words_move_this_judge_and_nothing_else_does(tmp_path):
    found = run_metrics([biases()], scores(conversations(22)), tmp_path)
    for dimension in DIMENSIONS:
        assert found[f"words_added_{dimension}"] == pytest.approx(0.5)
        assert found[f"emoji_added_{dimension}"] == 0
    assert found["words_added_aggregate"] == pytest.approx(0)
    assert found["repeat_same"] == found["order_same"] == 1


def test_unrated_replies_are_a_share_of_all(tmp_path):
    table = conversations(2)
    table["c00"][0].ratings["plain"][1] = None
    assert run_metrics([unrated()], scores(table), tmp_path) == {"unrated": pytest.approx(1 / 6)}


def test_a_tagger_that_finds_the_labels_has_f1_one(tmp_path):
    found = run_metrics([f1(), untagged()], scores(responses()), tmp_path)
    assert found["untagged"] == pytest.approx(1 / 5)
    assert {value for name, value in found.items() if name != "untagged"} == {1.0}
    assert set(found) >= {f"f1_{name}{end}" for name in TACTICS for end in ("", "_low", "_high")}


def test_which_tactics_are_common_hangs_on_labels_that_are_not_tagged_too(tmp_path):
    table = responses()
    for number, [checked] in enumerate(table.values()):
        for row in checked.present:
            row[4] = number < 10  # labelled in ten responses, and never found
        checked.found[:] = [row and [*row[:4], False, *row[5:]] for row in checked.found]
        if number < 4:
            checked.found[:] = [None] * 5
    found = run_metrics([f1()], scores(table), tmp_path)
    assert found[f"f1_{TACTICS[4]}"] == 0
    assert found["macro_f1_common"] == found["macro_f1"] == pytest.approx(0.9)


def test_tags_of_epochs_are_compared_where_all_of_them_tagged():
    first = [responses(2, seed=3)[name][0] for name in ("r0", "r1")]
    turned = [[not row[0], *row[1:]] if row else None for row in first[0].found]
    second = [first[0].model_copy(update={"found": turned}), first[1]]
    found = tags_over_epochs([*first, *second])
    assert found[TACTICS[0]]["same"] == 0.5
    assert {found[name]["same"] for name in TACTICS[1:]} == {1.0}
    assert {row["n"] for row in found.values()} == {8}  # the untagged sentence of each is left out
    assert tags_over_epochs(first) == {}


@pytest.mark.parametrize("metric", [*JUDGES, *TAGGERS])
def test_no_score_yet_gives_the_same_keys_and_no_number(metric):
    table = conversations(21) if metric in JUDGES else responses()
    full = metric()([SampleScore(score=s) for given in scores(table).values() for s in given])
    empty = metric()([])
    assert list(empty) == list(full)
    assert all(math.isnan(value) for value in empty.values())


@pytest.mark.parametrize("metric", [*JUDGES, *TAGGERS])
def test_scores_that_checked_nothing_are_passed_over(metric):
    odd = [SampleScore(score=Score(value=1.0)), SampleScore(score=Score.unscored(reason="none"))]
    assert all(math.isnan(value) for value in metric()(odd).values())
