"""Labels made for the project: no text of others in them, and pinned to what they label."""

import json

import pytest

from mint_bench.errors import MintError
from mint_bench.resources import resource
from mint_bench.sentences import split_sentences
from mint_bench.tactics.tagger import TACTICS
from mint_bench.validation import own_labels
from mint_bench.validation.own_labels import (
    CODES,
    PlacedLabels,
    decoded,
    read_own,
    read_placed,
    read_written,
    sentences_sha,
)
from tests.data_folder import data_folder


@pytest.fixture(scope="module")
def data():
    return data_folder()


def lines(name):
    path = resource("scorers", "taggers", "labels", name)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_there_is_a_letter_for_each_tactic():
    assert tuple(CODES.values()) == TACTICS
    assert decoded(("IW",))[0].nonzero()[0].tolist() == [0, 9]


def test_labels_of_public_replies_hold_no_text():
    for line in lines("mint_train.jsonl"):
        labels = PlacedLabels.model_validate(line)
        assert set(line) == {"conversation", "position", "sha", "tactics"}
        assert len(labels.sha) == 12


def test_no_turn_is_labelled_twice():
    places = [(line["conversation"], line["position"]) for line in lines("mint_train.jsonl")]
    assert len(set(places)) == len(places)


def test_written_replies_show_every_tactic_often():
    written = read_written()
    count = sum(text.present.sum(axis=0) for text in written)
    assert count.min() >= 150
    assert all(len(text.sentences) == len(text.present) for text in written)


def test_hardly_a_sentence_was_written_twice():
    said = [sentence for text in read_written() for sentence in text.sentences]
    assert len(set(said)) > 0.99 * len(said)


def test_placed_labels_find_their_sentences(data):
    placed = read_placed(data)
    assert len(placed) == len(lines("mint_train.jsonl"))
    assert all(split_sentences(text.text) == text.sentences for text in placed)
    assert len(read_own(data)) == len(placed) + len(read_written())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sha": "0" * 12}, "are not those that were labelled"),
        ({"conversation": "nobody"}, "the data have no such turn"),
        ({"position": 10_000}, "the data have no such turn"),
        ({"tactics": ["X"]}, "tactics"),
    ],
)
def test_labels_of_other_sentences_are_refused(data, tmp_path, monkeypatch, change, fault):
    (tmp_path / "mint_train.jsonl").write_text(json.dumps(lines("mint_train.jsonl")[0] | change))
    monkeypatch.setattr(own_labels, "resource", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(MintError, match=fault):
        read_placed(data)


def test_the_hash_of_sentences_depends_on_where_they_end():
    assert sentences_sha(("a b", "c")) != sentences_sha(("a", "b c"))
