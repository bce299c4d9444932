"""A record's conversations as arrays: ratings, tactic sets and pairs, one row block a system.

The bridge from records to the pure functions of `metrics`; computes no figure itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.metrics.repetition import TACTIC_COUNT, Groups, PairSums, Sets, pair_sums
from mint_bench.replay.course import SeekerFigures
from mint_bench.scoring import ScoredConversation, ScoredTurn
from mint_bench.stats.statistic import Floats

Pairing = Literal["human", "self"]


@dataclass(frozen=True, slots=True)
class Turns:
    """All turns of a system, flat, with the conversation each belongs to.

    Attributes:
        ids: Conversation ids in sorted order; `group` indexes into them. Epochs of one
            conversation share its index.
        group: Conversation of each turn, shape (N,).
        session: Conversation and epoch of each turn, shape (N,); pairs never cross it.
        t: Number of each turn within its conversation, from 1, shape (N,).
        tactics: Sentence counts, shape (N, 10); zeros where unscored.
        tagged: Whether tactics are known, shape (N,).
        human: Sentence counts of the human's turn, shape (N, 10); zeros where unknown.
        human_known: Whether the human's tactics are known, shape (N,).
        ratings: Shape (N, 6), NaN where unscored.
        partial: Turns whose published aggregate stands on five ratings, shape (N,).
        source: The turns themselves, in the same order.
        seekers: Of each conversation and epoch its place in `ids` and its simulated seeker, where
            there is one.
        memo: What was computed of them already, by name and lag: many figures share it.
    """

    ids: tuple[str, ...]
    group: Groups
    session: Groups
    t: Groups
    tactics: Floats
    tagged: Sets
    human: Floats
    human_known: Sets
    ratings: Floats
    partial: Sets
    source: tuple[ScoredTurn, ...]
    seekers: tuple[tuple[int, SeekerFigures], ...] = ()
    memo: dict[tuple[str, int], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def groups(self) -> int:
        """Number of conversations K."""
        return len(self.ids)


PARTIAL_AGGREGATE = "aggregate_of_five"


def turns_of(conversations: Sequence[ScoredConversation]) -> Turns:
    """Lay a system's conversations out as arrays."""
    ids = tuple(sorted({c.id for c in conversations}))
    index = {name: position for position, name in enumerate(ids)}
    rows = [(index[c.id], s, turn) for s, c in enumerate(conversations) for turn in c.turns]
    turns = tuple(turn for _, _, turn in rows)
    zero, nothing = [0] * TACTIC_COUNT, [None] * len(DIMENSIONS)
    return Turns(
        ids,
        np.array([g for g, _, _ in rows], dtype=np.int64),
        np.array([s for _, s, _ in rows], dtype=np.int64),
        np.array([turn.t for turn in turns], dtype=np.int64),
        np.array([turn.tactics or zero for turn in turns], dtype=np.float64).reshape(-1, 10),
        np.array([turn.tactics is not None for turn in turns], dtype=bool),
        np.array([turn.human_tactics or zero for turn in turns], dtype=np.float64).reshape(-1, 10),
        np.array([turn.human_tactics is not None for turn in turns], dtype=bool),
        np.array([turn.ratings or nothing for turn in turns], dtype=np.float64).reshape(-1, 6),
        np.array([PARTIAL_AGGREGATE in turn.flags for turn in turns], dtype=bool),
        turns,
        tuple((index[c.id], c.seeker) for c in conversations if c.seeker is not None),
    )


def pairs(turns: Turns, pairing: Pairing, lag: int = 1) -> PairSums:
    """Sum pairs (turn t − lag, reply t) within conversations.

    The previous turn is the human's or the system's own. Where either side is unscored the pair
    is dropped; it never reaches further back. Many figures stand on the same sums: they are made
    once.
    """
    if (pairing, lag) not in turns.memo:
        turns.memo[pairing, lag] = _pairs(turns, pairing, lag)
    found: PairSums = turns.memo[pairing, lag]
    return found


def _pairs(turns: Turns, pairing: Pairing, lag: int) -> PairSums:
    before, known = (
        (turns.human, turns.human_known) if pairing == "human" else (turns.tactics, turns.tagged)
    )
    earlier, later = adjacent(turns, lag)
    usable = known[earlier] & turns.tagged[later]
    earlier, later = earlier[usable], later[usable]
    return pair_sums(
        before[earlier] > 0, turns.tactics[later] > 0, turns.group[later], turns.groups
    )


def adjacent(turns: Turns, lag: int = 1) -> tuple[Groups, Groups]:
    """Positions (earlier, later) of turns `lag` apart in one conversation and epoch."""
    if ("adjacent", lag) not in turns.memo:
        turns.memo["adjacent", lag] = _adjacent(turns, lag)
    found: tuple[Groups, Groups] = turns.memo["adjacent", lag]
    return found


def _adjacent(turns: Turns, lag: int) -> tuple[Groups, Groups]:
    span = int(turns.t.max(initial=0)) + lag + 1
    keys = turns.session * span + turns.t
    order = np.argsort(keys, kind="stable")
    wanted = np.where(turns.t > lag, keys - lag, -1)
    found = np.searchsorted(keys[order], wanted)
    earlier = order[np.minimum(found, len(order) - 1)] if len(order) else order
    there = keys[earlier] == wanted
    return earlier[there], np.flatnonzero(there)
