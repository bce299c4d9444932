"""Labels are read as typed rows, aligned with our sentences, and faults are told in one line."""

import json
from pathlib import Path

import pytest

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation.labels import align_tags, read_replies, read_sentences
from tests.data_folder import data_folder


@pytest.fixture
def data() -> Path:
    return data_folder()


@pytest.fixture
def small(tmp_path) -> Path:
    """A folder in the release's layout with one reply, written for this test."""
    folder = tmp_path / "mint_empathy" / "evaluation"
    reply = {
        "conversation_id": "c1",
        "conversation_history": [{"role": "user", "content": "I failed my exam."}],
        "model_response": "That stings. What now? 🌱",
        "sentence_tactics": [["validation"], ["questioning"], ["emotional_expression"]],
    }
    outputs = folder / "outputs" / "one" / "conversations_tagged.json"
    ratings = folder / "eval_outputs" / "one" / "gpt-oss-120b_ratings.csv"
    for path in (outputs, ratings):
        path.parent.mkdir(parents=True)
    outputs.write_text(json.dumps([reply]))
    header = ",".join(("conversation_id", "turn_index", *DIMENSIONS))
    ratings.write_text(f"{header}\nc1,1,4,5,,1,1,2\n")
    return tmp_path


def test_a_reply_keeps_our_sentences_and_drops_the_emoji_one(small):
    (reply,) = read_replies(small)
    assert reply.sentences == ("That stings.", "What now?")
    assert [TACTICS[row.argmax()] for row in reply.present] == ["validation", "questioning"]
    assert reply.published.sum() == 3
    assert reply.ratings[:2].tolist() == [4, 5]
    assert str(reply.ratings[2]) == "nan"


def test_tags_of_other_sentences_are_not_forced_onto_ours():
    assert align_tags("One. Two.", [["advice"]]) is None
    assert align_tags("*Rest now.*", [["advice"], []]).tolist() == [[k == 2 for k in range(10)]]


def test_an_unknown_tactic_names_file_and_entry(small):
    path = next(small.rglob("conversations_tagged.json"))
    path.write_text(path.read_text().replace("validation", "flattery"))
    with pytest.raises(MintError, match=r"conversations_tagged\.json, entry 0"):
        read_replies(small)


def test_a_folder_without_labels_says_what_to_do(tmp_path):
    with pytest.raises(MintError, match="MINT_BENCH_DATA"):
        read_replies(tmp_path)
    with pytest.raises(MintError, match=r"information\.jsonl"):
        read_sentences(tmp_path)


def test_our_sentences_are_the_published_ones_nearly_everywhere(data):
    replies = read_replies(data)
    share = sum(reply.present is not None for reply in replies) / len(replies)
    assert len(replies) % 315 == 0
    assert share > 0.99


def test_people_labelled_286_sentences_with_ten_tactics(data):
    people = read_sentences(data)
    assert len(people) == 286
    assert all(sentence.present.shape == (10,) for sentence in people)
    assert not any("‚Ä" in sentence.text for sentence in people)
