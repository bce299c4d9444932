"""What a suite will ask and cost, before anything is asked."""

import json
import re

import pytest
from click.testing import CliRunner

from mint_bench.cli.suite import suite as suite_command
from mint_bench.engines.plan import plan_of
from mint_bench.engines.prices import Prices, load_prices
from mint_bench.engines.suite import read_suite
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.price import Price
from mint_bench.judging.also_rubric import load_also_rubric
from tests.cli.typed import type_in
from tests.engines.suites import written


def test_max_cost_wants_every_price(tmp_path):
    path = written(tmp_path, systems=["openai/gpt-unheard-of"])
    said = CliRunner().invoke(suite_command, [str(path), "--max-cost", "1"])
    assert isinstance(said.exception, MintError)
    assert "openai/gpt-unheard-of is not known; write it into a file" in str(said.exception)


def test_the_plan_counts_calls_on_the_conversations_and_opens_no_model(tmp_path):
    path = written(
        tmp_path, systems=["openai/gpt-5-mini", "human"], judge="llm", epochs=2,
        roles={"grader": "openai/gpt-5,google/gemini-2.5-pro"},
    )  # fmt: skip
    model, human = plan_of(read_suite(path), load_prices(), reply_tokens=100)
    assert (model.conversations, model.replies) == (6, 12)
    assert [(a.role, a.usage.calls) for a in model.asked] == [
        ("model", 12), ("judge", 72), ("judge", 72),
    ]  # fmt: skip
    assert model.asked[0].usage.output == 1200
    assert [a.role for a in human.asked] == ["judge", "judge"]
    assert model.cost > human.cost > 0


def test_scorers_beside_the_ranking_are_counted_a_call_for_each_question(tmp_path):
    path = written(
        tmp_path, systems=["mint/silence", "human"], also="safety,relevance,readability",
        epochs=2, roles={"grader": [{"model": "openai/gpt-5"}, "google/gemini-2.5-pro"]},
    )  # fmt: skip
    questions = [len(load_also_rubric(name).questions) for name in ("safety", "relevance")]
    for plan in plan_of(read_suite(path), load_prices()):
        beside = [one for one in plan.asked if one.role == "also"]
        assert [(one.model, one.usage.calls) for one in beside] == [
            (model, n * plan.replies) for model in ("openai/gpt-5", "google/gemini-2.5-pro")
            for n in questions
        ]  # fmt: skip
        assert plan.cost > 0


def test_a_scorer_beside_the_ranking_wants_its_price_too(tmp_path):
    path = written(
        tmp_path, systems=["mint/silence"], also="safety", roles={"grader": "openai/unheard-of"}
    )
    done = type_in("suite", path, "--max-cost", "1")
    assert (done.code, "price of openai/unheard-of is not known" in done.err) == (2, True)
    assert len(done.err.splitlines()) == 1
    own = tmp_path / "prices.yaml"
    own.write_text("models: {openai/unheard-of: {input: 1.5, output: 6}}\n")
    [plan] = plan_of(read_suite(path), load_prices(own))
    assert plan.cost > 0


def test_weights_that_are_run_here_cost_nothing_and_another_server_what_its_owner_says(tmp_path):
    served = {"model": "openai-api/box/x", "base_url": "http://127.0.0.1:9"}
    path = written(tmp_path, systems=["Qwen/Qwen3-4B", "embedded", served])
    costs = [plan.cost for plan in plan_of(read_suite(path), load_prices())]
    assert costs == [0, 0, None]
    own = Prices({"openai-api/box/x": Price(input=1, output=1)})
    assert plan_of(read_suite(path), own)[2].cost > 0


def test_own_history_reads_its_own_replies_and_gold_history_the_peoples(tmp_path):
    path = written(tmp_path, systems=["openai/gpt-5"], tasks=["multi_turn", "gold_history"])
    own, gold = plan_of(read_suite(path), load_prices(), reply_tokens=1000)
    assert own.asked[0].usage.calls == gold.asked[0].usage.calls == 6
    assert own.asked[0].usage.input > gold.asked[0].usage.input + 2500


def test_the_plan_can_be_read_by_a_machine(tmp_path):
    path = written(tmp_path, systems=["openai/gpt-5-mini"])
    said = CliRunner().invoke(suite_command, [str(path), "--dry-run", "--format", "json"])
    plan = json.loads(said.stdout)
    assert plan["cells"][0]["asked"][0]["calls"] == 6
    assert plan["cost_usd"] > 0
    assert not (tmp_path / "logs").exists()


def test_a_users_prices_go_before_ours_and_an_unknown_price_is_said(tmp_path):
    prices = tmp_path / "prices.yaml"
    prices.write_text("models: {openai/gpt-5-mini: {input: 1000, output: 1000}}\n")
    path = written(tmp_path, systems=["openai/gpt-5-mini", "openai/gpt-unheard-of"])
    said = CliRunner().invoke(suite_command, [str(path), "--dry-run", "--prices", str(prices)])
    assert "Price not known: openai/gpt-unheard-of." in said.output
    plain = plan_of(read_suite(path), load_prices())[0].cost
    assert plan_of(read_suite(path), load_prices(prices))[0].cost > 100 * plain


def test_the_plan_says_which_prices_are_unchecked(tmp_path):
    path = written(tmp_path, systems=["openai/gpt-5-mini", "anthropic/claude-haiku-4-5"])
    said = " ".join(CliRunner().invoke(suite_command, [str(path), "--dry-run"]).output.split())
    assert re.search(r"openai as of 20\d\d-\d\d, unchecked \(https://", said)
    assert re.search(r"anthropic as of 20\d\d-\d\d \(https://", said)
    assert "google as of" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("judge: llm", "the role grader has no model"),
        ("roles: {grdaer: openai/a}", "did you mean grader?"),
        ("judge: embeded", "did you mean embedded?"),
    ],
)
def test_a_plan_of_what_cannot_run_is_refused(tmp_path, words, said):
    suite = tmp_path / "suite.yaml"
    suite.write_text(f"systems: [mint/silence]\ntasks: [multi_turn]\nsource: starter\n{words}\n")
    done = type_in("suite", suite, "--dry-run")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
