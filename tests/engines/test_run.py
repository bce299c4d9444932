"""One system through one task, again and again: the same request goes on where it stopped."""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from mint_bench.engines.cell import log_path
from mint_bench.engines.decide import Reach
from mint_bench.engines.prices import Prices
from mint_bench.engines.progress import Watch
from mint_bench.engines.request import RunRequest, command_line, folder_name, task_arguments
from mint_bench.engines.run import run
from mint_bench.errors import MintError
from mint_bench.inspect_plugin import providers
from mint_bench.inspect_plugin.price import Price
from mint_bench.records.store import read
from tests.data_folder import data_folder
from tests.inspect_plugin.judge_server import BROKEN, JudgeServer

SMALL = RunRequest(
    "mint/parrot", source="starter", limit=3, max_turns=2, tagger="none", judge="none"
)


def go(request, tmp_path):
    return run(request, tmp_path / "logs", tmp_path / "results")


def test_a_run_writes_the_record_that_it_returns(tmp_path):
    result = go(SMALL, tmp_path)
    assert read(result.path).conversations == result.record.conversations
    assert result.path.is_relative_to(tmp_path / "results" / "parrot")
    assert [len(c.turns) for c in result.record.conversations] == [2, 2, 2]
    assert result.failed == 0


def test_the_command_is_in_the_record(tmp_path):
    assert go(SMALL, tmp_path).record.provenance.command == (
        "mint-bench run mint/parrot --source starter --limit 3 --max-turns 2 "
        "--tagger none --judge none"
    )


def test_what_the_conversations_cost_is_in_the_record(tmp_path):
    grader = "openai-api/judge/large"
    prices = {"small": Price(input=1e6, output=0), grader: Price(input=0, output=1e6)}
    with JudgeServer(lambda *asked: '{"score": 3}').running() as server:
        reached = f"model_args: {{base_url: '{server.url}', api_key: none}}"
        roles = (f"grader={{model: {grader}, {reached}}}",)
        request = replace(SMALL, model="small", judge="llm", model_roles=roles)
        watch, reach = Watch(0, Prices(prices)), Reach(base_urls=(server.url,))
        first = run(request, tmp_path / "logs", tmp_path / "results", reach, watch=watch)
    replies = 6
    ratings = len(server.requests) - replies
    assert ratings > 0
    spent = replies * 100 * 1.0 + ratings * 5 * 1.0  # as the server counts, at a dollar a token
    assert watch.cost == pytest.approx(spent)
    assert first.record.provenance.cost_usd == pytest.approx(spent)


def test_what_nobody_is_paid_for_has_no_cost(tmp_path):
    assert go(SMALL, tmp_path).record.provenance.cost_usd is None


def test_options_reach_the_model_and_the_record(tmp_path):
    request = replace(SMALL, model="mockllm/model", temperature=0.3, max_tokens=9, seed=5)
    with pytest.raises(MintError, match="no conversation"):
        go(request, tmp_path)  # the mock model counts tokens with a file from the network
    [info] = list_eval_logs(str(tmp_path / "logs"))
    config = read_eval_log(info, header_only=True).plan.config
    assert (config.temperature, config.max_tokens, config.seed) == (0.3, 9, 5)


@pytest.mark.parametrize(("task", "history"), [("multi_turn", "own"), ("gold_history", "gold")])
def test_human_takes_the_board_of_the_task(tmp_path, task, history):
    record = go(replace(SMALL, model="human", task=task), tmp_path).record
    assert (record.kind, record.board.history) == ("human", history)


def test_the_same_request_again_gives_the_finished_result(tmp_path):
    first, second = go(SMALL, tmp_path), go(SMALL, tmp_path)
    assert second.log == first.log
    assert second.record == first.record


def test_conversations_that_failed_are_unscored_and_tried_again(tmp_path, monkeypatch):
    asked = []

    def fails_once(name, seen):
        asked.append(seen[-1].text)
        if broken and "shut the line" in seen[1].text:
            raise ConnectionError("no route to host")
        return "I see."

    monkeypatch.setattr(providers, "trivial_reply", fails_once)
    broken = True
    first = go(SMALL, tmp_path)
    assert first.failed == 1
    assert sum("reply" in c.turns[0].unscored for c in first.record.conversations) == 1
    assert "no route to host" in first.record.provenance.notes[0]

    broken = False
    asked.clear()
    second = go(SMALL, tmp_path)
    assert second.failed == 0
    assert not any(turn.unscored for c in second.record.conversations for turn in c.turns)
    assert len(asked) == 2  # only the one that failed was held again


