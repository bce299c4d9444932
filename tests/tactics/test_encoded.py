"""The encoder's tagger: sentences in their reply, n-grams beside, a blend from its folder."""

import json
import shutil

import numpy as np
import pytest

from mint_bench import encoder
from mint_bench.errors import MintError
from mint_bench.resources import resource
from mint_bench.scoring import split_reply
from mint_bench.tactics.encoded import VOICES, Blend, EncoderTagger, in_context, with_ngrams
from mint_bench.tactics.tagger import TACTICS, SplitReply
from mint_bench.weights import write_arrays

NGRAMS = resource("scorers", "taggers", "embedded-fast")
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
    write_blend(tmp_path, 0.0)
    nothing = {"mean": np.zeros(384), "directions": np.zeros((0, 384))}
    write_arrays(tmp_path / encoder.COMMON_FILE, nothing)
    return tmp_path


def write_blend(folder, limit, version=encoder.VERSION):
    blend = {
        "version": version,
        "weights": dict.fromkeys(VOICES, 1.0),
        "thresholds": dict.fromkeys(TACTICS, limit),
    }
    (folder / "blend.json").write_text(json.dumps(blend))


def load(folder):
    return EncoderTagger("tiny", encoder.Encoder(folder), folder, NGRAMS)


def test_a_blend_sums_its_voices_by_their_weights():
    weights = {"adapters": 0.5, "people": 2.0, "ngrams": -1.0}
    blend = Blend(version="1", weights=weights, thresholds={})
    voices = np.float32([[[1, 10], [2, 20], [3, 30]]])
    assert blend.sums(voices).tolist() == [[0.5 + 4 - 3, 5 + 40 - 30]]


def test_ngrams_stand_beside_the_encoder_s_logits():
    logits, counted = np.zeros((2, 2, 10), np.float32), np.ones((2, 10), np.float32)
    voices = with_ngrams(logits, counted)
    assert voices.shape == (2, 3, 10)
    assert (voices[:, :2] == 0).all()
    assert (voices[:, 2] == 1).all()


@pytest.mark.slow
def test_a_tactic_begins_at_its_threshold(folder):
    reply = split_reply("I hear you. What happened?", "en")
    for limit, expected in ((-99.0, True), (99.0, False)):
        write_blend(folder, limit)
        [tagging] = load(folder).tag([reply])
        assert (tagging.present == expected).all()
        assert tagging.present.shape == (2, 10)


@pytest.mark.slow
def test_a_sentence_asked_alone_has_the_tactics_that_it_has_in_its_reply(folder):
    tagger = load(folder)
    whole = split_reply(TEXT, "en")
    [everything] = tagger.tag([whole])
    [one] = tagger.tag([SplitReply(TEXT, ("Why?",))])
    assert (one.present[0] == everything.present[2]).all()
    assert np.array_equal(one.vector, everything.vector)


@pytest.mark.slow
def test_sha_changes_with_a_threshold(folder):
    first = load(folder).sha
    write_blend(folder, 0.1)
    assert load(folder).sha != first


@pytest.mark.slow
def test_a_blend_of_another_version_is_refused(folder):
    write_blend(folder, 0.0, version="0")
    with pytest.raises(MintError, match="made for another version"):
        load(folder)
