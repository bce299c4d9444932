"""Follow-up likelihood of the replies, as a scorer beside the ranking.

The model is loaded once a process, and only where the scorer is asked for.
"""

from functools import cache

from inspect_ai.scorer import Scorer, scorer

from mint_bench.beside import follow_ups
from mint_bench.inspect_plugin.also_text import measured
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.per_turn import per_turn
from mint_bench.local_models.likelihood import FollowUpLikelihood

NAME = "follow_up_likelihood"


@scorer(metrics=[per_turn([NAME])])
def follow_up_likelihood(model: str | None = None) -> Scorer:
    """How much better each reply lets a model foresee the seeker's real next line: nats a token.

    Args:
        model: Folder or hub name of a chat model in the form of transformers; the embedded model
            by default. Another is given with `inspect score LOG --action append --scorer
            mint_bench/follow_up_likelihood -S model=NAME`.
    """
    with told_by_inspect():
        likelihood = _loaded(model)
    return measured(NAME, lambda transcript: likelihood(follow_ups(transcript)), likelihood.how)


@cache
def _loaded(model: str | None) -> FollowUpLikelihood:
    return FollowUpLikelihood(model)
