"""Replies that no supporter should give, before scorers that ask a model: scored or told why."""

import json

import pytest

from mint_bench import multi_turn
from mint_bench.inspect_plugin import llm_tagger
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.scoring import split_reply
from mint_bench.sentences import visible_text
from mint_bench.tactics import LLM_TAGGERS
from tests.annotations import annotations
from tests.bad_replies import NESTED, UNITS, UNSEEN, bad_reply

from .judge_server import JudgeServer, reply_in
from .runs import Recorder, run

NAMES = (*UNITS, *NESTED)
SHORT, LONG = 14, 100_000
TOO_MANY = bad_reply("sentences", LONG)
YES = "<score>1</score>"


@pytest.fixture
def talk(tmp_path):
    """A conversation with a turn for each of the replies."""
    pair = [{"role": "user", "content": "Go on."}, {"role": "assistant", "content": "Oh."}]
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps({"id": "bad", "messages": pair * len(NAMES)}))
    return f"file:{path}"


def turns_of(log):
    [sample] = log.samples
    return sample.scores["conversation_figures"].metadata[FIGURES]["turns"]


def held(talk, tmp_path, replies, answer, role, **instruments):
    """The turns of a run in which the system gives these replies, and what was asked of a role."""
    with JudgeServer(answer).running() as server:
        system = Recorder(lambda n, messages: replies[n - 1]).model()
        task = multi_turn(source=talk, max_turns=len(replies), **instruments)
        log = run(task, system, tmp_path, model_roles={role: server.model()})
    return turns_of(log), server.requests


def without_tactics(model, system, user):
    """Every line between BEGIN and END read as JSON: whatever a sentence says, it ends no frame."""
    lines = user.split("\n")
    inside = lines[lines.index("BEGIN REPLY") + 1 : lines.index("END REPLY")]
    return json.dumps({name: [] for line in inside for name in json.loads(line)})


ANSWERS = {"llm": (without_tactics, 0), "llm-binary": (lambda *asked: YES, 1)}
ANSWERS["llm-published"] = ANSWERS["llm-binary"]


@pytest.fixture(autouse=True)
def published(tmp_path, monkeypatch):
    files = annotations(tmp_path)
    monkeypatch.setattr(llm_tagger, "people_files", lambda: files)


@pytest.mark.parametrize("tagger", LLM_TAGGERS)
def test_strange_replies_are_tagged_by_a_model(talk, tmp_path, tagger):
    answer, each = ANSWERS[tagger]
    replies = [bad_reply(name, SHORT) for name in NAMES]
    turns, _ = held(talk, tmp_path, replies, answer, "tagger", tagger=tagger, judge="none")
    assert len(turns) == len(NAMES)
    for name, turn in zip(NAMES, turns, strict=True):
        if name in UNSEEN:
            assert set(turn["unscored"]) == {"reply"}, name
        else:
            sentences = split_reply(bad_reply(name, SHORT), "en").sentences
            assert turn["tactics"] == [each * len(sentences)] * 10, (name, turn["unscored"])


@pytest.mark.parametrize("judge", ["llm", "llm-joint"])
def test_strange_replies_are_rated_by_a_model(talk, tmp_path, judge):
    there = {visible_text(bad_reply(name, SHORT)) for name in NAMES}

    def three(model, system, user):
        assert reply_in(user) in there
        return json.dumps(dict.fromkeys(DIMENSIONS if judge == "llm-joint" else ["score"], 3))

    replies = [bad_reply(name, SHORT) for name in NAMES]
    turns, _ = held(talk, tmp_path, replies, three, "grader", tagger="none", judge=judge)
    for name, turn in zip(NAMES, turns, strict=True):
        if name in UNSEEN:
            assert set(turn["unscored"]) == {"reply"}, name
        else:
            assert turn["ratings"] == [3] * 6, (name, turn["unscored"])


@pytest.mark.parametrize("tagger", LLM_TAGGERS)
def test_a_reply_of_more_sentences_than_anybody_says_costs_no_call(talk, tmp_path, tagger):
    answer, _ = ANSWERS[tagger]
    replies = [TOO_MANY, "I hear you."]
    [turn, other], requests = held(
        talk, tmp_path, replies, answer, "tagger", tagger=tagger, judge="none"
    )
    assert turn["unscored"] == {"tactics": "more than 100 sentences"}
    assert turn["tactics"] is None
    assert other["tactics"] is not None
    assert len(requests) == (1 if tagger == "llm" else 10)


def test_a_reply_of_as_many_sentences_as_may_be_is_tagged(talk, tmp_path):
    replies = ["I hear you. " * 100, "I hear you. " * 101]
    turns, requests = held(
        talk, tmp_path, replies, without_tactics, "tagger", tagger="llm", judge="none"
    )
    assert [turn["tactics"] for turn in turns] == [[0] * 10, None]
    assert len(requests) == 1
