"""Tokens are those of all conversations, whichever try held them; a role's are counted apart."""

from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalSample
from inspect_ai.model import GenerateConfig, ModelOutput, ModelUsage

from mint_bench.inspect_plugin.price import NOTHING, Price
from mint_bench.inspect_plugin.usage import cost_of, tokens_used
from mint_bench.scoring import ScoredConversation, ScoredTurn


def sample(name, whole, cost=None, **roles):
    def used(n):
        return ModelUsage(
            input_tokens=n, input_tokens_cache_read=1, output_tokens=2, total_cost=cost
        )

    return EvalSample(
        id=name, epoch=1, input="Hi.", target="",
        model_usage={"openai/one": used(whole)},
        role_usage={role: used(n) for role, n in roles.items()},
    )  # fmt: skip


def test_a_roles_tokens_are_no_part_of_the_systems():
    both = [sample("a", 30, grader=10), sample("b", 5)]
    assert tokens_used("openai/one", both, []) == {
        "input": 36 - 10, "input_cached": 2 - 1, "output": 4 - 2,
        "grader_input": 11, "grader_input_cached": 1, "grader_output": 2,
    }  # fmt: skip


def test_padded_counts_give_way_to_those_of_the_replies():
    turns = [
        ScoredTurn(t=1, tokens=7, reasoning_tokens=30),
        ScoredTurn(t=2, unscored={"reply": "cut"}),
    ]
    held = [ScoredConversation(id="a", epoch=1, turns=turns)]
    assert tokens_used("hf/one", [sample("a", 500)], held) == {"output": 37}


def test_cost_is_told_only_where_prices_are_known():
    assert cost_of([sample("a", 1, cost=0.25), sample("b", 1, cost=0.5), sample("c", 1)]) == 0.75
    assert cost_of([sample("a", 1)]) is None


def test_cost_is_at_the_prices_that_the_log_keeps():
    dear = {"openai/one": Price(input=1_000_000, cached=500_000, output=2_000_000)}
    assert cost_of([sample("a", 3), sample("b", 1)], dear) == (3 + 0.5 + 4) + (1 + 0.5 + 4)


def test_cost_is_not_told_where_a_model_that_was_used_has_no_price():
    assert cost_of([sample("a", 1)], {"openai/other": Price(input=1, output=1)}) is None


def uncounted(model):
    """A sample with an answer of a server that does not say what it took."""
    answer = ModelEvent(
        model=model, input=[], tools=[], tool_choice="none", config=GenerateConfig(),
        output=ModelOutput.from_content(model, "Hi."),
    )  # fmt: skip
    return sample("a", 1_000_000).model_copy(update={"events": [answer]})


def test_cost_is_not_told_where_an_answer_does_not_say_what_it_took():
    prices = {"openai/one": Price(input=1, output=0, cached=0), "vllm/two": NOTHING}
    assert cost_of([uncounted("openai/one")], prices) is None
    assert cost_of([uncounted("vllm/two")], prices) == 1
