"""A simulated seeker in a run of Inspect: its model, its side of a sample, and the solver.

The conversation itself is held in `replay.simulated`. The role `seeker` must have a model of its
own, even if it is the model under test.
"""

from collections.abc import Sequence
from functools import partial

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import JSONSchema

from mint_bench.conversation import Conversation, Reply
from mint_bench.errors import MintError
from mint_bench.inspect_plugin import explain
from mint_bench.inspect_plugin.asking import object_schema
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.generation import Truncate, ask
from mint_bench.inspect_plugin.held import (
    Held,
    SampleData,
    conversation_of,
    keep_course,
    leading_turn,
)
from mint_bench.inspect_plugin.metrics import (
    SEEKER_FIGURES,
    SIMULATED_SEEKER,
    simulated_seeker,
    values,
)
from mint_bench.inspect_plugin.roles import SEEKER, models_of, named
from mint_bench.inspect_plugin.solvers import Asked
from mint_bench.language import not_english
from mint_bench.records.schema import SeekerRef
from mint_bench.replay.chat import ChatLine, as_line, reply_line
from mint_bench.replay.course import Course
from mint_bench.replay.definition import Simulated, seeker_rules
from mint_bench.replay.likeness import shipped_similarity
from mint_bench.replay.profiles import profile_of
from mint_bench.replay.seekers import instructions, seekers_sha
from mint_bench.replay.simulated import Seeker, anchored_history, persona_history
from mint_bench.resources import sha256_text
from mint_bench.scoring import ScoredConversation

TRANSPORT = (
    "max_retries", "timeout", "attempt_timeout", "stream_idle_timeout", "max_connections",
    "adaptive_connections", "parallel_tool_calls", "internal_tools", "max_tool_output",
    "cache_prompt", "fail_on_refusal", "extra_headers", "cache", "batch", "logprobs",
    "top_logprobs", "prompt_logprobs", "modalities",
)  # fmt: skip
"""Settings of a model that change how it is reached and what is told of it, never what it says."""


def seeker_model() -> Model:
    """The model of the role, the shipped sampling below its own settings.

    Raises:
        MintError: If the role has no model, or more than one.
    """
    models = models_of(SEEKER)
    if len(models) > 1:
        raise MintError(f"the role {SEEKER} has {len(models)} models; it takes one")
    [model] = models
    sampling = seeker_rules().sampling
    model.config = GenerateConfig(
        temperature=sampling.temperature, max_tokens=sampling.max_tokens
    ).merge(model.config)
    return model


def seeker_ref(name: str, model: Model) -> SeekerRef:
    """How a record names the seeker; the hash covers its prompts, rules and settings."""
    options = model.config.model_dump(exclude_none=True, exclude=set(TRANSPORT))
    given = sorted((name, str(value)) for name, value in options.items())
    return SeekerRef(
        name=name, model=named(model)[:200], prompt_sha=sha256_text(seekers_sha(), str(given))
    )


def seeker_side(name: Simulated, model: Model, language: str) -> Seeker:
    """The seeker's side of one conversation, its words and feelings from a model.

    Args:
        name: `anchored` or `persona`.
        model: As `seeker_model` gives it.
        language: Of the conversation.
    """
    compared = name == "anchored" and not_english("", language) is None
    return Seeker(
        partial(_answer, model),
        partial(_answer, model, config=_in_form()),
        instructions(name, language),
        shipped_similarity() if compared else None,
    )


@solver
def hold_with_seeker(
    seeker: Simulated, system_prompt: str | None = None, truncate: Truncate | None = None
) -> Solver:
    """Hold the whole conversation with a seeker that hears the system.

    Args:
        seeker: `anchored` or `persona`.
        system_prompt: Text of the supporter's system message; None for none.
        truncate: What may be left out for the supporter where it is too long; None for nothing.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's
        conversation = conversation_of(state)
        with told_by_inspect():
            model = seeker_model()
            side = seeker_side(seeker, model, conversation.language)
            side.saved = partial(keep_course, state)
        state.store_as(Held).seeker = seeker_ref(seeker, model).model_dump(mode="json")
        asked = Asked(state, get_model(), truncate)
        if seeker == "anchored":
            replies = await anchored_history(conversation, asked, side, system_prompt)
        else:
            turns = state.metadata_as(SampleData).max_turns
            replies = await persona_history(
                profile_of(conversation), asked, side, system_prompt, turns
            )
        state.messages = _shown(conversation, side.course, replies, system_prompt)
        return state

    return solve


@scorer(metrics=[simulated_seeker()])
def seeker_course() -> Scorer:
    """What the audit found in the simulated seeker's lines, and how its emotion went."""

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        course = state.store_as(Held).course
        if course is None:
            return Score.unscored(reason="no_response", explanation="the seeker never spoke")
        figures = course.figures()
        scored = ScoredConversation(id=str(state.sample_id), turns=[], seeker=figures)
        return Score(
            value={
                name: round(number, 4)
                for name, number in values([scored], SIMULATED_SEEKER, intervals=False).items()
            },
            explanation=explain.course(course),
            metadata={SEEKER_FIGURES: figures.model_dump(mode="json")},
        )

    return compute


async def _answer(
    model: Model, lines: Sequence[ChatLine], config: GenerateConfig | None = None
) -> Reply:
    reply, _ = await ask(model, lines, config)
    return reply


def _in_form() -> GenerateConfig:
    """Holds providers that can be held to it to the form of an emotion."""
    change = JSONSchema(type="integer")
    return GenerateConfig(response_schema=object_schema("mood", {"change": change}, reason=True))


def _shown(
    conversation: Conversation,
    course: Course,
    replies: Sequence[Reply],
    system_prompt: str | None,
) -> list[ChatMessage]:
    """The conversation as the log shows it, faults marked at the seeker's messages."""
    messages: list[ChatMessage] = []
    if system_prompt:
        messages.append(ChatMessageSystem(content=system_prompt))
    messages += [
        ChatMessageAssistant(content=as_line(turn).text) for turn in leading_turn(conversation)
    ]
    for line in course.lines:
        marks = {"seeker_faults": list(line.faults)} if line.faults else None
        if line.text:
            messages.append(ChatMessageUser(content=line.text, metadata=marks))
        if line.t <= len(replies):
            messages.append(ChatMessageAssistant(content=reply_line(replies[line.t - 1]).text))
    return messages
