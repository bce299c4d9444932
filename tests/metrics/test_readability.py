"""The Flesch-Kincaid grade: the formula by hand, the libraries' counts, and odd texts."""

import math

import pytest
import syllapy
import textstat

from mint_bench.errors import MintError
from mint_bench.metrics import readability
from mint_bench.metrics.readability import flesch_kincaid_grade
from tests.timing import seconds

PASSAGE = (
    "I can hear how heavy this week has been for you. Losing a friend leaves a hole, and nobody "
    "can hurry you out of it. If you want to, tell me about her."
)


def test_the_grade_is_the_published_formula():
    # 3 sentences, 33 words; syllables: hea-vy, Los-ing, no-bo-dy, hur-ry, a-bout are the longer
    syllables = 33 + 1 + 1 + 2 + 1 + 1
    assert flesch_kincaid_grade(PASSAGE).value == pytest.approx(
        0.39 * 33 / 3 + 11.8 * syllables / 33 - 15.59, abs=1e-4
    )


def test_words_and_sentences_are_textstats_and_syllables_syllapys():
    words, sentences = textstat.lexicon_count(PASSAGE), textstat.sentence_count(PASSAGE)
    syllables = sum(syllapy.count(word) for word in PASSAGE.split())
    assert flesch_kincaid_grade(PASSAGE).value == pytest.approx(
        0.39 * words / sentences + 11.8 * syllables / words - 15.59, abs=1e-4
    )


def test_textstats_own_grade_by_hyphenation_misses_syllables():
    textstat.set_lang("en-US")  # the dictionary of "en_US" would be downloaded
    try:
        theirs = textstat.flesch_kincaid_grade(PASSAGE)
    finally:
        textstat.set_lang("en_US")
    assert theirs < flesch_kincaid_grade(PASSAGE).value < theirs + 1.5


def test_longer_words_and_sentences_are_harder():
    easy = flesch_kincaid_grade("I see. It was a bad day for you. Go and get some rest now.")
    hard = flesch_kincaid_grade(
        "Considering everything that you communicated, professional rehabilitation counselling "
        "constitutes a particularly advisable alternative."
    )
    assert easy.value < 2
    assert hard.value > 15


def test_curly_and_straight_apostrophes_are_the_same():
    straight, curly = "It's fine that you don't know.", "It’s fine that you don’t know."
    assert flesch_kincaid_grade(straight) == flesch_kincaid_grade(curly)


@pytest.mark.parametrize("text", ["", " \n", "…", "💛 🌱", ":", "```"])
def test_a_text_without_words_has_no_grade(text):
    assert flesch_kincaid_grade(text) == readability.missing("no words in the reply")


@pytest.mark.parametrize(
    ("text", "language"),
    [("我听到你了，这很难。", "en"), ("أسمعك جيدا", "en"), ("Ich höre dich.", "de"),
     ("No es fácil para ti, y lo siento mucho.", "en")],
)  # fmt: skip
def test_another_language_has_no_grade(text, language):
    found = flesch_kincaid_grade(text, language)
    assert found.value is None
    assert found.reason.startswith("language not supported")


@pytest.mark.parametrize(
    "text",
    ["911", "2 + 2 = 4", "Hmm.", "well-known self-care", "x" * 40, "a\x00b", "\ud800 hello",
     "def f(x):\n    return x"],
)  # fmt: skip
def test_odd_texts_have_a_finite_grade(text):
    assert math.isfinite(flesch_kincaid_grade(text).value)


@pytest.mark.parametrize("unit", ["word ", "a", "a-", "a.", "I see. ", "'", "x's'", "a\n", "💛a"])
def test_a_hundred_thousand_characters_take_no_quadratic_time(unit):
    assert seconds(lambda: flesch_kincaid_grade(unit * (100_000 // len(unit)))) < 5


def test_a_missing_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "syllapy", None)
    readability._libraries.cache_clear()
    with pytest.raises(MintError, match=r"syllapy.*mint-bench\[also\]"):
        flesch_kincaid_grade("Hello.")
    readability._libraries.cache_clear()
