"""Ratings of whole conversations: the mean over a judge's ratings of the replies in each.

Reads any CSV of ratings and the pinned ones of experts, crowd and other judges; averages a
judge's own verdicts. Compares nothing.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.files import read_text
from mint_bench.judging.judge import DIMENSIONS, Exchange, Verdict
from mint_bench.sentences import visible_text
from mint_bench.sources.references import EXPERTS, OTHER_JUDGES, reference

Doubles = npt.NDArray[np.float64]
Reply = tuple[str, Doubles]  # a conversation's id and six ratings, NaN where there is none


@dataclass(frozen=True, slots=True)
class Ratings:
    """What one rater says of conversations.

    Attributes:
        name: Who rates.
        means: Six ratings by conversation, shape (6,): the mean over its replies that have one;
            NaN where none has.
        replies: Rows that were averaged: replies, or conversations rated as a whole.
        unscored: How many replies were not rated, by reason.
        flags: How many were rated with a flag, by flag.
    """

    name: str
    means: Mapping[str, Doubles]
    replies: int
    unscored: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)

    def table(self, ids: Sequence[str]) -> Doubles:
        """The ratings of these conversations, shape (conversations, 6); NaN where unrated."""
        nothing = np.full(len(DIMENSIONS), np.nan)
        return np.array([self.means.get(name, nothing) for name in ids]).reshape(len(ids), -1)


def conversation_means(replies: Iterable[Reply]) -> dict[str, Doubles]:
    """Mean of each dimension by conversation, over the replies that have it."""
    rows: dict[str, list[Doubles]] = {}
    for name, ratings in replies:
        rows.setdefault(name, []).append(ratings)
    return {name: _mean(np.array(given)) for name, given in rows.items()}


def _mean(given: Doubles) -> Doubles:
    rated = (~np.isnan(given)).sum(axis=0)
    return np.where(rated, np.nansum(given, axis=0) / np.maximum(rated, 1), np.nan)


def exchanges_of(conversations: Iterable[Conversation]) -> list[Exchange]:
    """What a judge sees of each reply: the real conversation up to it, and the reply."""
    return [
        Exchange(
            conversation.turns[:position],
            visible_text(conversation.turns[position].text),
            conversation.id,
            conversation.language,
        )
        for conversation in conversations
        for position in conversation.scored_turns
    ]


def mean_words(exchanges: Iterable[Exchange]) -> dict[str, float]:
    """Mean whitespace words of a reply, by conversation."""
    counts: dict[str, list[int]] = {}
    for exchange in exchanges:
        counts.setdefault(exchange.conversation_id or "", []).append(len(exchange.reply.split()))
    return {name: float(np.mean(count)) for name, count in counts.items()}


def verdict_array(verdicts: Sequence[Verdict]) -> Doubles:
    """Ratings as an array, shape (n, 6); a row of NaN where a reply is unscored."""
    nothing = (np.nan,) * len(DIMENSIONS)
    rows = [verdict.ratings if verdict.ratings is not None else nothing for verdict in verdicts]
    return np.array(rows, dtype=np.float64).reshape(-1, len(DIMENSIONS))


def judged(name: str, exchanges: Sequence[Exchange], verdicts: Sequence[Verdict]) -> Ratings:
    """A judge's verdicts as ratings of conversations; unscored ones are counted by reason."""
    rows = verdict_array(verdicts)
    pairs = zip(exchanges, rows, strict=True)
    return Ratings(
        name,
        conversation_means((exchange.conversation_id or "", row) for exchange, row in pairs),
        replies=sum(verdict.ratings is not None for verdict in verdicts),
        unscored=Counter(verdict.unscored for verdict in verdicts if verdict.unscored),
        flags=Counter(flag for verdict in verdicts for flag in verdict.flags),
    )


def read_ratings(path: Path, name: str | None = None) -> Ratings:
    """Ratings from a CSV with `conversation_id` and the six dimensions, in any order of columns.

    Several rows of one conversation, as ratings by reply have, are averaged; an empty cell is no
    rating. Other columns are passed over.

    Raises:
        MintError: If the file is missing, lacks a column, or holds anything but 1 to 5; the
            message names the line.
    """
    lines = csv.DictReader(io.StringIO(read_text(path), newline=""))
    missing = [c for c in ("conversation_id", *DIMENSIONS) if c not in (lines.fieldnames or ())]
    if missing:
        raise MintError(
            f"{path}: column {missing[0]!r} is missing; expected conversation_id and "
            + ", ".join(DIMENSIONS)
        )
    rows: list[Reply] = []
    for row in lines:
        where = f"{path}:{lines.line_num}"
        if not row["conversation_id"]:
            raise MintError(f"{where}: conversation_id is empty")
        given = np.array([_rating(row[dimension], where, dimension) for dimension in DIMENSIONS])
        rows.append((row["conversation_id"], given))
    if not rows:
        raise MintError(f"{path}: no row of ratings")
    empty = sum(bool(np.isnan(given).any()) for _, given in rows)
    return Ratings(
        name or path.stem,
        conversation_means(rows),
        replies=len(rows),
        unscored={"a cell is empty": empty} if empty else {},
    )


def _rating(cell: str | None, where: str, dimension: str) -> float:
    if cell is None or not cell.strip():
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not 1 <= value <= 5:
        raise MintError(f"{where}: {dimension}: expected a number from 1 to 5, found {cell!r:.40}")
    return value


def read_experts() -> list[Ratings]:
    """The three experts on the 50 Lend-an-Ear conversations, fetched where they are not here.

    Raises:
        MintError: If a file cannot be had or is not the pinned one.
    """
    return [read_ratings(reference(remote), name) for name, remote in EXPERTS.items()]


def read_other_judges() -> list[Ratings]:
    """The published judge, then models and crowd, on the same conversations.

    Raises:
        MintError: If a file cannot be had or is not the pinned one.
    """
    return [read_ratings(reference(remote), name) for name, remote in OTHER_JUDGES.items()]
