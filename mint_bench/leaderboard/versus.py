"""Systems against each other: paired differences, laid out for pages and for the page's script.

The tests are those of `records.comparison`; nothing is tested here.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mint_bench.leaderboard.boards import BoardPart, Entry, stacked
from mint_bench.leaderboard.cells import WHOLE, signed
from mint_bench.leaderboard.measured import DIFFERENCES
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import no_width
from mint_bench.records.wording import title
from mint_bench.stats.intervals import t_quantile
from mint_bench.stats.ranking import Pairs
from mint_bench.stats.statistic import influence

MOST_LISTED = 200  # rows of the comparison's page; a system's own page holds them in any case
REACH = 60  # pixels on either side of no difference
DIGITS = 5  # significant ones of what the script reckons with


@dataclass(frozen=True, slots=True)
class Gap:
    """One difference, ready to be set.

    Attributes:
        text: The difference with its sign; a dash where undefined.
        interval: Its 95 % interval; empty without one.
        told: Whether the interval leaves out 0.
        x: Pixels from the middle of its mark; None where nothing is drawn.
        start: Pixels from the middle where its interval begins.
        width: Pixels that its interval is wide.
        bound: Whether either figure is at bound, or no conversation differs from another: the
            interval covers less than it claims.
    """

    text: str
    interval: str = ""
    told: bool = False
    x: float | None = None
    start: float | None = None
    width: float | None = None
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """One system against another: a gap a figure."""

    other: Entry
    role: str
    gaps: tuple[Gap, ...]
    apart: bool | None


def heads() -> list[str]:
    """Titles of the compared figures."""
    return [title(name) for name in DIFFERENCES]


def against(part: BoardPart, me: Entry, others: Sequence[tuple[str, Entry]]) -> list[Against]:
    """A system against others, each with its role, such as `leader`."""
    position, reach = part.entries.index(me), part.reaches
    found = []
    for role, other in others:
        at = part.entries.index(other)
        gaps = tuple(
            gap(
                name,
                part.by_figure[name],
                reach[name],
                (position, at),
                bound=at_bound(me, name) or at_bound(other, name),
            )
            for name in DIFFERENCES
        )
        found.append(Against(other, role, gaps, _apart(part, position, at)))
    return found


def _apart(part: BoardPart, first: int, second: int) -> bool | None:
    """Whether two are told apart on the ranking figure; None where nothing ranks or is tested."""
    if part.pairs is None or math.isnan(part.pairs.p_holm[first, second]):
        return None
    return bool(part.pairs.different[first, second])


def _apart_from_all(part: BoardPart, entry: Entry) -> list[bool | None] | None:
    """By position, for what has no letters (people, say); letters say it of the others."""
    if entry.place or part.pairs is None:
        return None
    me = part.entries.index(entry)
    return [_apart(part, me, other) for other in range(len(part.entries))]


def company(part: BoardPart, me: Entry) -> list[tuple[str, Entry]]:
    """Whom a system is shown against: the leader, the human, and its neighbours in the table."""
    row = [entry for entry in part.entries if entry.competes]
    found = [("highest empathy", part.leader), ("human", part.human)]
    if me in row:
        at = row.index(me)
        found += [("next above", row[at - 1] if at else None)]
        found += [("next below", row[at + 1] if at + 1 < len(row) else None)]
    seen = [me]
    result = []
    for role, other in found:
        if other is not None and other not in seen:
            seen.append(other)
            result.append((role, other))
    return result


def digits_of(name: str) -> int:
    """Decimals of a difference; words differ by less than one where they are told apart."""
    return 1 if name in WHOLE else 2


def at_bound(entry: Entry, name: str) -> bool:
    """Whether a figure is marked as at bound, and so every interval that it has a part in."""
    return entry.row.figures[name].at_bound


def gap(name: str, pairs: Pairs, reach: float, pair: tuple[int, int], *, bound: bool) -> Gap:
    """One difference of a board, first minus second; `reach` is the largest on its column."""
    value, low, high = (float(part[pair]) for part in (pairs.difference, pairs.low, pairs.high))
    if math.isnan(value):
        return Gap("–")
    digits = digits_of(name)
    text = _plus(value, digits)
    if math.isnan(low):
        return Gap(text)
    scale = REACH / reach
    return Gap(
        text,
        f"{_plus(low, digits)} to {_plus(high, digits)}",
        low > 0 or high < 0,
        round(value * scale, 1),
        round(low * scale, 1),
        max(1.0, round((high - low) * scale, 1)),
        bound or no_width(low, high),
    )


def _plus(value: float, digits: int) -> str:
    text = signed(f"{value:.{digits}f}")
    return text if text.startswith("−") or not text.strip("0.") else f"+{text}"


def script_data(part: BoardPart) -> str:
    """What the script needs to compare any two systems of a board, as a script of its own.

    Per figure and system the value and each conversation's share in it, so that a difference and
    its interval are two lines of arithmetic. A file of its own works from a file system, too,
    where a page may read no other.
    """
    value = {
        "figures": heads(),
        "digits": [digits_of(name) for name in DIFFERENCES],
        "t": {str(n): round(t_quantile(n - 1), 6) for n in range(20, _most(part) + 1)},
        "systems": [
            {
                "title": entry.title,
                "folder": entry.folder,
                "values": [_number(entry.row.figures[name].value) for name in DIFFERENCES],
                "shares": [_shares(part, entry, name) for name in DIFFERENCES],
                "letters": entry.place.letters if entry.place else "",
                "bound": [at_bound(entry, name) for name in DIFFERENCES],
                "apart": _apart_from_all(part, entry),
            }
            for entry in part.entries
        ],
    }
    return f"window.mintBoard = {json.dumps(value, ensure_ascii=True, separators=(',', ':'))};\n"


def _most(part: BoardPart) -> int:
    return max(len(part.ids), 20)


def _shares(part: BoardPart, entry: Entry, name: str) -> list[float | None]:
    """Each conversation's share in a figure; None where it has none."""
    rows = stacked([entry], name, part.ids)[0]
    shares = influence(COLUMNS[name].statistic, rows)
    present = (rows != 0).any(axis=1)
    return [_number(u) if here else None for u, here in zip(shares, present, strict=True)]


def _number(value: float | None) -> float | None:
    if value is None or math.isnan(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def overview(part: BoardPart) -> list[Against]:
    """The first systems of a board against the leader and the human, on all figures."""
    found = []
    for entry in part.entries[:MOST_LISTED]:
        pairs = [pair for pair in company(part, entry) if pair[0] in {"highest empathy", "human"}]
        found += [
            Against(entry, role, one.gaps, one.apart)
            for (role, _), one in zip(pairs, against(part, entry, pairs), strict=True)
        ]
    return found
