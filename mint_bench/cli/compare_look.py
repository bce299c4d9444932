"""How comparisons look in a terminal, and as JSON.

Every difference with its interval; what cannot be tested says why.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from mint_bench.cli.look import UNBOUNDED
from mint_bench.records.columns import COLUMNS
from mint_bench.records.comparison import BoardRanking, FigureComparison
from mint_bench.records.figures import Figure, no_width
from mint_bench.records.schema import Record
from mint_bench.records.signature import board_signature, signature
from mint_bench.records.tables import (
    AT_BOUND_MARK,
    AT_BOUND_NOTE,
    PRIMARY,
    cell_parts,
    chance,
    figure_json,
    hears,
)
from mint_bench.records.wording import headline, title
from mint_bench.stats.power import conversations_needed, minimum_detectable
from mint_bench.stats.ranking import ALPHA

MOST_SHOWN = 6  # systems of which all pairs are printed
DASH = "–"
TESTED_TACTICS = (
    "Where rare tactics are left out, A − B is over the tactics common enough in both, and so not "
    "the difference of the two columns."
)


def show_two(
    first: Record,
    second: Record,
    found: Sequence[FigureComparison],
    difference: float | None,
    console: Console | None = None,
) -> None:
    """Every figure of two records that either has, with its difference and tests."""
    console = _console(console)
    console.print()
    console.print(Text(headline(first.board), style="bold"))
    console.print(
        Text.assemble(("A  ", "bold"), first.title, "    ", ("B  ", "bold"), second.title)
    )
    shown = [c for c in found if c.first.value is not None or c.second.value is not None]
    console.print(_fitting(console, lambda between: _figures(shown, difference, between)))
    _below(
        console,
        "Interval and p: t over conversations; adjusted: empathy as it is, the others after "
        "Benjamini and Hochberg.",
        marked=any(_bound((c.first, c.second), c.test.low, c.test.high) for c in shown),
    )
    if any(COLUMNS[c.name].rare_left_out for c in shown):
        console.print(Text(TESTED_TACTICS, style="dim"))
    for c in shown:
        if math.isnan(c.test.p):
            console.print(Text(f"{title(c.name)}: no test, {c.note or 'undefined'}", style="dim"))
    console.print(Text(board_signature(first.board), style="dim"), soft_wrap=True)


def _figures(shown: Sequence[FigureComparison], difference: float | None, between: str) -> Table:
    grid = _grid("figure", "A", "B", "A − B", "p", "p adjusted", "p permuted", "detectable")
    _needed_column(grid, difference)
    for c in shown:
        test = c.test
        grid.add_row(
            Text(title(c.name), style="bold" if c.name == PRIMARY else ""),
            _figure(c.first, between),
            _figure(c.second, between),
            _difference(test.difference, (test.low, test.high), between, (c.first, c.second)),
            *(chance(p) for p in (test.p, c.p_adjusted, test.p_permutation)),
            _number(c.detectable),
            *_needed(difference, test.se, test.n, test.p),
        )
    return grid


def show_ranking(
    ranking: BoardRanking, difference: float | None, console: Console | None = None
) -> None:
    """Systems with letters and rank intervals, then their pairs."""
    console = _console(console)
    console.print()
    console.print(Text(headline(ranking.records[0].board), style="bold"))
    order = _order(ranking)
    head = title(ranking.column.name)
    grid = _grid("system", head, "not told apart", "rank")
    grid.columns[2].justify = "left"
    for position in order:
        place = ranking.places[position]
        grid.add_row(
            Text(ranking.records[position].system, style="" if place else "italic"),
            _figure(ranking.figures[position], " "),
            place.letters if place else DASH,
            f"{place.best}–{place.worst}" if place else DASH,
        )
    console.print(grid)
    console.print(_fitting(console, lambda between: _pairs(ranking, order, difference, between)))
    few = len(order) <= MOST_SHOWN
    low, high = ranking.pairs.low, ranking.pairs.high
    which = "All pairs" if few else "Neighbours only, all pairs by --format json"
    tested = int(np.isfinite(ranking.pairs.p).sum() // 2)
    _below(
        console,
        f"{which}. Interval and p: t over conversations; Holm over {tested} pairs. Systems that "
        "share a letter are not told apart; human and trivial systems have no rank.",
        marked=any(
            _bound((ranking.figures[i], ranking.figures[j]), low[i, j], high[i, j])
            for i, j in _shown_pairs(order)
        ),
    )
    console.print(Text(board_signature(ranking.records[0].board), style="dim"), soft_wrap=True)


def _pairs(
    ranking: BoardRanking, order: Sequence[int], difference: float | None, between: str
) -> Table:
    grid = _grid("A", "B", "A − B", "p", "p after Holm", "p permuted", "detectable")
    grid.columns[1].justify = "left"
    _needed_column(grid, difference)
    pairs = ranking.pairs
    for i, j in _shown_pairs(order):
        apart = bool(pairs.p_holm[i, j] < ALPHA)
        tested = not math.isnan(pairs.p[i, j])
        ends, both = (pairs.low[i, j], pairs.high[i, j]), (ranking.figures[i], ranking.figures[j])
        grid.add_row(
            ranking.records[i].system,
            ranking.records[j].system,
            _difference(pairs.difference[i, j], ends, between, both),
            chance(pairs.p[i, j]),
            Text(chance(pairs.p_holm[i, j]), style="bold" if apart else ""),
            chance(pairs.p_permutation[i, j]),
            _number(minimum_detectable(pairs.se[i, j], int(pairs.n[i, j])) if tested else math.nan),
            *_needed(difference, float(pairs.se[i, j]), int(pairs.n[i, j]), pairs.p[i, j]),
        )
    return grid


def _shown_pairs(order: Sequence[int]) -> Iterator[tuple[int, int]]:
    return pairwise(order) if len(order) > MOST_SHOWN else combinations(order, 2)


def two_as_json(
    first: Record, second: Record, found: Sequence[FigureComparison], difference: float | None
) -> str:
    """The comparison of two records as JSON, differences first minus second."""
    return _dump({
        "board": board_signature(first.board),
        "seeker_hears": hears(first.board),
        "first": {"system": first.system, "signature": signature(first)},
        "second": {"system": second.system, "signature": signature(second)},
        "figures": {
            c.name: {
                "first": figure_json(c.first),
                "second": figure_json(c.second),
                "difference": c.test.difference,
                "low": c.test.low,
                "high": c.test.high,
                "se": c.test.se,
                "p": c.test.p,
                "p_adjusted": c.p_adjusted,
                "p_permutation": c.test.p_permutation,
                "n": c.test.n,
                "minimum_detectable": c.detectable,
                **_needed_json(difference, c.test.se, c.test.n, c.test.p),
                **({"note": c.note} if c.note else {}),
            }
            for c in found
        },
    })


def ranking_as_json(ranking: BoardRanking, difference: float | None) -> str:
    """Systems best first, and every pair, as JSON."""
    order = _order(ranking)
    pairs = ranking.pairs
    return _dump({
        "board": board_signature(ranking.records[0].board),
        "seeker_hears": hears(ranking.records[0].board),
        "figure": ranking.column.name,
        "systems": [
            {
                "system": ranking.records[i].system,
                "signature": signature(ranking.records[i]),
                **figure_json(ranking.figures[i]),
                "letters": place.letters if (place := ranking.places[i]) else None,
                "rank": [place.best, place.worst] if place else None,
            }
            for i in order
        ],
        "pairs": [
            {
                "first": ranking.records[i].system,
                "second": ranking.records[j].system,
                "difference": pairs.difference[i, j],
                "low": pairs.low[i, j],
                "high": pairs.high[i, j],
                "se": pairs.se[i, j],
                "p": pairs.p[i, j],
                "p_holm": pairs.p_holm[i, j],
                "p_permutation": pairs.p_permutation[i, j],
                "n": int(pairs.n[i, j]),
                "minimum_detectable": minimum_detectable(pairs.se[i, j], int(pairs.n[i, j])),
                **_needed_json(difference, pairs.se[i, j], int(pairs.n[i, j]), pairs.p[i, j]),
            }
            for i, j in combinations(order, 2)
        ],
    })


def _order(ranking: BoardRanking) -> list[int]:
    sign = -1.0 if ranking.column.better == "lower" else 1.0
    values = [-math.inf if f.value is None else sign * f.value for f in ranking.figures]
    return sorted(range(len(values)), key=lambda i: (-values[i], i))


def _dump(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, indent=1)


def _plain(value: object) -> object:
    """Without NaN, which JSON does not know, and without numpy's types."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


