"""Scorers beside the ranking: from a task's option to the record, without a say in its rank."""

import math

import pytest
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.scorer import Score, scorer

from mint_bench import multi_turn
from mint_bench.errors import MintError
from mint_bench.inspect_plugin import also
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.per_turn import per_turn, turn_score
from mint_bench.records.figures import figures
from mint_bench.records.store import read, write
from mint_bench.records.verify import verify

from .metric_epochs import run_metrics
from .runs import RULES, Recorder, run

NUMBERS = {"flat": [1.0, None, 3.0], "exam": [2.0, 2.0], "dog": [None]}


@scorer(metrics=[per_turn(["shine"])])
def shine():
    async def compute(state, target) -> Score:
        numbers = NUMBERS[state.sample_id]
        told = ["too dull" if state.sample_id == "flat" and n is None else None for n in numbers]
        return turn_score({"shine": numbers}, {"shine": told}, {"shine": "by eye"})

    return compute


@pytest.fixture(autouse=True)
def shining(monkeypatch):
    monkeypatch.setitem(also.SCORERS, "shine", shine)


def held(talks, tmp_path, answer=lambda n, messages: "I see."):
    task = multi_turn(source=talks, also="shine", **RULES)
    return run(task, Recorder(answer).model(), tmp_path / "logs")


def turns(record):
    return {c.id: c.turns for c in record.conversations}


def test_numbers_and_reasons_reach_the_record_turn_by_turn(talks, tmp_path):
    found = turns(record_from_log(held(talks, tmp_path)))
    assert [turn.also for turn in found["flat"]] == [{"shine": 1.0}, {}, {"shine": 3.0}]
    assert found["flat"][1].unscored == {"also.shine": "too dull"}
    assert found["dog"][0].unscored == {"also.shine": "not scored"}


def test_a_missing_number_does_not_count_as_an_unscored_turn(talks, tmp_path):
    record = record_from_log(held(talks, tmp_path))
    assert figures(record.conversations, "t")["unscored"].value == 0


def test_the_record_says_what_produced_the_figure_and_holds(talks, tmp_path):
    record = record_from_log(held(talks, tmp_path))
    assert record.provenance.also == {"shine": "by eye"}
    path = write(record, tmp_path / "results")
    assert verify(path).conversations == read(path).conversations == record.conversations


def test_a_turn_without_a_reply_has_neither_number_nor_second_reason(talks, tmp_path):
    silent = held(talks, tmp_path, lambda n, messages: "")
    for turn in turns(record_from_log(silent))["flat"]:
        assert (turn.also, list(turn.unscored)) == ({}, ["reply"])


def test_the_live_figure_is_the_mean_over_turns(talks, tmp_path):
    results = held(talks, tmp_path).results.scores
    shown = {name: m.value for name, m in results[1].metrics.items()}
    assert shown["shine"] == pytest.approx((1 + 3 + 2 + 2) / 4)
    assert math.isnan(shown["shine_low"])  # three conversations have no interval


def test_epochs_are_summed_within_a_conversation_and_a_failed_one_is_missed_alone(tmp_path):
    table = {
        f"c{n}": [turn_score({"shine": [n, 2]}), turn_score({"shine": [None]})] for n in range(30)
    }
    table["c0"][1] = None
    found = run_metrics([per_turn(["shine"])], table, tmp_path)
    assert found["shine"] == pytest.approx((sum(range(30)) + 60) / 60)
    assert found["shine_low"] < found["shine"] < found["shine_high"]


def test_without_the_option_nothing_is_added(talks, tmp_path):
    log = run(multi_turn(source=talks, **RULES), "mint/silence", tmp_path)
    assert [score.name for score in log.results.scores] == ["conversation_figures"]


def test_a_name_twice_or_unknown_is_one_line(talks):
    assert len(also.also_scorers(["shine"])) == 1
    with pytest.raises(MintError, match="shine twice"):
        also.also_scorers("shine, shine")
    with pytest.raises(PrerequisiteError, match="did you mean shine"):
        multi_turn(source=talks, also="shin", **RULES)
