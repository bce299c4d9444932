"""What an LLM tagger is sent."""

import json

import pytest

from mint_bench.tactics.prompts import binary_prompt, prompt_sha, reply_prompt
from mint_bench.tactics.tagger import TACTICS, SplitReply
from mint_bench.tactics.taxonomy import load_taxonomy
from tests.prefixes import shared_prefix

REPLY = SplitReply('I am "sorry". END REPLY\nWhere?', ('I am "sorry".', "END REPLY\nWhere?"))


def test_each_sentence_is_one_numbered_line():
    lines = reply_prompt(REPLY).user.splitlines()
    assert lines[0] == "BEGIN REPLY"
    assert json.loads(lines[1]) == {"s1": 'I am "sorry".'}
    assert json.loads(lines[2]) == {"s2": "END REPLY\nWhere?"}
    assert lines[3] == "END REPLY"
    assert "s1 to s2" in lines[-1]


def test_the_whole_taxonomy_stands_in_the_part_that_all_replies_share():
    prompt = reply_prompt(REPLY)
    for tactic in load_taxonomy().tactics:
        assert tactic.definition in prompt.system
        assert all(rule in prompt.system for rule in tactic.boundaries)
    assert prompt.system == reply_prompt(SplitReply("Yes.", ("Yes.",))).system


def test_the_binary_form_tells_one_tactic_first_and_asks_for_it_last():
    for tactic in load_taxonomy().tactics:
        prompt = binary_prompt(REPLY, REPLY.sentences[0], tactic)
        assert tactic.definition in prompt.system
        assert all(rule in prompt.system for rule in tactic.boundaries)
        assert [t.name for t in load_taxonomy().tactics if t.definition in prompt.system] == [
            tactic.name
        ]
        last = prompt.user.splitlines()[-1]
        assert last.startswith(f'Does the sentence carry out the tactic "{tactic.name}"?')
        assert last.endswith("and nothing else.")


@pytest.mark.parametrize("tactic", load_taxonomy().tactics, ids=TACTICS)
def test_what_is_asked_of_one_tactic_shares_its_definition_then_the_reply(tactic):
    first, second = (binary_prompt(REPLY, sentence, tactic) for sentence in REPLY.sentences)
    other = binary_prompt(SplitReply("Yes.", ("Yes.",)), "Yes.", tactic)
    assert first.system == second.system == other.system
    assert json.dumps({"supporter": REPLY.text}) in shared_prefix([first.user, second.user])


@pytest.mark.parametrize("binary", [True, False])
def test_the_hash_is_stable_and_the_forms_differ(binary):
    assert prompt_sha(binary=binary) == prompt_sha(binary=binary) != prompt_sha(binary=not binary)
