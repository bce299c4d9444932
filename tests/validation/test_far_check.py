"""The mark "far from training": who gets it when left out, and what it says of errors."""

import json
from pathlib import Path

import numpy as np
import pytest

from mint_bench.encoder import shipped
from mint_bench.judging import JUDGES, load_judge
from mint_bench.judging.embedded import FAR
from mint_bench.judging.judge import Verdict
from mint_bench.resources import resource
from mint_bench.sources import load
from mint_bench.validation import far_check
from mint_bench.validation.cards import render_card
from mint_bench.validation.far_check import (
    _of_esconv,
    _of_probes,
    errors,
    far_left_out,
    over_conversations,
    unseen_shares,
)
from mint_bench.validation.labels import HUMAN, LabelledReply, read_replies
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probes import Outcome, summarise
from mint_bench.validation.steps import Steps
from tests.data_folder import data_folder

NO_TAGS = np.zeros(10, dtype=bool)
PLAIN = "I hear you, and all of that must hurt so much."
STRANGE = "Quarks obey asymptotic freedom under lattice gauge couplings, mostly."


def reply(system, conversation, text=PLAIN):
    return LabelledReply(system, conversation, (), text, (), None, NO_TAGS, np.full(6, 3.0))


@pytest.fixture
def planted():
    """Three systems and people; `odd` lies elsewhere in the space, and `long` talks at length."""
    systems = ("plain", "odd", "long", HUMAN)
    replies = [reply(s, f"c{i % 25}") for s in systems for i in range(50)]
    rng = np.random.default_rng(1)
    vectors = np.array([[1.0, 0, 0, 0]] * 200) + rng.normal(0, 0.02, (200, 4))
    vectors[50:100] += np.array([-1.0, 1, 0, 0])
    for place in range(100, 150):
        replies[place] = reply("long", f"c{place % 25}", PLAIN * 9)
    return replies, vectors.astype(np.float32), {s: i for i, s in enumerate(systems)}


def test_what_lies_elsewhere_or_is_longer_is_far_when_it_is_left_out(planted):
    replies, vectors, folds = planted
    far = far_left_out(replies, vectors, folds, "sha")
    assert far[:50].mean() < 0.1
    assert far[50:100].all()
    assert far[100:150].all()


def test_what_a_system_of_the_same_fold_says_is_not_known_either(planted):
    replies, vectors, folds = planted
    vectors[:50] = vectors[50:100]
    assert far_left_out(replies, vectors, {**folds, "odd": folds["plain"]}, "sha")[:100].all()
    assert far_left_out(replies, vectors, folds, "sha")[:100].mean() < 0.1


def test_words_that_nobody_else_uses_are_far(planted):
    replies, vectors, folds = planted
    vectors[:] = vectors[0]
    replies[:50] = [reply("plain", f"c{i % 25}", STRANGE) for i in range(50)]
    assert not far_left_out(replies, vectors, folds, "sha")[:50].any()
    assert far_left_out(replies, vectors, folds, "sha", unseen_shares)[:50].all()


def test_a_mean_is_that_of_the_counted_replies_with_an_interval_over_conversations():
    conversations = [f"c{i % 25}" for i in range(100)]
    values = np.arange(100) % 4 == 0
    found = over_conversations(conversations, values, np.arange(100) < 50)
    assert (found["value"], found["replies"], found["n"]) == (13 / 50, 50, 25)
    assert found["low"] < found["value"] < found["high"]


def test_errors_of_far_replies_stand_beside_those_of_the_others():
    conversations = [f"c{i % 25}" for i in range(100)]
    far = np.arange(100) % 2 == 0
    found = errors(conversations, np.where(far, 0.9, 0.2), far)
    assert found["far"]["value"] == pytest.approx(0.9)
    assert found["other"]["value"] == pytest.approx(0.2)


def test_where_nothing_is_far_there_is_no_error():
    found = errors(["a", "b"], np.array([0.1, 0.2]), np.zeros(2, dtype=bool))
    assert (found["far"]["value"], found["far"]["replies"]) == (None, 0)


def test_of_probes_the_attacks_that_are_rated_count():
    marks = [((3.0,) * 6, (FAR,)), ((3.0,) * 6, ()), (None, ()), ((3.0,) * 6, ("said_before",))]
    outcomes = [
        Outcome(id=f"symbols-0{i}", kind="symbols", result="held", ratings=ratings, flags=flags)
        for i, (ratings, flags) in enumerate(marks)
    ]
    good = Outcome(id="honest_reply-01", kind="honest_reply", result="held", ratings=(3.0,) * 6)
    found = _of_probes(summarise("j", "0" * 8, load_probes(), [*outcomes, good]))
    assert (found["value"], found["replies"]) == (1 / 3, 3)
    assert found["low"] < 1 / 3 < found["high"]


@pytest.mark.parametrize("name", JUDGES)
def test_the_card_shows_the_mark_where_it_was_measured(name):
    card = json.loads(resource("scorers", "judges", name, "card.json").read_text("utf-8"))
    share = {"value": 0.125, "low": 0.1, "high": 0.2, "n": 50, "replies": 5670}
    kinds = ("systems_left_out", "people_left_out", "esconv", "probes")
    error = {"far": {**share, "value": 0.5}, "other": share}
    text = render_card({**card, "far": {"share": dict.fromkeys(kinds, share), "error": error}})
    assert "| ESConv's supporters | 0.125 [0.100, 0.200] | 5,670 | 50 |" in text
    assert "**0.50 [0.10, 0.20]** on the 5,670 replies that are flagged then" in text
    without = render_card({key: value for key, value in card.items() if key != "far"})
    assert "know what it does not know" not in without


class Planted:
    """Marks what is longer than ten words, and does not rate what is longer than thirty."""

    def rate(self, exchanges):
        words = [len(exchange.reply.split()) for exchange in exchanges]
        return [
            Verdict(None, unscored="long")
            if n > 30
            else Verdict((3.0,) * 6, flags=(FAR,) if n > 10 else ())
            for n in words
        ]


def test_of_esconv_the_rated_replies_of_each_supporter_count(monkeypatch):
    starter = load("starter")
    monkeypatch.setattr(far_check, "load", lambda name: starter if name == "esconv" else None)
    words = [
        len(talk.turns[place].text.split())
        for talk in starter.conversations
        for place in talk.scored_turns
    ]
    found = _of_esconv(Planted())
    rated = [n for n in words if n <= 30]
    assert found["replies"] == len(rated)
    assert found["n"] == len(starter.conversations)
    assert found["value"] == pytest.approx(sum(n > 10 for n in rated) / len(rated))


@pytest.fixture(scope="module")
def published():
    data = data_folder()
    return read_replies(Path(data))[::40]


@pytest.mark.parametrize("name", JUDGES)
def test_a_part_of_the_published_replies_goes_all_the_way(name, published, monkeypatch):
    monkeypatch.setattr(far_check, "read_replies", lambda _: published)
    monkeypatch.setattr(far_check, "_of_esconv", lambda _: {})
    told = []
    steps = Steps(far_check.STEPS, lambda _what, share: told.append(share))
    report = summarise("j", "0" * 8, load_probes(), [])
    found = far_check.figures(load_judge(name), shipped(), Path(), report, steps)
    shares, error = found["share"], found["error"]
    rated = shares["systems_left_out"]["replies"] + shares["people_left_out"]["replies"]
    assert rated == error["far"]["replies"] + error["other"]["replies"] == len(published)
    assert 0 < error["other"]["value"] < 1
    assert told[-1] == pytest.approx(1 - 1 / far_check.STEPS)
