"""Live metrics of a run: the columns of the tables, with the interval that is cheap enough.

All take every epoch's own score and sum the epochs of a conversation, as the tables do; Inspect's
`ci` and `stderr(cluster=)` are for plain means of one number a sample, which none of these is.
"""

import math
from collections.abc import Mapping, Sequence

from inspect_ai.scorer import Metric, SampleScore, Value, metric

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import figures
from mint_bench.replay.course import SeekerFigures
from mint_bench.scoring import ScoredConversation

FIGURES = "figures"
"""Where a score's metadata holds its `ScoredConversation`."""

SEEKER_FIGURES = "seeker_figures"
"""Where the metadata of `seeker_course` holds the simulated seeker's figures."""


def scored_conversations(scores: Sequence[SampleScore]) -> list[ScoredConversation]:
    """The conversations behind the scores of a run, one a sample and epoch."""
    return [
        ScoredConversation.model_validate(score.score.metadata[FIGURES])
        for score in scores
        if score.score.metadata and FIGURES in score.score.metadata
    ]


def values(
    conversations: Sequence[ScoredConversation],
    columns: Mapping[str, str],
    *,
    intervals: bool = True,
) -> dict[str, float]:
    """Figures by the name they are shown under, with `_low` and `_high` where there is an interval.

    Args:
        conversations: Scored conversations; epochs of one conversation are summed.
        columns: Shown name to column name.
        intervals: Whether to add the ends of the intervals.

    Returns:
        Always the same keys; NaN where a figure or an interval is undefined (no conversation yet,
        fewer than 20 for an interval), or the interval is at bound, which no key could say.
    """
    found = figures(conversations, "t", list(columns.values())) if conversations else {}
    shown: dict[str, float] = {}
    for name, column in columns.items():
        figure = found.get(column)
        bounded = intervals and COLUMNS[column].interval
        ends = ("value", "low", "high") if bounded else ("value",)
        for end in ends:
            number = None if figure is None else getattr(figure.without_mark(), end)
            key = name if end == "value" else f"{name}_{end}"
            shown[key] = math.nan if number is None else number
    return shown


def _live(columns: Mapping[str, str]) -> Metric:
    def compute(scores: list[SampleScore]) -> Value:
        return values(scored_conversations(scores), columns)

    return compute


@metric(scores="unreduced")
def empathy() -> Metric:
    """Aggregate empathy, 1 to 5: the mean over all rated turns."""
    return _live({"empathy": "aggregated_empathy"})


@metric(scores="unreduced")
def dimensions() -> Metric:
    """The six dimensions of empathy, 1 to 5; of the last three, lower is better."""
    return _live({name: name for name in DIMENSIONS})


@metric(scores="unreduced")
def repetition() -> Metric:
    """How much of the previous turn's moves come back: 0 as by chance, 1 all of them.

    Against the system's own previous turn and against the human's.
    """
    return _live({name: name for name in ("repetition_vs_self", "repetition_vs_human")})


@metric(scores="unreduced")
def stickiness() -> Metric:
    """Raw stickiness, the mean over tactics; follows density, so it never stands alone.

    The figure over all tactics is a point; the one over tactics that are common enough to test
    has the interval.
    """
    return _live({
        name: name
        for pairing in ("vs_self", "vs_human")
        for name in (f"stickiness_{pairing}", f"stickiness_{pairing}_common")
    })


SIMULATED_SEEKER = {name: name for name in ("seeker_faults", "final_emotion", "success", "failure")}
"""What the audit and the emotion of a simulated seeker are shown as, by column."""


@metric(scores="unreduced")
def simulated_seeker() -> Metric:
    """Share of the simulated lines with a fault; of personas, how they ended.

    Final emotion from 0 to 100, and the share of conversations that ended at the top and below the
    bottom, over those that were held to their end.
    """

    def compute(scores: list[SampleScore]) -> Value:
        found = [
            ScoredConversation(
                id=str(score.sample_id),
                turns=[],
                seeker=SeekerFigures.model_validate(score.score.metadata[SEEKER_FIGURES]),
            )
            for score in scores
            if score.score.metadata and SEEKER_FIGURES in score.score.metadata
        ]
        return values(found, SIMULATED_SEEKER)

    return compute


@metric(scores="unreduced")
def density() -> Metric:
    """Tactics a turn."""
    return _live({"density": "density"})


@metric(scores="unreduced")
def words() -> Metric:
    """Whitespace words a turn."""
    return _live({"words": "words"})


@metric(scores="unreduced")
def unscored() -> Metric:
    """Share of turns of which some part could not be scored."""
    return _live({"unscored": "unscored"})
