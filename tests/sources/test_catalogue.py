"""Every card says everything, and what it says is true of what loads."""

from dataclasses import fields
from itertools import pairwise

import pytest

from mint_bench.conversation import Speaker
from mint_bench.errors import MintError
from mint_bench.sources import DEFAULT, SOURCES, load, load_profiles, names
from mint_bench.sources.catalogue import Origin, SpeakerKind
from tests.data_folder import data_folder

WITH_SPLITS = [
    *(name for name, card in SOURCES.items() if not card.profiles),
    *(f"{card.name}:{split.name}" for card in SOURCES.values() for split in card.splits),
]


@pytest.mark.parametrize("card", SOURCES.values(), ids=SOURCES)
def test_every_field_is_filled(card):
    for field in fields(card):
        value = getattr(card, field.name)
        if field.name == "file":
            assert (value is None) == (card.origin is Origin.SHIPPED)
        elif field.name != "splits":
            assert value is not None
            assert value != ""
    assert SpeakerKind.UNSTATED not in {card.seeker, card.supporter}
    assert card.conversations > 0
    assert (card.scored_turns > 0) != card.profiles


@pytest.mark.parametrize("card", SOURCES.values(), ids=SOURCES)
def test_a_pin_is_a_hash_and_a_download_has_an_address_at_a_commit(card):
    if card.file is not None:
        assert len(card.file.sha256) == 64
    if card.origin is Origin.DOWNLOAD:
        assert f"/{card.revision}/" in card.file.url
        assert card.file.url.startswith("https://")


@pytest.mark.parametrize("spec", WITH_SPLITS)
def test_counts_are_those_of_what_loads(spec):
    if spec != "starter":
        data_folder(spec)
    source = load(spec)
    said = source.card.split(spec.split(":")[1]) if ":" in spec else source.card
    assert len(source.conversations) == said.conversations
    assert sum(len(c.scored_turns) for c in source.conversations) == said.scored_turns


@pytest.mark.parametrize("spec", WITH_SPLITS)
def test_what_loads_is_well_formed(spec):
    if spec != "starter":
        data_folder(spec)
    source = load(spec)
    ids = [conversation.id for conversation in source.conversations]
    assert len(set(ids)) == len(ids)
    assert source.name == spec
    assert len(source.ids_sha) == 12
    for conversation in source.conversations:
        speakers = [turn.speaker for turn in conversation.turns]
        assert all(a != b for a, b in pairwise(speakers))
        assert Speaker.SEEKER in speakers
        assert conversation.scored_turns
        for turn in conversation.turns:
            assert all(m.text == m.text.strip() for m in turn.messages)
            assert turn.text or spec == "mint_train"  # some seekers sent nothing


def test_profiles_are_people_who_have_not_spoken_and_no_conversations():
    data_folder("sage")
    source = load_profiles("sage")
    assert len(source.conversations) == source.card.conversations == 100
    assert {c.language for c in source.conversations} == {"zh"}
    assert not any(c.turns for c in source.conversations)
    with pytest.raises(MintError, match="it is for seeker=persona"):
        load("sage")


def test_splits_sum_to_the_whole():
    card = SOURCES["esconv"]
    assert sum(split.conversations for split in card.splits) == card.conversations
    assert sum(split.scored_turns for split in card.splits) == card.scored_turns


def test_the_default_comes_first_and_starter_is_never_ranked():
    assert names()[0] == DEFAULT == "lend_an_ear"
    assert not SOURCES["starter"].rankable


def test_an_unknown_split_lists_those_there_are():
    with pytest.raises(MintError, match="no split 'dev'; its splits: train, valid, test"):
        load("esconv:dev")
    with pytest.raises(MintError, match="lend_an_ear has no split 'test'; its splits: none"):
        load("lend_an_ear:test")