@pytest.mark.slow  # Inspect waits before it tries failed conversations again
@pytest.mark.timeout(1200)
def test_a_seeker_that_cannot_be_reached_fails_its_conversation_and_a_rerun_resumes(tmp_path):
    asked, broken = [], True

    def answer(model, system, user):
        asked.append(user)
        return BROKEN if broken and len(asked) > 3 else "It went on like that for weeks."

    with JudgeServer(answer).running() as server:
        spec = f"{{model: openai-api/judge/small, max_retries: 0, model_args: {{base_url: '{server.url}', api_key: none}}}}"  # noqa: E501
        request = replace(
            SMALL, model="mint/silence", seeker="anchored", max_turns=3, max_connections=1,
            model_roles=(f"seeker={spec}",),
        )  # fmt: skip
        first = go(request, tmp_path)
        assert first.failed == 2
        broken = False
        asked.clear()
        second = go(request, tmp_path)
    assert second.failed == 0
    assert len(asked) == 4  # two lines in each of the two that failed
    assert "127.0.0.1" not in second.path.read_text()


def twelve_turns(name):
    """A conversation of twelve exchanges, each line of which names itself."""
    messages = []
    for n in range(1, 13):
        messages += [
            {"role": "user", "content": f"Thing {n} of {name} went wrong."},
            {"role": "assistant", "content": "And then?"},
        ]
    return {"id": name, "messages": messages}


@pytest.mark.slow  # Inspect waits before it tries failed conversations again
@pytest.mark.timeout(1200)
def test_a_network_failure_in_turn_7_of_12_costs_its_conversation_alone_until_the_rerun(tmp_path):
    talks = tmp_path / "talks.jsonl"
    talks.write_text("".join(json.dumps(twelve_turns(name)) + "\n" for name in ("Ann", "Bo")))
    asked, broken = [], True

    def answer(model, system, user):
        line = re.search(r"Thing (\d+) of (\w+)", user)
        asked.append((line[2], int(line[1])))
        return BROKEN if broken and asked[-1] == ("Ann", 7) else f"About {line[1]}: it broke down."

    with JudgeServer(answer).running() as server:
        spec = f"{{model: openai-api/judge/small, max_retries: 1, temperature: 0.31, max_tokens: 55, model_args: {{base_url: '{server.url}', api_key: none}}}}"  # noqa: E501
        request = replace(
            SMALL, model="mint/silence", source=f"file:{talks}", limit=None, max_turns=None,
            seeker="anchored", model_roles=(f"seeker={spec}",),
        )  # fmt: skip
        first = go(request, tmp_path)
        sent = {(body["temperature"], body.get("max_tokens")) for body in server.requests}
        tries = asked.count(("Ann", 7))
        broken = False
        asked.clear()
        second = go(request, tmp_path)
    assert first.failed == 1
    assert tries >= 2  # Inspect's own retry, then the conversation again
    whole = {c.id: not any(turn.unscored for turn in c.turns) for c in first.record.conversations}
    assert whole == {"Ann": False, "Bo": True}
    assert {name for name, _ in asked} == {"Ann"}  # what is done is not held again
    assert second.failed == 0
    assert [len(c.turns) for c in second.record.conversations] == [12, 12]
    assert sent == {(0.31, 55)}  # settings on the command line reach the seeker's provider


@pytest.mark.parametrize("request_", [{"task": "gold_history"}, {"model": "human"}])
def test_a_simulated_seeker_is_for_a_system_under_own_history(request_, tmp_path):
    request = replace(SMALL, seeker="anchored", model_roles=("seeker=mint/parrot",), **request_)
    with pytest.raises(MintError, match="is for a system under task multi_turn"):
        go(request, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"model": "mint/silence"}, {"task": "gold_history"}, {"source": "esconv_failed"},
        {"limit": 4}, {"epochs": 2}, {"max_turns": 3}, {"tagger": "embedded"},
        {"judge": "embedded"}, {"seeker": "anchored"}, {"temperature": 0.1}, {"max_tokens": 5},
        {"seed": 1},
    ],
)  # fmt: skip
def test_whatever_changes_the_result_has_a_log_folder_of_its_own(change):
    if change.get("source"):
        data_folder(change["source"])
    assert folder_name(replace(SMALL, **change)) != folder_name(SMALL)


def test_how_fast_it_runs_does_not_change_the_log_folder():
    assert folder_name(replace(SMALL, max_connections=7)) == folder_name(SMALL)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("grader=a/b,c/d", "grader=a/b, c/d"),
        ("grader=a/b", "grader={model: a/b, max_retries: 3, max_connections: 9}"),
        (
            "grader={model: a/b, top_p: 1, model_args: {base_url: 'http://one', api_key: x}}",
            "grader={top_p: 1.0, model: a/b, model_args: {base_url: 'http://two'}}",
        ),
    ],
)
def test_how_a_role_is_written_and_reached_does_not_change_the_log_folder(one, other):
    names = {folder_name(replace(SMALL, model_roles=(role,))) for role in (one, other)}
    assert len(names) == 1
    more = "grader={model: a/b, temperature: 0.5}"
    assert folder_name(replace(SMALL, model_roles=(more,))) not in names


