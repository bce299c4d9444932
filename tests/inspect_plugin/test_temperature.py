"""What is said of a judge's temperature is what its provider was sent, for models of many names."""

import tomllib
from pathlib import Path

import pytest
from inspect_ai.model import GenerateConfig, get_model

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.asking import ask_in_form
from mint_bench.inspect_plugin.roles import shaping
from mint_bench.inspect_plugin.temperature import TOLD_BY, takes_temperature
from mint_bench.judging.parsing import parse_rating

from .judge_server import JudgeServer

ROOT = Path(__file__).parents[2]
CHAT, RESPONSES = {"responses_api": False}, {"responses_api": True}


@pytest.fixture(scope="module")
def server():
    with JudgeServer(lambda *asked: '{"score": 4}').running() as running:
        yield running


def at(server, name, config=None, **arguments):
    return get_model(
        name, base_url=server.url, api_key="none", memoize=False,
        config=config or GenerateConfig(max_retries=0), **arguments,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "effort", "arguments", "told"),
    [
        ("openai/gpt-4o", None, {}, 0),
        ("openai/gpt-4o", None, RESPONSES, 0),
        ("openai/gpt-5", None, {}, None),
        ("openai/gpt-5", None, CHAT, None),
        ("openai/o3-mini", None, {}, None),
        ("openai/o3-mini", None, CHAT, None),
        ("openai/gpt-5.1", None, {}, 0),
        ("openai/gpt-5.1", "low", {}, None),
        ("openai/gpt-5.1", "none", {}, 0),
        ("openai/gpt-5.5", None, {}, None),
        ("openai/gpt-5.5", "none", {}, 0),
        ("openai-api/judge/gpt-5", None, {}, 0),
        ("openai-api/judge/gpt-5", None, RESPONSES, None),
        ("openai-api/judge/qwen", None, RESPONSES, 0),
        ("moonshot/kimi-k2", None, {}, None),
        ("moonshot/moonshot-v1-8k", None, {}, 0),
    ],
)
async def test_a_record_says_the_temperature_that_was_sent(server, name, effort, arguments, told):
    config = GenerateConfig(max_retries=0, temperature=0.8, reasoning_effort=effort)
    model = at(server, name, config, **arguments)
    assert await ask_in_form(model, "Rate.", "I hear you.", None, parse_rating) == 4
    assert server.requests[-1].get("temperature") == told
    assert shaping(model)["temperature"] == told


@pytest.mark.parametrize(
    ("name", "thinking", "told"),
    [
        ("us.amazon.nova-pro-v1:0", None, True),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", None, True),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 1024, False),
        ("us.anthropic.claude-opus-4-7", None, False),
    ],
)
def test_on_bedrock_claude_takes_none_while_it_thinks(name, thinking, told, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = GenerateConfig(reasoning_tokens=thinking)
    model = get_model(f"bedrock/{name}", config=config, memoize=False)
    assert takes_temperature(model) is told


def test_a_version_of_inspect_that_does_not_tell_is_named(server, monkeypatch):
    model = at(server, "openai/gpt-5")
    monkeypatch.delattr(type(model.api), "is_gpt_5_plus")
    with pytest.raises(
        MintError, match=r"does not tell whether gpt-5 takes.* install inspect-ai=="
    ):
        takes_temperature(model)


def test_a_fault_within_inspect_is_not_laid_on_its_version(server, monkeypatch):
    def broken(api):
        return api.lacking

    model = at(server, "openai/gpt-5")
    monkeypatch.setattr(type(model.api), "is_gpt_5_plus", broken)
    with pytest.raises(AttributeError, match="lacking"):
        takes_temperature(model)


def test_the_version_that_is_named_is_the_lowest_that_is_supported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"inspect-ai>={TOLD_BY}" in project["dependencies"]


def test_of_several_servers_the_first_is_looked_at(server):
    urls = f"{server.url},{server.url}"
    model = get_model("spread/openai-api/judge/gpt-5", base_url=urls, api_key="none", memoize=False)
    assert takes_temperature(model) is takes_temperature(at(server, "openai-api/judge/gpt-5"))


def test_anthropic_is_sent_none_by_any_model():
    model = get_model("anthropic/claude-haiku-4-5", api_key="none", memoize=False)
    sent, *_ = model.api.completion_config(GenerateConfig(temperature=0, max_tokens=9))
    assert (sent.get("temperature"), shaping(model)["temperature"]) == (None, None)
