"""How well a scorer agrees with labels that it never saw: the figures of the cards.

Pure functions on arrays and labelled replies; training and cards stand elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.judging.aggregate import aggregate_array
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.metrics.repetition import (
    TACTIC_COUNT,
    pair_sums,
    repetition_rows,
    stickiness_rows,
    sums_of_groups,
)
from mint_bench.stats.agreement import Agreement, Drawn, spearman
from mint_bench.stats.intervals import (
    MIN_CONVERSATIONS,
    Interval,
    bootstrap,
    bootstrap_ratios,
    resampling_weights,
)
from mint_bench.stats.statistic import Difference, MacroRatio, Ratio, Statistic, divide
from mint_bench.validation.labels import HUMAN, LabelledReply

Bools = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]
Figures = dict[str, Any]
TAG_FIGURES = ("stickiness_vs_human", "repetition_vs_self", "density")
_STATISTICS: tuple[Statistic, ...] = (MacroRatio(), Ratio(), Ratio())  # of these
COMMON_IN = 10  # units in which a tactic must occur to be resampled
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
        `apart`: by system and figure, ours minus the published with an interval over
        conversations; `mean_error`, `worst_error`, `mean_error_without_emoji`, `spearman`: by
        figure.
    """
    by_system: dict[str, dict[tuple[str, int], int]] = {}
    for index, reply in enumerate(replies):
        key = (reply.conversation, len(reply.history))
        by_system.setdefault(reply.system, {})[key] = index
    human = {key: replies[i].published for key, i in by_system[HUMAN].items()}
    asked = [system for system, keys in by_system.items() if set(keys.values()) <= set(sets)]
    table, apart = {}, {}
    for system in asked:
        ways = (
            {key: sets[i] for key, i in by_system[system].items()},
            {key: replies[i].published for key, i in by_system[system].items()},
            {key: _without_emoji(replies[i]) for key, i in by_system[system].items()},
        )
        rows = [_tag_rows(own, human) for own in ways]
        table[system] = np.array([
            [
                float(statistic.value(sums.sum(axis=0)))
                for statistic, sums in zip(_STATISTICS, row, strict=True)
            ]
            for row in rows
        ])
        apart[system] = _tags_apart(rows[0], rows[1])
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
        "apart": apart,
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


def _tag_rows(
    own: Mapping[tuple[str, int], Bools], human: Mapping[tuple[str, int], Bools]
) -> tuple[Doubles, Doubles, Doubles]:
    """A row a conversation for each of `_STATISTICS`.

    They are stickiness to the human's previous turn, repetition of the own one, and density. Keys
    are (conversation, messages before the reply): the previous supporter turn has two fewer.
    """
    number = {name: k for k, name in enumerate(sorted({name for name, _ in own}))}
    later = [(name, n) for name, n in own if (name, n - 2) in own]
    after = np.array([own[key] for key in later])
    group = np.array([number[name] for name, _ in later], dtype=np.int64)
    of_human = np.array([human[name, n - 2] for name, n in later])
    of_self = np.array([own[name, n - 2] for name, n in later])
    counts = np.array([[found.sum(), 1.0] for found in own.values()])
    all_groups = np.array([number[name] for name, _ in own], dtype=np.int64)
    return (
        stickiness_rows(pair_sums(of_human, after, group, len(number))),
        repetition_rows(pair_sums(of_self, after, group, len(number))),
        sums_of_groups(counts, all_groups, len(number)),
    )


def _tags_apart(ours: Sequence[Doubles], published: Sequence[Doubles]) -> Figures:
    """Each figure's difference with its interval over conversations.

    Stickiness has one only where each of its tactics is in enough conversations: as a mean over
    all tactics it is a point.
    """
    figures: Figures = {}
    for name, statistic, first, second in zip(
        TAG_FIGURES, _STATISTICS, ours, published, strict=True
    ):
        rows = np.concatenate([first, second], axis=1)
        found = bootstrap(Difference(statistic, statistic, first.shape[1]), rows)
        if isinstance(statistic, MacroRatio):
            before = (first[:, TACTIC_COUNT:] > 0).sum(axis=0)
            if np.any((before > 0) & (before < COMMON_IN)):
                found = replace(found, low=float("nan"), high=float("nan"))
        figures[name] = _figure(found)
    return figures


