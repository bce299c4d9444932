"""The two histories under which a system replies: its own, with a scripted seeker, or the real one.

Supporter turns before the seeker's first words stand in both as assistant text that is neither
generated nor scored; a seeker's line after the last scored turn is not sent.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol

from mint_bench.conversation import Conversation, Reply
from mint_bench.replay.chat import ChatLine, Generate, as_line, opening, reply_line


class Gather(Protocol):
    """Awaits replies together and returns them in order, as `asyncio.gather` does."""

    def __call__(self, *replies: Awaitable[Reply]) -> Awaitable[Sequence[Reply]]:
        """Await all."""
        ...


async def own_history(
    conversation: Conversation,
    generate: Generate,
    system_prompt: str | None = None,
    max_turns: int | None = None,
) -> tuple[Reply, ...]:
    """Hold the conversation with the real seeker's lines, in order: the scripted seeker.

    The system sees its own earlier replies, without their reasoning. Where it gave none, the
    history holds `SILENCE` and the conversation goes on, so that one failure costs one turn.

    Args:
        conversation: The real conversation; of it only the seeker's lines and a supporter's
            turn before them are used.
        generate: Writes each reply.
        system_prompt: First line of every history; None for no system message.
        max_turns: Number of replies after which the conversation ends.

    Returns:
        One reply for each scored turn, in order.
    """
    conversation = conversation.truncated(max_turns)
    scored = frozenset(conversation.scored_turns)
    seen = opening(system_prompt)
    replies: list[Reply] = []
    for position, turn in enumerate(conversation.turns):
        if position in scored:
            reply = await generate(tuple(seen))
            replies.append(reply)
            seen.append(reply_line(reply))
        else:
            seen.append(as_line(turn))
    return tuple(replies)


def gold_prompts(
    conversation: Conversation, system_prompt: str | None = None, max_turns: int | None = None
) -> list[tuple[ChatLine, ...]]:
    """For each scored turn, the real conversation up to it: what the system sees."""
    conversation = conversation.truncated(max_turns)
    lines = [as_line(turn) for turn in conversation.turns]
    return [(*opening(system_prompt), *lines[:position]) for position in conversation.scored_turns]


async def gold_history(
    conversation: Conversation,
    generate: Generate,
    system_prompt: str | None = None,
    max_turns: int | None = None,
    gather: Gather = asyncio.gather,
) -> tuple[Reply, ...]:
    """Reply to the real conversation at each scored turn (teacher-forced, the paper's protocol).

    No reply depends on another, so they are awaited together.

    Args:
        conversation: The real conversation.
        generate: Writes each reply.
        system_prompt: First line of every history; None for no system message.
        max_turns: Number of scored turns, from the first, that are replied to.
        gather: How to await them; a host framework passes its own.

    Returns:
        One reply for each scored turn, in order.
    """
    prompts = gold_prompts(conversation, system_prompt, max_turns)
    return tuple(await gather(*(generate(prompt) for prompt in prompts)))
