"""The models that measure, as they are typed."""

import sys

import pytest

from mint_bench.engines.engine import Engine
from mint_bench.engines.request import RunRequest, command_line
from mint_bench.engines.roles import role_models, without_arguments
from mint_bench.errors import MintError
from tests.cli.typed import type_in


def test_a_panel_is_a_list_and_settings_are_inspects():
    given = ["grader=mint/silence, mint/parrot", "tagger={model: mint/parrot, max_retries: 3}"]
    roles = role_models(given, ["grader", "tagger"])
    assert [str(model) for model in roles["grader"]] == ["mint/silence", "mint/parrot"]
    assert roles["tagger"][0].config.max_retries == 3


def test_the_embedded_model_may_play_a_role(monkeypatch):
    monkeypatch.setattr(
        "mint_bench.engines.reaching.engine_for",
        lambda name: Engine("mint/parrot", {"latency": 1}, {}),
    )
    [model] = role_models(["seeker={model: embedded, max_tokens: 9}"], ["seeker"])["seeker"]
    assert (str(model), model.config.max_tokens) == ("mint/parrot", 9)


def test_a_panel_may_have_settings_for_each():
    [first, second] = role_models(["grader=[mint/parrot, {model: mint/silence, seed: 1}]"], [])[
        "grader"
    ]
    assert (str(first), second.config.seed) == ("mint/parrot", 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["grader"], "not in form"),
        (["grader="], "not in form"),
        (["grader=parrot"], "not in form"),
        (["=mint/parrot"], "not in form"),
        (["grader={model: mint/parrot"], "not in form"),
        (["grader={top_p: 1}"], "not in form"),
        (["grader={model: mint/parrot, heat: 1}"], "heat is no setting"),
        (["grader={model: mint/parrot, top_p: much}"], "top_p"),
        (["grader=nobody/parrot"], "not recognized"),
        (["grader=mint/parrot", "grader=mint/silence"], "given twice"),
        (["tagger=mint/parrot"], "role grader has no model; add --model-role grader="),
    ],
)
def test_a_fault_is_one_line(given, said):
    with pytest.raises(MintError, match=said):
        role_models(given, ["grader"])


def test_a_providers_missing_package_is_told_without_marks(monkeypatch):
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(MintError, match=r"^Anthropic API requires .* pip install anthropic$"):
        role_models(["grader=anthropic/m"], ["grader"])


def test_addresses_and_keys_stay_out_of_the_record():
    secret = "grader={model: mint/parrot, model_args: {api_key: sesame, base_url: http://me}}"
    request = RunRequest("mint/silence", judge="llm", also="safety", model_roles=(secret,))
    assert command_line(request) == (
        "mint-bench run mint/silence --judge llm --also safety "
        "--model-role 'grader={model: mint/parrot}'"
    )
    assert without_arguments("grader=[a/b, {model: c/d}]") == "grader=[a/b,{model: c/d}]"


@pytest.mark.parametrize("name", ["~~~~/r=/::", "~nobody-of-that-name/m", "a/" + "b" * 9_999])
def test_a_model_named_like_no_folder_of_anyone_is_told_as_it_is(name):
    """Found by fuzzing: a home folder that is not known, a name longer than any file's."""
    assert without_arguments(f"r={name}") == f"r={name}"
    assert type_in("run", "mint/silence", "--source", f"file:{name}").code == 2
