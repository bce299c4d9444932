"""Names on the hub, asked for before anything is fetched: each fault is one line that says so."""

import pytest
from huggingface_hub import constants

from mint_bench.engines import hub, memory, reaching
from mint_bench.engines.decide import Machine, Reach
from mint_bench.engines.hub import check_on_hub
from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError
from tests.cli.typed import type_in
from tests.loopback_hub import HUB, LoopbackHub

CPU, GPU = Machine("1", vllm_on_cpu=True), Machine("1", gpu=True)
QUICK = ["--source", "starter", "--limit", "1", "--max-turns", "1", "--tagger", "none",
         "--judge", "none"]  # fmt: skip


@pytest.fixture
def there(monkeypatch, tmp_path):
    """A hub of the test's own, an empty cache, and 1,000 bytes of memory."""
    with LoopbackHub().running() as own:
        monkeypatch.setenv("HF_ENDPOINT", own.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(memory, "free_memory", lambda: 1000)
        yield own


def check(name, here=CPU, gpus=1):
    said = []
    check_on_hub(name, here, Telling(said.append), gpus)
    return said


def test_a_model_that_is_there_and_fits_is_not_refused(there):
    there.sizes["a/b"] = {"model.safetensors": 900, "pytorch_model.bin": 900, "onnx/model.onnx": 1}
    assert check("a/b") == []
    assert there.asked == ["/api/models/a/b"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody/b", r"nobody/b: the Hugging Face hub has no such model; check its name"),
        ("a/gated", r"a/gated: the model is gated and may not be read; .* set HF_TOKEN"),
        ("a/large", r"a/large: too little memory: the weights take 3.0 GB, free are 0.0 GB"),
        ("a/b..c", r"is no name of a model on the hub"),
    ],
)
def test_a_model_that_cannot_be_had_is_one_line(there, name, said):
    there.gated.add("a/gated")
    there.sizes["a/large"] = {f"model-{n}.safetensors": 10**9 for n in range(3)}
    with pytest.raises(MintError, match=said):
        check(name)


def test_a_hub_that_cannot_be_reached_is_said(there, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(MintError, match=r"a/b: the Hugging Face hub cannot be reached \(.+\), and"):
        check("a/b")


def test_a_hub_that_answers_with_faults_is_one_that_cannot_be_reached(there, monkeypatch):
    monkeypatch.setattr(there, "answer", lambda path: (503, {}, b""))
    with pytest.raises(MintError, match=r"cannot be reached \(.*503"):
        check("a/b")


def test_without_a_hub_what_lies_in_the_cache_will_do(there, monkeypatch, tmp_path):
    folder = tmp_path / "cache" / "models--a--b" / "snapshots" / ("0" * 40)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    refs = tmp_path / "cache" / "models--a--b" / "refs"
    refs.mkdir()
    (refs / "main").write_text("0" * 40)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    [said] = check("a/b")
    assert "cannot be reached" in said
    assert "a/b is taken from this machine's cache" in said
    (folder / "model.safetensors").write_bytes(b"0" * 2000)
    with pytest.raises(MintError, match="too little memory"):
        check("a/b")


@pytest.mark.parametrize(("gpus", "fits"), [(1, False), (2, True), (None, True)])
def test_with_gpus_their_memory_counts_and_not_the_machines(
    there, monkeypatch, tmp_path, gpus, fits
):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 8192\necho 8192\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    there.sizes["a/b"] = {"model.safetensors": 12 * 10**9}
    if fits:
        assert check("a/b", GPU, gpus) == []
    else:
        with pytest.raises(MintError, match=r"the GPUs hold 8\.6 GB; take .* more GPUs"):
            check("a/b", GPU, gpus)


def test_gpus_of_which_nobody_tells_refuse_nothing(there, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    there.sizes["a/b"] = {"model.safetensors": 10**15}
    assert check("a/b", GPU) == []


@pytest.mark.parametrize(
    ("model", "engine", "said"),
    [
        ("nobody/b", "transformers", "has no such model"),
        ("hf/nobody/b", "auto", "has no such model"),
        ("nobody/b", "vllm", "has no such model"),
        ("a/large", "vllm", "too little memory"),
    ],
)
def test_it_is_told_before_anything_is_started_or_fetched(
    there, monkeypatch, tmp_path, model, engine, said
):
    there.sizes["a/large"] = {"model.safetensors": 3 * 10**9}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reaching, "machine", lambda: CPU)
    monkeypatch.setattr(reaching, "serving", lambda *_: pytest.fail("a server was started"))
    done = type_in("run", model, "--engine", engine, *QUICK)
    assert done.code == 2
    [line] = [line for line in done.err.splitlines() if line.startswith("mint-bench: ")]
    assert said in line
    assert all(path.startswith("/api/models/") for path in there.asked)
    assert list(tmp_path.iterdir()) == []


def test_options_that_change_a_models_size_leave_it_to_vllm(there, monkeypatch, tmp_path):
    there.sizes["a/large"] = {"model.safetensors": 3 * 10**9}
    monkeypatch.setattr(reaching, "machine", lambda: CPU)
    started = []
    monkeypatch.setattr(reaching, "serving", lambda spec, *_: started.append(spec) or _refuse())
    wanted = [("a/large", Reach("vllm", vllm=("quantization=fp8",)))]
    with reaching.reaching(wanted, tmp_path, Telling()):
        assert [spec.weights for spec in started] == ["a/large"]


def _refuse():
    raise MintError("not started here")


def test_the_tests_have_a_hub_of_their_own():
    assert hub.os.environ["HF_ENDPOINT"] == HUB.url
