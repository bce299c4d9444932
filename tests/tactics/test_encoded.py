"""The encoder's tagger: sentences in their reply, thresholds from its folder."""

import json
import shutil

import numpy as np
import pytest

from mint_bench import encoder
from mint_bench.errors import MintError
from mint_bench.scoring import split_reply
from mint_bench.tactics.encoded import EncoderTagger, in_context
from mint_bench.tactics.tagger import TACTICS, SplitReply

TEXT = "I see. Go on. Why? Go on."


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        (("I see.", "Go on.", "Why?", "Go on."), [0, 1, 2, 3]),
        (("Why?",), [2]),
        (("Go on.",), [1]),
        (("Why?", "Go on."), [2, 3]),
        (("Go on.", "Go on."), [1, 3]),
        (("Go on.", "I see."), [1, 0]),
    ],
)
def test_sentences_of_a_reply_are_read_where_they_stand(asked, places):
    assert in_context(TEXT, asked) == (("I see.", "Go on.", "Why?", "Go on."), places)


def test_what_is_no_sentence_of_the_text_is_read_as_it_was_asked():
    assert in_context(TEXT, ("Why? Go on.",)) == (("Why? Go on.",), [0])


def test_many_sentences_take_linear_time():
    sentences = tuple(f"Sentence {i}." for i in range(20_000))
    whole, places = in_context(" ".join(sentences), sentences[::-1])
    assert places[0] == len(whole) - 1


@pytest.fixture
def folder(tiny_encoder, tmp_path):
    for path in tiny_encoder.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    write_thresholds(tmp_path, 0.0)
    return tmp_path


def write_thresholds(folder, limit, version=encoder.VERSION):
    limits = {"version": version, "thresholds": dict.fromkeys(TACTICS, limit)}
    (folder / "thresholds.json").write_text(json.dumps(limits))


@pytest.mark.slow
def test_a_tactic_begins_at_its_threshold(folder):
    reply = split_reply("I hear you. What happened?", "en")
    for limit, expected in ((-99.0, True), (99.0, False)):
        write_thresholds(folder, limit)
        [tagging] = EncoderTagger("tiny", folder).tag([reply])
        assert (tagging.present == expected).all()
        assert tagging.present.shape == (2, 10)


@pytest.mark.slow
def test_a_sentence_asked_alone_has_the_tactics_that_it_has_in_its_reply(folder):
    tagger = EncoderTagger("tiny", folder)
    whole = split_reply(TEXT, "en")
    [everything] = tagger.tag([whole])
    [one] = tagger.tag([SplitReply(TEXT, ("Why?",))])
    assert (one.present[0] == everything.present[2]).all()
    assert np.array_equal(one.vector, everything.vector)


@pytest.mark.slow
def test_sha_changes_with_a_threshold(folder):
    first = EncoderTagger("tiny", folder).sha
    write_thresholds(folder, 0.1)
    assert EncoderTagger("tiny", folder).sha != first


@pytest.mark.slow
def test_thresholds_of_another_version_are_refused(folder):
    write_thresholds(folder, 0.0, version="0")
    with pytest.raises(MintError, match="made for another version"):
        EncoderTagger("tiny", folder)
