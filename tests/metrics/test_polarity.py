"""Polarity: VADER's own numbers, sentence by sentence, and odd texts."""

import sys

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from mint_bench.errors import MintError
from mint_bench.metrics import polarity as module
from mint_bench.metrics.polarity import polarity
from tests.timing import seconds

MIXED = ("I am so glad you told me.", "Which day is it?", "That must be terrible, truly.")


def vader(text):
    return SentimentIntensityAnalyzer().polarity_scores(text)["compound"]


def test_a_sentence_has_vaders_number():
    for sentence in MIXED:
        assert polarity([sentence]).value == vader(sentence)


def test_a_reply_has_the_mean_over_its_sentences():
    assert polarity(MIXED).value == pytest.approx(sum(map(vader, MIXED)) / 3, abs=1e-4)


def test_a_word_by_hand():
    # "good" is rated 1.9 in the lexicon: 1.9 / sqrt(1.9² + 15)
    assert polarity(["good"]).value == pytest.approx(1.9 / (1.9**2 + 15) ** 0.5, abs=1e-4)


def test_tone_has_a_sign_and_negation_turns_it():
    assert polarity(["I am proud of you."]).value > 0.3
    assert polarity(["That sounds awful."]).value < -0.3
    assert polarity(["That was not a good year."]).value < 0
    assert polarity(["The office opens at nine."]).value == 0


def test_a_long_reply_does_not_run_to_the_end_of_the_scale():
    assert polarity(["This is good."] * 50).value == polarity(["This is good."]).value


def test_emoji_have_no_valence():
    assert polarity(["That was good 💓"]) == polarity(["That was good💓💓"])
    assert polarity(["That was good 💓"]) == polarity(["That was good"])


@pytest.mark.parametrize("sentences", [[], [""], [" "]])
def test_nothing_said_has_no_polarity(sentences):
    found = polarity(sentences)
    assert (found.value, found.reason) == (None, "no sentence in the reply")


@pytest.mark.parametrize(("text", "language"), [("我听到你了。", "en"), ("Das ist gut.", "de")])
def test_another_language_has_no_polarity(text, language):
    found = polarity([text], language)
    assert found.value is None
    assert found.reason.startswith("language not supported")


@pytest.mark.parametrize("text", ["good\x00", "\ud800 good", "x = 1", "!!!", "💛", "\u202egood"])
def test_odd_texts_stay_on_the_scale(text):
    assert -1 <= polarity([text]).value <= 1


@pytest.mark.parametrize(
    "unit", ["good bad ", "a", "💛", "💛 ", ":) ", "!", "GREAT ", "not ", "no\n"]
)
def test_a_hundred_thousand_characters_take_no_quadratic_time(unit):
    assert seconds(lambda: polarity([unit * (100_000 // len(unit)) + "but fine"])) < 1.5


def test_a_missing_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    module._vader.cache_clear()
    with pytest.raises(MintError, match=r"vaderSentiment.*mint-bench\[also\]"):
        polarity(["Hello."])
    module._vader.cache_clear()
