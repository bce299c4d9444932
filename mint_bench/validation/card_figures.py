"""What a card says of systems left out, with intervals: how far from, and whether ranked alike.

From the means of systems that `card.json` keeps; the systems are the units, as what is asked is how
the next one would fare.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from mint_bench.stats.agreement import Agreement, ranked_alike
from mint_bench.stats.intervals import linearised
from mint_bench.stats.statistic import Ratio
from mint_bench.validation.agreement import shown

Figure = dict[str, float | int | None]
FEWEST = 4  # systems below which there is no interval


def error_of(
    held: Mapping[str, Any], names: Sequence[str], only: Collection[str] | None = None
) -> Figure:
    """Mean over systems of |ours − published|, itself a mean over these figures; t interval.

    Args:
        held: A card's figures of one split, with `systems`: by system and figure ours, then the
            published.
        names: The figures.
        only: These systems alone.
    """
    apart = [
        np.mean([abs(figures[name][0] - figures[name][1]) for name in names])
        for system, figures in held["systems"].items()
        if only is None or system in only
    ]
    rows = np.column_stack([apart, np.ones(len(apart))])
    found = linearised(Ratio(), rows, FEWEST)
    low = float(np.maximum(0.0, found.low))  # NaN stays
    return shown(Agreement(found.value, low, found.high, len(apart)))


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
