"""Users' transcripts in their several forms; every fault names file and line."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mint_bench.conversation import Speaker
from mint_bench.errors import MintError
from mint_bench.sources import load
from mint_bench.sources.transcripts import read_transcripts

TALK = [
    {"role": "user", "content": "My bike was stolen."},
    {"role": "assistant", "content": "Oh no, how did you get home?"},
]
SHARED = [
    {"from": "system", "value": "Be kind."},
    {"from": "human", "value": "My bike was stolen."},
    {"from": "gpt", "value": "Oh no, how did you get home?"},
]


def lines(tmp_path, *values, name="talks.jsonl"):
    path = tmp_path / name
    path.write_text("\n".join(v if isinstance(v, str) else json.dumps(v) for v in values))
    return path


def said(conversation):
    return [(turn.speaker.value, turn.text) for turn in conversation.turns]


EXPECTED = [("seeker", "My bike was stolen."), ("supporter", "Oh no, how did you get home?")]


@pytest.mark.parametrize(
    "value", [{"id": "a", "messages": TALK}, {"id": "a", "conversations": SHARED}]
)
@pytest.mark.parametrize("form", ["lines", "array", "indented array"])
def test_each_form_says_the_same(tmp_path, value, form):
    text = {
        "lines": json.dumps(value),
        "array": json.dumps([value]),
        "indented array": "\n" + json.dumps([value], indent=2),
    }
    (talk,) = read_transcripts(lines(tmp_path, text[form]))
    assert (talk.id, said(talk)) == ("a", EXPECTED)


def test_consecutive_messages_are_one_turn_and_system_messages_are_dropped(tmp_path):
    messages = [{"role": "system", "content": ""}, TALK[0], TALK[0], TALK[1]]
    (talk,) = read_transcripts(lines(tmp_path, {"messages": messages}))
    assert [len(turn.messages) for turn in talk.turns] == [2, 1]


def test_a_missing_id_comes_from_the_place(tmp_path):
    talk = {"messages": TALK}
    in_lines = read_transcripts(lines(tmp_path, talk, "", {"id": 7, **talk}, talk))
    assert [c.id for c in in_lines] == ["line-1", "7", "line-4"]
    in_array = read_transcripts(lines(tmp_path, json.dumps([talk, talk])))
    assert [c.id for c in in_array] == ["item-1", "item-2"]


def test_language_and_metadata_are_kept(tmp_path):
    value = {"language": "de", "metadata": {"theme": "theft"}, "messages": TALK}
    (talk,) = read_transcripts(lines(tmp_path, value))
    assert (talk.language, talk.metadata) == ("de", {"theme": "theft"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('{"messages": [{"role"', "not JSON"),
        ("7", "expected an object with 'messages', found a number"),
        ({"text": "hello"}, "no conversation; expected 'messages'"),
        ({"messages": "hello"}, "the messages are no list"),
        ({"messages": ["hello"]}, "message 1 is no object"),
        ({"messages": [{"role": "user"}]}, "message 1: field 'content' is missing"),
        ({"messages": [TALK[0], {"role": "bot", "content": "x"}]}, "message 2: unknown role 'bot'"),
        ({"messages": [{"role": "user", "content": " \n"}]}, "message 1: field 'content' is empty"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "'content' is missing or no text"),
        ({"conversations": [{"from": "tool", "value": "x"}]}, "message 1: unknown role 'tool'"),
        ({"messages": []}, "empty conversation: the user"),
        ({"messages": TALK[1:]}, "empty conversation: the user"),
        ({"messages": TALK[:1]}, "empty conversation: no assistant"),
        ({"messages": [TALK[1], TALK[0]]}, "empty conversation: no assistant turn answers"),
        ({"id": "first", "messages": TALK}, "id 'first' is already at .*talks.jsonl:1"),
        ({"id": ["a"], "messages": TALK}, "field 'id' is no text"),
        ({"id": "", "messages": TALK}, "field 'id' is no text"),
        ({"language": 3, "messages": TALK}, "field 'language'"),
        ({"metadata": "x", "messages": TALK}, "field 'metadata'"),
    ],
)
def test_each_fault_names_file_and_line(tmp_path, value, message):
    path = lines(tmp_path, {"id": "first", "messages": TALK}, value)
    with pytest.raises(MintError, match=message) as error:
        read_transcripts(path)
    assert str(error.value).startswith(f"{path}:2")
    assert "\n" not in str(error.value)


def test_in_an_array_too(tmp_path):
    good, bad = json.dumps({"messages": TALK}), '{"messages": [{"role": "bot", "content": "x"}]}'
    with pytest.raises(MintError, match=r"talks.jsonl:3: message 1: unknown role 'bot'"):
        read_transcripts(lines(tmp_path, f"[{good},\n\n{bad}]"))
    with pytest.raises(MintError, match=r"talks.jsonl:2: not JSON .*; truncated"):
        read_transcripts(lines(tmp_path, f"[{good},\n" + good[:-5]))


@pytest.mark.parametrize("text", ["", "\n\n", "[]"])
def test_a_file_without_conversation_is_an_error(tmp_path, text):
    with pytest.raises(MintError, match="holds no conversation"):
        read_transcripts(lines(tmp_path, text))


@pytest.mark.parametrize("text", ["[", "[}", "[1 2", '[{"messages": []'])
def test_a_broken_array_is_an_error(tmp_path, text):
    with pytest.raises(MintError, match=r"talks.jsonl:1"):
        read_transcripts(lines(tmp_path, text))


def test_missing_folder_and_undecodable_files_are_named(tmp_path):
    with pytest.raises(MintError, match=r"nowhere.jsonl: no such file"):
        read_transcripts(tmp_path / "nowhere.jsonl")
    with pytest.raises(MintError, match=str(tmp_path)):
        read_transcripts(tmp_path)
    path = tmp_path / "latin.jsonl"
    path.write_bytes('{"messages": "\u00e9"}'.encode("latin-1"))
    with pytest.raises(MintError, match=r"latin.jsonl: not UTF-8"):
        read_transcripts(path)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "bom.jsonl"
    path.write_text(json.dumps({"messages": TALK}), encoding="utf-8-sig")
    assert len(read_transcripts(path)) == 1


def test_a_file_loads_as_a_source(tmp_path):
    path = lines(tmp_path, {"id": "a", "messages": TALK}, {"id": "b", "messages": TALK * 2})
    source = load(f"file:{path}")
    assert [c.id for c in source.conversations] == ["a", "b"]
    assert (source.card.conversations, source.card.scored_turns) == (2, 3)
    assert source.revision.startswith("sha256-")
    assert not source.card.rankable
    other = lines(tmp_path, {"id": "a", "messages": TALK}, name="other.jsonl")
    assert load(f"file:{other}").ids_sha != source.ids_sha


def test_an_unknown_source_lists_what_there_is(tmp_path, monkeypatch):
    with pytest.raises(MintError, match=r"unknown source 'nope'; known: lend_an_ear,.*file:PATH"):
        load("nope")
    with pytest.raises(MintError, match="no path"):
        load("file:")
    with pytest.raises(MintError, match="no such file"):
        load(f"file:{tmp_path}/none.jsonl")
    path = lines(tmp_path, {"messages": TALK})
    with pytest.raises(MintError, match=f"a file of your own is written file:{path}"):
        load(str(path))


def answered(talk):
    return ("user", "assistant") in pairwise(role for role, _ in talk)


TEXT = st.text(st.characters(), min_size=1).filter(str.strip)  # lone surrogates too


@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), TEXT), min_size=2).filter(answered)
)
def test_whatever_is_said_is_read_back(tmp_path_factory, talk):
    path = tmp_path_factory.mktemp("talk") / "t.jsonl"
    messages = [{"role": role, "content": text} for role, text in talk]
    path.write_text(json.dumps({"messages": messages}), encoding="utf-8")
    (read,) = read_transcripts(path)
    roles = {Speaker.SEEKER: "user", Speaker.SUPPORTER: "assistant"}
    assert [
        (roles[m.speaker], m.text) for turn in read.turns for m in turn.messages
    ] == [(role, text.strip()) for role, text in talk]  # fmt: skip
