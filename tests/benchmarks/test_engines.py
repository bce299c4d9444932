"""The measurements of engines, without an engine: pairs, prompts and what was cached."""

import subprocess
import sys
from datetime import datetime

import pytest
from inspect_ai.model import get_model

from benchmarks import corpus, engines
from benchmarks.engines import Work, prompts_of, ratios, seconds_of, share_from_turn_2
from mint_bench.inspect_plugin.registry import gold_history, multi_turn
from tests.inspect_plugin.judge_server import JudgeServer
from tests.inspect_plugin.runs import run

WORK = Work("starter", 2, 8)
NO_SCORERS = {"tagger": "none", "judge": "none", "source": "starter"}


def test_a_ratio_is_of_one_pair_and_the_order_changes(tmp_path):
    order = []

    def side(name, rates):
        rates = iter(rates)
        return lambda work, folder: order.append(name) or next(rates)

    assert ratios(side("ours", [90, 50]), side("bare", [100, 100]), WORK, 2) == [0.9, 0.5]
    assert order == ["ours", "bare", "bare", "ours"]


def test_the_bare_engine_sees_the_prompts_that_the_task_sends(tmp_path):
    with JudgeServer(lambda *asked: "I hear you.").running() as server:
        run(gold_history(**NO_SCORERS), server.model(), tmp_path, limit=WORK.conversations)
    sent = [[(m["role"], m["content"]) for m in body["messages"]] for body in server.requests]
    bare = [[(m["role"], m["content"]) for m in prompt] for prompt in prompts_of(WORK)]
    assert sorted(sent) == sorted(bare)


def test_what_was_cached_is_counted_from_the_second_turn_on(tmp_path):
    with JudgeServer(lambda *asked: "I hear you.").running() as server:
        model = get_model("openai-api/judge/m", base_url=server.url, api_key="none", memoize=False)
        log = run(multi_turn(max_turns=3, **NO_SCORERS), model, tmp_path, limit=2)
    assert share_from_turn_2(log.samples) == pytest.approx(0.6)
    assert share_from_turn_2([]) == 0


def test_the_seconds_of_a_run_begin_with_its_first_call_and_end_with_its_last_figure(tmp_path):
    with JudgeServer(lambda *asked: "I hear you.").running() as server:
        log = run(multi_turn(max_turns=2, **NO_SCORERS), server.model(), tmp_path, limit=2)
    begun = datetime.fromisoformat(log.stats.started_at)
    calls = [e.timestamp for s in log.samples for e in s.events if e.event == "model"]
    whole = (datetime.fromisoformat(log.stats.completed_at) - begun).total_seconds()
    assert 0 < seconds_of(log.samples) <= whole + 1 - (min(calls) - begun).total_seconds()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_commands_memory_is_that_of_all_it_started():
    child = "b = bytearray(80_000_000); import time; time.sleep(1)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert corpus.peak_megabytes([sys.executable, "-c", program]) > 80
    with pytest.raises(subprocess.CalledProcessError):
        corpus.peak_megabytes([sys.executable, "-c", "raise SystemExit(1)"])


def test_every_side_is_a_process_that_can_be_asked_for_help():
    words = [sys.executable, "-m", "benchmarks.engines", "--help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "--side {ours,bare,lm_eval}" in told
    assert engines.environment()["VLLM_USE_AOT_COMPILE"]
