"""From a figure to a conversation that shows it: one whose own figure comes near it.

Only figures that a single conversation has, too: means and ratios over its turns. Chosen among
the longer half, since the figure of two turns says little.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mint_bench.leaderboard.talks import file_name
from mint_bench.records.tables import PRIMARY
from mint_bench.stats.statistic import Floats

if TYPE_CHECKING:
    from mint_bench.leaderboard.boards import BoardPart, Entry


def nearest(rows: Floats, ids: Sequence[str]) -> str | None:
    """The conversation whose own figure is nearest to that of all; None without any.

    Args:
        rows: (Σy, count) of each conversation.
        ids: Their names.

    >>> nearest(np.array([[2.0, 2.0], [9.0, 3.0], [12.0, 3.0]]), "abc")
    'b'
    """
    counts = rows[:, 1]
    if not (counts > 0).any():
        return None
    long = np.flatnonzero(counts >= np.median(counts[counts > 0]))
    own = rows[long, 0] / counts[long]
    off = np.abs(own - rows[:, 0].sum() / counts.sum())
    return ids[int(long[np.argmin(off)])]


def example(part: "BoardPart", entry: "Entry", name: str, written: Collection[str]) -> str:
    """The page of the conversation that shows a figure, from the site's folder.

    Args:
        part: The record's board.
        entry: The record.
        name: Of the figure.
        written: Names of the pages that there are; what is not among them is not linked to.

    Returns:
        Its name; empty where no conversation shows the figure, or its words are not at hand.
    """
    shown = entry.measured.examples.get(name)
    return "" if shown is None else page_of(part, entry, shown, written)


def page_of(part: "BoardPart", entry: "Entry", talk: str, written: Collection[str]) -> str:
    """The page of one conversation by one system, in its first epoch; empty if there is none."""
    epochs = (c.epoch for c in entry.row.record.conversations if c.id == talk)
    first = next(epochs, None)
    page = "" if first is None else f"{entry.folder}/{file_name(part.numbers[talk], first)}"
    return page if page in written else ""


def best_and_human(part: "BoardPart", written: Collection[str]) -> list[tuple["Entry", str]]:
    """One conversation to begin with: that which shows the leader's empathy, by it and a human."""
    leader, human = part.leader, part.human
    if leader is None or not (page := example(part, leader, PRIMARY, written)):
        return []
    shown = leader.measured.examples[PRIMARY]
    beside = page_of(part, human, shown, written) if human else ""
    return [(leader, page), *([(human, beside)] if human and beside else [])]
