"""Where sentences end, what the seeker sees, and that no text is too strange or too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mint_bench.sentences import split_pieces, split_sentences, visible_text
from tests.timing import seconds

CASES = {
    "plain": ("I hear you. That hurts.", ["I hear you.", "That hurts."]),
    "question and exclamation": ("Really?! Oh no! Why?", ["Really?!", "Oh no!", "Why?"]),
    "no end mark": ("I am here", ["I am here"]),
    "title": ("Dr. Ames called Mrs. Poe. She waits.", ["Dr. Ames called Mrs. Poe.", "She waits."]),
    "latin abbreviations": (
        "Try rest, e.g. a nap, i.e. sleep. Then eat.",
        ["Try rest, e.g. a nap, i.e. sleep.", "Then eat."],
    ),
    "abbreviation at the end": ("Bring tea etc. Then sit.", ["Bring tea etc.", "Then sit."]),
    "time of day": ("Call at 5 p.m. today. Bye.", ["Call at 5 p.m. today.", "Bye."]),
    "initials": ("J. R. Moss wrote it. Good.", ["J. R. Moss wrote it.", "Good."]),
    "decimal": ("It took 3.5 hours. Phew.", ["It took 3.5 hours.", "Phew."]),
    "ellipsis goes on": ("I feel... lost today.", ["I feel... lost today."]),
    "ellipsis ends": ("I wonder... Maybe not.", ["I wonder...", "Maybe not."]),
    "one-character ellipsis": ("Well… who knows?", ["Well… who knows?"]),
    "straight quotes": ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
    "quote goes on": ('"Why me?" she asked.', ['"Why me?" she asked.']),
    "curly quotes do not end": ("He said “stop.” Then left.", ["He said “stop.” Then left."]),
    "brackets": ("(Take care.) I stay.", ["(Take care.)", "I stay."]),
    "markdown": ("You are **not alone.** I stay.", ["You are **not alone.**", "I stay."]),
    "bullets": ("Some ideas:\n- walk\n- sleep", ["Some ideas:", "- walk", "- sleep"]),
    "numbered": ("Steps:\n1. Breathe in.\n2. Out.", ["Steps:", "1. Breathe in.", "2. Out."]),
    "paragraphs": ("First thought\n\nSecond thought", ["First thought", "Second thought"]),
    "wrapped line": ("One thought\non two lines.", ["One thought\non two lines."]),
    "emoji alone": ("💛🌱 ✨", []),
    "emoji between": ("Well done! 💪 Go on.", ["Well done!", "Go on."]),
    "emoji at the end": ("I am here. 💛", ["I am here."]),
    "joined emoji": ("Rest. 🧘🏽‍♀️", ["Rest."]),
    "symbols alone": ("... --- ***", []),
    "mere ellipsis": ("…", []),
    "chinese": ("我在听。你还好吗？", ["我在听。", "你还好吗？"]),
    "arabic": ("كيف حالك؟ أنا هنا.", ["كيف حالك؟", "أنا هنا."]),
    "hindi": ("मैं यहाँ हूँ। बताइए।", ["मैं यहाँ हूँ।", "बताइए।"]),
    "empty": ("", []),
    "white space": (" \n\t ", []),
}


@pytest.mark.parametrize(("text", "sentences"), CASES.values(), ids=CASES.keys())
def test_sentences_end_where_a_reader_expects(text, sentences):
    assert list(split_sentences(text)) == sentences


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<think>They hurt.</think>I hear you.", "I hear you."),
        ("<think>\nA\n</think>\n\nHi <THINK>B</THINK> there", "Hi  there"),
        ("plan without opening</think>Hello", "Hello"),
        ("<think>never closed", ""),
        ("Hello <think>cut off", "Hello"),
        ("<thinking>x</thinking> y", "y"),
        ("I think <3 you", "I think <3 you"),
        ("a\x00b\ud800c\x1b", "abc"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_the_seeker_sees_no_reasoning_and_no_control_characters(text, seen):
    assert visible_text(text) == seen


@pytest.mark.parametrize(
    "unit",
    [".", "\n", " ", "a", "a.", ". ", "a. ", "<think>", "</think>", "\n- ", "💛", "🌱 ", '?! "',
     "1. ", "a\n", ")", '."', "。", "e.g. ", "\x00", "\ud800", "No way. ", "*_", "A... "],
)  # fmt: skip
def test_time_is_linear_on_100_000_characters(unit):
    text = (unit * 100_000)[:100_000]
    assert seconds(lambda: split_sentences(visible_text(text))) < 2.0


@given(st.text(alphabet=st.sampled_from("aB1 .!?…\n\"')*-💛。؟“”:e,g"), max_size=80))
def test_pieces_stand_in_order_and_hold_every_character(text):
    pieces = split_pieces(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() and piece for piece in pieces)


@given(st.text(max_size=200))
def test_no_letter_is_lost_and_no_sentence_is_without_one(text):
    seen = visible_text(text)
    sentences = split_sentences(seen)
    assert all(any(c.isalnum() for c in sentence) for sentence in sentences)
    assert [c for s in sentences for c in s if c.isalnum()] == [c for c in seen if c.isalnum()]
