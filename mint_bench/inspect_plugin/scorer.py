"""The one scorer: a conversation's figures, where neither reducer nor reader can lose them."""

from collections.abc import Sequence
from functools import partial

import anyio.to_thread
from inspect_ai.log import transcript
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from mint_bench.inspect_plugin import explain
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.held import transcript_of
from mint_bench.inspect_plugin.instruments import (
    judge_named,
    judge_refs,
    tagger_named,
    tagger_ref,
)
from mint_bench.inspect_plugin.metrics import (
    FIGURES,
    density,
    dimensions,
    empathy,
    repetition,
    stickiness,
    unscored,
    values,
    words,
)
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.scoring import ScoredConversation, TaggerLike, Transcript, score
from mint_bench.tactics.tagger import SplitReply, Tagging

SHOWN = {
    "empathy": "aggregated_empathy",
    **{name: name for name in DIMENSIONS},
    "repetition": "repetition_vs_self",
    "density": "density",
    "words": "words",
    "unscored": "unscored",
}
"""What a conversation's score shows in the log viewer's list, by column."""


@scorer(
    metrics=[
        empathy(),
        repetition(),
        density(),
        words(),
        unscored(),
        dimensions(),
        stickiness(),
    ]
)
def conversation_figures(tagger: str = "embedded", judge: str = "embedded") -> Scorer:
    """Tag and rate every reply of a conversation.

    The score's value holds the conversation's own figures, its metadata the primary figures of
    every turn (from which metrics and records are computed), its explanation a table to read.

    Args:
        tagger: Which tagger finds tactics; `none` leaves them out.
        judge: Which judge rates empathy; `none` leaves ratings out.
    """
    with told_by_inspect():
        tagger_named(tagger)
        judge_named(judge)

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        held = transcript_of(state)
        if not held.replies:
            return Score.unscored(
                reason="no_response", explanation="no supporter turn answers a seeker here"
            )
        scored, taggings = await anyio.to_thread.run_sync(
            partial(_score, held, tagger, judge), abandon_on_cancel=True
        )
        transcript().info(explain.sentences(scored, taggings), source="mint_bench")
        found = tagger_ref(tagger)
        return Score(
            value={
                name: round(number, 4)
                for name, number in values([scored], SHOWN, intervals=False).items()
            },
            explanation=explain.table(scored, taggings),
            metadata={
                FIGURES: scored.model_dump(mode="json"),
                "tagger": found.model_dump(mode="json") if found else None,
                "judges": [ref.model_dump(mode="json") for ref in judge_refs(judge)],
            },
        )

    return compute


class _Remembering:
    """A tagger that keeps what it found, sentence by sentence, for the reader of the log."""

    def __init__(self, tagger: TaggerLike) -> None:
        self._tagger = tagger
        self.found: list[Tagging] = []

    def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        self.found = self._tagger.tag(replies)
        return self.found


def _score(
    held: Transcript, tagger: str, judge: str
) -> tuple[ScoredConversation, list[Tagging | None]]:
    """Score one conversation; the replies' taggings come first in what the tagger was given."""
    instrument = tagger_named(tagger)
    remembering = _Remembering(instrument) if instrument else None
    [scored] = score([held], remembering, judge_named(judge))
    count = len(held.replies)
    found: list[Tagging | None] = [*remembering.found[:count]] if remembering else [None] * count
    return scored, found
