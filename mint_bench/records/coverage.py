"""How often each interval holds the truth: simulated, and written as a page.

`python -m mint_bench.records.coverage TEMPLATE PAGE` (`make coverage`). The populations stand in
`simulated`; the words of the page in its template.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from mint_bench.files import write_text
from mint_bench.records.figures import MIN_OFF_BOUND, off_bound
from mint_bench.records.simulated import POPULATIONS, Population, true_value
from mint_bench.stats.intervals import (
    SEED,
    Interval,
    bootstrap,
    bootstrap_ratios,
    linearised,
    resampling_weights,
)
from mint_bench.stats.statistic import Floats, Ratio

SIZES = (10, 20, 50, 200)
AIM = (0.93, 0.97)
AIMED_FROM = 50
SELDOM = 0.05
FEWEST = 100  # data sets below which no coverage among them is told
RESAMPLES = 2_000
OF_RATIOS, OF_OTHERS = 4_000, 2_000  # simulated data sets


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often intervals of one kind of data, size and method hold the truth.

    Attributes:
        population: Name of the population.
        method: `t` or `bootstrap`.
        conversations: K.
        sets: Simulated data sets.
        share: Of all data sets whose interval holds the truth.
        at_bound: Share of data sets marked *at bound*; of a difference, where either system is.
        unmarked: Coverage among those not marked; NaN if there are fewer than 100.
        marked: Coverage among those marked; NaN if there are fewer than 100.
        width: Mean width of the intervals.
    """

    population: str
    method: str
    conversations: int
    sets: int
    share: float
    at_bound: float
    unmarked: float
    marked: float
    width: float

    @property
    def aimed(self) -> bool:
        """Whether the aim holds for it: 50 conversations or more, and data sets not at bound."""
        return self.conversations >= AIMED_FROM and not math.isnan(self.unmarked)

    @property
    def often(self) -> bool:
        """Whether more than 1 data set in 20 is at bound."""
        return self.at_bound > SELDOM

    @property
    def met(self) -> bool:
        """Whether it is within the aim, which speaks of the data sets that are not at bound."""
        return AIM[0] <= round(self.unmarked, 3) <= AIM[1]

    @property
    def missed(self) -> bool:
        """Whether the aim holds for it and is missed."""
        return self.aimed and not self.met


def coverage(
    population: Population, conversations: int, sets: int, seed: int = SEED
) -> list[Coverage]:
    """Coverage of both intervals for one population and size."""
    rng = np.random.default_rng([seed, conversations])
    rows = population.draw(rng, sets * conversations).reshape(sets, conversations, -1)
    truth = true_value(population)
    marked = np.array([at_bound(population, data) for data in rows])
    return [
        _coverage(
            population, method, conversations, INTERVALS[method](population, rows), truth, marked
        )
        for method in population.methods
    ]


def at_bound(population: Population, rows: Floats) -> bool:
    """Whether a data set's figure, or either figure of a difference, is marked *at bound*."""
    scale = population.scale
    if scale is None:
        return False
    figures = np.split(rows, 2, axis=1) if population.paired else [rows]
    return any(off_bound(one, scale) < MIN_OFF_BOUND for one in figures)


def _linearised(population: Population, rows: Floats) -> list[Interval]:
    return [linearised(population.statistic, r, 2) for r in rows]


def _bootstrapped(population: Population, rows: Floats) -> list[Interval]:
    weights = resampling_weights(rows.shape[1], RESAMPLES)
    if isinstance(population.statistic, Ratio):
        return bootstrap_ratios(rows[:, :, 0].T, rows[:, :, 1].T, weights, 2)
    return [bootstrap(population.statistic, r, weights, 2) for r in rows]


INTERVALS = {"t": _linearised, "bootstrap": _bootstrapped}


def _coverage(
    population: Population,
    method: str,
    conversations: int,
    intervals: Sequence[Interval],
    truth: float,
    marked: np.ndarray,
) -> Coverage:
    everywhere = (-math.inf, math.inf)
    least, most = everywhere if population.paired else population.scale or everywhere
    low = np.array([max(i.low, least) for i in intervals])
    high = np.array([min(i.high, most) for i in intervals])
    holds = (low <= truth + 1e-9) & (truth - 1e-9 <= high)

    def among(some: np.ndarray) -> float:
        return float(holds[some].mean()) if some.sum() >= FEWEST else math.nan

    return Coverage(
        population.name,
        method,
        conversations,
        len(intervals),
        float(holds.mean()),
        float(marked.mean()),
        among(~marked),
        among(marked),
        float(np.nanmean(high - low)),
    )


def simulate(tell: Callable[[str], None], sets: float = 1.0) -> list[Coverage]:
    """Coverage of every population at every size.

    Args:
        tell: Is told what is being done.
        sets: Share of the usual number of data sets, for a quick look.
    """
    found = []
    for population in POPULATIONS:
        for size in SIZES:
            tell(f"{population.name}, {size} conversations")
            usual = OF_RATIOS if isinstance(population.statistic, Ratio) else OF_OTHERS
            found += coverage(population, size, max(1, round(sets * usual)))
    return found


def page(found: Sequence[Coverage], template: Path) -> str:
    """The page as Markdown."""
    from mint_bench.records.pages import render_page

    by = {(c.population, c.method, c.conversations): c for c in found}
    return render_page(
        template,
        populations=list(dict.fromkeys(c.population for c in found)),
        scaled=[p.name for p in POPULATIONS if p.scale],
        sizes=SIZES,
        by=by,
        missed=[c for c in found if c.missed],
        aimed=[c for c in found if c.aimed],
        aim=AIM,
        percent=_percent,
        cell=_cell,
        among=_among,
        sets=(OF_RATIOS, OF_OTHERS),
        resamples=RESAMPLES,
    )


def _percent(share: float, digits: int = 1) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.{digits}f}"


def _cell(found: Coverage | None) -> str:
    """Coverage over all data sets, with a dagger where many of them are at bound.

    A miss of those is the other table's to tell: it is of the data sets that are not marked.
    """
    if found is None:
        return "–"
    share = _percent(found.share) + ("†" if found.often else "")
    return f"**{share}**" if found.missed and not found.often else share


def _among(found: Coverage | None, which: str) -> str:
    """Coverage among the data sets that are `marked`, or `unmarked`."""
    if found is None:
        return "–"
    share = _percent(getattr(found, which))
    return f"**{share}**" if which == "unmarked" and found.missed else share


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and write the page."""
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="python -m mint_bench.records.coverage")
    parser.add_argument("template", type=Path)
    parser.add_argument("page", type=Path)
    parser.add_argument("--sets", type=float, default=1.0, help="share of the usual data sets")
    given = parser.parse_args(arguments)
    console = Console(stderr=True)
    with console.status("simulating") as status:
        found = simulate(partial(_tell, status), given.sets)
    write_text(given.page, page(found, given.template))


def _tell(status: "Status", what: str) -> None:  # type: ignore[name-defined]  # noqa: F821
    status.update(what)


if __name__ == "__main__":
    main()
