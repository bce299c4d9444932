"""Which engine reaches a model: from its name, and from what the machine has."""

from pathlib import Path

import pytest

from mint_bench.engines.decide import Machine, Reach, decide, name_of
from mint_bench.engines.fingerprint import fingerprint, revision_of
from mint_bench.errors import MintError

PROVIDERS = {"openai", "openai-api", "google", "vllm", "hf", "mint", "mockllm"}
BARE = Machine()
ON_CPU = Machine("0.32.0", vllm_on_cpu=True)
ON_GPU = Machine("0.32.0", gpu=True)
NO_GPU = Machine("0.32.0")


def decided(model, here=BARE, **reach):
    found = decide(model, Reach(**reach), here, PROVIDERS)
    return found.engine, found.model


def adapter(folder, config):
    folder = folder / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(config)
    return folder


@pytest.mark.parametrize(
    ("model", "here", "expected"),
    [
        ("Qwen/Qwen3-4B", ON_GPU, ("vllm", "vllm/Qwen/Qwen3-4B")),
        ("Qwen/Qwen3-4B", ON_CPU, ("vllm", "vllm/Qwen/Qwen3-4B")),
        ("Qwen/Qwen3-4B", NO_GPU, ("transformers", "hf/Qwen/Qwen3-4B")),
        ("Qwen/Qwen3-4B", BARE, ("transformers", "hf/Qwen/Qwen3-4B")),
        ("openai/gpt-5-mini", ON_GPU, ("api", "openai/gpt-5-mini")),
        ("google/gemma", ON_GPU, ("api", "google/gemma")),
        ("vllm/google/gemma", ON_GPU, ("vllm", "vllm/google/gemma")),
        ("hf/google/gemma", ON_GPU, ("transformers", "hf/google/gemma")),
    ],
)
def test_a_name_and_a_machine_make_an_engine(model, here, expected):
    assert decided(model, here) == expected


def test_an_adapter_comes_after_a_colon():
    found = decide("a/base:b/adapter", Reach(), ON_GPU, PROVIDERS)
    assert (found.weights, found.adapter, found.model) == ("a/base", "b/adapter", "vllm/a/base")


@pytest.mark.parametrize("before", ["", "vllm/"])
@pytest.mark.parametrize("base", ["a/base", "{}/base"])
def test_an_adapter_alone_is_run_on_the_base_that_it_names(tmp_path, before, base):
    base = base.format(tmp_path)
    (tmp_path / "base").mkdir()
    folder = adapter(tmp_path, f'{{"base_model_name_or_path": "{base}"}}')
    found = decide(f"{before}{folder}", Reach(), ON_CPU, PROVIDERS)
    assert (found.weights, found.adapter) == (base, str(folder))
    assert found.model == f"vllm/{name_of(base)}"


def test_an_adapter_is_pinned_with_its_base_however_it_is_written(tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    folder = adapter(tmp_path, f'{{"base_model_name_or_path": "{base}"}}')
    before = revision_of(str(folder))
    assert before == revision_of(f"{base}:{folder}")
    (base / "model.safetensors").write_bytes(b"trained further")
    assert revision_of(str(folder)) != before


def test_an_adapter_that_names_no_folder_is_pinned_by_itself(tmp_path):
    folder = adapter(tmp_path, "{}")
    alone = f"weights-{fingerprint(folder)}"
    assert revision_of(str(folder)) == alone
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "a/base"}')
    assert revision_of(str(folder)) == f"weights-{fingerprint(folder)}" != alone


def test_transformers_read_an_adapter_with_peft(tmp_path):
    folder = str(adapter(tmp_path, '{"base_model_name_or_path": "a/base"}'))
    assert decided(folder, Machine(peft=True)) == ("transformers", "hf/adapter")
    with pytest.raises(MintError, match="needs vLLM, or transformers with peft"):
        decided(folder, BARE)
    (tmp_path / "adapter" / "adapter_config.json").write_text("{}")
    with pytest.raises(MintError, match="names no base"):
        decided(folder, Machine(peft=True))


