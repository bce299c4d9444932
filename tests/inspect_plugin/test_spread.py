"""Several servers of one model: a conversation stays with one, and another takes over."""

import pytest
from inspect_ai import Task, eval_set
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, get_model
from inspect_ai.solver import generate, system_message

from mint_bench.inspect_plugin import registry
from mint_bench.inspect_plugin.generation import ask
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.registry import multi_turn
from mint_bench.replay.chat import ChatLine
from tests.inspect_plugin.judge_server import BROKEN, JudgeServer

from .runs import RULES, run

assert registry.SpreadModel


def spread(*servers, name="openai-api/box/small"):
    return get_model(
        f"spread/{name}", base_url=",".join(s.url for s in servers), api_key="none",
        config=GenerateConfig(max_retries=0), memoize=False,
    )  # fmt: skip


@pytest.fixture
def two():
    reply = lambda *asked: "I hear you."  # noqa: E731
    with JudgeServer(reply).running() as one, JudgeServer(reply).running() as other:
        yield one, other


def conversations(server):
    """The first thing the seeker says, once for each conversation that a server was asked in."""
    return {
        next(m["content"] for m in body["messages"] if m["role"] == "user")
        for body in server.requests
    }


def test_all_turns_of_a_conversation_go_to_one_server(two, talks, tmp_path):
    log = run(multi_turn(source=talks, **RULES), spread(*two), tmp_path)
    assert log.status == "success"
    asked = [conversations(server) for server in two]
    assert all(asked)
    assert not asked[0] & asked[1]
    assert sum(len(server.requests) for server in two) == 6  # 3, 2 and 1 turns


def test_all_turns_of_a_conversation_go_to_one_of_a_servers_copies(talks, tmp_path):
    with JudgeServer(lambda *asked: "I hear you.").running() as server:
        model = get_model(
            "spread/vllm/a/b", base_url=f"{server.url}#0,{server.url}#1", api_key="none",
            memoize=False,
        )  # fmt: skip
        log = run(multi_turn(source=talks, **RULES), model, tmp_path)
    assert log.status == "success"
    by_rank = {
        rank: {
            next(m["content"] for m in body["messages"] if m["role"] == "user")
            for body, said in zip(server.requests, server.headers, strict=True)
            if said["X-data-parallel-rank"] == rank
        }
        for rank in ("0", "1")
    }
    assert all(by_rank.values())
    assert not by_rank["0"] & by_rank["1"]
    assert record_from_log(log).settings.model == "a/b"


def hidden(log):
    """Tokens of each reply and of its reasoning, as the record has them."""
    return {
        (turn.tokens, turn.reasoning_tokens)
        for conversation in record_from_log(log).conversations
        for turn in conversation.turns
    }


THOUGHT = "<think>They are sad, so be brief.</think>I hear you."


def test_reasoning_is_counted_apart_by_the_server_that_wrote_it(talks, tmp_path):
    with JudgeServer(lambda *asked: THOUGHT, counts=True).running() as server:
        copies = f"{server.url}#0,{server.url}#1"
        model = get_model("spread/vllm/a/b", base_url=copies, api_key="none", memoize=False)
        log = run(multi_turn(source=talks, **RULES), model, tmp_path)
    assert hidden(log) == {(3, 2)}  # of the five that it says it wrote
    assert server.counted == [("a/b", "I hear you.")] * 6


def test_reasoning_that_a_server_counts_in_its_usage_is_taken_from_there(talks, tmp_path):
    with JudgeServer(lambda *asked: THOUGHT, counts=True, reasoning=4).running() as server:
        log = run(multi_turn(source=talks, **RULES), spread(server), tmp_path)
    assert hidden(log) == {(1, 4)}
    assert server.counted == []


def test_where_a_server_counts_for_nobody_the_tokens_are_unknown_and_it_is_asked_once(
    talks, tmp_path
):
    with JudgeServer(lambda *asked: THOUGHT).running() as server:
        model = spread(server)
        log = run(multi_turn(source=talks, **RULES), model, tmp_path, max_samples=1)
    assert hidden(log) == {(None, None)}
    assert len(server.counted) == 1


