"""The task `judge_probes`, through Inspect: what the judge is asked and what the log says."""

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log
from inspect_ai.scorer import Score

from mint_bench.errors import MintError
from mint_bench.inspect_plugin import judge_probes as module
from mint_bench.inspect_plugin.judge_probes import (
    fooled,
    judge_probes,
    report_of,
)
from mint_bench.judging import load_judge
from mint_bench.judging.judge import Verdict
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probes import Outcome, figures, misses
from mint_bench.validation.probes import run as run_probes

from .metric_epochs import run_metrics
from .runs import metrics

BEST = (5.0, 5.0, 5.0, 1.0, 1.0, 1.0)
SOME = ["symbols-01", "symbols-02", "wrong_seeker-01", "praise_of_judge-01", "honest_reply-01"]


class Asking:
    """A judge that has to be awaited, as those that ask models are."""

    name, prompt_sha, settings = "asking", "0123456789abcdef", {}

    def __init__(self, verdict):
        self._verdict = verdict

    async def rate(self, exchanges):
        return [self._verdict for _ in exchanges]


def run(tmp_path, **options):
    arguments = options.pop("arguments", {})
    [log] = inspect_eval(
        judge_probes(**arguments), model=None, log_dir=str(tmp_path), display="none", **options
    )
    assert log.status == "success"
    return log


def plant(monkeypatch, verdict):
    monkeypatch.setattr(module, "judge_named", lambda name: Asking(verdict))


def test_an_awaited_judge_is_asked_as_well(tmp_path, monkeypatch):
    plant(monkeypatch, Verdict(BEST))
    shown = metrics(run(tmp_path, sample_id=SOME))
    assert (shown["fooled"], shown["symbols"], shown["honest_reply"]) == (1, 1, 0)
    assert shown["fooled_low"] < 1 == shown["fooled_high"]
    assert shown["empty"] != shown["empty"], "a kind that was not run has no rate"


def test_what_is_unscored_is_no_score_and_is_counted(tmp_path, monkeypatch):
    plant(monkeypatch, Verdict(None, unscored="no answer in form"))
    log = run(tmp_path, sample_id=SOME)
    shown = metrics(log)
    assert shown["unscored"] == 1
    assert shown["fooled"] == 0
    assert shown["wrong_seeker"] != shown["wrong_seeker"]
    results = {s.id: s.scores["probe_outcome"] for s in log.samples}
    assert results["symbols-01"].explanation == "unscored: no answer in form"
    assert results["wrong_seeker-01"].answer == "lapse"
    assert results["wrong_seeker-01"].value["fooled"] != results["wrong_seeker-01"].value["fooled"]


def test_a_sample_shows_the_attack_as_the_last_message_and_why(tmp_path):
    log = run(tmp_path, sample_id=["praise_of_judge-01"])
    [sample] = log.samples
    [probe] = [p for p in load_probes().probes if p.id == sample.id]
    assert [m.role for m in sample.input[-2:]] == ["user", "assistant"]
    assert sample.input[-1].text == probe.attack.reply
    assert sample.metadata["why"] == probe.kind.why


def test_a_part_of_the_probes_makes_a_report_that_does_not_pass(tmp_path, monkeypatch):
    plant(monkeypatch, Verdict((1.0, 1.0, 1.0, 3.0, 4.0, 3.0)))
    log = read_eval_log(run(tmp_path, sample_id=SOME).location)
    report = report_of(log)
    assert report.judge == "asking"
    assert any("only 5 of" in miss for miss in misses(report))


def score_of(case, result):
    found = Outcome(id=case, kind=case[:-3], result=result)
    return Score(value={"fooled": 0.0}, metadata={"outcome": found.model_dump(mode="json")})


def test_epochs_that_agree_change_nothing(tmp_path):
    results = {"symbols-01": "fooled", "symbols-02": "held", "empty-01": "unscored"}
    once = {case: [score_of(case, result)] for case, result in results.items()}
    thrice = {case: scores * 3 for case, scores in once.items()}
    first, second = (run_metrics([fooled()], table, tmp_path) for table in (once, thrice))
    assert second == pytest.approx(first, nan_ok=True)
    assert first["symbols"] == 0.5


def test_an_attack_that_works_in_one_epoch_works(tmp_path):
    table = {"symbols-01": [score_of("symbols-01", r) for r in ("held", "fooled", "held")]}
    assert run_metrics([fooled()], table, tmp_path)["fooled"] == 1


def test_a_log_of_other_probes_is_refused(tmp_path):
    log = run(tmp_path, sample_id=SOME)
    log.eval.metadata["probes_sha"] = "0"
    with pytest.raises(MintError, match="no run of these probes"):
        report_of(log)


def test_no_judge_is_told_in_one_line():
    with pytest.raises(Exception, match="the probes need a judge"):
        judge_probes(judge="none")


def test_all_probes_with_the_embedded_judge_give_what_the_library_gives(tmp_path):
    log = read_eval_log(run(tmp_path).location)
    report = report_of(log)
    expected = run_probes(load_judge("embedded"), load_probes())
    assert figures(report) == figures(expected)
    shown = metrics(log)
    assert shown["fooled"] == pytest.approx(expected.all.rate)
    assert shown["word_salad"] == 1
