"""Tokens and cost of a run, from what Inspect counted in each conversation.

Not from the log's totals: those are of the last try alone where a run was resumed.
"""

from collections.abc import Iterable, Mapping, Sequence

from inspect_ai.event import Event, ModelEvent
from inspect_ai.log import EvalSample
from inspect_ai.model import ModelUsage

from mint_bench.inspect_plugin.price import NOTHING, Price
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
        return {"output": sum(turn.written for turn in turns)}
    whole = _totals(usage for sample in samples for usage in sample.model_usage.values())
    roles = {
        role: _totals(sample.role_usage[role] for sample in samples if role in sample.role_usage)
        for role in dict.fromkeys(role for sample in samples for role in sample.role_usage)
    }
    own = {name: n - sum(part[name] for part in roles.values()) for name, n in whole.items()}
    measuring = {f"{role}_{name}": n for role, part in roles.items() for name, n in part.items()}
    return {name: total for name, total in {**own, **measuring}.items() if total}


def cost_of(
    samples: Sequence[EvalSample], prices: Mapping[str, Price] | None = None
) -> float | None:
    """Dollars that the conversations cost; None where that is not known.

    Args:
        samples: All of a log.
        prices: Those that the log keeps. Without them, or where they are not of all that was used,
            it is what Inspect knows.
    """
    used = [one for sample in samples for one in sample.model_usage.items()]
    uncounted = {without_usage(event) for sample in samples for event in sample.events} - {None}
    known = prices and all(model in prices for model, _ in used)
    if prices and known and all(prices.get(str(model)) == NOTHING for model in uncounted):
        return round(sum(prices[model].of_usage(usage) for model, usage in used), 6)
    costs = [usage.total_cost for _, usage in used if usage.total_cost is not None]
    return round(sum(costs), 6) if costs else None


def without_usage(event: Event) -> str | None:
    """The model that gave an answer just then without a number of tokens; not every server counts.

    None for any other event.
    """
    if not isinstance(event, ModelEvent) or event.error or event.cache == "read":
        return None
    usage = event.output.usage
    counted = usage and (usage.total_tokens or usage.input_tokens or usage.output_tokens)
    return None if counted else event.model


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
