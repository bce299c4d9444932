"""Tokens are those of all conversations, whichever try held them; a role's are counted apart."""

from inspect_ai.log import EvalSample
from inspect_ai.model import ModelUsage

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
