"""Checks of scorers as real runs of Inspect: their metrics are the figures of `validation`."""

import json
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench import judge_check, tagger_check
from mint_bench.cli.judge_table import show_judge
from mint_bench.inspect_plugin.check_logs import check_of_log
from mint_bench.inspect_plugin.checks import judge_agreement, judge_biases, people_agreement
from mint_bench.judging import load_judge
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.rubric import rewordings
from mint_bench.sources import load
from mint_bench.stats import agreement
from mint_bench.stats.intervals import resampling_weights
from mint_bench.tactics import load_tagger
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import judge_check as figures_of_judges
from mint_bench.validation import tagger_check as figures_of_taggers
from mint_bench.validation.labels import read_sentences
from mint_bench.validation.ratings import read_experts
from tests.data_folder import data_folder

from .judge_server import PROSE, JudgeServer, reply_in
from .runs import run
from .wordings import OPENINGS, heeding_the_words

LABELLED = re.compile(r'^\{"s\d+": ', re.MULTILINE)


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """200 resamples: what is tested here does not hang on how many there are."""
    monkeypatch.setattr(agreement, "resampling_weights", lambda n: resampling_weights(n, 200))


@pytest.fixture
def data():
    return data_folder()


def every_metric(log):
    return {
        name: metric.value for score in log.results.scores for name, metric in score.metrics.items()
    }


class Doubting:
    """Rates shorter replies only, and each time it is asked it says one more of their first."""

    def __init__(self):
        self.asked = Counter()

    def __call__(self, model, system, user):
        reply = reply_in(user)
        if self.lacks(reply):
            return PROSE
        self.asked[user] += 1
        ratings = (self.asked[user],) + (2 + len(reply) % 3,) * 5
        return json.dumps(dict(zip(DIMENSIONS, ratings, strict=True)))

    @staticmethod
    def lacks(reply):
        return len(reply) > 200


def advice_everywhere(model, system, user):
    return json.dumps({f"s{n}": ["advice"] for n in range(1, len(LABELLED.findall(user)) + 1)})


@pytest.fixture
def server():
    with JudgeServer(Doubting()).running() as running:
        yield running


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


def checked_by(server, tmp_path, *, bias=False, rewordings=False, **options):
    task = judge_check(judge="llm-joint", bias=bias, rewordings=rewordings)
    roles = {"grader": server.model()}
    return run(task, None, tmp_path, limit=3, model_roles=roles, **options)


def test_a_language_model_that_gives_no_answer_is_counted(data, tmp_path, server):
    log = checked_by(server, tmp_path)
    kept = [sample.scores["judge_agreement"].metadata for sample in log.samples]
    rows = [row for one in kept for row in one["checked"]["ratings"]["plain"]]
    asked = [reply_in(request["messages"][1]["content"]) for request in server.requests]
    assert sum(row is None for row in rows) == sum(map(Doubting.lacks, asked)) > 0
    assert every_metric(log)["unrated"] == sum(row is None for row in rows) / len(rows)
    told = [sample.scores["judge_agreement"].explanation for sample in log.samples]
    assert any("prose instead of scores" in (one or "") for one in told)
    assert [judge["name"] for judge in kept[0]["judges"]] == ["openai-api/judge/large"]
    assert kept[0]["judges"][0]["settings"]["form"] == "joint"


def test_epochs_show_how_consistent_a_judge_is(data, tmp_path, server):
    """The first dimension is one higher in the second epoch; the other five stay."""
    found = every_metric(checked_by(server, tmp_path, epochs=2, max_samples=1))
    assert found["repeats_same"] == pytest.approx(5 / 6)
    assert found["repeats_sd"] == pytest.approx(math.sqrt(0.5) / 6)


def test_biases_cost_five_passes_more_in_one_call_for_all(data, tmp_path, server):
    log = checked_by(server, tmp_path, bias=True)
    assert {"words_added_advice_giving", "turn_later_advice_giving"} <= set(every_metric(log))
    assert "advice_giving_kappa" in every_metric(log)
    rated = [sample.scores["judge_biases"].metadata["checked"]["ratings"] for sample in log.samples]
    replies = sum(len(ratings["plain"]) for ratings in rated)
    assert len(server.requests) == 6 * replies


def test_one_call_for_all_is_asked_in_another_order_of_the_dimensions(data, tmp_path):
    """It gives what it is asked for first a point more than the rest."""

    def favouring(model, system, user):
        names = sorted(DIMENSIONS, key=user.index)
        return json.dumps({name: 4 if name == names[0] else 3 for name in names})

    with JudgeServer(favouring).running() as server:
        found = every_metric(checked_by(server, tmp_path, bias=True))
    assert found["repeat_same"] == 1
    assert found["order_same"] == pytest.approx(4 / 6)
    turned = 0
    for request in server.requests:
        system, user = (message["content"] for message in request["messages"])
        names = request["response_format"]["json_schema"]["schema"]["required"]
        assert names == sorted(DIMENSIONS, key=user.index)
        assert names == sorted(DIMENSIONS, key=lambda name: system.index(f'"{name}"'))
        turned += names == list(DIMENSIONS[::-1])
    assert turned == len(server.requests) / 6