def _console(console: Console | None) -> Console:
    console = console or Console()
    return console if console.is_terminal else Console(file=console.file, width=UNBOUNDED)


def _grid(first: str, *others: str) -> Table:
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    grid.add_column(first, overflow="fold")
    for head in others:
        grid.add_column(head, justify="right", overflow="fold")
    return grid


def _fitting(console: Console, build: Callable[[str], Table]) -> Table:
    """The grid with each interval beside its figure, or below it where the width is short."""
    unbounded = console.options.update(max_width=UNBOUNDED)
    beside = build(" ")
    fits = Measurement.get(console, unbounded, beside).maximum <= console.width
    return beside if fits else build("\n")


def _figure(figure: Figure, between: str) -> Text:
    value, interval = cell_parts(figure)
    return Text.assemble(value, (between + interval if interval else "", "dim"))


def _difference(
    value: float, ends: tuple[float, float], between: str, figures: tuple[Figure, Figure]
) -> Text:
    """A difference with its interval, which is at bound where a figure of it is."""
    text = Text(DASH if math.isnan(value) else f"{value:+.2f}")
    low, high = ends
    if not math.isnan(low):
        text.append(AT_BOUND_MARK if _bound(figures, low, high) else "")
        text.append(f"{between}{low:+.2f} to {high:+.2f}", style="dim")
    return text


def _bound(figures: tuple[Figure, Figure], low: float, high: float) -> bool:
    """Whether a difference is at bound: either figure is, or no conversation differs."""
    return any(figure.at_bound for figure in figures) or no_width(low, high)


def _number(value: float) -> str:
    return DASH if math.isnan(value) else f"{value:.2f}"


def _needed_column(grid: Table, difference: float | None) -> None:
    if difference is not None:
        grid.add_column(f"n for {difference:g}", justify="right")


def _needed(difference: float | None, se: float, n: int, p: float) -> Iterator[str]:
    if difference is not None:
        needed = None if math.isnan(p) else conversations_needed(se, n, difference)
        yield DASH if needed is None else str(needed)


def _needed_json(difference: float | None, se: float, n: int, p: float) -> dict[str, int | None]:
    if difference is None:
        return {}
    needed = None if math.isnan(p) else conversations_needed(se, n, difference)
    return {"conversations_needed": needed}


def _below(console: Console, said: str, *, marked: bool) -> None:
    console.print(Text(said, style="dim"))
    console.print(Text("Detectable: the smallest true difference found 4 times in 5.", style="dim"))
    if marked:
        console.print(Text(f"{AT_BOUND_MARK} {AT_BOUND_NOTE}", style="dim"))
