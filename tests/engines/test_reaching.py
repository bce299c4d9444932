"""The models of a run, reached: servers that are there, and one server for a base's adapters."""

import json
import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread

import pytest

from mint_bench.engines import ray_cluster
from mint_bench.engines import reaching as module
from mint_bench.engines.decide import Machine, Reach
from mint_bench.engines.fingerprint import fingerprint, revision_of
from mint_bench.engines.memory import check_folder
from mint_bench.engines.reaching import Reached, reaching, weights_revision
from mint_bench.engines.request import RunRequest, command_line, folder_name
from mint_bench.engines.roles import role_models, role_names
from mint_bench.engines.run import run
from mint_bench.engines.telling import Telling
from mint_bench.engines.vllm_server import Server
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.roles import named
from mint_bench.tactics.tagger import TACTICS
from tests.inspect_plugin.judge_server import JudgeServer

ON_CPU = Machine("0.32.0", vllm_on_cpu=True)
ON_GPU = Machine("0.32.0", gpu=True)


@contextmanager
def listing(*models, key="none"):
    """A server that lists its models to whom has the key."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            allowed = self.headers["Authorization"] == f"Bearer {key}"
            self.send_response(200 if allowed else 401)
            self.end_headers()
            self.wfile.write(json.dumps({"data": [{"id": name} for name in models]}).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def reached(model, *urls, tmp_path):
    way = (model, Reach(base_urls=urls))
    with reaching([way], tmp_path, Telling()) as found:
        return found.of(*way)[0]


def test_servers_that_are_there_are_one_model(tmp_path):
    with listing("a/b") as one, listing("a/b") as other:
        engine = reached("openai-api/box/a/b", one, other, tmp_path=tmp_path)
    assert engine.model == "spread/openai-api/box/a/b"
    assert engine.arguments["base_url"] == f"{one}/v1,{other}/v1"
    assert engine.at_once == 64


@pytest.mark.parametrize(
    ("model", "key", "said"),
    [
        ("openai-api/box/small", "none", r"has no model 'small'; did you mean small-2\?"),
        ("openai-api/box/small-2", "sesame", "the key is refused; set BOX_API_KEY"),
        ("vllm/small-2", "sesame", "set VLLM_API_KEY"),
    ],
)
def test_a_server_that_will_not_do_is_refused_before_the_run(tmp_path, model, key, said):
    with listing("small-2", key=key) as url, pytest.raises(MintError, match=said):
        reached(model, url, tmp_path=tmp_path)


@pytest.mark.parametrize("model", ["openai/gpt-oss-20b", "google/gemma-3"])
def test_an_organisation_that_is_also_a_provider_is_one_where_the_server_lists_it(
    tmp_path, monkeypatch, model
):
    with listing(model) as url:
        engine = reached(model, url, tmp_path=tmp_path)
        assert engine.model == f"spread/openai-api/server/{model}"
        assert engine.arguments["api_key"] == "none"
        monkeypatch.setenv("SERVER_API_KEY", "sesame")
        assert reached(model, url, tmp_path=tmp_path).arguments["api_key"] == "sesame"


def test_a_model_of_openais_is_asked_of_a_server_in_the_form_that_all_have(tmp_path):
    with JudgeServer(lambda *asked: "Tell me more.").running() as server:
        request = RunRequest(
            "openai/m", source="starter", limit=1, max_turns=1, tagger="none", judge="none"
        )
        reach = Reach(base_urls=(server.url,))
        record = run(request, tmp_path / "logs", tmp_path / "results", reach).record
    assert ["messages" in body for body in server.requests] == [True]
    assert (record.settings.provider, record.settings.model) == ("openai-api", "openai/m")


def test_the_key_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("BOX_API_KEY", "sesame")
    with listing("small", key="sesame") as url:
        assert reached("openai-api/box/small", url, tmp_path=tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("gpu1:8000", "is no address"),
        ("http://[::1", "is no address"),
        ("http://gpu1:99999", "is no address"),
        ("http://127.0.0.1:1", "no server answers"),
    ],
)
def test_an_address_without_a_server_is_one_line(tmp_path, url, said):
    with pytest.raises(MintError, match=said):
        reached("openai-api/box/small", url, tmp_path=tmp_path)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(502, b"", "answers with status 502"), (200, b"<html>", "is no server of models")],
)
def test_what_is_no_server_of_models_is_refused_before_the_run(tmp_path, status, body, said):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(MintError, match=said):
            reached("openai-api/box/a", f"http://127.0.0.1:{server.server_port}", tmp_path=tmp_path)
        server.shutdown()


def test_ten_adapters_are_one_server_and_ten_models_in_the_taxonomys_order(tmp_path, monkeypatch):
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text("{}")
    for tactic in TACTICS:
        (tmp_path / "ten" / tactic).mkdir(parents=True)
        (tmp_path / "ten" / tactic / "adapter_config.json").write_text('{"r": 8}')
    started = []
    with JudgeServer(lambda *asked: "<score>0</score>").running() as there:

        @contextmanager
        def is_there(spec, log, here, telling):
            started.append(spec)
            yield Server(there.url, "none", log, None)

        monkeypatch.setattr(module, "serving", is_there)
        monkeypatch.setattr(module, "machine", lambda: ON_CPU)
        role = f"tagger=vllm/{base}:{tmp_path / 'ten'}"
        wanted = [(name, Reach()) for name in role_names([role])]
        with reaching(wanted, tmp_path, Telling()) as found:
            models = role_models([role], ["tagger"], found)["tagger"]
    [spec] = started
    called = [f"ten-{fingerprint(tmp_path / 'ten')}--{name}" for name in TACTICS]
    assert [adapter.name for adapter in spec.adapters] == called
    assert [named(model) for model in models] == [f"vllm/base:{name}" for name in called]
    told = command_line(RunRequest("mint/parrot", model_roles=(role,)))
    assert told.endswith("--model-role tagger=vllm/base:ten")


@contextmanager
def started(monkeypatch, here, url="http://127.0.0.1:1/v1"):
    """What would be started, without starting it."""
    specs = []

    @contextmanager
    def is_there(spec, log, here, telling):
        specs.append(spec)
        yield Server(url, "k", log, None)

    monkeypatch.setattr(module, "serving", is_there)
    monkeypatch.setattr(module, "machine", lambda: here)
    yield specs


def test_the_copies_within_a_server_are_told_apart_so_that_a_conversation_stays_with_one(
    tmp_path, monkeypatch
):
    with (
        started(monkeypatch, ON_GPU),
        reaching([("a/b", Reach(data_parallel=2))], tmp_path, Telling()) as found,
    ):
        [engine] = found.of("a/b", Reach(data_parallel=2))
    assert engine.model == "spread/vllm/a/b"
    assert engine.arguments["base_url"] == "http://127.0.0.1:1/v1#0,http://127.0.0.1:1/v1#1"
    assert engine.at_once == 128  # two copies, each with as many again at hand


@contextmanager
def answering(words):
    """A port on which something says these bytes to whoever comes, and then waits."""
    over = Event()

    class Says(BaseRequestHandler):
        def handle(self):
            self.request.sendall(words)
            over.wait(30)

    with ThreadingTCPServer(("127.0.0.1", 0), Says) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()


SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""What a server of gRPC says first."""


