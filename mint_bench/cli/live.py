"""How a run or a suite looks while it works, and the lines that end it.

In a terminal one line is rewritten; a file or a pipe gets one every so often.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mint_bench.engines.progress import Watch
    from mint_bench.engines.telling import Telling
    from mint_bench.engines.time_spent import TimeSpent


@contextmanager
def live() -> "Iterator[Telling]":
    """Show how a run goes, on standard error; Inspect's own lines are kept from standard output."""
    from rich.console import Console
    from rich.text import Text

    from mint_bench.engines.telling import Telling, every_so_often, said_on_standard_error

    console = Console(stderr=True, highlight=False)
    with redirect_stdout(io.StringIO()):
        if console.is_terminal:
            with console.status(
                Text("starting"),
                spinner="line",
                spinner_style="dim",
                speed=0.3,
                refresh_per_second=4,
            ) as status:
                yield Telling(
                    lambda line: console.print(Text(line, style="dim"), soft_wrap=True),
                    lambda line: status.update(Text(line)),
                )
        else:
            yield Telling(said_on_standard_error, every_so_often())


def counted(watch: "Watch") -> list[str]:
    """What a call did: conversations, time, tokens, and what the servers had in their caches."""
    from mint_bench.engines.progress import clock

    if not watch.held:
        return ["This call: nothing was left to do."]
    counts = f"{watch.held:,} conversations, {watch.turns:,} replies, {watch.unscored:,} unscored"
    parts = [f"This call: {counts}, in {clock(watch.seconds)}"]
    if watch.tokens:
        parts.append(f"{watch.tokens:,} tokens written, {watch.tokens_per_second:,.0f} a second")
    if watch.cost:
        parts.append(f"${watch.cost:.2f}")
    lines = ["; ".join(parts) + "."]
    for server, use in watch.caches.items():
        if use.rate is not None:
            lines.append(
                f"Prefix cache of {server}: {use.rate:.0%} of {use.queried:,.0f} prompt tokens."
            )
    return lines


def waited_for(spent: "TimeSpent") -> str:
    """Where a run's time went, in one line."""
    shares = spent.shares()
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if share >= 0.005)
    return f"Conversations waited for: {told}." if told else ""
