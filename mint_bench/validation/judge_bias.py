"""What moves a judge's ratings though it should not: length, emoji, place, repetition, family.

Pure functions: how the replies are varied, and what the ratings of the variants come to. Who
rates in between, at once or over a network, is left to the caller; `measure` does it for a judge
that answers at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.files import read_model
from mint_bench.judging.aggregate import aggregate_array
from mint_bench.judging.judge import DIMENSIONS, Exchange, Judge
from mint_bench.resources import resource
from mint_bench.stats.agreement import bootstrapped, ordinal_alpha, spearmans
from mint_bench.stats.intervals import SEED, bootstrap
from mint_bench.stats.statistic import Difference, Ratio
from mint_bench.validation.agreement import Figures, means_over, shown
from mint_bench.validation.ratings import Doubles, Ratings, verdict_array

PLAIN, AGAIN, SHUFFLED, WORDS, EMOJI = "plain", "again", "shuffled", "words", "emoji"
LATER = "later"
PASSES = (PLAIN, AGAIN, SHUFFLED, WORDS, EMOJI, LATER)
COLUMNS = (*DIMENSIONS, "aggregate")
SAME = 0.01  # ratings this close are the same: sums on a computer depend on their order

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class Greetings(BaseModel):
    """What both speakers say to open a conversation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seeker: Text
    supporter: Text


class Additions(BaseModel):
    """Texts that say nothing, as `scorers/additions.yaml` has them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    words: Texts = Field(description="Sentences of about twenty words")
    emoji: Texts
    greetings: Greetings


@dataclass(frozen=True, slots=True)
class Pass:
    """One batch for a judge.

    Attributes:
        exchanges: What it is given.
        order: The position of each among the plain exchanges.
    """

    exchanges: list[Exchange]
    order: npt.NDArray[np.int64]

    def restored(self, ratings: Doubles) -> Doubles:
        """The batch's ratings in the order of the plain exchanges."""
        return ratings[np.argsort(self.order)]


def load_additions(path: Path | None = None) -> Additions:
    """The shipped texts, or those of a YAML or JSON file.

    Raises:
        MintError: If the file cannot be read or breaks a rule.
    """
    return read_model(path or resource("scorers", "additions.yaml"), Additions)


def passes(
    exchanges: Sequence[Exchange], additions: Additions, seed: int = SEED
) -> dict[str, Pass]:
    """What a judge rates to show its biases: the same replies six times.

    `plain`, `again` (nothing changed), `shuffled` (another order in the batch), `words` and
    `emoji` (one of the texts after each reply, in turn), `later` (greetings before the
    conversation, so that each reply stands a turn later in it).
    """
    plain = list(exchanges)
    as_is = np.arange(len(plain))
    order = np.random.default_rng(seed).permutation(len(plain))
    return {
        PLAIN: Pass(plain, as_is),
        AGAIN: Pass(plain, as_is),
        SHUFFLED: Pass([plain[int(i)] for i in order], order),
        WORDS: Pass(_appended(plain, additions.words), as_is),
        EMOJI: Pass(_appended(plain, additions.emoji), as_is),
        LATER: Pass([_later(exchange, additions.greetings) for exchange in plain], as_is),
    }


def _appended(exchanges: Sequence[Exchange], texts: Sequence[str]) -> list[Exchange]:
    return [
        replace(exchange, reply=f"{exchange.reply} {texts[i % len(texts)]}")
        for i, exchange in enumerate(exchanges)
    ]


def _later(exchange: Exchange, greetings: Greetings) -> Exchange:
    """The exchange with a greeting of each speaker before it, so that speakers still take turns."""
    said = {Speaker.SEEKER: greetings.seeker, Speaker.SUPPORTER: greetings.supporter}
    first = exchange.history[0].speaker if exchange.history else Speaker.SEEKER
    order = sorted(said, key=lambda speaker: speaker is not first)
    opening = tuple(Turn(speaker, (Message(speaker, said[speaker]),)) for speaker in order)
    return replace(exchange, history=(*opening, *exchange.history))


def bias(conversations: Sequence[str], ratings: Mapping[str, Doubles]) -> Figures:
    """What the ratings of the passes come to.

    Args:
        conversations: The conversation of each reply.
        ratings: By pass, in the order of the plain replies, shape (n, 6), NaN where unscored;
            `shuffled` may lack.

    Returns:
        `words_added`, `emoji_added` and `turn_later`: mean change of each rating with its
        interval; `repeat`
        and `order`: how far ratings differ when nothing or only the order changes; the latter
        where the pass is there.
    """
    plain = ratings[PLAIN]
    found = {
        "words_added": change(plain, ratings[WORDS], conversations),
        "emoji_added": change(plain, ratings[EMOJI], conversations),
        "turn_later": change(plain, ratings[LATER], conversations),
        "repeat": consistency([plain, ratings[AGAIN]]),
    }
    if SHUFFLED in ratings:
        found["order"] = consistency([plain, ratings[SHUFFLED]])
    return found