def test_one_call_each_knows_no_order(data, tmp_path, capsys):
    def three(model, system, user):
        return json.dumps({"score": 3})

    with JudgeServer(three).running() as server:
        task, roles = judge_check(judge="llm", bias=True), {"grader": server.model()}
        log = run(task, None, tmp_path, limit=1, model_roles=roles)
    rated = log.samples[0].scores["judge_biases"].metadata["checked"]["ratings"]
    assert "shuffled" not in rated
    assert len(server.requests) == 6 * 5 * len(rated["plain"])
    found = every_metric(log)
    assert math.isnan(found["order_same"])
    assert found["repeat_same"] == 1
    shown = check_of_log(Path(log.location))
    assert "order" not in shown["bias"]
    show_judge(shown)
    told = capsys.readouterr().out
    assert "Rated again: 100.0% of ratings the same" in told
    assert "in another order" not in told


def test_rewordings_show_how_consistent_a_judge_is_when_the_rubric_says_the_same(data, tmp_path):
    """The first dimension is 1, 2 and 3 by the three wordings; the other five stay."""
    with JudgeServer(heeding_the_words).running() as server:
        log = checked_by(server, tmp_path, rewordings=True)
    found = every_metric(log)
    assert found["rewordings_same"] == pytest.approx(5 / 6)
    assert found["rewordings_sd"] == pytest.approx(1 / 6)
    assert math.isnan(found["repeats_same"])
    kept = [sample.scores["judge_agreement"].metadata["checked"] for sample in log.samples]
    replies = sum(len(one["ratings"]["plain"]) for one in kept)
    assert len(server.requests) == 3 * replies
    assert {row[0] for one in kept for row in one["ratings"]["plain"]} == {1}
    for number, name in enumerate(rewordings(), 2):
        assert {row[0] for one in kept for row in one["reworded"][name]} == {number}


def test_a_reply_that_one_wording_leaves_unrated_is_left_out_of_the_consistency(data, tmp_path):
    """Longer replies are refused by the last wording alone; the shorter ones are still compared."""

    def refusing(model, system, user):
        if OPENINGS[-1] in system and Doubting.lacks(reply_in(user)):
            return PROSE
        return heeding_the_words(model, system, user)

    with JudgeServer(refusing).running() as server:
        log = checked_by(server, tmp_path, rewordings=True)
    assert any("prose" in (s.scores["judge_agreement"].explanation or "") for s in log.samples)
    found = every_metric(log)
    assert found["rewordings_same"] == pytest.approx(5 / 6)
    assert found["unrated"] == 0


def test_a_judge_that_reads_no_rubric_has_no_rewordings():
    with pytest.raises(PrerequisiteError, match="judge=embedded reads no rubric"):
        judge_agreement("embedded", rewordings=True)


@pytest.mark.parametrize(
    ("task", "option", "role"),
    [("judge_check", "judge", "grader"), ("tagger_check", "tagger", "tagger")],
)
def test_without_its_model_a_check_is_refused_before_anything_is_asked(
    data, tmp_path, task, option, role
):
    with pytest.raises(PrerequisiteError, match=f"role {role} has no model; add --model-role"):
        run(f"mint_bench/{task}", None, tmp_path, task_args={option: "llm"})


def test_a_judge_that_always_says_the_same_has_no_agreement(data, tmp_path):
    found = every_metric(run(judge_check(judge="rules"), None, tmp_path, limit=5))
    for dimension in DIMENSIONS[1:]:
        assert math.isnan(found[f"{dimension}_kappa"])


def test_the_embedded_tagger_has_the_figures_of_the_command(data, tmp_path):
    log = run(tagger_check(), None, tmp_path)
    found = every_metric(log)
    expected = figures_of_taggers.figures(load_tagger("embedded"), read_sentences(data))["people"]
    assert found["macro_f1_both_classes"] == expected["macro_f1_both_classes"]["value"]
    for end, key in (("value", ""), ("low", "_low"), ("high", "_high")):
        assert found[f"macro_f1_common{key}"] == expected["macro_f1_common"][end]
    assert log.eval.metadata["learned_from"] is True
    assert len(log.samples) == expected["responses"]


def test_a_language_model_that_tags_is_checked_too_and_asked_once_a_response(data, tmp_path):
    with JudgeServer(advice_everywhere).running() as server:
        roles = {"tagger": server.model()}
        log = run(tagger_check(tagger="llm"), None, tmp_path, model_roles=roles)
    found = every_metric(log)
    present = np.array([sentence.present for sentence in read_sentences(data)])
    assert found["f1_advice"] == pytest.approx(
        2 * present[:, 2].sum() / (len(present) + present[:, 2].sum())
    )
    assert [found[f"f1_{tactic}"] for tactic in TACTICS if tactic != "advice"] == [0] * 9
    assert found["untagged"] == 0
    assert log.eval.metadata["learned_from"] is False
    named = log.samples[0].scores["people_agreement"].metadata["tagger"]["name"]
    assert named == "llm:openai-api/judge/large"
    assert len(server.requests) == len({json.dumps(r["messages"]) for r in server.requests})


def test_faults_of_the_users_are_told_in_one_line(data, tmp_path):
    with pytest.raises(PrerequisiteError, match="no judge is called"):
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


def test_a_scorer_without_an_instrument_is_refused_before_the_run():
    for make in (judge_agreement, judge_biases, people_agreement):
        with pytest.raises(PrerequisiteError, match="is called 'embeded'"):
            make("embeded")
        with pytest.raises(PrerequisiteError, match="=none: there is nothing to check"):
            make("none")