def rating_agreement(
    systems: Sequence[str], conversations: Sequence[str], found: Doubles, published: Doubles
) -> Figures:
    """Errors of replies and of systems' means on the six dimensions and their aggregate.

    Args:
        systems: The system of each reply.
        conversations: Its conversation, over which the replies' errors have intervals.
        found: Our ratings, shape (n, 6).
        published: The published judge's, shape (n, 6).

    Returns:
        JSON-ready. Of systems, their means as [ours, published] in `systems`, ours minus the
        published with intervals over conversations in `apart`, and in `errors` the mean of its
        size over the six dimensions (its interval lies too high where there is hardly any).
    """
    names = sorted(set(systems))
    owner = np.array(systems)
    columns = (*DIMENSIONS, "aggregate")
    ours = np.column_stack([found, aggregate_array(found)])
    theirs = np.column_stack([published, aggregate_array(published)])
    means = np.array([ours[owner == name].mean(axis=0) for name in names])
    targets = np.array([theirs[owner == name].mean(axis=0) for name in names])
    error = np.abs(means - targets)
    apart, errors = _apart(owner, names, conversations, ours - theirs)
    return {
        "replies": len(found),
        "mean_error_of_replies": _by_name(columns, np.abs(ours - theirs).mean(axis=0)),
        "intervals": {
            "mean_error_of_replies": _with_ends(columns, np.abs(ours - theirs), conversations)
        },
        "mean_error_of_systems": _by_name(columns, error.mean(axis=0)),
        "worst_system": {
            column: names[int(index)]
            for column, index in zip(columns, error.argmax(axis=0), strict=True)
        },
        "spearman_over_systems": _by_name(columns, _spearmans(means, targets)),
        "systems": {
            name: {
                column: [_rounded(mean), _rounded(target)]
                for column, mean, target in zip(columns, row, aims, strict=True)
            }
            for name, row, aims in zip(names, means, targets, strict=True)
        },
        "apart": {
            name: dict(zip(columns, map(_figure, row), strict=True))
            for name, row in zip(names, apart, strict=True)
        },
        "errors": {name: _figure(drawn) for name, drawn in zip(names, errors, strict=True)},
    }


def _apart(
    owner: npt.NDArray[np.str_], names: Sequence[str], conversations: Sequence[str], apart: Doubles
) -> tuple[list[list[Interval]], list[Agreement]]:
    """How far each system's means lie off, with intervals over conversations.

    Args:
        owner: The system of each reply.
        names: The systems.
        conversations: The conversation of each reply.
        apart: Ours minus the published, six dimensions and the aggregate, shape (n, 7).

    Returns:
        By system the mean of each column (studentised), and the mean over the six dimensions of
        its size (percentiles: it is no smooth function).
    """
    known, group = np.unique(np.array(conversations), return_inverse=True)
    weights = resampling_weights(len(known))
    rows, errors = [], []
    for name in names:
        own = owner == name
        sums = sums_of_groups(apart[own], group[own], len(known))
        counts = np.bincount(group[own], minlength=len(known)).astype(np.float64)
        rows.append(bootstrap_ratios(sums, np.tile(counts[:, None], sums.shape[1])))
        six = sums[:, : len(DIMENSIONS)]
        there = int((counts > 0).sum())
        value = np.abs(six.sum(axis=0) / counts.sum()).mean()
        draws = np.abs(divide(weights @ six, (weights @ counts)[:, None])).mean(axis=1)
        if there < MIN_CONVERSATIONS:
            draws = np.full(len(draws), np.nan)
        errors.append(Drawn(float(value), draws, there).agreement())
    return rows, errors


def _figure(found: Agreement | Interval) -> Figures:
    """A figure with its interval, to four digits."""
    return {
        end: None if number is None else _rounded(number) for end, number in shown(found).items()
    }


def means_over(conversations: Sequence[str], values: Doubles, counted: Bools) -> list[Interval]:
    """The mean of each column's counted values, with its bootstrap interval over conversations.

    Args:
        conversations: The conversation of each row.
        values: Shape (n, d).
        counted: Which of them count, shape (n, d).
    """
    names, group = np.unique(np.array(conversations), return_inverse=True)
    return bootstrap_ratios(
        sums_of_groups(np.where(counted, values, 0.0), group, len(names)),
        sums_of_groups(counted.astype(np.float64), group, len(names)),
    )


def _with_ends(columns: Sequence[str], values: Doubles, conversations: Sequence[str]) -> Figures:
    """The mean of each column with its interval."""
    found = means_over(conversations, values, np.ones(values.shape, dtype=np.bool_))
    return {column: _figure(interval) for column, interval in zip(columns, found, strict=True)}


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
