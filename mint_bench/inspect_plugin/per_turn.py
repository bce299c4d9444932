"""How a scorer beside the ranking reports: one number a turn, or the reason why there is none.

What such a scorer measures stands in its own module; which there are, in `also`.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from inspect_ai.scorer import Metric, SampleScore, Score, Value, metric

from mint_bench.beside import with_figure
from mint_bench.metrics.measured import Measured
from mint_bench.scoring import ALSO, ScoredConversation
from mint_bench.stats.intervals import linearised
from mint_bench.stats.statistic import Ratio

REASONS = "also_unscored"
"""Key of a score's metadata: reasons a turn, by figure, where there is no number."""

HOW = "also_how"
"""Key of a score's metadata: what produced each figure, in one line."""


def turn_score(
    figures: Mapping[str, Sequence[float | None]],
    reasons: Mapping[str, Sequence[str | None]] | None = None,
    how: Mapping[str, str] | None = None,
    explanation: str | None = None,
) -> Score:
    """The score of one conversation.

    Args:
        figures: Numbers by the figure's name, one for each of the sample's replies; None where
            there is none.
        reasons: Why there is none, in the same shape; None where there is a number.
        how: What produced each figure (a library and its version, a rubric and its model).
        explanation: For the reader of the log.
    """
    return Score(
        value={name: _mean(numbers) for name, numbers in figures.items()},
        explanation=explanation,
        metadata={
            ALSO: {name: list(numbers) for name, numbers in figures.items()},
            REASONS: {name: list(told) for name, told in (reasons or {}).items()},
            HOW: dict(how or {}),
        },
    )


def _mean(numbers: Sequence[float | None]) -> float:
    there = [number for number in numbers if number is not None]
    return round(sum(there) / len(there), 4) if there else math.nan


@metric(scores="unreduced")
def per_turn(names: list[str]) -> Metric:
    """The mean over all turns with a number, with its interval over conversations.

    Args:
        names: The scorer's figures.
    """

    def compute(scores: list[SampleScore]) -> Value:
        shown: dict[str, float] = {}
        for name in names:
            interval = linearised(Ratio(), _rows(scores, name))
            shown |= {name: interval.value, f"{name}_low": interval.low}
            shown[f"{name}_high"] = interval.high
        return shown

    return compute


def _rows(scores: Sequence[SampleScore], name: str) -> np.ndarray:
    """Rows (sum, turns), one a conversation; its epochs are summed. Shape (K, 2)."""
    sums: dict[str, list[float]] = {}
    for score in scores:
        row = sums.setdefault(str(score.sample_id), [0.0, 0.0])
        for number in ((score.score.metadata or {}).get(ALSO) or {}).get(name) or []:
            if number is not None:
                row[0] += number
                row[1] += 1
    return np.array(list(sums.values()), dtype=np.float64).reshape(-1, 2)


def with_also(scored: ScoredConversation, scores: Mapping[str, Score]) -> ScoredConversation:
    """The conversation with what the scorers beside the ranking left in its sample's scores.

    A turn without a number has the reason under `also.<figure>`; a turn without a reply has
    neither, as its reply's own reason says it all.
    """
    for score in scores.values():
        metadata = score.metadata or {}
        reasons = metadata.get(REASONS) or {}
        for name, numbers in (metadata.get(ALSO) or {}).items():
            told = reasons.get(name) or [None] * len(numbers)
            figures = [
                Measured(number, reason) for number, reason in zip(numbers, told, strict=True)
            ]
            scored = with_figure(scored, name, figures)
    return scored


def how_measured(scores: Mapping[str, Score]) -> dict[str, str]:
    """What produced each figure of a sample."""
    return {
        name: how
        for score in scores.values()
        for name, how in ((score.metadata or {}).get(HOW) or {}).items()
    }