def thinking(enable_thinking=True):
    """The end of a prompt of a model that thinks, as its chat template writes it."""
    return "<|assistant|><think>" if enable_thinking else "<|assistant|><think></think>"


@pytest.mark.parametrize(
    ("finish", "template", "seen"),
    [
        ("length", {}, "the token limit was reached within the reasoning"),
        ("length", {"enable_thinking": False}, None),  # closed before the reply
        ("stop", {}, None),  # it never closed, but came to an end: a reply
    ],
)
async def test_a_reply_cut_off_in_reasoning_that_the_prompt_opened_is_none(finish, template, seen):
    thought = "They are sad, so I should be"
    with JudgeServer(
        lambda *asked: thought, counts=True, finish=finish, opens=thinking
    ).running() as server:
        config = GenerateConfig(extra_body={"chat_template_kwargs": template})
        reply, _ = await ask(spread(server), [ChatLine("user", "I am sad.")], config)
    assert reply.failure == seen
    assert reply.text == ("" if seen else thought)
    assert reply.cut_off == (finish == "length")


async def test_where_nobody_says_what_a_prompt_opens_a_reply_stays_as_it_is():
    with JudgeServer(lambda *asked: "I hear", finish="length").running() as server:
        model = spread(server)
        replies = [(await ask(model, [ChatLine("user", "I am sad.")]))[0] for _ in range(2)]
    assert {(reply.text, reply.cut_off) for reply in replies} == {("I hear", True)}


def test_the_record_names_a_roles_model_not_the_number_of_its_servers(two, talks, tmp_path):
    for server in two:
        server.answer = lambda *asked: '{"score": 3}'
    task = multi_turn(source=talks, tagger="none", judge="llm")
    log = run(task, "mint/parrot", tmp_path, model_roles={"grader": spread(*two, name="vllm/a/b")})
    [judge] = record_from_log(log).board.judges
    assert judge.name == "vllm/a/b"


def test_the_record_names_the_model_not_the_number_of_its_servers(two, talks, tmp_path):
    task = multi_turn(source=talks, **RULES)
    one = record_from_log(run(task, spread(two[0], name="vllm/a/b"), tmp_path / "1"))
    both = record_from_log(run(task, spread(*two, name="vllm/a/b"), tmp_path / "2"))
    assert one.settings == both.settings
    assert (both.settings.provider, both.settings.model) == ("vllm", "a/b")
    assert two[0].url not in both.model_dump_json()
    assert {body["model"] for server in two for body in server.requests} == {"a/b"}


def test_a_server_that_is_away_is_replaced(two, talks, tmp_path):
    with JudgeServer(None).running() as gone:
        pass
    log = run(multi_turn(source=talks, **RULES), spread(gone, two[1]), tmp_path)
    assert log.status == "success"
    assert len(two[1].requests) == 6


def test_where_all_are_away_the_run_fails_at_once(talks, tmp_path):
    with JudgeServer(None).running() as gone:
        pass
    log = run(multi_turn(source=talks, **RULES), spread(gone), tmp_path, fail_on_error=False)
    assert all("Connection error" in sample.error.message for sample in log.samples)


def test_a_server_that_answers_with_a_fault_is_not_left(two, talks, tmp_path):
    two[0].answer = lambda *asked: BROKEN
    log = run(multi_turn(source=talks, **RULES), spread(*two), tmp_path, fail_on_error=False)
    assert any(sample.error for sample in log.samples)
    assert any(sample.error is None for sample in log.samples)


def test_a_run_goes_on_with_another_number_of_servers(two, tmp_path):
    def go(*servers):
        steps = [system_message("Be brief."), generate()]
        task = Task([Sample("Hello", id=n) for n in range(4)], solver=steps, name="hello")
        return eval_set(task, log_dir=str(tmp_path), model=spread(*servers), display="none",
                        ctl_server=False)  # fmt: skip

    go(two[0])
    done, _ = go(*two)
    assert done
    assert len(two[0].requests) == 4
    assert not two[1].requests
