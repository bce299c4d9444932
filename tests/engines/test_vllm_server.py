"""The life of a vLLM server: how it is called, and that nothing of it is left.

Where a fault is planted, a small program stands for vLLM; `test_vllm.py` runs the real one.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from mint_bench.engines import vllm_server
from mint_bench.engines.adapters import Adapter
from mint_bench.engines.decide import Machine
from mint_bench.engines.telling import Telling
from mint_bench.engines.vllm_faults import why_it_ended
from mint_bench.engines.vllm_server import (
    ServerSpec,
    command,
    environment,
    serving,
)
from mint_bench.errors import MintError

ON_CPU = Machine("0.32.0", vllm_on_cpu=True)
ON_GPU = Machine("0.32.0", gpu=True)
SPEC = ServerSpec("a/b", "a/b")

STAND_IN = """
import http.server, subprocess, sys, time
port = int(sys.argv[1])
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


def stands_in(monkeypatch, program):
    words = lambda spec, port, here: [sys.executable, "-c", program, str(port)]  # noqa: E731
    monkeypatch.setattr(vllm_server, "command", words)


def child_in(log):
    return int(log.read_text().split()[1])


def runs(pid):
    """Whether a process is there and not merely waiting to be collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


def ends(pid):
    for _ in range(100):
        if not runs(pid):
            return True
        time.sleep(0.05)
    return False


def option(words, name):
    return words[words.index(name) + 1]


def test_it_listens_on_this_machine_alone_with_a_key_that_no_command_line_shows():
    words = command(SPEC, 5000, ON_CPU)
    assert (option(words, "--host"), option(words, "--port")) == ("127.0.0.1", "5000")
    assert "--enable-prefix-caching" in words
    assert not any("key" in word for word in words)
    assert environment("sesame", ON_CPU)["VLLM_API_KEY"] == "sesame"


def test_parallel_sizes_and_options_pass_through():
    spec = ServerSpec("a", "a", (), 2, 3, ("max_model_len=99", "--enforce-eager", "block_size=16"))
    words = command(spec, 1, ON_CPU)
    assert option(words, "--tensor-parallel-size") == "2"
    assert option(words, "--data-parallel-size") == "3"
    assert option(words, "--max-model-len") == "99"
    assert "--enforce-eager" in words
    assert (words.count("--block-size"), option(words, "--block-size")) == (1, "16")


def test_all_adapters_are_in_one_server(tmp_path):
    adapters = (Adapter("x", tmp_path / "x", 8), Adapter("y", tmp_path / "y", 20))
    words = command(ServerSpec("a", "a", adapters), 1, ON_CPU)
    assert option(words, "--max-loras") == "2"
    assert option(words, "--max-lora-rank") == "32"
    assert words[words.index("--lora-modules") + 1 :] == [
        f"x={tmp_path / 'x'}", f"y={tmp_path / 'y'}",
    ]  # fmt: skip


def test_two_servers_share_a_gpu():
    words = command(ServerSpec("a", "a", share=0.5), 1, ON_GPU)
    assert option(words, "--gpu-memory-utilization") == "0.45"


@pytest.mark.parametrize("text", ["port=1", "--host=0.0.0.0", "api_key=x", "=3"])
def test_what_the_run_chooses_cannot_be_given(text):
    with pytest.raises(MintError, match="write NAME=VALUE"):
        command(ServerSpec("a", "a", options=(text,)), 1, ON_CPU)


def test_on_a_ray_cluster_one_copy_is_here_and_the_others_where_there_is_room():
    spec = ServerSpec("a/b", "a/b", tensor_parallel=2, data_parallel=4, ray="head:6379")
    words = " ".join(command(spec, 1, ON_GPU))
    assert "--distributed-executor-backend ray" in words
    assert "--data-parallel-backend ray --data-parallel-size-local 1" in words
    assert "--tensor-parallel-size 2 --data-parallel-size 4" in words
    given = environment("k", ON_GPU, ray=spec.ray)
    assert given["RAY_ADDRESS"] == "head:6379"
    assert given["VLLM_RAY_DP_PACK_STRATEGY"] == "fill"
    assert "RAY_ADDRESS" not in " ".join(command(spec, 1, ON_GPU))


def test_one_copy_may_be_split_over_a_clusters_machines():
    words = " ".join(command(ServerSpec("a", "a", tensor_parallel=16, ray="auto"), 1, ON_GPU))
    assert "--distributed-executor-backend ray" in words
    assert "data-parallel" not in words


def test_how_many_copies_are_here_is_the_users_to_say():
    spec = ServerSpec(
        "a", "a", data_parallel=4, ray="auto", options=("data_parallel_size_local=0",)
    )
    words = " ".join(command(spec, 1, ON_GPU))
    assert words.count("data-parallel-size-local") == 1
    assert "--data-parallel-size-local 0" in words


def test_what_the_user_set_stays(monkeypatch):
    monkeypatch.setattr("mint_bench.engines.vllm_server.free_memory", lambda: 0)
    assert environment("k", ON_CPU)["VLLM_CPU_KVCACHE_SPACE"] == "1"
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "3")
    assert environment("k", ON_CPU)["VLLM_CPU_KVCACHE_SPACE"] == "3"


@pytest.mark.parametrize("fault", [None, RuntimeError, KeyboardInterrupt])
def test_it_ends_with_its_children_whatever_happens(tmp_path, monkeypatch, fault):
    stands_in(monkeypatch, STAND_IN)
    said = []
    try:
        with serving(SPEC, tmp_path / "log", ON_CPU, Telling(said.append)) as server:
            assert requests.get(server.url, timeout=5).ok
            child = child_in(server.log)
            assert runs(child)
            if fault:
                raise fault
    except (RuntimeError, KeyboardInterrupt) as error:
        assert type(error) is fault  # noqa: PT017 - KeyboardInterrupt would end pytest
    assert server.process.poll() is not None
    assert ends(child)
    assert said[0].startswith("vLLM: starting a/b")
    assert said[-1].startswith("vLLM: ready after")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_it_ends_when_the_run_is_killed(tmp_path):
    program = f"""
