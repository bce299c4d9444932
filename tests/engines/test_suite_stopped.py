"""A suite that is stopped: nothing finished is held again, and the records are the same."""

import json
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from tests.engines.suites import written

SLOW = """
import sys
import mint_bench.engines.telling as telling
import mint_bench.engines.reaching as engines
from mint_bench.cli import main

telling.SOON = telling.PLAIN_SECONDS = 0
engines.engine_for = lambda model: engines.Engine(model, {"latency": 0.2}, {})
sys.argv = ["mint-bench", *sys.argv[1:]]
main()
"""


LONG = {
    "limit": 6, "max_turns": 3, "max_connections": 2, "temperature": 0,
    "tasks": ["multi_turn", "gold_history"],
}  # fmt: skip


def start(folder, code=SLOW):
    return subprocess.Popen(
        [sys.executable, "-u", "-c", code, "suite", "suite.yaml"], cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def conversations(folder):
    return {
        path.relative_to(folder): json.loads(path.read_text())["conversations"]
        for path in (folder / "results").glob("*/*.json")
    }


def interrupted_and_finished(folder, how, code=SLOW, after=4):
    """Stop a suite after some conversations, then run it to its end; the moment, and the logs."""
    process = start(folder, code)
    for line in process.stderr:
        if re.match(rf"[{after}-9]/|\d\d/", line):
            break
    assert process.poll() is None, process.communicate()
    time.sleep(0.5)  # while the next ones are half held
    moment = datetime.now(UTC)
    process.send_signal(how)
    said = process.communicate(timeout=60)
    assert process.returncode == (-how if how is signal.SIGKILL else 130), said
    again = start(folder, code)
    said = again.communicate(timeout=600)
    assert again.returncode == 0, said
    logs = [read_eval_log(info) for info in list_eval_logs(str(folder / "logs"))]
    return moment, [log for log in logs if log.status == "success"]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_suite_repeats_no_finished_conversation_and_ends_with_the_same_records(
    tmp_path, how
):
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    for folder in (stopped, whole):
        folder.mkdir()
        written(folder, **LONG)
    moment, logs = interrupted_and_finished(stopped, how)
    process = start(whole)
    said = process.communicate(timeout=300)
    assert process.returncode == 0, said

    samples = [sample for log in logs for sample in log.samples]
    assert len(samples) == 24
    kept = [s for s in samples if datetime.fromisoformat(s.completed_at) < moment]
    assert 2 <= len(kept) < 24
    assert conversations(stopped) == conversations(whole)
    assert len(conversations(whole)) == 4


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_embedded_model_goes_on_after_kill_9_with_the_same_records(tmp_path):
    pytest.importorskip("torch")
    plain = re.sub(r"engines.engine_for = .*", "", SLOW)
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    change = {
        "systems": ["embedded"], "limit": 6, "max_turns": 2, "max_tokens": 24, "temperature": 0,
        "max_connections": 1,  # in a batch, replies depend on who else is in it
    }  # fmt: skip
    for folder in (stopped, whole):
        folder.mkdir()
        written(folder, **change)
    moment, logs = interrupted_and_finished(stopped, signal.SIGKILL, plain, after=2)
    process = start(whole, plain)
    said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    [log] = logs
    kept = [s for s in log.samples if datetime.fromisoformat(s.completed_at) < moment]
    assert 1 <= len(kept) < 6
    assert conversations(stopped) == conversations(whole)
