"""How much of a real line another says, by the shipped encoder."""

import pytest

from mint_bench.replay.audit import Spoken, audit
from mint_bench.replay.likeness import shipped_similarity

REAL = "My boss cut my hours again. I cannot pay the rent."


PARAPHRASES = [
    (
        "They reduced my shifts at work once more, so there's no way I can cover rent.",
        "My boss cut my hours again. I cannot pay the rent.",
    ),
    (
        "I flunked that test again and I'm too scared to tell mom and dad.",
        "I failed the exam for the second time and dare not tell my parents.",
    ),
    (
        "She told me she'd never really loved me, and she left our flat.",
        "She said that she never loved me and then she moved out.",
    ),
    ("Ever since he passed I lie awake every night.", "I can't sleep at all since he died."),
    ("My sister has cut me off completely.", "My sister won't talk to me anymore."),
    ("Living here I'm alone all the time and it hurts.", "I feel so lonely in this city."),
    ("Covid cost me my position at the company.", "I lost my job because of the pandemic."),
    ("Okay, thank you, I'll give speaking with her a go.", "Thanks, I will try to talk to her."),
    ("My mom is sick and it keeps me anxious.", "I am worried about my mother's health."),
    (
        "My boyfriend slept with my closest friend behind my back.",
        "He cheated on me with my best friend.",
    ),
    (
        "Next week there are three tests and I just can't focus.",
        "I have three exams next week and can't concentrate.",
    ),
    ("Recently I've been drinking way more than I should.", "I drink too much lately."),
    ("We had been a couple for five years, yes.", "Yes, we were together for five years."),
    ("I have no idea how to go on from here.", "I don't know what to do."),
]


@pytest.mark.parametrize(("line", "real"), PARAPHRASES)
def test_the_real_line_in_other_words_is_no_drift(line, real):
    assert audit(Spoken(line, 3, real=real), shipped_similarity()).faults == ()


def test_alike_lines_are_alike():
    similarity, tired = shipped_similarity(), "I hear how tired you are of all this waiting."
    weary = "You sound worn out by the endless waiting."
    cake = "Beat the eggs with sugar and bake the cake for an hour."
    assert similarity(weary, tired) > similarity(cake, tired) + 0.2


def test_what_is_said_is_like_itself_whatever_stands_before_it():
    similarity = shipped_similarity()
    assert similarity(REAL, REAL) == pytest.approx(1, abs=1e-3)
    assert similarity(f"Thanks for asking. {REAL}", REAL) == pytest.approx(1, abs=1e-3)
    assert similarity("We went to the sea.", REAL) < similarity("My boss cut my hours.", REAL)
    assert similarity("…", REAL) == similarity(REAL, "…") == 0
