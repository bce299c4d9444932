"""What a card says of systems left out, with intervals: how far from, and whether ranked alike.

From the means of systems that `card.json` keeps; the systems are the units, as what is asked is how
the next one would fare. Of one system alone, conversations are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mint_bench.stats.agreement import Agreement, ranked_alike
from mint_bench.stats.intervals import linearised, wilson
from mint_bench.stats.statistic import Ratio
from mint_bench.validation.agreement import CLOSE, shown

Figure = dict[str, float | int | None]
DIGITS = 4  # that a card keeps
FEWEST = 4  # systems below which there is no interval


def error_of(held: Mapping[str, Any], names: Sequence[str], against: int = 1) -> Figure:
    """Mean over systems of |ours − published|, itself a mean over these figures; t interval.

    Args:
        held: A card's figures of one split, with `systems`: by system and figure ours, then the
            published, then what else may be compared with.
        names: The figures.
        against: Which of those ours is compared with.
    """
    found = _over_systems([_error(row, names, against) for row in held["systems"].values()])
    return shown(replace(found, low=float(np.maximum(0.0, found.low))))  # NaN stays


def error_gap(first: Mapping[str, Any], second: Mapping[str, Any], name: str) -> Figure:
    """By how much the second's |ours − published| lies above the first's, mean over systems.

    Args:
        first: As `error_of`.
        second: Of the same systems.
        name: The figure.
    """
    gaps = [
        _error(second["systems"][system], [name]) - _error(row, [name])
        for system, row in first["systems"].items()
    ]
    return shown(_over_systems(gaps))


def error_of_one(held: Mapping[str, Any], system: str, names: Sequence[str]) -> Figure:
    """The same of one system, with the interval over conversations where the card has it."""
    if system in held.get("errors", {}):
        return dict(held["errors"][system])
    return {"value": _error(held["systems"][system], names), "low": None, "high": None}


def worst_of(held: Mapping[str, Any], name: str) -> Figure:
    """The largest |ours − published| of a figure, with that system's own interval if there is one.

    The interval knows nothing of its system having been chosen as the worst.
    """
    off = {system: _error(row, [name]) for system, row in held["systems"].items()}
    system = max(off, key=off.__getitem__)
    found = held.get("apart", {}).get(system, {}).get(name, {})
    low, high = found.get("low"), found.get("high")
    if low is None or high is None:
        return {"value": off[system], "low": None, "high": None}
    nearest = 0.0 if low < 0 < high else min(abs(low), abs(high))
    return {
        "value": off[system],
        "low": nearest,
        "high": max(abs(low), abs(high)),
        "n": found["n"],
    }


def close_share(held: Mapping[str, Any], name: str) -> Figure:
    """The share of systems whose mean is within `CLOSE` of the published; Wilson's interval."""
    near = [_error(row, [name]) <= CLOSE for row in held["systems"].values()]
    return {**wilson(sum(near), len(near)), "n": len(near)}


def rank_of(held: Mapping[str, Any], name: str, without: Collection[str] = ()) -> Figure:
    """Spearman's correlation of a figure, ours with the published, over systems.

    Args:
        held: As `error_of`.
        name: The figure.
        without: Systems that are left out.
    """
    pairs = [row[name][:2] for system, row in held["systems"].items() if system not in without]
    ours, published = np.array(pairs, dtype=np.float64).T
    return shown(ranked_alike(ours, published))


def _error(row: Mapping[str, Sequence[float]], names: Sequence[str], against: int = 1) -> float:
    """Of one system: the mean of |ours − published| over these figures."""
    return float(np.mean([abs(row[name][0] - row[name][against]) for name in names]))


def _over_systems(values: Sequence[float]) -> Agreement:
    """Their mean with its t interval."""
    found = linearised(Ratio(), np.column_stack([values, np.ones(len(values))]), FEWEST)
    return Agreement(found.value, found.low, found.high, len(values))


def rounded(value: Any) -> Any:  # noqa: ANN401 - decoded JSON
    """The same with every fraction to four digits."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value
