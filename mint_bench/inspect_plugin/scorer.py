"""The one scorer: a conversation's figures, where neither reducer nor reader can lose them."""

from collections.abc import Sequence

from inspect_ai.log import transcript
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from mint_bench.inspect_plugin import explain
from mint_bench.inspect_plugin.board import SEEKER_REF
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.held import Held, SampleData, transcript_of
from mint_bench.inspect_plugin.instruments import (
    RunJudge,
    RunTagger,
    judge_named,
    references,
    tagger_named,
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
from mint_bench.inspect_plugin.told import SENTENCES
from mint_bench.judging.judge import DIMENSIONS, Verdict
from mint_bench.records.tables import DEAF
from mint_bench.replay.definition import SCRIPTED
from mint_bench.scoring import ScoredConversation, Transcript, assemble, inputs
from mint_bench.tactics.tagger import Tagging

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
        tagger: Which tagger finds tactics; `llm` asks the role tagger, `none` leaves them out.
        judge: Which judge rates empathy; `llm` asks the role grader, `none` leaves ratings out.
    """
    with told_by_inspect():
        tags, rates = tagger_named(tagger), judge_named(judge)

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        held = transcript_of(state)
        if not held.replies:
            return Score.unscored(
                reason="no_response", explanation="no supporter turn answers a seeker here"
            )
        with told_by_inspect():
            scored, taggings = await _score(held, tags, rates)
            named = references(tags, rates)
        transcript().info(explain.sentences(scored, taggings), source="mint_bench")
        return Score(
            value={
                name: round(number, 4)
                for name, number in values([scored], SHOWN, intervals=False).items()
            },
            explanation=explain.table(scored, taggings) + _of_seeker(state),
            metadata={
                FIGURES: scored.model_dump(mode="json"),
                SENTENCES: [None if not t or t.unscored else t.names() for t in taggings],
                **named,
                SEEKER_REF: state.store_as(Held).seeker,
            },
        )

    return compute


def _of_seeker(state: TaskState) -> str:
    """What a reader of the log must know of the seeker."""
    scripted = state.metadata_as(SampleData).seeker == SCRIPTED
    return f"\n\nThe scripted seeker speaks its own lines and {DEAF}." if scripted else ""


async def _score(
    held: Transcript, tagger: RunTagger | None, judge: RunJudge | None
) -> tuple[ScoredConversation, Sequence[Tagging | None]]:
    """Tag and rate one conversation; comes back with the taggings of its replies."""
    needed, count = inputs(held), len(held.replies)
    tags: Sequence[Tagging | None] = [None] * (count + len(needed.humans))
    verdicts: Sequence[Verdict | None] = [None] * count
    if tagger:
        tags = await tagger.tag([*needed.replies, *needed.humans])
    if judge:
        verdicts = await judge.rate(needed.exchanges)
    humans = tags[count:] if held.has_human else None
    return assemble(held, tags[:count], humans, verdicts), tags[:count]
