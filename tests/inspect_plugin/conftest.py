"""Conversations of our own, and a tagger and a judge whose answers can be told by heart."""

import json

import numpy as np
import pytest

from mint_bench.inspect_plugin import instruments
from mint_bench.judging.judge import Verdict
from mint_bench.tactics.tagger import TACTICS, Tagging

TALKS = [
    {
        "id": "flat",
        "messages": [
            {"role": "user", "content": "My flat burned down."},
            {"role": "assistant", "content": "I am so sorry. Where do you sleep now?"},
            {"role": "user", "content": "On a friend's sofa."},
            {"role": "assistant", "content": "Who else knows?"},
            {"role": "user", "content": "Nobody."},
            {"role": "assistant", "content": "That sounds lonely."},
        ],
    },
    {
        "id": "exam",
        "messages": [
            {"role": "assistant", "content": "Hi, I am Ada."},
            {"role": "user", "content": "I failed the exam."},
            {"role": "user", "content": "Twice now."},
            {"role": "assistant", "content": "Twice hurts. What happened?"},
            {"role": "user", "content": "I froze."},
            {"role": "assistant", "content": "I am sorry."},
            {"role": "user", "content": "Thanks."},
        ],
    },
    {
        "id": "dog",
        "messages": [
            {"role": "user", "content": "The dog died."},
            {"role": "assistant", "content": "Oh no. How old was she?"},
        ],
    },
]


class RuleTagger:
    """A question is questioning, "sorry" is emotional expression, a sentence with "you" advice."""

    name, sha = "rules", "0123456789abcdef"

    def tag(self, replies):
        return [
            Tagging(reply.sentences, np.array([self._row(s) for s in reply.sentences], dtype=bool))
            if reply.sentences
            else Tagging((), np.zeros((0, 10), dtype=bool))
            for reply in replies
        ]

    @staticmethod
    def _row(sentence):
        found = {
            "questioning": sentence.endswith("?"),
            "emotional_expression": "sorry" in sentence,
            "advice": "You should" in sentence,
        }
        return [found.get(name, False) for name in TACTICS]


class RuleJudge:
    """Everything is 3, and 5 for validation where the reply says sorry."""

    name, prompt_sha, settings = "rules", "fedcba9876543210", {"strict": 1}

    def rate(self, exchanges):
        return [
            Verdict((5.0 if "sorry" in e.reply else 3.0, 3.0, 3.0, 3.0, 3.0, 3.0))
            for e in exchanges
        ]


@pytest.fixture(autouse=True)
def rules(monkeypatch):
    """The names `rules` for tagger and judge; every other name goes to the real ones."""
    real_tagger, real_judge = instruments.load_tagger, instruments.load_judge
    monkeypatch.setattr(
        instruments, "load_tagger", lambda n: RuleTagger() if n == "rules" else real_tagger(n)
    )
    monkeypatch.setattr(
        instruments, "load_judge", lambda n: RuleJudge() if n == "rules" else real_judge(n)
    )
    instruments.tagger_named.cache_clear()
    instruments.judge_named.cache_clear()
    yield
    instruments.tagger_named.cache_clear()
    instruments.judge_named.cache_clear()


@pytest.fixture
def talks(tmp_path):
    """A source of our own three conversations: 3, 2 and 1 scored turns."""
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps(talk) + "\n" for talk in TALKS))
    return f"file:{path}"
