"""The models that measure: which a run needs, and how long they are waited for."""

import httpx
import openai
import pytest
from inspect_ai import Task
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, get_model
from inspect_ai.solver import solver

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.instruments import judge_named, roles_needed, tagger_named
from mint_bench.inspect_plugin.roles import models_of, require_roles, shaping, told_of_role

from .runs import run


@pytest.mark.parametrize(
    ("tagger", "judge", "also", "roles"),
    [
        ("rules", "rules", None, ()),
        ("none", "none", "", ()),
        ("none", "llm", None, ("grader",)),
        ("llm", "none", None, ("tagger",)),
        ("llm-binary", "llm-joint-reason", "relevance", ("tagger", "grader")),
        ("none", "none", ["safety", "relevance"], ("grader",)),
    ],
)
def test_the_roles_that_a_run_needs(tagger, judge, also, roles):
    assert roles_needed(tagger, judge, also) == roles


@pytest.mark.parametrize(
    ("load", "near"), [(judge_named, "llm-joint"), (tagger_named, "llm-binary")]
)
def test_an_unknown_name_is_told_with_those_that_ask_a_model(load, near):
    with pytest.raises(MintError, match=f"did you mean {near}"):
        load(near[:-1])
    with pytest.raises(MintError, match=f"there are: embedded.*{near}"):
        load("nobody-at-all")


def test_require_roles_lets_a_sample_through_only_with_its_models(tmp_path):
    def task(roles):
        return Task(dataset=[Sample(input="-")], setup=require_roles(roles))

    roles = {"grader": get_model("mint/parrot")}
    assert run(task(["grader"]), "mint/silence", tmp_path, model_roles=roles).status == "success"
    log = run(task(["tagger"]), "mint/silence", tmp_path, model_roles=roles)
    assert log.error.message.startswith("the role tagger has no model")


def test_a_role_is_not_waited_for_for_ever_and_its_own_patience_counts(tmp_path):
    seen = []

    @solver
    def look():
        async def solve(state, generate):
            seen.extend(model.config for model in models_of("grader"))
            return state

        return solve

    hasty = get_model("mint/parrot", config=GenerateConfig(max_retries=1), memoize=False)
    run(Task(dataset=[Sample(input="-")], solver=look()), "mint/silence", tmp_path,
        model_roles={"grader": ["mint/parrot", hasty]})  # fmt: skip
    assert [config.max_retries for config in seen] == [5, 1]
    assert [config.attempt_timeout for config in seen] == [300, 300]


def test_what_shapes_a_judge_is_told_at_temperature_0():
    config = GenerateConfig(temperature=0.8, seed=3, stop_seqs=["a", "b"], max_retries=2)
    model = get_model("mint/parrot", config=config, memoize=False)
    assert shaping(model) == {"seed": 3, "stop_seqs": "a,b", "temperature": 0}


ASKED = httpx.Request("POST", "http://box/v1/chat/completions")


def refusing(status, kind):
    return kind("no", response=httpx.Response(status, request=ASKED), body=None)


def playing(role):
    model = get_model("mint/parrot", memoize=False)
    model._role = role
    return model


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusing(401, openai.AuthenticationError), "refuses the key; set MINT_API_KEY"),
        (refusing(403, openai.PermissionDeniedError), "refuses the key; set MINT_API_KEY"),
        (RuntimeError("Error code: 401 - no"), "refuses the key; set MINT_API_KEY"),
        (openai.APIConnectionError(request=ASKED), "start its server or set MINT_BASE_URL"),
        (ConnectionError("no route"), "cannot be reached"),
    ],
)
def test_a_roles_model_that_nobody_can_ask_is_one_line(error, said):
    with pytest.raises(PrerequisiteError) as told, told_of_role(playing("grader")):
        raise error
    assert str(told.value.message).startswith("the role grader: mint/parrot ")
    assert said in str(told.value.message)
    with pytest.raises(type(error)), told_of_role(playing(None)):  # the system's own is no role's
        raise error


@pytest.mark.parametrize(
    "error",
    [
        refusing(429, openai.RateLimitError),
        refusing(500, openai.InternalServerError),
        openai.APITimeoutError(request=ASKED),
        TimeoutError(),
    ],
)
def test_a_call_that_was_lost_alone_stays_what_it_is(error):
    with pytest.raises(type(error)), told_of_role(playing("grader")):
        raise error