import sys, time
from pathlib import Path
from mint_bench.engines import vllm_server
from mint_bench.engines.decide import Machine
from mint_bench.engines.telling import Telling
vllm_server.command = lambda spec, port, here: [sys.executable, "-c", {STAND_IN!r}, str(port)]
spec = vllm_server.ServerSpec("a", "a")
with vllm_server.serving(spec, Path("log"), Machine("1", True), Telling()) as server:
    print("server", server.process.pid, flush=True)
    time.sleep(600)
"""
    words = [sys.executable, "-u", "-c", program]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as parent:
        pid = next(int(x.split()[1]) for x in parent.stdout if x.startswith("server"))
        parent.kill()
    try:
        assert ends(pid)
    finally:
        _end(child_in(tmp_path / "log"))


def _end(pid):
    if runs(pid):
        os.kill(pid, signal.SIGKILL)


def test_a_taken_port_is_changed(tmp_path, monkeypatch):
    program = f"""
import pathlib, sys
tried = pathlib.Path({str(tmp_path / "tried")!r})
if not tried.exists():
    tried.touch()
    sys.exit("OSError: [Errno 98] Address already in use")
{STAND_IN}"""
    stands_in(monkeypatch, program)
    with serving(SPEC, tmp_path / "log", ON_CPU, Telling()) as server:
        assert server.ended() is None


def test_a_server_that_does_not_start_says_why_and_where(tmp_path, monkeypatch):
    stands_in(monkeypatch, "raise ValueError('No available memory for the cache blocks.')")
    with (
        pytest.raises(MintError, match=r"did not start a/b: too little memory.*; see .*log"),
        serving(SPEC, tmp_path / "log", ON_CPU, Telling()),
    ):
        pass


def test_a_server_that_ends_in_the_middle_says_so(tmp_path, monkeypatch):
    stands_in(monkeypatch, STAND_IN)
    with serving(SPEC, tmp_path / "log", ON_CPU, Telling()) as server:
        server.process.kill()
        server.process.wait()
        with server.log.open("a") as log:
            log.write("RuntimeError: the engine core died\n")
        assert server.ended() == "RuntimeError: the engine core died"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory.", "too little memory"),
        ("OSError: a/b is not a local folder and is not a valid model identifier", "its name"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("RuntimeError: Failed to infer device type", "no GPU"),
        ("vllm serve: error: unrecognized arguments: --nonsense", "options given with --vllm"),
        ("(A pid=1)   Value error, fp8 quantization is currently not supported in cpu. [type=v]",
         "this machine cannot run weights that are quantised in this way"),
        ("ValueError: The quantization method awq is not supported for the current GPU.",
         "this machine cannot run weights that are quantised in this way"),
        ("ValueError: Something else.", "ValueError: Something else."),
        (("ValidationError: 1 validation error for ModelConfig\n(A pid=1)   Value error, It is so. "
         "[type=value_error, input_type=ArgsKwargs]\n    For further information"), "It is so."),
        ("RuntimeError: No head.\nEngineDeadError: EngineCore died.", "RuntimeError: No head."),
        ("", "it said nothing"),
    ],
)  # fmt: skip
def test_what_a_log_says_becomes_what_to_do(tmp_path, said, advice):
    (tmp_path / "log").write_text(f"INFO starting\n{said}\nINFO ended\n" if said else "")
    assert advice in why_it_ended(tmp_path / "log")
