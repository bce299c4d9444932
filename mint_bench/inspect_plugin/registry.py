"""What Inspect imports through the entry points `mint_bench` and `mint`: everything it may name."""

from mint_bench.inspect_plugin.also_likelihood import follow_up_likelihood
from mint_bench.inspect_plugin.also_text import polarity, readability
from mint_bench.inspect_plugin.by_rubric import (
    rubric_persona_consistency,
    rubric_relevance,
    rubric_safety,
)
from mint_bench.inspect_plugin.check_metrics import (
    agreement,
    biases,
    f1,
    repeats,
    reworded,
    unrated,
    untagged,
)
from mint_bench.inspect_plugin.checks import (
    judge_agreement,
    judge_biases,
    judge_check,
    people_agreement,
    tagger_check,
)
from mint_bench.inspect_plugin.judge_probes import (
    fooled,
    judge_probes,
    probe_outcome,
)
from mint_bench.inspect_plugin.metrics import (
    density,
    dimensions,
    empathy,
    repetition,
    simulated_seeker,
    stickiness,
    unscored,
    words,
)
from mint_bench.inspect_plugin.per_turn import per_turn
from mint_bench.inspect_plugin.providers import TrivialModel
from mint_bench.inspect_plugin.roles import require_roles
from mint_bench.inspect_plugin.scorer import conversation_figures
from mint_bench.inspect_plugin.seekers import hold_with_seeker, seeker_course
from mint_bench.inspect_plugin.solvers import (
    hold_conversation,
    leave_as_it_is,
    repeat_human,
    reply_to_real_turns,
)
from mint_bench.inspect_plugin.spread import SpreadModel
from mint_bench.inspect_plugin.tasks import gold_history, human, multi_turn

__all__ = [
    "SpreadModel",
    "TrivialModel",
    "agreement",
    "biases",
    "conversation_figures",
    "density",
    "dimensions",
    "empathy",
    "f1",
    "follow_up_likelihood",
    "fooled",
    "gold_history",
    "hold_conversation",
    "hold_with_seeker",
    "human",
    "judge_agreement",
    "judge_biases",
    "judge_check",
    "judge_probes",
    "leave_as_it_is",
    "multi_turn",
    "people_agreement",
    "per_turn",
    "polarity",
    "probe_outcome",
    "readability",
    "repeat_human",
    "repeats",
    "repetition",
    "reply_to_real_turns",
    "require_roles",
    "reworded",
    "rubric_persona_consistency",
    "rubric_relevance",
    "rubric_safety",
    "seeker_course",
    "simulated_seeker",
    "stickiness",
    "tagger_check",
    "unrated",
    "unscored",
    "untagged",
    "words",
]
