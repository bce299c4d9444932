"""How well a scorer agrees with labels that it never saw: the figures of the cards.

Pure functions on arrays and labelled replies; training and cards stand elsewhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.judging.aggregate import aggregate_array
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.metrics.repetition import pair_sums, repetition_rows, stickiness_rows
from mint_bench.stats.agreement import Agreement, spearman
from mint_bench.stats.intervals import Interval, bootstrap_ratios
from mint_bench.stats.statistic import MacroRatio, Ratio
from mint_bench.validation.labels import HUMAN, LabelledReply

Bools = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]
Figures = dict[str, Any]
TAG_FIGURES = ("stickiness_vs_human", "repetition_vs_self", "density")
CLOSE = 0.3  # a system's mean within this of the published judge's counts as close


def shown(found: Agreement | Interval) -> dict[str, float | int | None]:
    """A figure with the ends of its interval and n, JSON-ready; null where undefined."""
    ends = {"value": found.value, "low": found.low, "high": found.high}
    return {
        **{end: None if np.isnan(number) else number for end, number in ends.items()},
        "n": found.n,
    }


def system_tag_figures(replies: Sequence[LabelledReply], sets: Mapping[int, Bools]) -> Figures:
    """Stickiness, repetition and density of each system under our tags and the published ones.

    Stickiness takes the human's previous turn with its published tags in both cases; what differs
    is the tagger of the system's replies alone.

    Args:
        replies: All replies.
        sets: Position of a reply to the tactics found in it, shape (10,); for every reply of
            the systems to be compared.

    Returns:
        `systems`: figure by system, as [ours, published, published without emoji sentences];
        `mean_error`, `worst_error`, `mean_error_without_emoji`, `spearman`: by figure.
    """
    by_system: dict[str, dict[tuple[str, int], int]] = {}
    for index, reply in enumerate(replies):
        key = (reply.conversation, len(reply.history))
        by_system.setdefault(reply.system, {})[key] = index
    human = {key: replies[i].published for key, i in by_system[HUMAN].items()}
    asked = [system for system, keys in by_system.items() if set(keys.values()) <= set(sets)]
    table = {}
    for system in asked:
        ways = (
            {key: sets[i] for key, i in by_system[system].items()},
            {key: replies[i].published for key, i in by_system[system].items()},
            {key: _without_emoji(replies[i]) for key, i in by_system[system].items()},
        )
        table[system] = np.array([_tag_figures(own, human) for own in ways])
    values = np.array([table[system] for system in asked])
    error = np.abs(values[:, 0] - values[:, 1])
    plain = np.abs(values[:, 0] - values[:, 2])
    return {
        "systems": {
            system: {
                name: [_rounded(value) for value in table[system][:, column]]
                for column, name in enumerate(TAG_FIGURES)
            }
            for system in asked
        },
        "mean_error": _by_name(TAG_FIGURES, error.mean(axis=0)),
        "worst_error": _by_name(TAG_FIGURES, error.max(axis=0)),
        "mean_error_without_emoji": _by_name(TAG_FIGURES, plain.mean(axis=0)),
        "spearman": {
            name: _rounded(spearman(values[:, 0, column], values[:, 1, column]))
            for column, name in enumerate(TAG_FIGURES)
        },
    }


def _without_emoji(reply: LabelledReply) -> Bools:
    return reply.published if reply.present is None else np.asarray(reply.present.any(axis=0))


def _tag_figures(
    own: Mapping[tuple[str, int], Bools], human: Mapping[tuple[str, int], Bools]
) -> tuple[float, float, float]:
    """Stickiness to the human's previous turn, repetition of the own one, and density.

    Keys are (conversation, messages before the reply): the previous supporter turn has two fewer.
    """
    later = [(name, n) for name, n in own if (name, n - 2) in own]
    after = np.array([own[key] for key in later])
    group = np.zeros(len(later), dtype=np.int64)
    of_human = np.array([human[name, n - 2] for name, n in later])
    of_self = np.array([own[name, n - 2] for name, n in later])
    sticky = stickiness_rows(pair_sums(of_human, after, group, 1)).sum(axis=0)
    repeated = repetition_rows(pair_sums(of_self, after, group, 1)).sum(axis=0)
    density = float(np.mean([found.sum() for found in own.values()]))
    return float(MacroRatio().value(sticky)), float(Ratio().value(repeated)), density


def rating_agreement(
    systems: Sequence[str], conversations: Sequence[str], found: Doubles, published: Doubles
) -> Figures:
    """Errors of replies and of systems' means on the six dimensions and their aggregate.

    Args:
        systems: The system of each reply.
        conversations: Its conversation, over which the replies' errors have intervals.
        found: Our ratings, shape (n, 6).
        published: The published judge's, shape (n, 6).
    """
    names = sorted(set(systems))
    owner = np.array(systems)
    columns = (*DIMENSIONS, "aggregate")
    ours = np.column_stack([found, aggregate_array(found)])
    theirs = np.column_stack([published, aggregate_array(published)])
    means = np.array([ours[owner == name].mean(axis=0) for name in names])
    targets = np.array([theirs[owner == name].mean(axis=0) for name in names])
    error = np.abs(means - targets)
    return {
        "replies": len(found),
        "mean_error_of_replies": _by_name(columns, np.abs(ours - theirs).mean(axis=0)),
        "intervals": {
            "mean_error_of_replies": _with_ends(columns, np.abs(ours - theirs), conversations)
        },
        "spearman_over_replies": _by_name(columns, _spearmans(ours, theirs)),
        "mean_error_of_systems": _by_name(columns, error.mean(axis=0)),
        "worst_error_of_systems": _by_name(columns, error.max(axis=0)),
        "worst_system": {
            column: names[int(index)]
            for column, index in zip(columns, error.argmax(axis=0), strict=True)
        },
        "share_of_systems_close": _by_name(columns, (error <= CLOSE).mean(axis=0)),
        "spearman_over_systems": _by_name(columns, _spearmans(means, targets)),
        "systems": {
            name: {
                column: [_rounded(mean), _rounded(target)]
                for column, mean, target in zip(columns, row, aims, strict=True)
            }
            for name, row, aims in zip(names, means, targets, strict=True)
        },
    }


def _with_ends(columns: Sequence[str], values: Doubles, conversations: Sequence[str]) -> Figures:
    """The mean of each column with its bootstrap interval over conversations."""
    names, group = np.unique(np.array(conversations), return_inverse=True)
    sums, counts = np.zeros((2, len(names), len(columns)))
    np.add.at(sums, group, values)
    np.add.at(counts, group, 1.0)
    return {
        column: {
            end: _rounded(number) for end, number in shown(interval).items() if number is not None
        }
        for column, interval in zip(columns, bootstrap_ratios(sums, counts), strict=True)
    }


def _spearmans(first: Doubles, second: Doubles) -> Doubles:
    pairs = zip(first.T, second.T, strict=True)
    return np.array([spearman(a, b) if len(a) > 2 else np.nan for a, b in pairs])


def _by_name(names: Sequence[str], values: npt.NDArray[Any]) -> dict[str, float | int | None]:
    return {name: _rounded(value) for name, value in zip(names, values, strict=True)}


def _rounded(value: float | np.generic) -> float | int | None:
    """Four decimals, counts as they are, nothing where undefined."""
    if isinstance(value, int | np.integer):
        return int(value)
    return round(float(value), 4) if np.isfinite(value) else None
