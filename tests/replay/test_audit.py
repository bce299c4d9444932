"""The audit finds each planted fault, and leaves real seekers alone."""

import os
from pathlib import Path

import pytest
import yaml

from mint_bench.conversation import Speaker
from mint_bench.replay.audit import (
    KINDS,
    NO_ENCODER,
    Spoken,
    audit,
    audit_rules,
    ends_talk,
    says_goodbye,
)
from mint_bench.replay.likeness import shipped_similarity
from mint_bench.replay.profiles import LANGUAGES
from mint_bench.replay.seekers import instructions
from mint_bench.sources import load

PLANTED = yaml.safe_load(
    Path(__file__).parents[1].joinpath("data", "seeker_faults.yaml").read_text(encoding="utf-8")
)
CASES = [(kind, case) for kind, cases in PLANTED.items() for case in cases]
HIGHEST_FALSE_ALARMS = 0.02


def spoken(case):
    """A planted case as the audit sees it."""
    language = case.get("language", "en")
    return Spoken(
        " ".join([case["line"]] * case.get("times", 1)), case.get("turn", 5),
        case.get("own", ()), case.get("heard", ()), case.get("real"), language,
        (*instructions("anchored", language), *instructions("persona", language)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "case"), CASES, ids=[f"{k}-{i}" for i, (k, _) in enumerate(CASES)]
)
def test_every_planted_fault_is_found(kind, case):
    assert kind in audit(spoken(case), shipped_similarity()).faults


def test_faults_of_every_kind_are_planted():
    assert set(PLANTED) == set(KINDS) - {"no_emotion"}  # which no line has


@pytest.mark.parametrize(
    "line",
    [
        "I lost my flat in the fire on Monday.",
        "I could not even say goodbye to him.",
        "Have you ever been through something like that?",
        "I need to take care of my mother all day.",
        "My therapist said I should rate my pain from 1 to 10, and I said 8.",
        "Thank you, that helps. I never thought of it like that.",
        "My assistant: a lazy one. He quit.",
    ],
)
def test_what_a_seeker_may_say_is_no_fault(line):
    assert audit(Spoken(line, 2)).faults == ()


def test_what_the_real_line_does_too_is_no_fault():
    real = "Thanks for listening, I have to go now. Bye!"
    assert audit(Spoken("Thank you, I have to go now. Bye!", 2, real=real)).faults == ()
    again = "I just feel like nobody at work even sees me."
    assert audit(Spoken(again, 4, own=[again], real=again)).faults == ()


def test_without_an_encoder_drift_is_not_checked_and_says_why():
    finding = audit(Spoken("We went to the sea.", 3, real="I lost my job."))
    assert (finding.faults, finding.unchecked) == ((), {"drift": NO_ENCODER})
    assert audit(Spoken("We went to the sea.", 3)).unchecked == {}  # no line to drift from


@pytest.mark.parametrize(("cosine", "faults"), [(-1.0, ("drift",)), (1.0, ())])
def test_drift_is_what_the_similarity_says(cosine, faults):
    finding = audit(Spoken("We went to the sea.", 3, real="I lost."), lambda one, other: cosine)
    assert (finding.faults, finding.unchecked) == (faults, {})


def test_each_language_of_the_prompts_has_word_lists():
    rules = audit_rules()
    for language in LANGUAGES:
        assert rules.role_break[language].sure
        assert rules.premature_end.patterns(language)


def test_a_goodbye_ends_a_talk_and_talk_of_one_does_not():
    assert says_goodbye("ok thanks, gotta run, bye")
    assert says_goodbye("好的，再见！", "zh")
    assert not says_goodbye("He left without saying goodbye.")
    assert not says_goodbye("take care of yourself first, she says, but how")


def test_length_is_counted_in_words_and_in_pairs_of_chinese_characters():
    assert ends_talk("word " * 1001)
    assert not ends_talk("word " * 1000)
    assert ends_talk("话" * 2002, "zh")
    assert not ends_talk("话" * 2000, "zh")


def real_lines(source):
    """Each real seeker's line but the first and what follows the last scored turn."""
    for conversation in load(source).conversations:
        own, heard, last = [], [], conversation.scored_turns[-1]
        for position, turn in enumerate(conversation.turns):
            if turn.speaker is Speaker.SUPPORTER:
                heard.append(turn.text)
                continue
            if own and position < last and turn.text.strip():
                private = (*instructions("anchored", "en"), *instructions("persona", "en"))
                yield Spoken(turn.text, len(own) + 1, tuple(own), tuple(heard), None, "en", private)
            own.append(turn.text)


@pytest.mark.parametrize(
    ("source", "fewest"),
    [
        ("starter", 150),
        ("lend_an_ear", 250),
        pytest.param("esconv:test", 2000, marks=pytest.mark.slow),
    ],
)
def test_real_seekers_raise_fewer_than_two_false_alarms_in_a_hundred(source, fewest):
    """Judged without the real line beside them, which would excuse whatever they do.

    Seen: none of 265 in lend_an_ear, 23 of 13,342 in the whole of esconv, 1 of 161 in starter.
    """
    if source != "starter" and not os.environ.get("MINT_BENCH_DATA"):
        pytest.skip("needs the data folder in MINT_BENCH_DATA")
    found = [bool(audit(line).faults) for line in real_lines(source)]
    assert len(found) > fewest
    assert sum(found) / len(found) < HIGHEST_FALSE_ALARMS
