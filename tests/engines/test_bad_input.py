"""What cannot be run, as it is typed: a line that says what to do, an exit code, and no litter.

Where something was done already, the same command goes on from there. A port that is taken is in
`test_vllm_server.py`, a full disk in `tests/faults`.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from mint_bench.engines import cell, reaching
from mint_bench.engines.cell import Cell, open_cells
from mint_bench.engines.decide import Machine
from mint_bench.engines.request import RunRequest
from mint_bench.engines.roles import role_models
from mint_bench.engines.vllm_server import Server
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.resources import resource
from tests.cli.typed import type_in
from tests.inspect_plugin.judge_server import AWAY, BROKEN, REFUSED, TOO_LONG, JudgeServer

QUICK = ["--source", "starter", "--limit", "3", "--max-turns", "2", "--tagger", "none",
         "--judge", "none", "--max-connections", "1"]  # fmt: skip

SCORES = json.dumps(dict.fromkeys(DIMENSIONS, 3))
"""What a judge says in form."""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type `mint-bench run …` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: type_in("run", *QUICK, *words)


def told(done):
    """The one line in which a command says why it failed."""
    [line] = [line for line in done.err.splitlines() if line.startswith("mint-bench: ")]
    assert "Traceback" not in done.err
    return line


def record(folder):
    [path] = (folder / "results").glob("*/*.json")
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    ("model", "here", "said"),
    [
        ("gpt", Machine(), "model 'gpt' is not known; write embedded"),
        ("", Machine(), "no model is named; write embedded"),
        (" ", Machine(), "no model is named; write embedded"),
        ("openai/" + "a" * 3000, Machine(), "its name has 3,007 characters"),
        ("a/" + "a" * 300, Machine(), "its name has 302 characters; a record keeps at most 200"),
        ("nobody/b", Machine(), "nobody/b: the Hugging Face hub has no such model"),
        ("mint/oracle", Machine(), "oracle"),
        ("vllm/a/b", Machine("0.32.0"), "built for GPUs and there is none here"),
        ("a/b:c/d", Machine(), "a LoRA adapter needs vLLM"),
        ("./weights", Machine(), "too little memory: the weights take 0.0 GB"),
    ],
)
def test_what_cannot_run_here_is_refused_and_leaves_nothing(
    run, tmp_path, monkeypatch, model, here, said
):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "model.safetensors").write_bytes(b"0" * 2000)
    monkeypatch.setattr("mint_bench.engines.memory.free_memory", lambda: 1000)
    monkeypatch.setattr(reaching, "machine", lambda: here)
    done = run(model)
    assert done.code == 2
    assert said in told(done)
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]


def test_a_file_whose_name_no_record_keeps_is_refused_before_anything_is_asked(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(resource("tasks", "starter.jsonl"), f"{'s' * 230}.jsonl")
    done = type_in("run", "mint/silence", "--source", f"file:{'s' * 230}.jsonl")
    assert (done.code, "rename the file" in told(done)) == (2, True)
    assert not (tmp_path / "logs").exists()


def test_a_key_that_is_refused_is_told_and_the_right_one_goes_on(run, tmp_path, monkeypatch):
    monkeypatch.setenv("BOX_API_KEY", "none")
    answers = {"": REFUSED}
    with JudgeServer(lambda *asked: answers.get("", "Tell me more.")).running() as server:
        monkeypatch.setenv("BOX_BASE_URL", server.url)
        done = run("openai-api/box/small")
        assert done.code == 2
        assert "openai-api/box/small: the key is refused; set BOX_API_KEY" in told(done)
        assert not (tmp_path / "results").exists()
        answers.clear()
        assert run("openai-api/box/small").code == 0
    assert len(record(tmp_path)["conversations"]) == 3


@pytest.mark.parametrize(
    ("measuring", "role"),
    [
        (["--judge", "llm-joint"], "grader"),
        (["--also", "relevance"], "grader"),
        (["--tagger", "llm"], "tagger"),
        (["--seeker", "anchored"], "seeker"),
    ],
)
def test_a_roles_key_that_is_refused_is_told_and_the_right_one_goes_on(
    run, tmp_path, monkeypatch, measuring, role
):
    answers = {"": REFUSED}
    words = ["mint/copy_last", *measuring, "--model-role", f"{role}=openai-api/box/small"]
    monkeypatch.setenv("BOX_API_KEY", "wrong")
    with JudgeServer(lambda *asked: answers.get("", SCORES)).running() as server:
        monkeypatch.setenv("BOX_BASE_URL", server.url)
        done = run(*words)
        assert done.code == 2
        assert (
            f"the role {role}: openai-api/box/small refuses the key; set BOX_API_KEY, then the "
            "same command"
        ) in told(done)
        assert not (tmp_path / "results").exists()
        answers.clear()
        asked = len(server.requests)
        assert run(*words).code == 0
        assert len(server.requests) > asked
    assert len(record(tmp_path)["conversations"]) == 3


def test_a_judge_that_goes_away_in_the_middle_is_told_and_the_same_command_goes_on(
    run, tmp_path, monkeypatch
):
    words = ["mint/copy_last", "--judge", "llm-joint", "--model-role",
             "grader={model: openai-api/box/small, max_retries: 0}"]  # fmt: skip
    said = []

    def goes(model, system, user):
        said.append(user)
        return SCORES if len(said) < 3 else AWAY

    monkeypatch.setenv("BOX_API_KEY", "none")
    with JudgeServer(goes).running() as server:
        monkeypatch.setenv("BOX_BASE_URL", server.url)
        done = run(*words)
    assert done.code == 1
    assert "the role grader: openai-api/box/small cannot be reached; start its server" in done.err
    assert "2 conversations failed" in told(done)

    with JudgeServer(lambda *asked: SCORES).running() as server:
        monkeypatch.setenv("BOX_BASE_URL", server.url)
        assert run(*words).code == 0
    assert len(server.requests) == 4  # two ratings in each of the two that failed
    assert not any("unscored" in t for c in record(tmp_path)["conversations"] for t in c["turns"])


@pytest.mark.parametrize("name", ["small", "Qwen/Qwen3-4B"])
def test_the_key_of_a_name_that_only_its_server_knows_is_the_one_that_is_sent(run, name):
    with JudgeServer(lambda *asked: REFUSED).running() as server:
        done = run(name, "--base-url", server.url)
    assert (done.code, f"{name}: the key is refused; set SERVER_API_KEY" in told(done)) == (2, True)


def test_a_refused_key_of_a_seeker_is_not_laid_to_a_system_that_needs_none(run):
    with JudgeServer(lambda *asked: REFUSED).running() as server:
        reached = f"model_args: {{base_url: '{server.url}', api_key: none}}"
        seeker = f"seeker={{model: openai-api/box/m, {reached}}}"
        done = run("mint/silence", "--seeker", "anchored", "--model-role", seeker)
    assert (done.code, "MINT_API_KEY" in told(done)) == (2, False)
    assert "the role seeker: openai-api/box/m refuses the key" in told(done)


def test_a_providers_missing_package_is_told_with_the_model_as_it_was_typed(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with JudgeServer(lambda *asked: "Tell me more.").running() as server:
        done = run("anthropic/m", "--base-url", server.url)
    assert done.code == 2
    assert "mint-bench: model anthropic/m cannot be had: Anthropic API requires" in told(done)
    assert "[" not in told(done)


@pytest.mark.parametrize("option", ["--out", "--log-dir"])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_asked(run, tmp_path, option):
    (tmp_path / "file").touch()
    with JudgeServer(lambda *asked: "Tell me more.").running() as server:
        done = run("small", "--base-url", server.url, option, "file")
    assert done.code == 2
    assert re.search(r"file.*: (cannot|no folder that can) be written", told(done))
    assert not server.requests
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("content", [b"", b"no log at all"])
def test_a_log_that_cannot_be_read_is_named_and_without_it_the_run_goes_on(run, tmp_path, content):
    run("mint/silence")
    [log] = (tmp_path / "logs").glob("*/*.eval")
    damaged = log.with_name(f"2020-01-01T00-00-00-00-00_multi-turn_{'a' * 22}.eval")
    damaged.write_bytes(content)
    done = run("mint/silence")
    assert done.code == 2
    assert f"{damaged.name}: not a readable log" in told(done)
    assert "move it out of that folder" in told(done)
    damaged.unlink()
    assert run("mint/silence").code == 0


def test_a_conversation_longer_than_the_context_is_unscored_with_the_reason(run, tmp_path):
    said = []

    def answer(model, system, user):
        said.append(user)
        return TOO_LONG if len(said) == 2 else "Tell me more."

    with JudgeServer(answer).running() as server:
        done = run("openai-api/box/small", "--base-url", server.url)
    assert done.code == 0
    turns = [turn for c in record(tmp_path)["conversations"] for turn in c["turns"]]
    reasons = [turn["unscored"]["reply"] for turn in turns if "unscored" in turn]
    assert reasons == ["the conversation and the reply are longer than the model's context"]


def test_a_server_that_dies_in_the_middle_loses_nothing_that_was_held(run, tmp_path):
    said = []

    def dies(model, system, user):
        said.append(user)
        return AWAY if len(said) > 2 else "Tell me more."

    with JudgeServer(dies).running() as server:
        done = run("openai-api/box/small", "--base-url", server.url)
    assert done.code == 1
    assert "conversations failed; the record names them" in told(done)
    assert sum("unscored" in c["turns"][0] for c in record(tmp_path)["conversations"]) == 2

    with JudgeServer(lambda *asked: "Tell me more.").running() as server:
        assert run("openai-api/box/small", "--base-url", server.url).code == 0
    assert len(server.requests) == 4  # two replies in each of the two that failed
    assert not any("unscored" in t for c in record(tmp_path)["conversations"] for t in c["turns"])


def test_the_end_of_retries_is_the_systems_own_and_no_roles(tmp_path):
    request = RunRequest("mint/parrot", source="starter", tagger="none", judge="none")
    [ready], _ = open_cells([Cell(request, "key")], reaching.Reached())
    assert (ready.model.config.max_retries, ready.model.config.timeout) == (6, 1800)
    assert ready.task.config.max_retries is None
    assert ready.task.config.timeout is None
    [role] = role_models(["grader=mint/silence"], [])["grader"]
    assert role.config.max_retries is None


@pytest.mark.slow  # the client of OpenAI waits, too, before it tries again
def test_a_server_that_breaks_in_the_middle_is_given_up_and_a_rerun_resumes(
    run, tmp_path, monkeypatch
):
    async def at_once(seconds):
        pauses.append(seconds)

    pauses, asked = [], []
    monkeypatch.setattr("inspect_ai.model._retry._sleep", at_once)
    monkeypatch.setitem(cell.ENOUGH, "max_retries", 2)

    def breaks(model, system, user):
        asked.append(user)
        return BROKEN if len(asked) > 2 else "Tell me more."

    with JudgeServer(breaks).running() as server:
        done = run("openai-api/box/small", "--base-url", server.url)
    assert done.code == 1
    assert "2 conversations failed; the record names them" in told(done)
    assert len(pauses) == 2 * 2 * 3  # of each conversation twice, and it is held three times
    assert sum("unscored" in c["turns"][0] for c in record(tmp_path)["conversations"]) == 2

    with JudgeServer(lambda *asked: "Tell me more.").running() as server:
        assert run("openai-api/box/small", "--base-url", server.url).code == 0
    assert len(server.requests) == 4
    assert not any("unscored" in t for c in record(tmp_path)["conversations"] for t in c["turns"])


def test_a_server_of_our_own_that_dies_in_the_middle_is_not_asked_again(run, tmp_path, monkeypatch):
    said = []
    with JudgeServer(None).running() as there, subprocess.Popen(["sleep", "600"]) as process:

        def dies(model, system, user):
            said.append(user)
            if len(said) < 3:
                return "Tell me more."
            process.kill()
            process.wait()
            return AWAY

        @contextmanager
        def is_there(spec, log, here, telling):
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("torch.OutOfMemoryError: CUDA out of memory\n")
            yield Server(there.url, "none", log, process)

        there.answer = dies
        monkeypatch.setattr(reaching, "serving", is_there)
        monkeypatch.setattr(reaching, "machine", lambda: Machine("1", gpu=True))
        began = time.monotonic()
        done = run("a/b")
    assert done.code == 2
    assert "vLLM ended in the middle: too little memory" in told(done)
    assert "the same command goes on with what is left" in told(done)
    assert time.monotonic() - began < 60
    assert not (tmp_path / "results").exists()
