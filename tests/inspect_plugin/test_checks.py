"""Checks of scorers as real runs of Inspect: their metrics are the figures of `validation`."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench import judge_check, tagger_check
from mint_bench.inspect_plugin import instruments
from mint_bench.inspect_plugin.checks import judge_agreement, judge_biases, people_agreement
from mint_bench.judging import load_judge
from mint_bench.judging.judge import DIMENSIONS, Verdict
from mint_bench.sources import load
from mint_bench.stats import agreement
from mint_bench.stats.intervals import resampling_weights
from mint_bench.tactics import load_tagger
from mint_bench.tactics.tagger import TACTICS, Tagging
from mint_bench.validation import judge_check as figures_of_judges
from mint_bench.validation import tagger_check as figures_of_taggers
from mint_bench.validation.labels import read_sentences
from mint_bench.validation.ratings import read_experts

from .runs import run


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """200 resamples: what is tested here does not hang on how many there are."""
    monkeypatch.setattr(agreement, "resampling_weights", lambda n: resampling_weights(n, 200))


@pytest.fixture
def data():
    folder = os.environ.get("MINT_BENCH_DATA")
    if not folder:
        pytest.skip("MINT_BENCH_DATA is not set")
    return Path(folder)


def every_metric(log):
    return {
        name: metric.value for score in log.results.scores for name, metric in score.metrics.items()
    }


class Doubting:
    """Awaited; every second answer is missing, and each time it is asked it says one more."""

    name, prompt_sha, settings = "doubting", "1", {}

    def __init__(self):
        self.asked = {}

    async def rate(self, exchanges):
        verdicts = []
        for place, exchange in enumerate(exchanges):
            times = self.asked[exchange.reply] = self.asked.get(exchange.reply, 0) + 1
            ratings = (float(min(times, 5)),) + (2.0 + len(exchange.reply) % 3,) * 5
            missing = Verdict(None, unscored="no answer in form")
            verdicts.append(missing if place % 2 else Verdict(ratings))
        return verdicts


class AwaitedTagger:
    """Finds advice everywhere, when awaited."""

    name, sha = "awaited", "1"

    async def tag(self, replies):
        return [
            Tagging(r.sentences, np.tile([k == 2 for k in range(10)], (len(r.sentences), 1)))
            for r in replies
        ]


@pytest.fixture
def named(monkeypatch):
    """Gives instruments of this test names."""

    def give(**given):
        for kind, instrument in given.items():
            monkeypatch.setattr(instruments, f"load_{kind}", lambda _, it=instrument: it)
        instruments.judge_named.cache_clear()
        instruments.tagger_named.cache_clear()

    return give


@pytest.mark.slow
def test_the_embedded_judge_has_the_figures_of_the_command(data, tmp_path):
    log = run(judge_check(), None, tmp_path)
    found = every_metric(log)
    expected = figures_of_judges.check(
        load_judge("embedded"), load("lend_an_ear").conversations, read_experts()
    )["agreement"]
    for dimension, row in expected["embedded"].items():
        for name in ("kappa", "spearman", "alpha"):
            assert found[f"{dimension}_{name}"] == pytest.approx(row[name]["value"])
            assert found[f"{dimension}_{name}_low"] == pytest.approx(row[name]["low"])
            assert found[f"{dimension}_{name}_high"] == pytest.approx(row[name]["high"])
    one = expected["expert_against_two"]["mean"]["kappa"]["value"]
    assert found["one_expert_kappa"] == pytest.approx(one)
    assert found["unrated"] == 0
    assert math.isnan(found["repeats_same"])
    assert len(log.samples) == 50
    assert not log.stats.model_usage


@pytest.mark.slow
def test_biases_are_measured_when_asked_for(data, tmp_path):
    found = every_metric(run(judge_check(bias=True), None, tmp_path, limit=22))
    assert found["words_added_validating_emotions"] > 0.3
    assert found["words_added_validating_emotions_low"] > 0
    assert found["repeat_same"] == found["order_same"] == 1
    assert -1 <= found["length_dismissing_emotions"] <= 1


def test_an_awaited_judge_that_gives_no_answer_is_counted(data, tmp_path, named):
    named(judge=Doubting())
    log = run(judge_check(judge="doubting"), None, tmp_path, limit=3)
    kept = [sample.scores["judge_agreement"].metadata["checked"] for sample in log.samples]
    rows = [row for checked in kept for row in checked["ratings"]["plain"]]
    assert every_metric(log)["unrated"] == sum(r is None for r in rows) / len(rows)
    assert "no answer in form" in log.samples[0].scores["judge_agreement"].explanation
    assert log.status == "success"


def test_epochs_show_how_consistent_a_judge_is(data, tmp_path, named):
    """The first dimension is one higher in the second epoch; the other five stay."""
    named(judge=Doubting())
    log = run(judge_check(judge="doubting"), None, tmp_path, limit=3, epochs=2, max_samples=1)
    found = every_metric(log)
    assert found["repeats_same"] == pytest.approx(5 / 6, abs=0.05)
    assert found["repeats_sd"] == pytest.approx(math.sqrt(0.5) / 6, abs=0.02)


def test_a_judge_that_always_says_the_same_has_no_agreement(data, tmp_path):
    found = every_metric(run(judge_check(judge="rules"), None, tmp_path, limit=5))
    for dimension in DIMENSIONS[1:]:
        assert math.isnan(found[f"{dimension}_kappa"])


def test_the_embedded_tagger_has_the_figures_of_the_command(data, tmp_path):
    log = run(tagger_check(), None, tmp_path)
    found = every_metric(log)
    expected = figures_of_taggers.figures(load_tagger("embedded"), read_sentences(data))["people"]
    assert found["macro_f1_both_classes"] == expected["macro_f1_both_classes"]["value"]
    assert found["macro_f1_low"] == expected["macro_f1"]["low"]
    assert log.eval.metadata["learned_from"] is True
    assert len(log.samples) == expected["responses"]


def test_an_awaited_tagger_is_checked_too(data, tmp_path, named):
    named(tagger=AwaitedTagger())
    log = run(tagger_check(tagger="awaited"), None, tmp_path)
    found = every_metric(log)
    present = np.array([sentence.present for sentence in read_sentences(data)])
    assert found["f1_advice"] == pytest.approx(
        2 * present[:, 2].sum() / (len(present) + present[:, 2].sum())
    )
    assert [found[f"f1_{tactic}"] for tactic in TACTICS if tactic != "advice"] == [0] * 9
    assert found["untagged"] == 0
    assert log.eval.metadata["learned_from"] is False


def test_faults_of_the_users_are_told_in_one_line(data, tmp_path):
    with pytest.raises(PrerequisiteError, match="no embedded judge is called"):
        judge_check(judge="embeded")
    with pytest.raises(PrerequisiteError, match=r"information\.jsonl: no such file"):
        tagger_check(people=str(tmp_path))


def test_without_the_data_the_task_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    monkeypatch.setenv("MINT_BENCH_CACHE", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(PrerequisiteError, match="set MINT_BENCH_DATA to a folder that holds"):
        judge_check()


def test_a_scorer_with_a_name_that_is_none_is_refused_before_the_run(named):
    for make in (judge_agreement, judge_biases, people_agreement):
        with pytest.raises(PrerequisiteError, match="is called 'embeded'"):
            make("embeded")
