"""Ratings of conversations: read from any CSV, or averaged from a judge's verdicts."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS, Verdict
from mint_bench.validation.ratings import (
    exchanges_of,
    judged,
    mean_words,
    read_experts,
    read_other_judges,
    read_ratings,
)
from tests.data_folder import data_folder

HEADER = ",".join(("conversation_id", *DIMENSIONS))


@pytest.fixture
def data(monkeypatch) -> Path:
    return data_folder()


def file(tmp_path, *rows, header=HEADER):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def talk(identifier="c1"):
    said = [
        (Speaker.SUPPORTER, "Hello there."),
        (Speaker.SEEKER, "I lost my keys."),
        (Speaker.SUPPORTER, "<think>keys?</think>Oh no."),
        (Speaker.SEEKER, "All of them."),
        (Speaker.SUPPORTER, "That is a nuisance."),
    ]
    return Conversation(identifier, merge_messages(Message(*line) for line in said))


def test_rows_of_one_conversation_are_averaged(tmp_path):
    found = read_ratings(file(tmp_path, "a,1,2,3,4,5,1", "b,1,1,1,1,1,1", "a,2,2,3,4,5,3"))
    assert found.name == "mine"
    assert found.replies == 3
    assert found.means["a"].tolist() == [1.5, 2, 3, 4, 5, 2]
    assert found.table(["b", "c"])[0].tolist() == [1] * 6
    assert np.isnan(found.table(["b", "c"])[1]).all()


def test_an_empty_cell_is_no_rating_and_is_counted(tmp_path):
    found = read_ratings(file(tmp_path, "a,1,,3,4,5,1", "a,2,4,3,4,5,1", "b,,2,2,2,2,2"))
    assert found.means["a"][1] == 4
    assert np.isnan(found.means["b"][0])
    assert found.unscored == {"a cell is empty": 2}


def test_columns_may_stand_in_any_order_among_others(tmp_path):
    header = ",".join(("", *reversed(DIMENSIONS), "full_conversation", "conversation_id"))
    found = read_ratings(
        file(tmp_path, '0,6,5,4,3,2,1,"two\nlines",a'.replace("6", "5"), header=header)
    )
    assert found.means["a"].tolist() == [1, 2, 3, 4, 5, 5]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,1,2,3,4,5,6", r"mine\.csv:2: dismissing_emotions: expected a number from 1 to 5"),
        ("a,0,2,3,4,5,1", "validating_emotions: expected a number from 1 to 5, found '0'"),
        ("a,five,2,3,4,5,1", "found 'five'"),
        ("a,nan,2,3,4,5,1", "found 'nan'"),
        (",1,2,3,4,5,1", "conversation_id is empty"),
    ],
)
def test_what_is_no_rating_names_its_line(tmp_path, row, message):
    with pytest.raises(MintError, match=message):
        read_ratings(file(tmp_path, row))


def test_a_missing_column_or_an_empty_file_says_so(tmp_path):
    with pytest.raises(MintError, match="column 'validating_emotions' is missing"):
        read_ratings(file(tmp_path, "a", header="conversation_id"))
    with pytest.raises(MintError, match="no row of ratings"):
        read_ratings(file(tmp_path))
    with pytest.raises(MintError, match="no such file"):
        read_ratings(tmp_path / "none.csv")


def test_a_judge_sees_each_reply_with_what_came_before_it():
    first, second = exchanges_of([talk()])
    assert (first.reply, second.reply) == ("Oh no.", "That is a nuisance.")
    assert [turn.text for turn in first.history] == ["Hello there.", "I lost my keys."]
    assert {first.conversation_id, second.conversation_id} == {"c1"}
    assert mean_words([first, second]) == {"c1": 3.0}


def test_unscored_replies_are_counted_and_left_out_of_the_mean():
    exchanges = exchanges_of([talk(), talk("c2")])
    verdicts = [
        Verdict((1, 2, 3, 4, 5, 1)),
        Verdict(None, unscored="no answer"),
        Verdict(None, unscored="no answer"),
        Verdict((3.0,) * 6, flags=("far",)),
    ]
    found = judged("mine", exchanges, verdicts)
    assert found.means["c1"].tolist() == [1, 2, 3, 4, 5, 1]
    assert found.replies == 2
    assert found.unscored == {"no answer": 2}
    assert found.flags == {"far": 1}


def test_experts_and_other_judges_rate_the_same_fifty_conversations(data):
    experts, others = read_experts(), read_other_judges()
    ids = set(experts[0].means)
    assert len(ids) == 50
    assert all(set(rater.means) == ids for rater in (*experts, *others))
    assert [rater.name for rater in others] == [
        "gpt-oss-120b", "gpt", "claude", "gemini", "crowd",
    ]  # fmt: skip
    assert others[0].replies == 315


def test_the_published_means_are_the_means_of_the_published_turns(data):
    folder = data / "mint_empathy/evaluation/eval_outputs/gold_kappa_agreement"
    with (folder / "gpt-oss-120b_turn_aggregated_to_conversation.csv").open() as handle:
        published = {row["conversation_id"]: row for row in csv.DictReader(handle)}
    for name, means in read_other_judges()[0].means.items():
        assert means == pytest.approx([float(published[name][d]) for d in DIMENSIONS], abs=1e-12)
