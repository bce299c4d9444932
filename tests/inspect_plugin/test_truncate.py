"""Conversations longer than a model's context: unscored, or their oldest turns are left out."""

import io
import json

import pytest
from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

from mint_bench.errors import MintError
from mint_bench.inspect_plugin import registry
from mint_bench.inspect_plugin.generation import without_oldest
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.registry import gold_history, multi_turn
from mint_bench.records.signature import board_signature, signature
from tests.inspect_plugin.judge_server import JudgeServer, send_json

from .runs import RULES, run

assert registry.SpreadModel
TALK = [
    ("user", "It began in spring."), ("assistant", "What did?"), ("user", "The long nights."),
    ("assistant", "Go on."), ("user", "I do not sleep."),
]  # fmt: skip


class ShortServer(JudgeServer):
    """A server whose model takes so many messages at most, and refuses more as vLLM does."""

    def __init__(self, most):
        super().__init__(lambda *asked: "I hear you.")
        self.most, self.refused = most, 0

    def _handler(self):
        outer, base = self, super()._handler()

        class Handler(base):
            def do_POST(self):  # noqa: N802 - the base's name
                data = self.rfile.read(int(self.headers["Content-Length"]))
                self.rfile = io.BytesIO(data)
                if len(json.loads(data)["messages"]) <= outer.most:
                    super().do_POST()
                    return
                outer.refused += 1
                said = "This model's maximum context length is 64 tokens. However, you asked more."
                error = {"message": said, "type": "BadRequestError", "param": None, "code": 400}
                send_json(self, 400, {"error": error})

        return Handler


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "talk.jsonl"
    messages = [{"role": role, "content": text} for role, text in [*TALK, ("assistant", "Oh.")]]
    path.write_text(json.dumps({"id": "a", "messages": messages}) + "\n")
    return f"file:{path}"


def held(task, most, tmp_path, provider="openai-api/judge/small"):
    """The record of a talk with a model that takes so many messages, and its server."""
    from inspect_ai.model import get_model

    with ShortServer(most).running() as server:
        arguments = {"base_url": server.url, "api_key": "none", "memoize": False}
        log = run(task, get_model(provider, **arguments), tmp_path)
    return record_from_log(log), server


@pytest.mark.parametrize(
    "provider", ["openai-api/judge/small", "vllm/small", "spread/openai-api/judge/small"]
)
def test_what_is_too_long_is_unscored_with_the_reason(talk, tmp_path, provider):
    record, server = held(multi_turn(source=talk, **RULES), 4, tmp_path, provider)
    [conversation] = record.conversations
    reasons = [turn.unscored.get("reply", "") for turn in conversation.turns]
    assert reasons[:2] == ["", ""]
    assert "longer than the model's context" in reasons[2]
    assert server.refused == 1
    assert "truncate" not in signature(record)


@pytest.mark.parametrize("task", [multi_turn, gold_history])
def test_the_oldest_turns_are_left_out_where_that_is_asked_for_and_the_signature_says_so(
    talk, tmp_path, task
):
    record, server = held(task(source=talk, truncate="oldest", **RULES), 4, tmp_path)
    turns = record.conversations[0].turns
    assert not any(turn.unscored for turn in turns)
    assert ["oldest_left_out" in turn.flags for turn in turns] == [False, False, True]
    assert "|truncate:oldest|" in signature(record)
    assert "truncate" not in board_signature(record.board)
    last = [
        [m["content"] for m in body["messages"][1:]]
        for body in server.requests
        if body["messages"][-1]["content"] == "I do not sleep."
    ]
    before = "I hear you." if task is multi_turn else "Go on."
    assert last == [["The long nights.", before, "I do not sleep."]]


def test_the_seekers_last_turn_is_never_left_out(talk, tmp_path):
    record, server = held(multi_turn(source=talk, truncate="oldest", **RULES), 1, tmp_path)
    assert all("longer" in turn.unscored["reply"] for turn in record.conversations[0].turns)
    assert server.requests == []


def test_a_supporters_first_words_go_with_the_oldest_turn():
    system, hello = ChatMessageSystem(content="Be kind."), ChatMessageAssistant(content="Hello.")
    first, reply = ChatMessageUser(content="Hi."), ChatMessageAssistant(content="How are you?")
    last = ChatMessageUser(content="Sad.")
    assert without_oldest([system, hello, first, reply, last]) == [system, first, reply, last]
    assert without_oldest([system, first, reply, last]) == [system, last]
    assert without_oldest([system, last]) is None
    assert without_oldest([last]) is None


def test_another_way_to_shorten_is_not_known(talk):
    with pytest.raises(Exception, match="truncate='newest' is not known; write oldest") as caught:
        multi_turn(source=talk, truncate="newest", **RULES)
    assert not isinstance(caught.value, MintError)  # Inspect's own kind, told in one line
