"""The audit finds each planted fault, and leaves real seekers alone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from mint_bench.conversation import Speaker
from mint_bench.records.mint_empathy import SPOKEN
from mint_bench.replay.audit import (
    KINDS,
    NO_ENCODER,
    Spoken,
    audit,
    breaks_role,
    ends_talk,
    says_goodbye,
    switches,
    tells_secret,
)
from mint_bench.replay.audit_rules import audit_rules
from mint_bench.replay.likeness import shipped_similarity
from mint_bench.replay.profiles import LANGUAGES, intentions
from mint_bench.replay.seekers import instructions
from mint_bench.sentences import visible_text
from mint_bench.sources import load
from tests.data_folder import data_folder

PLANTED = yaml.safe_load(
    Path(__file__).parents[1].joinpath("data", "seeker_faults.yaml").read_text(encoding="utf-8")
)
FOREIGN = yaml.safe_load(
    Path(__file__).parents[1].joinpath("data", "foreign_texts.yaml").read_text(encoding="utf-8")
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
        case.get("secrets", ()),
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


HOPE = "You want to let it all out and have someone stay with it."


@pytest.mark.parametrize(
    "line",
    [
        "My mood has been awful for 3 weeks.", "I got 45 out of 100 in the exam.",
        "I am 45 and I live alone.", "It is about to change: we move on Monday.",
        "You want to let it go, he says.", "My mood swings. 40 people saw it.",
    ],
)  # fmt: skip
def test_what_is_no_mood_and_no_hope_may_be_said(line):
    assert audit(Spoken(line, 3, secrets=(HOPE, "It asked."))).faults == ()


def test_what_was_said_in_the_conversation_is_no_secret():
    reason = "It said that it makes sense to be angry at him."
    line = "You are right, it makes sense to be angry at him."
    assert audit(Spoken(line, 3, secrets=(HOPE, reason))).secret
    heard = ["That hurts, and it makes sense to be angry at him."]
    assert not audit(Spoken(line, 3, heard=heard, secrets=(HOPE, reason))).secret


@pytest.mark.parametrize("code", sorted(FOREIGN.keys() - {"mi"}))  # which py3langid does not know
def test_another_language_is_found_alone_and_after_a_sentence_in_the_right_one(code):
    text = FOREIGN[code][0]
    assert "language_switch" in audit(Spoken(text, 3)).faults
    assert switches(f"I really do not know what to do. {text}", "en")
    assert code == "zh" or switches(text, "zh")


def changed(text, every):
    """The text with every so-manieth word replaced."""
    words = text.split()
    return " ".join("somehow" if n % every == every - 1 else word for n, word in enumerate(words))


@pytest.mark.parametrize("every", [5, 7, 9])
def test_a_copy_is_found_though_a_word_in_five_is_another(every):
    texts = [turn.text for c in load("starter").conversations for turn in c.turns]
    long = [text for text in texts if len(text.split()) >= 12]
    assert len(long) > 100
    for text in long:
        assert "echo" in audit(Spoken(changed(text, every), 3, heard=["Oh.", text])).faults
        assert "repetition" in audit(Spoken(changed(text, every), 3, own=["Oh.", text])).faults


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


@pytest.mark.parametrize("system", ["vanilla_Qwen3-1.7B", "vanilla_Qwen3-4B"])
def test_a_model_that_answers_as_a_supporter_is_told(system):
    """Their published replies, what a seeker's model falls back to: 98 and 96 %.

    Some of the second were read for the lists. Of the first two sentences 84 and 68 %; of human
    supporters' turns in Lend-an-Ear, 10 %.
    """
    folder = data_folder() / "mint_empathy" / "evaluation" / "outputs"
    path = folder / f"baseline1_{system}" / "conversations_tagged.json"
    replies = [text for text in spoken_in(json.loads(path.read_text(encoding="utf-8"))) if text]
    assert len(replies) == 315
    assert sum(map(breaks_role, replies)) / len(replies) > 0.9


def spoken_in(value):
    """Every reply in a file of the published outputs."""
    if isinstance(value, list):
        return [text for part in value for text in spoken_in(part)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get(SPOKEN), str):
        return [visible_text(value[SPOKEN])]
    return [text for part in value.values() for text in spoken_in(part)]


@pytest.mark.parametrize("source", ["starter", "lend_an_ear"])
def test_real_seekers_tell_no_persona_s_hope_and_no_mood_s_number(source):
    """Of 13,342 lines of the whole of esconv, none."""
    if source != "starter":
        data_folder(source)
    hopes = [intention.text("en") for intention in intentions().values()]
    for line in real_lines(source):
        assert not any(tells_secret(replace(line, secrets=(hope,))) for hope in hopes)


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

    Seen: 1 of 265 in lend_an_ear, 38 of 13,342 in the whole of esconv, 1 of 161 in starter.
    """
    if source != "starter":
        data_folder(source)
    found = [bool(audit(line).faults) for line in real_lines(source)]
    assert len(found) > fewest
    assert sum(found) / len(found) < HIGHEST_FALSE_ALARMS