def measure(judge: Judge, exchanges: Sequence[Exchange], additions: Additions) -> Figures:
    """`bias` of a judge that answers at once."""
    ratings = {
        name: batch.restored(verdict_array(judge.rate(batch.exchanges)))
        for name, batch in passes(exchanges, additions).items()
    }
    return bias([exchange.conversation_id or "" for exchange in exchanges], ratings)


def change(before: Doubles, after: Doubles, conversations: Sequence[str]) -> Figures:
    """Mean change of each rating and of aggregate empathy, with a bootstrap over conversations.

    Args:
        before: Shape (n, 6), NaN where unscored.
        after: The same replies, varied.
        conversations: The conversation of each reply.

    Returns:
        By dimension and `aggregate`: value, low, high, n; a reply that is unscored on either
        side is left out.
    """
    moved = _with_aggregate(after) - _with_aggregate(before)
    found = means_over(conversations, moved, ~np.isnan(moved))
    return {name: shown(interval) for name, interval in zip(COLUMNS, found, strict=True)}


def consistency(repeats: Sequence[Doubles], names: Sequence[str] = DIMENSIONS) -> Figures:
    """How alike ratings of the same replies are: over repeats, orders, or paraphrased rubrics.

    Args:
        repeats: Two or more of shape (n, names), NaN where unscored.
        names: What is rated: the dimensions, or the tactics of sentences.

    Returns:
        By name: `same` (share of replies whose ratings lie within 0.01 of each other),
        `largest` difference, `sd` (mean standard deviation of a reply's ratings), `alpha`
        (Krippendorff, ordinal; null where all ratings are equal), and n replies.
    """
    stacked = np.stack(repeats)
    figures: Figures = {}
    for k, name in enumerate(names):
        table = stacked[:, :, k][:, ~np.isnan(stacked[:, :, k]).any(axis=0)]
        n = table.shape[1]
        apart = np.ptp(table, axis=0) if n else np.array([np.nan])
        figures[name] = {
            "same": _number((apart <= SAME).mean()) if n else None,
            "largest": _number(apart.max()),
            "sd": _number(table.std(axis=0, ddof=1).mean()) if n else None,
            "alpha": _number(ordinal_alpha(np.round(table, 2))),
            "n": n,
        }
    return figures


def length_residual(
    judge: Ratings, experts: Sequence[Ratings], words: Mapping[str, float]
) -> Figures:
    """Whether a judge rates longer replies otherwise than the experts do.

    Spearman's correlation over conversations of (judge's mean − experts' median) with the mean
    words of a reply. Experts may value length; what is left after them is the judge's own.

    Args:
        judge: Who is checked.
        experts: Two or more.
        words: Mean words of a reply by conversation.
    """
    ids = sorted(name for name in words if all(name in expert.means for expert in experts))
    middle = np.median(np.stack([expert.table(ids) for expert in experts]), axis=0)
    residual = judge.table(ids) - middle
    length = np.array([words[name] for name in ids])
    return {
        dimension: shown(bootstrapped(spearmans, np.stack([residual[:, k], length])).agreement())
        for k, dimension in enumerate(DIMENSIONS)
    }


def own_family(
    ours: Doubles, others: Doubles, conversations: Sequence[str], own: npt.NDArray[np.bool_]
) -> Figures:
    """Whether a judge favours systems of its own base-model family, against another judge.

    Mean of (our rating − the other judge's) over replies of the own family, minus the same over
    all other replies; bootstrap over conversations.

    Args:
        ours: The judge's ratings, shape (n, 6), NaN where unscored.
        others: Another judge's ratings of the same replies.
        conversations: The conversation of each reply.
        own: Which replies come from a system of the judge's family, shape (n,).
    """
    apart = _with_aggregate(ours) - _with_aggregate(others)
    there = ~np.isnan(apart)
    group, count = _groups(conversations)
    statistic = Difference(Ratio(), Ratio(), 2)
    figures: Figures = {}
    for k, name in enumerate(COLUMNS):
        rows = np.zeros((count, 4))
        for side, chosen in enumerate((own & there[:, k], ~own & there[:, k])):
            np.add.at(rows[:, 2 * side], group[chosen], apart[chosen, k])
            np.add.at(rows[:, 2 * side + 1], group[chosen], 1.0)
        figures[name] = shown(bootstrap(statistic, rows))
    return figures


def _with_aggregate(ratings: Doubles) -> Doubles:
    return np.column_stack([ratings, aggregate_array(ratings)])


def _groups(conversations: Sequence[str]) -> tuple[npt.NDArray[np.int64], int]:
    """Number of each reply's conversation, in the order of ids, and how many there are."""
    names, group = np.unique(np.array(conversations), return_inverse=True)
    return group.astype(np.int64), len(names)


def _number(value: float | np.floating) -> float | None:
    return None if np.isnan(value) else float(value)
