"""What a training's steps were made with, as its folder keeps it and its record tells it."""

import platform
from types import SimpleNamespace

import pytest

from mint_bench import __version__
from mint_bench.grpo import provenance
from mint_bench.grpo.checkpoints import claim, mark
from mint_bench.grpo.provenance import keep, mixed, ran_with, trained_on, versions
from mint_bench.grpo.recipe_files import load_recipe

OLD = {"mint_bench": "0.1", "trl": "1.15", "python": "3.11"}
NEW = OLD | {"trl": "1.16"}
STEPS = 10


@pytest.fixture
def claimed(tmp_path):
    claim(tmp_path, load_recipe("tiny_cpu"), {"base": "a model"})
    return tmp_path


def test_versions_are_of_what_is_installed(monkeypatch):
    monkeypatch.setattr(provenance, "NEEDED", ("pytest", "no-such-library"))
    assert versions(vllm=False) == {
        "mint_bench": __version__, "pytest": pytest.__version__, "python": platform.python_version()
    }  # fmt: skip


def test_vllm_counts_where_it_draws(monkeypatch):
    monkeypatch.setattr(provenance, "installed", lambda name: f"of {name}")
    assert "vllm" not in versions(vllm=False)
    assert versions(vllm=True)["vllm"] == "of vllm"


def test_a_folder_keeps_each_set_that_made_steps(claimed):
    assert ran_with(claimed) == []
    for now in (OLD, OLD, NEW):
        keep(claimed, now, STEPS)
    assert ran_with(claimed) == [OLD, NEW]
    claim(claimed, load_recipe("tiny_cpu"), {"base": "a model"})  # is the same training still
    assert ran_with(claimed) == [OLD, NEW]


@pytest.mark.parametrize(("step", "after"), [(STEPS - 1, [OLD, NEW]), (STEPS, [OLD])])
def test_versions_that_make_no_step_are_not_its_own(claimed, step, after):
    keep(claimed, OLD, STEPS)
    checkpoint = claimed / f"checkpoint-{step}"
    checkpoint.mkdir()
    mark(checkpoint, step)
    keep(claimed, NEW, STEPS)
    assert ran_with(claimed) == after


@pytest.mark.parametrize("ran", [[], [OLD], [OLD, OLD]])
def test_nothing_is_said_of_versions_that_did_not_change(ran):
    assert mixed(ran) == []


def test_each_version_that_changed_is_named_in_order():
    [line] = mixed([OLD, NEW, NEW | {"vllm": "0.32"}, OLD])
    assert line.startswith(
        "Steps were made with trl 1.15, then 1.16, then 1.15; vllm none, then 0.32, then none: "
    )


def test_the_machine_is_told_with_its_gpus(monkeypatch):
    torch = pytest.importorskip("torch")
    cuda = SimpleNamespace(is_available=lambda: True, get_device_name=lambda: "A GPU")
    monkeypatch.setattr(torch, "cuda", cuda)
    monkeypatch.setattr(provenance, "count", lambda: 4)
    assert trained_on().startswith(f"{platform.machine()}, ")
    assert trained_on().endswith(" CPUs; 4 x A GPU")