def test_a_log_folder_has_a_name_that_each_file_system_takes():
    long = replace(SMALL, model="openai/" + "n" * 190)
    assert len(folder_name(long)) < 200
    assert folder_name(long) != folder_name(replace(long, model=long.model + "n"))


def test_the_command_names_a_users_file_without_its_folder():
    request = RunRequest("mint/parrot", source="file:/home/someone/private/talks.jsonl")
    assert command_line(request) == "mint-bench run mint/parrot --source file:talks.jsonl"


@pytest.mark.parametrize("model", ["gpt", "embeded"])
def test_a_model_without_a_provider_is_explained(model, tmp_path):
    with pytest.raises(MintError, match=r"write embedded, human, mint/silence"):
        run(replace(SMALL, model=model), tmp_path / "logs", tmp_path / "results")


def test_an_unknown_task_is_named():
    with pytest.raises(MintError, match="multiturn"):
        task_arguments(replace(SMALL, task="multiturn"))


@pytest.mark.parametrize("model", ["mint/oracle", "nobody/model"])
def test_an_unknown_model_is_one_line_and_leaves_no_record(tmp_path, model):
    if model == "nobody/model":
        pytest.importorskip("transformers")  # without it, that is the fault that is told
    with pytest.raises(MintError) as caught:
        go(replace(SMALL, model=model), tmp_path)
    assert model.partition("/")[0] in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_a_provider_without_its_package_or_key_is_one_line(tmp_path, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(MintError, match=r"(?i)anthropic"):
        go(replace(SMALL, model="anthropic/some-model"), tmp_path)


def test_a_logs_location_may_be_a_path_or_an_address():
    assert log_path("/tmp/a b.eval") == log_path("file:///tmp/a%20b.eval") == Path("/tmp/a b.eval")


SLOW_RUN = """
import sys
import mint_bench.engines.telling as telling
import mint_bench.engines.reaching as engines
from mint_bench.cli import main

telling.SOON = telling.PLAIN_SECONDS = 0
engines.engine_for = lambda model: engines.Engine(model, {"latency": 0.6}, {})
sys.argv = ["mint-bench", *sys.argv[1:]]
main()
"""
ARGUMENTS = [
    "run", "mint/parrot", "--source", "starter", "--limit", "20", "--max-turns", "3",
    "--tagger", "none", "--judge", "none", "--max-connections", "2",
]  # fmt: skip


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-u", "-c", SLOW_RUN, *ARGUMENTS], cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def stopped(folder, how):
    """Start a run, stop it after some conversations are finished; when, and what it said."""
    process = start(folder)
    for line in process.stderr:
        if re.match(r"[1-9]", line):
            break
    time.sleep(1.5)  # some more, while the next two are half held
    assert process.poll() is None, process.communicate()
    moment = datetime.now(UTC)
    process.send_signal(how)
    said = process.communicate(timeout=60)
    return moment, process.returncode, said


def finish(folder):
    process = start(folder)
    said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    logs = [read_eval_log(info) for info in list_eval_logs(str(folder / "logs"))]
    [log] = [log for log in logs if log.status == "success"]
    return log


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_loses_no_finished_conversation(tmp_path, how):
    moment, code, said = stopped(tmp_path, how)
    if how is signal.SIGINT:
        assert code == 130
        assert "the same command goes on" in said[1]
    assert not (tmp_path / "results").exists()

    log = finish(tmp_path)
    assert len(log.samples) == 20
    before = [s for s in log.samples if datetime.fromisoformat(s.completed_at) < moment]
    assert 2 <= len(before) < 20
    [record] = (tmp_path / "results").glob("*/*.json")
    assert len(json.loads(record.read_text())["conversations"]) == 20


def test_a_judge_panel_rates_a_run_and_stands_on_its_board(tmp_path):
    with JudgeServer(lambda *asked: '{"score": 3}').running() as server:
        reached = f"model_args: {{base_url: '{server.url}', api_key: sesame}}"
        panel = ",".join(f"{{model: openai-api/judge/{name}, {reached}}}" for name in "ab")
        request = replace(SMALL, limit=1, judge="llm", model_roles=(f"grader=[{panel}]",))
        record = go(request, tmp_path).record
    assert [judge.name for judge in record.board.judges] == [
        "openai-api/judge/a", "openai-api/judge/b",
    ]  # fmt: skip
    turns = [turn for conversation in record.conversations for turn in conversation.turns]
    assert all(turn.ratings == [3] * 6 and turn.panel == [[3] * 6] * 2 for turn in turns)
    assert "sesame" not in record.model_dump_json()
    assert server.url not in record.model_dump_json()
