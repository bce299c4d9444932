"""Where a conversation's figures stand in a log, and what a reader sees of them."""

import math

import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai import score as score_again
from inspect_ai.log import read_eval_log

from mint_bench import multi_turn
from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.inspect_plugin.held import sample_of
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.inspect_plugin.scorer import conversation_figures
from mint_bench.inspect_plugin.solvers import hold_conversation
from mint_bench.scoring import ScoredConversation

from .runs import RULES, Recorder, metrics, run

SAID = ["I am sorry. How are you?", "You should rest | now.", ""]


def said(number, messages):
    return SAID[(number - 1) % 3]


def held(talks, tmp_path, **options):
    task = multi_turn(source=talks, **RULES)
    return run(task, Recorder(said).model(), tmp_path, limit=1, **options)


def the_score(log, index=0):
    return log.samples[index].scores["conversation_figures"]


def test_the_primary_figures_of_every_turn_are_in_the_scores_metadata(talks, tmp_path):
    log = read_eval_log(held(talks, tmp_path).location)
    scored = ScoredConversation.model_validate(the_score(log).metadata[FIGURES])
    assert (scored.id, scored.epoch) == ("flat", 1)
    assert scored.turns[0].tactics == [0, 0, 0, 0, 1, 0, 0, 1, 0, 0]
    assert scored.turns[0].ratings == [5, 3, 3, 3, 3, 3]
    assert scored.turns[1].tactics == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_every_epoch_keeps_its_own_figures(talks, tmp_path):
    log = held(talks, tmp_path, epochs=3)
    assert [the_score(log, i).metadata[FIGURES]["epoch"] for i in range(3)] == [1, 2, 3]


def test_the_explanation_is_a_table_with_a_row_a_turn(talks, tmp_path):
    rows = the_score(held(talks, tmp_path)).explanation.splitlines()
    cells = [[cell.strip() for cell in row.split(" | ")] for row in rows[2:5]]
    assert cells[0][:3] == ["| 1", "emote / ask", "5.0"]
    assert cells[1][:3] == ["| 2", "advice", "3.0"]
    assert cells[2][0] == "| 3"
    assert cells[2][1:8] == [""] * 7
    assert "reply unscored: the model returned nothing" in cells[2][-1]
    assert len({row.count("|") for row in rows[:5]}) == 1


def test_the_transcript_lists_the_sentences_with_their_tactics(talks, tmp_path):
    log = read_eval_log(held(talks, tmp_path).location, resolve_attachments=True)
    [info] = [e for e in log.samples[0].events if e.event == "info" and e.source == "mint_bench"]
    assert info.data.splitlines() == [
        "**Turn 1**",
        "- I am sorry. — emotional expression",
        "- How are you? — questioning",
        "",
        "**Turn 2**",
        "- You should rest \\| now. — advice",
        "",
        "**Turn 3**",
        "- not scored: the model returned nothing",
    ]


def test_the_value_holds_the_conversations_own_figures(talks, tmp_path):
    value = the_score(held(talks, tmp_path)).value
    assert value["validating_emotions"] == 4
    assert value["density"] == 1.5
    assert value["unscored"] == pytest.approx(1 / 3, abs=1e-4)
    assert all(isinstance(number, float) for number in value.values())


def test_without_tagger_and_judge_only_words_are_counted(talks, tmp_path):
    task = multi_turn(source=talks, tagger="none", judge="none")
    score = the_score(run(task, Recorder(said).model(), tmp_path, limit=1))
    assert score.metadata["tagger"] is None
    assert score.metadata["judges"] == []
    assert score.value["words"] == 5.5
    assert math.isnan(score.value["empathy"])
    assert "not tagged: no tagger" not in score.explanation


def test_a_conversation_in_which_nobody_answers_is_unscored_with_a_reason(tmp_path):
    alone = Conversation("alone", merge_messages([Message(Speaker.SEEKER, "Hello?")]))
    both = Conversation(
        "both", (*alone.turns, *merge_messages([Message(Speaker.SUPPORTER, "Hi.")]))
    )
    task = Task(
        dataset=[sample_of(talk, "own", None, has_human=True) for talk in (alone, both)],
        solver=hold_conversation(),
        scorer=conversation_figures(**RULES),
    )
    log = run(task, "mint/silence", tmp_path)
    assert the_score(log).reason == "no_response"
    assert log.results.scores[0].unscored_samples == 1
    assert metrics(log)["words"] == 1


def test_a_log_can_be_scored_again_by_another_tagger(talks, tmp_path):
    log = held(talks, tmp_path)
    again = score_again(
        log, conversation_figures(tagger="none", judge="rules"), action="overwrite", display="none"
    )
    assert the_score(log).metadata["tagger"]["name"] == "rules"
    assert the_score(again).metadata["tagger"] is None
    assert the_score(again).metadata[FIGURES]["turns"][0]["words"] == 6


def test_a_scorers_fault_fails_the_sample_and_scores_nothing(talks, tmp_path, monkeypatch):
    from mint_bench.inspect_plugin import scorer as module

    def broken(*arguments):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(module, "assemble", broken)
    [log] = inspect_eval(
        multi_turn(source=talks, **RULES), model="mint/silence", log_dir=str(tmp_path),
        display="none", fail_on_error=False,
    )  # fmt: skip
    assert all(sample.error and not sample.scores for sample in log.samples)
