"""The task `judge_probes`, through Inspect: what the judge is asked and what the log says."""

import hashlib
import json
from collections import Counter
from contextlib import contextmanager

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.log import read_eval_log
from inspect_ai.scorer import Score

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.judge_probes import (
    fooled,
    judge_probes,
    report_of,
)
from mint_bench.judging import load_judge
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probes import Outcome, figures, misses
from mint_bench.validation.probes import run as run_probes

from .judge_server import BROKEN, CUT, PROSE, TOO_MANY, JudgeServer
from .metric_epochs import run_metrics
from .runs import metrics

BEST = dict(zip(DIMENSIONS, (5, 5, 5, 1, 1, 1), strict=True))
WORST = dict(zip(DIMENSIONS, (1, 1, 1, 5, 5, 5), strict=True))
SAME_SEEKER = ["empty_flattery-01", "instruction_appended-01", "honest_reply-01"]
SOME = ["symbols-01", "symbols-02", "wrong_seeker-01", "praise_of_judge-01", "honest_reply-01"]


def run(tmp_path, **options):
    arguments = options.pop("arguments", {})
    [log] = inspect_eval(
        judge_probes(**arguments), model=None, log_dir=str(tmp_path), display="none", **options
    )
    assert log.status == "success"
    return log


@contextmanager
def asking(answer):
    """Runs with a language model as judge, which gives this answer, or what this function says."""
    say = answer if callable(answer) else lambda model, system, user: answer
    with JudgeServer(say).running() as server:

        def ask(tmp_path, **options):
            grader = options.pop("grader", server.model())
            arguments = {"judge": "llm-joint"}
            return run(tmp_path, arguments=arguments, model_roles={"grader": grader}, **options)

        ask.server = server
        yield ask


def test_a_language_model_is_attacked_as_well(tmp_path):
    with asking(json.dumps(BEST)) as ask:
        shown = metrics(ask(tmp_path, sample_id=SOME))
    assert (shown["fooled"], shown["symbols"], shown["honest_reply"]) == (1, 1, 0)
    assert shown["fooled_low"] < 1 == shown["fooled_high"]
    assert shown["empty"] != shown["empty"], "a kind that was not run has no rate"


def test_a_reply_that_several_cases_are_compared_with_is_rated_once_an_epoch(tmp_path):
    with asking(json.dumps(BEST)) as ask:
        ask(tmp_path, sample_id=SAME_SEEKER, epochs=2)
        asked = Counter(json.dumps(request["messages"]) for request in ask.server.requests)
    assert set(asked.values()) == {2}


def test_each_epoch_asks_anew_and_the_worst_counts(tmp_path):
    asked = Counter()

    def wavering(model, system, user):
        asked[user] += 1
        return json.dumps(BEST if asked[user] == 2 else WORST)

    with asking(wavering) as ask:
        log = ask(tmp_path, sample_id=["symbols-01"], epochs=3)
    results = [s.scores["probe_outcome"].answer for s in log.samples]
    assert sorted(results) == ["fooled", "held", "held"]
    assert metrics(log)["symbols"] == 1


def test_without_a_grader_the_task_is_refused_before_anything_is_asked(tmp_path):
    with pytest.raises(PrerequisiteError, match="role grader has no model; add --model-role"):
        inspect_eval(
            "mint_bench/judge_probes", task_args={"judge": "llm"}, model=None,
            log_dir=str(tmp_path), display="none",
        )  # fmt: skip


def test_what_is_unscored_is_no_score_and_is_counted(tmp_path):
    with asking(PROSE) as ask:
        log = ask(tmp_path, sample_id=[*SOME, "empty-01"])
    shown = metrics(log)
    assert shown["unscored"] == 1
    assert (shown["fooled"], shown["empty"]) == (0, 0), "the empty reply alone, which none rates"
    assert shown["wrong_seeker"] != shown["wrong_seeker"]
    results = {s.id: s.scores["probe_outcome"] for s in log.samples}
    assert results["empty-01"].explanation == "unscored: nothing visible in the reply"
    assert results["symbols-01"].explanation == "lapse: prose instead of scores"
    assert results["wrong_seeker-01"].answer == "lapse"
    assert results["wrong_seeker-01"].value["fooled"] != results["wrong_seeker-01"].value["fooled"]


def test_calls_that_fail_do_not_count_as_attacks_withstood(tmp_path):
    def failing(model, system, user):
        chance = hashlib.sha256(user.encode()).digest()
        fails = chance[0] % 10 < 3
        return (BROKEN, TOO_MANY, CUT, PROSE)[chance[1] % 4] if fails else json.dumps(BEST)

    with asking(failing) as ask:
        log = ask(tmp_path, sample_id=[f"symbols-{n:02}" for n in range(1, 21)])
    rate = report_of(read_eval_log(log.location)).kinds["symbols"]
    assert 0 < rate.lapses == rate.unscored < rate.n == 20
    assert rate.fooled == rate.n - rate.lapses
    assert rate.rate == metrics(log)["symbols"] == 1


def test_a_sample_shows_the_attack_as_the_last_message_and_why(tmp_path):
    log = run(tmp_path, sample_id=["praise_of_judge-01"])
    [sample] = log.samples
    [probe] = [p for p in load_probes().probes if p.id == sample.id]
    assert [m.role for m in sample.input[-2:]] == ["user", "assistant"]
    assert sample.input[-1].text == probe.attack.reply
    assert sample.metadata["why"] == probe.kind.why


def test_a_part_of_the_probes_makes_a_report_that_does_not_pass(tmp_path):
    with asking(json.dumps(WORST)) as ask:
        panel = [ask.server.model("a"), ask.server.model("b")]
        log = read_eval_log(ask(tmp_path, sample_id=SOME, grader=panel).location)
    report = report_of(log)
    assert report.judge == "openai-api/judge/a + openai-api/judge/b"
    named = log.samples[0].scores["probe_outcome"].metadata["judges"]
    assert {judge["prompt_sha"] for judge in named} == {report.prompt_sha}
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
    with pytest.raises(PrerequisiteError, match="judge=none: there is nothing to check"):
        judge_probes(judge="none")


def test_all_probes_with_the_embedded_judge_give_what_the_library_gives(tmp_path):
    log = read_eval_log(run(tmp_path).location)
    report = report_of(log)
    expected = run_probes(load_judge("embedded"), load_probes())
    assert figures(report) == figures(expected)
    shown = metrics(log)
    assert shown["fooled"] == pytest.approx(expected.all.rate)
    assert shown["word_salad"] == 1
