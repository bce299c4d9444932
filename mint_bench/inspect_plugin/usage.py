"""Tokens and cost of a run, from what Inspect counted in each conversation.

Not from the log's totals: those are of the last try alone where a run was resumed.
"""

from collections.abc import Iterable, Mapping, Sequence

from inspect_ai.log import EvalSample
from inspect_ai.model import ModelUsage

from mint_bench.scoring import ScoredConversation

PADDED = frozenset({"hf"})
"""Providers whose token counts are those of the padded batch; only the replies' own are kept."""


def tokens_used(
    model: str, samples: Sequence[EvalSample], conversations: Sequence[ScoredConversation]
) -> dict[str, int]:
    """Tokens by kind: the system's own as they are, those of a role under `ROLE_KIND`.

    Args:
        model: With its provider, as the log names it.
        samples: All of a log.
        conversations: The same, scored.
    """
    if model.partition("/")[0] in PADDED:
        turns = [turn for conversation in conversations for turn in conversation.turns]
        return {"output": sum((t.tokens or 0) + (t.reasoning_tokens or 0) for t in turns)}
    whole = _totals(usage for sample in samples for usage in sample.model_usage.values())
    roles = {
        role: _totals(sample.role_usage[role] for sample in samples if role in sample.role_usage)
        for role in dict.fromkeys(role for sample in samples for role in sample.role_usage)
    }
    own = {name: n - sum(part[name] for part in roles.values()) for name, n in whole.items()}
    measuring = {f"{role}_{name}": n for role, part in roles.items() for name, n in part.items()}
    return {name: total for name, total in {**own, **measuring}.items() if total}


def cost_of(samples: Sequence[EvalSample]) -> float | None:
    """Dollars that the conversations cost, as far as Inspect knows prices; else None."""
    usages = (usage for sample in samples for usage in sample.model_usage.values())
    costs = [usage.total_cost for usage in usages if usage.total_cost is not None]
    return round(sum(costs), 6) if costs else None


def _totals(usages: Iterable[ModelUsage]) -> Mapping[str, int]:
    used = list(usages)
    return {
        "input": sum(
            u.input_tokens + (u.input_tokens_cache_read or 0) + (u.input_tokens_cache_write or 0)
            for u in used
        ),
        "input_cached": sum(u.input_tokens_cache_read or 0 for u in used),
        "output": sum(u.output_tokens for u in used),
        "reasoning": sum(u.reasoning_tokens or 0 for u in used),
    }
