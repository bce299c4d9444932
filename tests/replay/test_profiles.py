"""Whom a persona plays: made from what a source says, the same on every machine."""

from collections import Counter

import pytest

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.replay.profiles import intentions, profile_of
from mint_bench.replay.seekers import instructions, persona_system
from mint_bench.sources import load_profiles
from tests.data_folder import data_folder


def told(identifier="a", language="en", **metadata):
    return Conversation(identifier, (), language, metadata)


def test_the_intentions_are_a_closed_set_in_both_languages():
    known = intentions()
    assert len(known) >= 8
    assert len({i.sage for i in known.values()}) == len(known)
    assert all(i.text("en") != i.text("zh") for i in known.values())


def test_an_intention_that_is_not_told_is_drawn_by_the_id_and_stays():
    drawn = [profile_of(told(f"id-{n}", situation="x")).intention.name for n in range(400)]
    assert drawn[:40] == [
        profile_of(told(f"id-{n}", situation="y")).intention.name for n in range(40)
    ]
    assert set(drawn) == set(intentions())
    assert min(Counter(drawn).values()) > 25


def test_a_source_without_a_situation_has_no_persona():
    with pytest.raises(MintError, match="a: its source tells no situation"):
        profile_of(told(emotion_type="fear"))


def test_the_prompt_holds_what_is_known_and_no_empty_places():
    whole = persona_system(profile_of(told(
        situation="Her flat burned.", about="Jo, 41.", intention="vent", emotion_type="fear",
        problem_type="housing", init_intensity=4)))  # fmt: skip
    assert all(part in whole for part in ("Her flat burned.", "Jo, 41.", "fear", "housing", "4."))
    bare = persona_system(profile_of(told(situation="Her flat burned.", intention="vent")))
    assert "Who you are" not in bare
    assert "\n\n\n" not in whole + bare


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("seeker", ["anchored", "persona"])
def test_instructions_hold_nothing_of_a_conversation(seeker, language):
    assert all(text.strip() for text in instructions(seeker, language))


@pytest.mark.parametrize(
    ("source", "count"), [("starter", 24), ("esconv:test", 195), ("sage", 100)]
)
def test_every_conversation_of_these_sources_makes_a_persona(source, count):
    if source != "starter":
        data_folder(source)
    profiles = [profile_of(c) for c in load_profiles(source).conversations]
    assert len(profiles) == count
    assert {p.intention.name for p in profiles} == set(intentions())
