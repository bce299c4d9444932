"""How a sample's replies come about: own history, gold history, or the human supporter's turns.

The histories themselves are made in `replay`; here each reply is asked of Inspect's model, kept
in the sample's store, and shown among its messages.
"""

from collections.abc import Awaitable, Sequence

from inspect_ai.model import Model, ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import collect

from mint_bench.conversation import Conversation, Reply
from mint_bench.inspect_plugin.generation import Truncate, ask, to_messages
from mint_bench.inspect_plugin.held import Held, conversation_of, keep
from mint_bench.replay.chat import ChatLine, as_line, human_replies, opening, reply_line
from mint_bench.replay.histories import gold_history, own_history


class Asked:
    """Asks the model and keeps each reply; the n-th call is the n-th scored turn."""

    def __init__(self, state: TaskState, model: Model, truncate: Truncate | None = None) -> None:
        self._state = state
        self._held = state.store_as(Held)
        self._truncate = truncate
        self._model = model
        self._calls = 0

    def __call__(self, lines: Sequence[ChatLine]) -> Awaitable[Reply]:
        """Ask for the next reply."""
        self._calls += 1
        return self._reply(self._calls, lines)

    async def _reply(self, t: int, lines: Sequence[ChatLine]) -> Reply:
        reply, output = await ask(self._model, lines, truncate=self._truncate)
        keep(self._held, t, reply)
        self._state.output = output if not output.empty else ModelOutput()
        return reply


@solver
def hold_conversation(system_prompt: str | None = None, truncate: Truncate | None = None) -> Solver:
    """Hold the whole conversation: the system sees its own earlier replies (own history).

    Args:
        system_prompt: Text of the system message; None for none.
        truncate: What may be left out of a conversation that is too long; None for nothing.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's
        conversation = conversation_of(state)
        replies = await own_history(
            conversation, Asked(state, get_model(), truncate), system_prompt
        )
        state.messages = to_messages(_as_held(conversation, replies, system_prompt))
        return state

    return solve


@solver
def reply_to_real_turns(
    system_prompt: str | None = None, truncate: Truncate | None = None
) -> Solver:
    """Write one reply to the real conversation at each of its turns (gold history).

    Args:
        system_prompt: Text of the system message; None for none.
        truncate: What may be left out of a conversation that is too long; None for nothing.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's
        conversation = conversation_of(state)
        asked = Asked(state, get_model(), truncate)
        await gold_history(conversation, asked, system_prompt, gather=collect)
        state.messages = to_messages([*opening(system_prompt), *map(as_line, conversation.turns)])
        return state

    return solve


@solver
def repeat_human() -> Solver:
    """Take the human supporter's turns as the replies; no model is asked."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's
        conversation, held = conversation_of(state), state.store_as(Held)
        for t, reply in enumerate(human_replies(conversation), 1):
            keep(held, t, reply)
        state.messages = to_messages([as_line(turn) for turn in conversation.turns])
        return state

    return solve


@solver
def leave_as_it_is() -> Solver:
    """Do nothing, and ask no model: what is scored is there already."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's
        return state

    return solve


def _as_held(
    conversation: Conversation, replies: Sequence[Reply], system_prompt: str | None
) -> list[ChatLine]:
    """The conversation as the log shows it: the seeker's lines and the system's replies."""
    lines = [as_line(turn) for turn in conversation.turns]
    scored = conversation.scored_turns
    for reply, position in zip(replies, scored, strict=True):
        lines[position] = reply_line(reply)
    return [*opening(system_prompt), *lines[: scored[-1] + 1 if scored else None]]
