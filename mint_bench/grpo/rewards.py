"""The reward of one group of replies, as pure functions: R = ℓ · (terms) + penalty.

Holds the arithmetic of section 6 of the design and nothing that was measured: novelty, entropy
and repetition come from `metrics`, quality from a judge. No number is ever made up: what is
missing stays None and leaves its group.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, isfinite

import numpy as np

from mint_bench.metrics.repetition import pair_sums, repetition_rows
from mint_bench.stats.statistic import Ratio
from mint_bench.tactics.tagger import TACTICS

FULL_LENGTH = 200
"""Tokens of the visible reply above which the reward shrinks."""

LABEL_PENALTY = -2.0
CONSTANT = 0.5
"""What every member of a group gets in which a term does not differ."""

Numbers = Sequence[float | None]
Counts = Sequence[int]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each term counts; all are scaled within the group first.

    Attributes:
        quality: Of quality Q, 0 or 1.
        novelty: γ_D of novelty D.
        entropy: γ_H of within-turn entropy H.
        repetition: Of 1 − ρ, the repetition of the supporter's own previous turn.
        product: Whether Q · D takes the place of the sum.
    """

    quality: float = 1.0
    novelty: float = 0.0
    entropy: float = 0.0
    repetition: float = 0.0
    product: bool = False

    @property
    def needs_tactics(self) -> bool:
        """Whether any term stands on the tactics in the reply."""
        return bool(self.novelty or self.entropy or self.repetition or self.product)

    @property
    def needs_quality(self) -> bool:
        """Whether a judge is asked at all."""
        return bool(self.quality or self.product)


VARIANTS: dict[str, Weights] = {
    "q": Weights(),
    "d": Weights(quality=0.0, novelty=1.0),
    "q_plus_d": Weights(novelty=1.0),
    "q_plus_h": Weights(entropy=1.0),
    "q_plus_d_plus_h": Weights(novelty=0.5, entropy=0.5),
    "q_times_d": Weights(product=True),
    "q_minus_r": Weights(repetition=1.0),
}
"""By name as recipes have them. Published (Zhan et al. 2026) are all but `q_minus_r`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was measured of one member of a group; None where it could not be.

    Attributes:
        quality: In the unit of its source.
        novelty: D against the previous supporter turn, 0 to 5.
        entropy: H, 0 to ln 10.
        repetition: ρ against the previous supporter turn; None also where there was none.
        length: ℓ, in (0, 1].
        penalty: 0 or `LABEL_PENALTY`; a mean of such over the turns of a conversation.
    """

    quality: float | None
    novelty: float | None
    entropy: float | None
    repetition: float | None
    length: float
    penalty: float


def length_scale(tokens: int) -> float:
    """ℓ = min(1, 200 / tokens of the visible reply); 1 where there is no token.

    >>> length_scale(100), length_scale(200), length_scale(400)
    (1.0, 1.0, 0.5)
    """
    return min(1.0, FULL_LENGTH / tokens) if tokens > 0 else 1.0


def label_penalty(reply: str) -> float:
    """−2 where the reply shows its tactics as labels, else 0.

    Labels are tactic names in bold, italics, headings, parentheses or numbered lists, and the
    words "tactics used" and "tactics:".

    >>> label_penalty("**Validation**: That makes sense."), label_penalty("My advice: rest.")
    (-2.0, 0.0)
    """
    return LABEL_PENALTY if _labels().search(reply) else 0.0


@cache
def _labels() -> re.Pattern[str]:
    names = "|".join(name.replace("_", "[ _-]?") for name in TACTICS)
    name = rf"(?:{names})s?"
    numbered = r"(?:\d{1,2}[.)]\s*)?"
    several = rf"{name}(?:\s*(?:,|/|&|\+|and)\s*{name})*"
    forms = (
        rf"(?<!\w)(?P<mark>\*{{1,3}}|_{{1,3}})\s*{numbered}{several}\s*:?\s*(?P=mark)(?!\w)",
        rf"^\s*#{{1,6}}[^\n]*\b{name}\b",
        rf"[(\[]\s*{several}\s*[)\]]",
        rf"^\s*\d{{1,2}}[.)]\s*[*_]{{0,3}}{several}[*_]{{0,3}}\s*(?:[:–—-]|$)",
        r"\btactics\s+used\b",
        r"\btactics\s*\*{0,3}\s*:",
    )
    return re.compile("|".join(forms), re.IGNORECASE | re.MULTILINE)


def repetition(previous: Counts | None, counts: Counts) -> float | None:
    """ρ of one pair of turns, from their sentence counts per tactic; None where none is defined.

    1 where the reply has all ten tactics: ρ is 1 whenever every previous move comes back, and
    there its formula alone is 0/0. None without a previous turn, or where that had no tactic.

    >>> lone = [1] + [0] * 9
    >>> repetition(lone, lone), repetition(None, lone), repetition([0] * 10, lone)
    (1.0, None, None)
    """
    return pooled_repetition([(previous, counts)])


