"""Options that would change nothing are refused, for the system and the models of roles alike."""

import pytest

from mint_bench.engines import reaching as module
from mint_bench.engines.decide import Machine, Reach
from mint_bench.engines.idle import refuse_idle
from mint_bench.errors import MintError


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [
        ("embedded", {"base_urls": ("http://gpu1:8000",)}, "--base-url changes nothing"),
        ("embedded", {"tensor_parallel": 2}, "--tensor-parallel-size changes nothing"),
        ("human", {"ray": "gpu1:6379"}, "which asks no model"),
        ("mint/silence", {"vllm": ("enforce_eager",)}, "--vllm changes nothing for mint/silence"),
        ("openai/one", {"engine": "vllm"}, "which its provider runs"),
        ("a/b", {"base_urls": ("http://gpu1:8000",), "ray": "auto"}, "--ray changes nothing"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(model, options, said):
    with pytest.raises(MintError, match=said):
        refuse_idle(model, Reach(**options))


def test_an_option_that_would_change_nothing_for_the_models_of_roles_either_is_refused():
    split = Reach(tensor_parallel=2)
    said = "which its provider runs, nor for the other models; leave it out"
    with pytest.raises(MintError, match=f"--tensor-parallel-size changes nothing.*{said}"):
        refuse_idle("openai/one", split, ["mockllm/x", "mint/parrot"])
    with pytest.raises(MintError, match="--base-url changes nothing for mint/silence"):
        refuse_idle("mint/silence", Reach(base_urls=("http://gpu1:8000",)), ["openai/one"])


def test_an_option_that_does_something_for_a_role_is_not_refused(monkeypatch):
    monkeypatch.setattr(module, "machine", lambda: Machine("1", gpu=True))
    refuse_idle("openai/one", Reach(tensor_parallel=2), ["mockllm/x", "a/b"])
    refuse_idle("a/b", Reach(base_urls=("http://gpu1:8000",), vllm=("x=1",)), ["vllm/c/d"])


def test_an_option_that_does_something_is_not_refused():
    refuse_idle("openai/one", Reach())
    refuse_idle("mint/silence", Reach())
    refuse_idle("embedded", Reach(engine="transformers"))
    refuse_idle("a/b", Reach(base_urls=("http://gpu1:8000",)))