def test_weights_that_keep_an_adapters_configuration_are_whole(tmp_path):
    folder = adapter(tmp_path, '{"base_model_name_or_path": "a/base"}')
    (folder / "config.json").write_text("{}")
    found = decide(str(folder), Reach(), ON_CPU, PROVIDERS)
    assert (found.weights, found.adapter) == (str(folder), None)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('{"base_model_name_or_path": null}', "that names no base; write BASE:"),
        ("[]", "that names no base"),
        ('{"base_model_name_or_path": "/nowhere/base"}', "on /nowhere/base, which is not here"),
        ('{"base_model_name_or_path": "runs/no/base"}', "on runs/no/base, which is not here"),
        (
            '{"base_model_name_or_path": "./nowhere"}',
            r"on \./nowhere, which is not here; write BASE",
        ),
        ("{", r"adapter_config\.json"),
    ],
)
def test_an_adapter_whose_base_is_not_to_be_had_says_what_to_write(tmp_path, config, said):
    with pytest.raises(MintError, match=said):
        decide(str(adapter(tmp_path, config)), Reach(), ON_CPU, PROVIDERS)


def test_a_folder_is_called_by_its_last_part(tmp_path):
    folder = tmp_path / "step-200"
    folder.mkdir()
    assert decided(str(folder), ON_CPU) == ("vllm", "vllm/step-200")
    assert decided(str(folder), BARE) == ("transformers", "hf/step-200")
    assert name_of(str(folder)) == "step-200"


@pytest.mark.parametrize("before", ["./", "", "{}/", "~/", "vllm/./", "vllm/~/"])
def test_base_and_adapter_may_be_folders(tmp_path, monkeypatch, before):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("base", "adapter"):
        (tmp_path / name).mkdir()
    before = before.format(tmp_path)
    adapter = f"{before.removeprefix('vllm/')}adapter"
    found = decide(f"{before}base:{adapter}", Reach(), ON_GPU, PROVIDERS)
    assert (found.model, found.adapter) == ("vllm/base", adapter)
    assert Path(found.weights).samefile(tmp_path / "base")


def test_the_user_may_choose_the_engine():
    assert decided("a/b", ON_GPU, engine="transformers")[0] == "transformers"
    assert decided("a/b", ON_CPU, engine="vllm")[0] == "vllm"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("openai-api/box/m", "openai-api/box/m"),
        ("vllm/a/b:c", "vllm/a/b:c"),
        ("hf/Qwen/Qwen3-4B", "openai-api/server/Qwen/Qwen3-4B"),
        ("openai/m", "openai-api/openai/m"),
        ("Qwen/Qwen3-4B", "openai-api/server/Qwen/Qwen3-4B"),
    ],
)
def test_a_server_that_is_there_is_asked_by_its_models_name(model, expected):
    assert decided(model, base_urls=("http://box",)) == ("served", expected)


def test_a_provider_that_asks_no_server_takes_no_address():
    with pytest.raises(MintError, match="provider mockllm takes no address; leave out --base-url"):
        decided("mockllm/m", base_urls=("http://box",))


@pytest.mark.parametrize(
    ("here", "said"),
    [(ON_GPU, "on GPU, it can run"), (NO_GPU, "built for GPUs"), (BARE, "not ins")],
)
def test_it_says_why(here, said):
    assert said in decide("a/b", Reach(), here, PROVIDERS).why


@pytest.mark.parametrize(
    ("model", "here", "said"),
    [
        ("gpt", BARE, "is not known; write embedded"),
        ("/nowhere/model", BARE, "is not known"),
        ("./nowhere", BARE, "is not known"),
        ("vllm/a/b", BARE, r"no GPU; docs/engines\.md says how"),
        ("vllm/a/b", Machine(gpu=True), r"not installed; pip install 'mint-bench\[vllm\]'"),
        ("vllm/a/b", NO_GPU, "built for GPUs and there is none"),
        ("a/b:c/d", BARE, "a LoRA adapter needs vLLM"),
    ],
)
def test_what_cannot_be_says_what_to_do(model, here, said):
    with pytest.raises(MintError, match=said):
        decide(model, Reach(), here, PROVIDERS)