def pooled_repetition(pairs: Sequence[tuple[Counts | None, Counts]]) -> float | None:
    """ρ over the pairs of one conversation, their sums taken before the ratio, as in a record."""
    known = [(a, b) for a, b in pairs if a is not None and any(a)]
    if not known:
        return None
    before = np.array([a for a, _ in known]) > 0
    after = np.array([b for _, b in known]) > 0
    if after.all():
        return 1.0
    sums = pair_sums(before, after, np.zeros(len(known), dtype=np.int64), 1)
    return float(Ratio().value(repetition_rows(sums).sum(0)))


def min_max(values: Numbers) -> list[float | None]:
    """(x − min) / (max − min) within the group; 0.5 where nothing differs (Zhan et al. 2026).

    >>> min_max([1, 3, None, 2]), min_max([4, 4, None])
    ([0.0, 1.0, None, 0.5], [0.5, 0.5, None])
    """
    known = [value for value in values if value is not None]
    if not known:
        return list(values)
    low, high = min(known), max(known)
    if high == low:
        return [None if value is None else CONSTANT for value in values]
    return [None if value is None else (value - low) / (high - low) for value in values]


def centred_sigmoid(values: Numbers, centre: float) -> list[float | None]:
    """σ(x − centre): what is far above the reference gains no more.

    Preference As Reward (Fu et al. 2025, arXiv 2502.18770), whose centre is the reward of a
    reference model's reply; here one number, such as the untrained model's mean quality.

    >>> centred_sigmoid([3.0, None], 3.0)
    [0.5, None]
    """
    return [None if value is None else _sigmoid(value - centre) for value in values]


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def clip(values: Numbers, ceiling: float) -> list[float | None]:
    """min(x − ceiling, 0): nothing is gained above the ceiling (Gao et al. 2024).

    >>> clip([2.0, 5.0, None], 4.0)
    [-2.0, 0.0, None]
    """
    return [None if value is None else min(value - ceiling, 0.0) for value in values]


def delta(turns: Numbers) -> list[float | None]:
    """x_t − x_{t+1} over the turns of a conversation, the last as it is.

    The sum over any stretch is bounded, so that more turns alone earn nothing (clip and delta:
    Gao et al. 2024, arXiv 2410.15115). None where either of the two is missing.

    >>> delta([-1.0, -3.0, 0.0])
    [2.0, -3.0, 0.0]
    """
    following = [*turns[1:], 0.0]
    return [
        None if now is None or after is None else now - after
        for now, after in zip(turns, following, strict=True)
    ]


def group_rewards(
    group: Sequence[Terms],
    weights: Weights,
    weight: float = 1.0,
    shape: Callable[[Numbers], list[float | None]] = min_max,
) -> list[float | None]:
    """R of each member of a group; None for one that lacks a term, which then counts for nothing.

    R = ℓ · (Q + w·(γ_D·D + γ_H·H)) + penalty, each term min-max scaled over those members of
    the group that lack nothing. `q_times_d`: ℓ · Q · D + penalty. `q_minus_r`:
    ℓ · (Q + w·(1 − ρ)) + penalty, which orders replies as Q − w·ρ does, and is never below 0, so
    that ℓ shrinks gains only. Where no member has a previous move to repeat, the term is left out.

    Args:
        group: The members' measurements.
        weights: Of a variant.
        weight: w.
        shape: How quality is scaled; the other terms are min-max scaled always.

    >>> plain = Terms(3.0, 0.2, 0.0, None, 1.0, 0.0)
    >>> better = Terms(4.0, 0.1, 0.0, None, 0.5, -2.0)
    >>> group_rewards([plain, better], VARIANTS["q"])
    [0.0, -1.5]
    >>> group_rewards([plain, better], VARIANTS["q_plus_d"])
    [1.0, -1.5]
    """
    repeats = bool(weights.repetition) and any(one.repetition is not None for one in group)
    whole = [index for index, one in enumerate(group) if _complete(one, weights, repeats=repeats)]
    members = [group[index] for index in whole]
    q = shape([one.quality for one in members])
    d = min_max([one.novelty for one in members])
    h = min_max([one.entropy for one in members])
    r = min_max([one.repetition for one in members])
    rewards: list[float | None] = [None] * len(group)
    for place, one, quality, new, mixed, again in zip(whole, members, q, d, h, r, strict=True):
        if weights.product:
            value = _number(quality) * _number(new)
        else:
            value = _term(weights.quality, quality) + weight * (
                _term(weights.novelty, new)
                + _term(weights.entropy, mixed)
                + (weights.repetition * (1 - _number(again)) if repeats else 0.0)
            )
        rewards[place] = one.length * value + one.penalty
    return rewards


def _complete(one: Terms, weights: Weights, *, repeats: bool) -> bool:
    needed = (
        (weights.needs_quality, one.quality),
        (bool(weights.novelty) or weights.product, one.novelty),
        (bool(weights.entropy), one.entropy),
        (repeats, one.repetition),
    )
    return all(value is not None and isfinite(value) for wanted, value in needed if wanted)


def _term(weight: float, value: float | None) -> float:
    return weight * _number(value) if weight else 0.0


def _number(value: float | None) -> float:
    if value is None:  # `_complete` keeps such members out
        raise ValueError("a term is missing")
    return value