def test_a_ray_cluster_is_asked_before_a_server_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(ray_cluster, "_check_health", lambda address: None)
    with answering(SETTINGS) as address, started(monkeypatch, ON_GPU) as specs:
        there, away = ("a/b", Reach(ray=address)), ("c/d", Reach(ray="127.0.0.1:1"))
        with reaching([there, away], tmp_path, Telling()) as found:
            assert found.of(*there)
            with pytest.raises(MintError, match=r"--ray 127.0.0.1:1: no cluster there"):
                found.of(*away)
    assert [spec.ray for spec in specs] == [address]


@pytest.mark.parametrize(
    ("address", "said"),
    [("ray://head:10001", "from a machine of the cluster"), ("auto", "install it: pip install")],
)
def test_a_cluster_that_will_not_do_is_one_line(monkeypatch, address, said):
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MintError, match=said):
        ray_cluster.check_for_vllm(address)


def test_an_open_port_that_is_no_ray_cluster_is_one_line_within_seconds(monkeypatch):
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(ray_cluster, "TIMEOUT_SECONDS", 2)
    monkeypatch.setattr(ray_cluster, "_check_health", lambda address: pytest.fail("asked Ray"))
    began = time.monotonic()
    with listing() as web:
        for address in (web.removeprefix("http://"), f"ray://{web.removeprefix('http://')}"):
            with pytest.raises(MintError, match="what listens there is no Ray cluster; give the"):
                ray_cluster.check_cluster(address)
    for words in (b"SSH-2.0-OpenSSH_9.6\r\n", b""):
        with answering(words) as address, pytest.raises(MintError, match="is no Ray cluster"):
            ray_cluster.check_cluster(address)
    assert time.monotonic() - began < 20


def test_a_cluster_that_goes_on_being_silent_is_given_up(monkeypatch):
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(ray_cluster, "PATIENCE", 1)
    monkeypatch.setattr(ray_cluster, "_asking", lambda address: ["sleep", "30"])
    with answering(SETTINGS) as address, pytest.raises(MintError, match="no cluster answers there"):
        ray_cluster.check_cluster(address)


