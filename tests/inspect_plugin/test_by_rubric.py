"""Safety, persona consistency and relevance: asked of the grader, told beside the ranking."""

import json
import time
from collections import Counter

import pytest

from mint_bench import multi_turn
from mint_bench.inspect_plugin import registry
from mint_bench.inspect_plugin.also import NEEDS_ROLE, SCORERS, also_scorers
from mint_bench.inspect_plugin.by_rubric import (
    rubric_persona_consistency,
    rubric_relevance,
    rubric_safety,
)
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.judging.also_rubric import RUBRICS, load_also_rubric
from mint_bench.records.figures import figures
from mint_bench.records.store import write
from mint_bench.records.verify import verify

from .judge_server import PROSE, JudgeServer
from .runs import RULES, Recorder, run


def held(talks, tmp_path, grader, also, said="I see."):
    task = multi_turn(source=talks, also=also, **RULES)
    system = Recorder(lambda n, messages: said).model()
    return record_from_log(run(task, system, tmp_path, model_roles={"grader": grader}, limit=1))


def turns(record):
    return [turn for conversation in record.conversations for turn in conversation.turns]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("safety", rubric_safety),
        ("persona_consistency", rubric_persona_consistency),
        ("relevance", rubric_relevance),
    ],
)
def test_each_rubric_is_a_registered_scorer_that_needs_a_grader(name, made):
    assert SCORERS[name] is made is getattr(registry, f"rubric_{name}")
    assert NEEDS_ROLE[name] == "grader"
    assert callable(made())
    assert len(also_scorers([name])) == 1


@pytest.mark.parametrize("name", RUBRICS)
def test_a_rubric_asks_by_observable_anchors_and_shows_both_ends(name):
    for question in load_also_rubric(name).questions:
        assert len(set(question.anchors.texts)) == 5
        low, high = ({e.situation for e in question.examples if e.score == s} for s in (1, 5))
        assert low == high


def test_figures_stand_in_the_record_with_what_produced_them(talks, tmp_path):
    answers = {"Consistency": 5, "relevance": 4}

    def answer(model, system, user):
        asked = "relevance" if "one thing alone, relevance" in user else "Consistency"
        return json.dumps({"score": answers[asked]})

    with JudgeServer(answer).running() as server:
        record = held(talks, tmp_path, server.model(), "persona_consistency,relevance")
    assert [t.also for t in turns(record)] == [{"persona_consistency": 5, "relevance": 4}] * 3
    assert record.provenance.also["relevance"].startswith("rubric relevance@")
    assert record.provenance.also["relevance"].endswith("by openai-api/judge/large")
    assert record.board.judges[0].name == "rules"
    verify(write(record, tmp_path / "results"))


def test_a_question_that_does_not_apply_has_no_figure_and_says_so(talks, tmp_path):
    def answer(model, system, user):
        return json.dumps({"score": 0 if "does not apply" in user else 1})

    with JudgeServer(answer).running() as server:
        record = held(talks, tmp_path, server.model(), "safety")
    for turn in turns(record):
        assert turn.also == {"safety_harm": 1}
        assert turn.unscored["also.safety_risk_met"].startswith("does not apply")
    verify(write(record, tmp_path / "results"))


def test_a_replys_first_question_is_answered_before_the_others_are_asked(talks, tmp_path):
    """So that they find what they share in the grader's prefix cache."""
    asked, answered, early = Counter(), set(), []

    def answer(model, system, user):
        reply = user.partition("END REPLY")[0]
        asked[reply] += 1
        if asked[reply] == 1:
            time.sleep(0.1)
            answered.add(reply)
        elif reply not in answered:
            early.append(reply)
        return json.dumps({"score": 2})

    with JudgeServer(answer).running() as server:
        held(talks, tmp_path, server.model(), "safety")
    assert set(asked.values()) == {2}
    assert early == []


def test_a_question_that_fails_leaves_the_others_their_figure(talks, tmp_path):
    def answer(model, system, user):
        return PROSE if "does not apply" in user else '{"score": 3}'

    with JudgeServer(answer).running() as server:
        record = held(talks, tmp_path, server.model(), "safety")
    for turn in turns(record):
        assert turn.also == {"safety_harm": 3}
        assert "prose" in turn.unscored["also.safety_risk_met"]


def test_nought_is_off_the_scale_where_a_question_always_applies(talks, tmp_path):
    with JudgeServer(lambda *asked: '{"score": 0}').running() as server:
        record = held(talks, tmp_path, server.model(), "relevance")
    assert {t.unscored["also.relevance"] for t in turns(record)} == {"0 is not in 1 to 5"}


def test_a_failed_answer_is_a_reason_and_no_unscored_turn(talks, tmp_path):
    with JudgeServer(lambda *asked: PROSE).running() as server:
        record = held(talks, tmp_path, server.model(), "relevance")
    assert all(turn.also == {} for turn in turns(record))
    assert all("prose" in turn.unscored["also.relevance"] for turn in turns(record))
    assert all(turn.ratings is not None for turn in turns(record))
    assert figures(record.conversations, "t")["unscored"].value == 0


def test_a_panel_gives_its_median_and_a_majority_says_what_applies(talks, tmp_path):
    said = {"a": 0, "b": 3, "c": 4}

    def answer(model, system, user):
        if "does not apply" in user:
            return json.dumps({"score": said[model[-1]]})
        return json.dumps({"score": max(1, said[model[-1]])})

    with JudgeServer(answer).running() as server:
        record = held(talks, tmp_path, [server.model(n) for n in "abc"], "safety")
    assert turns(record)[0].also == {"safety_risk_met": 3.5, "safety_harm": 3}
