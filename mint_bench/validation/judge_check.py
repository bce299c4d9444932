"""A judge against the experts: how far they agree on whole conversations, dimension by dimension.

The experts' agreement with one another stands beside every figure, since no judge can be expected
to agree with them better than they do. Reads no files; what moves a judge although it should not
is in `judge_bias`.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS, Judge
from mint_bench.stats.agreement import COEFFICIENTS, Drawn, bootstrapped, mean_of
from mint_bench.stats.intervals import LEVEL, RESAMPLES, SEED
from mint_bench.validation import judge_bias
from mint_bench.validation.agreement import Figures, shown
from mint_bench.validation.ratings import Doubles, Ratings, exchanges_of, judged, mean_words

MEAN = "mean"
PAIRS = "expert_pairs"
AGAINST_TWO = "expert_against_two"
TOGETHER = "experts_together"


def check(
    judge: Judge,
    conversations: Sequence[Conversation],
    experts: Sequence[Ratings],
    others: Sequence[Ratings] = (),
) -> Figures:
    """Everything about a judge that answers at once: `figures` of its ratings, and its biases.

    Args:
        judge: Who is checked; an embedded one rates a conversation by a head that never saw it.
        conversations: Those that the experts rated.
        experts: Two or more.
        others: Further raters for comparison.
    """
    exchanges = exchanges_of(conversations)
    ratings = judged(judge.name, exchanges, judge.rate(exchanges))
    return {
        **figures(ratings, experts, others),
        "bias": {
            **judge_bias.measure(judge, exchanges, judge_bias.load_additions()),
            "length": judge_bias.length_residual(ratings, experts, mean_words(exchanges)),
        },
    }


def figures(judge: Ratings, experts: Sequence[Ratings], others: Sequence[Ratings] = ()) -> Figures:
    """A judge's agreement with the experts' median, beside that of others and of the experts.

    Conversations are those that all experts rated, in the order of their ids, so that nothing
    depends on the order of any file.

    Args:
        judge: Who is checked.
        experts: Two or more.
        others: Further raters for comparison.

    Returns:
        JSON-ready: who rated how much, and under `agreement` by rater, dimension (and `mean`,
        over the six) and coefficient the value with interval and n; null where undefined.

    Raises:
        MintError: If the judge rated none of the experts' conversations.
    """
    ids = sorted(set.intersection(*(set(expert.means) for expert in experts)))
    common = [name for name in ids if name in judge.means]
    if not common:
        raise MintError(
            f"{judge.name}: rates none of the experts' {len(ids)} conversations; its "
            "conversation_id must be those of Lend-an-Ear"
        )
    people = np.stack([expert.table(ids) for expert in experts])
    return {
        "kind": "judge_check",
        "judge": judge.name,
        "conversations": len(common),
        "replies": judge.replies,
        "unscored": dict(judge.unscored),
        "flags": dict(judge.flags),
        "experts": {"raters": len(experts), "conversations": len(ids), "aggregate": "median"},
        "interval": {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED},
        "agreement": {
            **{rater.name: against_experts(rater.table(ids), people) for rater in (*others, judge)},
            **expert_agreement(people),
        },
    }


def against_experts(
    ratings: Doubles, experts: Doubles, names: Sequence[str] = tuple(COEFFICIENTS)
) -> Figures:
    """Agreement of one rater with the experts' median.

    Args:
        ratings: Shape (conversations, 6), NaN where unrated.
        experts: Shape (experts, conversations, 6).
        names: Which coefficients.
    """
    middle = np.median(experts, axis=0)
    return _by_dimension([np.stack([ratings, middle])], names)


def expert_agreement(experts: Doubles) -> Figures:
    """How far the experts agree with one another, in three ways.

    `expert_pairs`: mean over the pairs of experts. `expert_against_two`: each expert against the
    median of the others, the mean over experts; of the three it is nearest to what a judge is
    measured by. `experts_together`: Krippendorff's alpha of all at once.

    Args:
        experts: Shape (experts, conversations, 6).
    """
    pairs = combinations(range(len(experts)), 2)
    return {
        PAIRS: _by_dimension([experts[list(pair)] for pair in pairs]),
        AGAINST_TWO: one_expert(experts),
        TOGETHER: _by_dimension([experts], ("alpha",)),
    }


def one_expert(experts: Doubles, *, interval: bool = True) -> Figures:
    """Agreement of each expert with the median of the others, the mean over experts."""
    count = len(experts)
    others = [np.median(np.delete(experts, i, axis=0), axis=0) for i in range(count)]
    pairs = [np.stack([experts[i], others[i]]) for i in range(count)]
    return _by_dimension(pairs, interval=interval)


def _by_dimension(
    tables: Sequence[Doubles],
    names: Sequence[str] = tuple(COEFFICIENTS),
    *,
    interval: bool = True,
) -> Figures:
    """Coefficients of each dimension and their mean over the six.

    Args:
        tables: Each of shape (raters, conversations, 6); coefficients are averaged over tables.
        names: Which coefficients.
        interval: Whether to resample; without, the ends mean nothing.
    """
    weights = None if interval else np.ones((1, tables[0].shape[1]))
    drawn = {
        (dimension, name): _drawn(name, [table[:, :, k] for table in tables], weights)
        for k, dimension in enumerate(DIMENSIONS)
        for name in names
    }
    result: Figures = {
        dimension: {name: shown(drawn[dimension, name].agreement()) for name in names}
        for dimension in DIMENSIONS
    }
    result[MEAN] = {
        name: shown(mean_of([drawn[dimension, name] for dimension in DIMENSIONS]).agreement())
        for name in names
    }
    return result


def _drawn(name: str, tables: Sequence[Doubles], weights: Doubles | None) -> Drawn:
    """A coefficient; undefined where a rater always says the same, which shows no agreement."""
    found = mean_of([bootstrapped(COEFFICIENTS[name], table, weights) for table in tables])
    if all(_varies(rater) for table in tables for rater in table):
        return found
    return replace(found, value=float("nan"))


def _varies(rater: Doubles) -> bool:
    rated = rater[~np.isnan(rater)]
    return len(rated) > 1 and bool(np.ptp(rated) > 0)
