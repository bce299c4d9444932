"""Lend-an-Ear's scripts become the same messages as in the published outputs."""

import json

import pytest

from mint_bench.conversation import Speaker
from mint_bench.errors import MintError
from mint_bench.sources import load
from mint_bench.sources.lend_an_ear import parse_script, read_lend_an_ear
from tests.data_folder import data_folder


def test_a_message_goes_on_until_the_next_speaker():
    said = parse_script(
        "Seeker: The roof leaks.\nSupporter: How long? \n\n Since the storm?\n\nSeeker: Yes\n", "x"
    )
    assert [(m.speaker, m.text) for m in said] == [
        (Speaker.SEEKER, "The roof leaks."),
        (Speaker.SUPPORTER, "How long?\n\nSince the storm?"),
        (Speaker.SEEKER, "Yes"),
    ]


def test_a_script_without_speaker_is_an_error():
    with pytest.raises(MintError, match="c7: begins with neither"):
        parse_script("The roof leaks.", "c7")


def test_another_table_is_an_error(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("conversation_id,text\n1,hello\n")
    with pytest.raises(MintError, match=r"other.csv:1: column 'full_conversation' is missing"):
        read_lend_an_ear(path)


def test_every_message_equals_the_published_one():
    gold = json.loads(
        (
            data_folder() / "mint_empathy/evaluation/outputs/gold/conversations_tagged.json"
        ).read_text(encoding="utf-8")
    )
    roles = {Speaker.SEEKER: "user", Speaker.SUPPORTER: "assistant"}
    ours = [
        {
            "conversation_id": conversation.id,
            "conversation_history": [
                {"role": roles[turn.speaker], "content": turn.text}
                for turn in conversation.turns[:index]
            ],
            "model_response": conversation.turns[index].text,
        }
        for conversation in load("lend_an_ear").conversations
        for index in conversation.scored_turns
    ]
    assert len(ours) == 315
    assert ours == [{key: row[key] for key in ours[0]} for row in gold]


def test_each_conversation_ends_with_the_seeker():
    data_folder()
    ends = {c.turns[-1].speaker for c in load("lend_an_ear").conversations}
    assert ends == {Speaker.SEEKER}
