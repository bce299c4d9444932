"""Scorers that answer at once and scorers that must be awaited, asked in one way."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from inspect import isawaitable, iscoroutinefunction
from typing import Any, TypeVar

import anyio.to_thread

Item = TypeVar("Item")


async def answers(
    ask: Callable[[Sequence[Item]], list[Any] | Awaitable[list[Any]]], batch: Sequence[Item]
) -> list[Any]:
    """What a judge's `rate` or a tagger's `tag` answers, whether it is awaited or not.

    One that answers at once runs in a thread, so that other samples go on meanwhile.
    """
    if iscoroutinefunction(ask):
        return list(await ask(batch))
    found = await anyio.to_thread.run_sync(partial(ask, batch), abandon_on_cancel=True)
    return await found if isawaitable(found) else found
