"""What is watched while a suite runs: how far it is, what it costs, and when that is enough."""

import re
import signal
import time

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries

from mint_bench.engines.engine import Engine
from mint_bench.engines.evaluating import CostReachedError
from mint_bench.engines.prices import Prices
from mint_bench.engines.progress import Watch, watching
from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.price import NOTHING, Price
from tests.engines.suites import go
from tests.inspect_plugin.judge_server import JudgeServer


def test_the_summary_tells_where_the_time_went(tmp_path):
    def answer(model, system, user):
        time.sleep(0.05)
        return '{"score": 3}'

    with JudgeServer(answer).running() as server:
        judge = {
            "model": "openai-api/judge/judge",
            "model_args": {"base_url": server.url, "api_key": "none"},
        }
        [one] = go(tmp_path, systems=["mint/parrot"], judge="llm", roles={"grader": judge}).outcomes
    assert set(one.spent.seconds) == {"model", "judge", "here"}
    assert one.spent.seconds["judge"] >= 0.05
    assert sum(one.spent.seconds.values()) == pytest.approx(one.spent.total, rel=0.2)


def test_progress_counts_conversations_turns_tokens_and_what_is_unscored(tmp_path):
    lines = []
    result = go(tmp_path, telling=Telling(now=lines.append))
    assert re.fullmatch(r"6/6 conversations · 12 turns · \d+ tokens/s · 0 unscored", lines[-1])
    assert any("left" in line for line in lines)
    assert result.watch.tokens > 0


def test_the_time_left_counts_what_is_being_held_as_half_done():
    watch = Watch(100, Prices({}), worked=60.0)
    watch.ended = {("c", str(n), 1): (2, 0) for n in range(2)}
    assert watch.seconds_left == pytest.approx(60 / 2 * 98)
    watch.open = {str(n) for n in range(36)}
    assert watch.seconds_left == pytest.approx(60 / 20 * 80)


def finished_in(folder):
    """How many conversations the logs hold as finished."""
    return sum(
        summary.completed and not summary.error
        for info in list_eval_logs(str(folder / "logs"))
        for summary in read_eval_log_sample_summaries(info)
    )


@pytest.mark.parametrize("at_once", [1, 4])
def test_max_cost_stops_cleanly_and_the_same_suite_goes_on(tmp_path, monkeypatch, at_once):
    # Slow enough that the cost is seen before the last reply.
    monkeypatch.setattr(
        "mint_bench.engines.reaching.engine_for", lambda model: Engine(model, {"latency": 0.2}, {})
    )
    dear = Prices({"mint/parrot": Price(input=0, output=1_000_000)})
    systems = {"systems": ["mint/parrot"], "limit": 12, "max_connections": at_once}
    with pytest.raises(CostReachedError, match=r"stopped at \$.* of --max-cost \$40.00") as caught:
        go(tmp_path, most=40, prices=dear, **systems)
    assert f", {finished_in(tmp_path)} of 12 conversations done" in str(caught.value)
    assert not (tmp_path / "results").exists()
    [outcome] = go(tmp_path, **systems).outcomes
    assert len(outcome.record.conversations) == 12
    assert outcome.failed == 0


def test_max_cost_stops_where_a_price_turns_out_not_to_be_known(tmp_path):
    def answer(*asked):
        time.sleep(0.1)
        return "Tell me more."

    with JudgeServer(answer).running() as server:
        change = {"systems": [{"model": "openai-api/judge/small", "base_url": server.url}]}
        change |= {"limit": 12, "max_connections": 1}
        with pytest.raises(MintError, match=r"judge/small is not known; write it into a file"):
            go(tmp_path, most=40, prices=Prices({}), **change)
    assert len(server.requests) < 24
    assert not (tmp_path / "results").exists()


def test_max_cost_stops_where_an_answer_does_not_say_what_it_took(tmp_path):
    def answer(*asked):
        time.sleep(0.1)
        return "Tell me more."

    with JudgeServer(answer, usage=False).running() as server:
        change = {"systems": [{"model": "openai-api/judge/small", "base_url": server.url}]}
        change |= {"limit": 12, "max_connections": 1}
        prices = Prices({"openai-api/judge/small": Price(input=1, output=1)})
        with pytest.raises(MintError, match=r"judge/small answers without the number of tokens"):
            go(tmp_path, most=40, prices=prices, **change)
    assert len(server.requests) < 24
    assert not (tmp_path / "results").exists()


def test_what_costs_nothing_need_not_say_what_it_took():
    watch = Watch(1, Prices({"openai/x": NOTHING}), most=1)
    for free in ("mint/parrot", "spread/vllm/a/b", "openai/x"):
        watch.miss(free)
    assert not watch.stopped


def test_without_a_limit_an_answer_need_not_say_what_it_took():
    watch = Watch(1, Prices({}))
    watch.miss("openai/x")
    assert not watch.stopped


def test_max_cost_stops_a_suite_in_the_background_too():
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts what ends with &
    try:
        with watching(Watch(1, Prices({}))):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with pytest.raises(KeyboardInterrupt), watching(Watch(1, Prices({}), most=1)):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, kept)


def test_nothing_is_counted_outside_a_run():
    watch = Watch(1, Prices({}))
    with watching(watch):
        pass
    assert watch.line() == "0/1 conversations · 0 turns · 0 unscored"
