"""Readability and polarity of the replies, as scorers beside the ranking.

The figures are made in `beside`; here they become scores.
"""

from collections.abc import Callable, Sequence
from functools import partial

import anyio.to_thread
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from mint_bench.beside import measure_replies, text_figure
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.held import transcript_of
from mint_bench.inspect_plugin.per_turn import per_turn, turn_score
from mint_bench.metrics.measured import Measured
from mint_bench.scoring import Transcript

Measure = Callable[[Transcript], Sequence[Measured]]


@scorer(metrics=[per_turn(["readability"])])
def readability() -> Scorer:
    """Flesch-Kincaid grade of each reply: years of school in the United States."""
    return _of_the_text("readability")


@scorer(metrics=[per_turn(["polarity"])])
def polarity() -> Scorer:
    """How positive or negative the words of each reply are, from −1 to 1."""
    return _of_the_text("polarity")


def _of_the_text(name: str) -> Scorer:
    with told_by_inspect():
        figure = text_figure(name)
    return measured(name, partial(measure_replies, figure=figure), figure.how)


def measured(name: str, measure: Measure, how: str) -> Scorer:
    """A scorer of one figure a reply.

    Args:
        name: The figure's, in the record.
        measure: From a conversation with its replies to a number or a reason each; it may take
            its time, as it runs beside the event loop.
        how: What produces the numbers.
    """

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        found = await anyio.to_thread.run_sync(
            partial(measure, transcript_of(state)), abandon_on_cancel=True
        )
        return turn_score(
            {name: [figure.value for figure in found]},
            {name: [figure.reason for figure in found]},
            {name: how},
        )

    return compute