def test_what_is_no_address_of_a_cluster_is_refused(monkeypatch):
    monkeypatch.setattr(ray_cluster.importlib.util, "find_spec", lambda name: name)
    with pytest.raises(MintError, match="--ray head: write HOST:PORT, or auto"):
        ray_cluster.check_cluster("head")


def test_ray_means_vllm(tmp_path, monkeypatch):
    for reach, said in [
        (Reach("transformers", ray="auto"), "leave out --engine transformers"),
        (Reach(ray="auto"), "vLLM is not installed"),
    ]:
        monkeypatch.setattr(module, "machine", Machine)
        with (
            reaching([("a/b", reach)], tmp_path, Telling()) as found,
            pytest.raises(MintError, match=said),
        ):
            found.of("a/b", reach)


def test_a_server_that_ended_is_told_with_what_to_do(tmp_path):
    (tmp_path / "log").write_text("RuntimeError: the weights are gone\n")
    with subprocess.Popen(["true"]) as process:
        process.wait()
    server = Server("http://127.0.0.1:1/v1", "k", tmp_path / "log", process)
    assert re.search(
        r"the weights are gone; see .*; the same command goes on",
        Reached(servers={("a/b", Reach()): server}).lost("a/b", Reach()),
    )
    assert Reached(servers={("a/b", Reach()): server}).lost("mint/parrot", Reach()) is None


@pytest.mark.slow
def test_a_folder_of_weights_runs_without_vllm(tmp_path):
    pytest.importorskip("torch", reason="needs the extra `hf`")
    from tests.local_models.tiny import build

    folder = build(tmp_path / "own-model", positions=4096)
    request = RunRequest(
        str(folder), source="starter", limit=1, max_turns=1, max_tokens=8, tagger="none",
        judge="none",
    )  # fmt: skip
    reach = Reach("transformers")
    result = run(request, tmp_path / "logs", tmp_path / "results", reach)
    assert (result.record.settings.provider, result.record.settings.model) == ("hf", "own-model")
    assert result.record.settings.revision == revision_of(str(folder))
    assert str(tmp_path) not in result.path.read_text()


@pytest.mark.slow
def test_transformers_do_not_run_on_past_a_models_context(tmp_path):
    pytest.importorskip("torch", reason="needs the extra `hf`")
    from tests.local_models.tiny import build

    folder = build(tmp_path / "short-model", positions=1024)
    request = RunRequest(
        str(folder), source="starter", limit=2, max_tokens=8, tagger="none", judge="none",
        truncate="oldest",
    )  # fmt: skip
    reach = Reach("transformers")
    whole, short = (
        run(one, tmp_path / "logs", tmp_path / "results", reach).record
        for one in (replace(request, truncate=None), request)
    )
    reasons = {
        reason
        for conversation in whole.conversations
        for turn in conversation.turns
        for reason in turn.unscored.values()
    }
    assert any("longer than the model's context" in reason for reason in reasons)
    flags = [flag for c in short.conversations for turn in c.turns for flag in turn.flags]
    assert "oldest_left_out" in flags


def test_another_engine_has_a_log_folder_of_its_own(monkeypatch):
    monkeypatch.setattr(module, "machine", lambda: ON_CPU)
    request = RunRequest("a/b", source="starter")
    folders = {folder_name(request, Reach(engine)) for engine in ("auto", "vllm", "transformers")}
    assert len(folders) == 2
    assert folder_name(request, Reach("vllm", tensor_parallel=2)) in folders


def test_weights_that_changed_in_their_folder_have_a_log_folder_of_their_own(tmp_path, monkeypatch):
    weights = tmp_path / "final" / "model.safetensors"
    weights.parent.mkdir()
    typed = str(weights.parent)
    requests = [
        RunRequest(typed, source="starter"),
        RunRequest("mint/parrot", source="starter", model_roles=(f"grader={typed}",)),
    ]
    names = set()
    for content in (b"0000", b"0001", b"0000"):
        weights.write_bytes(content)
        names |= {folder_name(request, Reach()) for request in requests}
    assert len(names) == 4
    served = Reach(base_urls=("http://127.0.0.1:1",))  # a server's weights lie with the server
    assert weights_revision(typed, served) is None
    monkeypatch.chdir(tmp_path)
    (tmp_path / "embedded").mkdir()
    assert weights_revision("embedded", Reach()) is None


def test_weights_that_memory_cannot_hold_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"0" * 2000)
    monkeypatch.setattr("mint_bench.engines.memory.free_memory", lambda: 1000)
    with pytest.raises(MintError, match="too little memory"):
        check_folder(str(tmp_path), ON_CPU)
    (tmp_path / "config.json").write_text("{}")
    check_folder(str(tmp_path), ON_CPU, None)


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(MintError, match=r"is no folder of weights \(it holds no config.json\)"):
        check_folder(str(tmp_path), ON_CPU)
