"""The conversations written for this project: complete, balanced over themes, well formed."""

from collections import Counter

import pytest

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.files import read_json_lines
from mint_bench.resources import resource

THEMES = {
    "academic_pressure",
    "anxiety",
    "breakup",
    "caregiving",
    "conflict",
    "grief",
    "job_loss",
    "loneliness",
}
SPEAKERS = {"user": Speaker.SEEKER, "assistant": Speaker.SUPPORTER}
LINES = [line for _, line in read_json_lines(resource("tasks", "starter.jsonl"))]


def conversation(line) -> Conversation:
    messages = (Message(SPEAKERS[m["role"]], m["content"]) for m in line["messages"])
    return Conversation(line["id"], merge_messages(messages), line["language"])


def test_there_are_three_conversations_a_theme_with_ids_that_name_it():
    assert len({line["id"] for line in LINES}) == len(LINES) == 24
    assert Counter(line["metadata"]["theme"] for line in LINES) == dict.fromkeys(THEMES, 3)
    for number, line in enumerate(LINES, 1):
        assert line["id"] == f"starter-{number:02}-{line['metadata']['theme']}"


def test_the_first_eight_show_every_theme():
    assert {line["metadata"]["theme"] for line in LINES[:8]} == THEMES


def test_no_two_conversations_open_alike():
    openings = {line["messages"][0]["content"].lower()[:20] for line in LINES}
    assert len(openings) == len(LINES)


def test_merging_and_a_greeting_supporter_are_exercised():
    greeted = [line for line in LINES if line["messages"][0]["role"] == "assistant"]
    doubled = [line for line in LINES if len(conversation(line).turns) < len(line["messages"])]
    assert (len(greeted), len(doubled)) == (1, 2)


@pytest.mark.parametrize("line", LINES, ids=[line["id"] for line in LINES])
def test_each_conversation_is_well_formed(line):
    assert line["language"] == "en"
    assert line["metadata"]["situation"].endswith(".")
    assert {message["role"] for message in line["messages"]} == set(SPEAKERS)
    assert all(message["content"].strip() for message in line["messages"])
    assert 5 <= len(conversation(line).scored_turns) <= 9
