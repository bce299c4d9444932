"""What the published adapters are asked is what their annotations hold, word for word."""

import json

import pytest

from mint_bench.errors import MintError
from mint_bench.sources.references import people_files
from mint_bench.tactics.prompts import TaggerPrompt, prompt_sha
from mint_bench.tactics.published import PROMPT_SHA, frames_sha, parts_of, read_frames
from mint_bench.tactics.tagger import TACTICS, SplitReply
from tests.annotations import REPLY, SENTENCES, annotations, frame_of, system_of
from tests.data_folder import data_folder


@pytest.fixture
def files(tmp_path):
    return annotations(tmp_path)


@pytest.fixture
def published():
    data_folder()
    return people_files()


def rows(path):
    return [json.loads(line)["messages"] for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("tactic", TACTICS)
def test_another_reply_and_sentence_stand_where_those_of_the_row_stood(files, tactic):
    reply = SplitReply("I failed too.\n\nTwice.", ("I failed too.", "Twice."))
    asked = read_frames(files)[tactic].prompt(reply, "Twice.")
    assert asked == TaggerPrompt(system_of(tactic), frame_of(tactic, reply.text, "Twice."))
    assert REPLY not in asked.user
    assert SENTENCES[0] not in asked.user


@pytest.mark.parametrize("tactic", TACTICS)
def test_each_published_row_is_asked_as_it_stands(published, tactic):
    frame = read_frames(published)[tactic]
    for system, user, _ in rows(published[tactic]):
        parts = parts_of(user["content"])
        asked = frame.prompt(SplitReply(parts.reply, (parts.sentence,)), parts.sentence)
        assert asked == TaggerPrompt(system["content"], user["content"])


def test_a_reply_that_looks_like_the_frame_is_asked_about_as_it_is(files):
    said = frame_of("advice", "{sentence}", r"\1 {0}")
    asked = read_frames(files)["advice"].prompt(SplitReply(said, (said,)), said)
    assert asked.user == frame_of("advice", said, said)


def test_the_hash_is_that_of_the_words_alone(files, tmp_path):
    first = frames_sha(read_frames(files))
    path = files["advice"]
    path.write_text("\n".join(reversed(path.read_text().splitlines())))
    assert frames_sha(read_frames(files)) == first  # by another row
    path.write_text(path.read_text().replace("You look", "You listen"))
    assert frames_sha(read_frames(files)) != first
    assert first not in {prompt_sha(binary=True), prompt_sha(binary=False)}


def test_the_hash_of_the_published_words_is_known_without_them(published):
    assert frames_sha(read_frames(published)) == PROMPT_SHA


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no annotation in it"),
        ('{"messages": []}', ":1: not an annotation in chat form"),
        ('{"messages": [{"content": "a"}, {"content": "b"}]}', "no reply and sentence"),
        ('{"messages": [{"content": "a"}, {"content": null}]}', ":1: not an annotation"),
        ("[]", ":1: not an annotation"),
    ],
)
def test_a_file_in_another_form_is_told_in_one_line(files, text, said):
    files["questioning"].write_text(text)
    with pytest.raises(MintError, match=said) as told:
        read_frames(files)
    assert "questioning.jsonl" in str(told.value)
    assert "\n" not in str(told.value)
