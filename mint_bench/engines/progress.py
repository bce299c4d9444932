"""What a run is doing, counted while Inspect works: conversations, turns, tokens, cost.

Counting only; how it is shown is the caller's `Tell`. Also ends a run that has cost enough, the way
Ctrl-C would, so that what is finished is kept.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from inspect_ai.hooks import (
    Hooks,
    ModelUsageData,
    SampleEnd,
    SampleEvent,
    SampleStart,
    TaskStart,
    hooks,
)
from inspect_ai.model import ModelUsage

from mint_bench.engines.prefix_cache import CacheUse
from mint_bench.engines.prices import Prices, no_price, no_usage
from mint_bench.errors import MintError
from mint_bench.inspect_plugin.logs import SCORER
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.inspect_plugin.price import NOTHING
from mint_bench.inspect_plugin.usage import PADDED, without_usage

Key = tuple[str, str, int]
"""Cell (or eval), conversation and epoch."""

CELL = "mint_bench_cell"
"""Key of a log's metadata: which cell of a suite it is."""

Tell = Callable[["Watch"], None]
"""Shows how far a run is; called whenever something was counted."""


@dataclass
class Watch:
    """The counts of a run.

    Attributes:
        total: Conversations (times epochs) that are asked for.
        prices: Of the models.
        most: US dollars at which the run is stopped; None for no end.
        before: Conversations that ended in an earlier call.
        ended: Those that ended in this one, each with its replies and how many of them lack a
            score in any part; a conversation that failed counts as one that does.
        open: Those that are being held, by Inspect's number.
        tokens: Written by any model in this call.
        cost: US dollars spent in this call, as far as prices are known.
        stopped: Whether it was stopped for its cost.
        uncounted: What is to be said where it was stopped since a model's price, or what it used,
            turned out not to be known while `most` is set: what cannot be counted is not spent.
        caches: By server: how much of the prompts of this call it had in its prefix cache, where
            it tells.
        worked: Seconds in which conversations were held, but for those since `since`.
        since: When the holding began that goes on still.
    """

    total: int
    prices: Prices
    most: float | None = None
    before: set[Key] = field(default_factory=set)
    ended: dict[Key, tuple[int, int]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    tokens: int = 0
    cost: float = 0.0
    stopped: bool = False
    uncounted: MintError | None = None
    caches: dict[str, CacheUse] = field(default_factory=dict)
    worked: float = 0.0
    since: float | None = None

    @property
    def done(self) -> int:
        """Conversations that ended; one that is tried again counts once."""
        return len(self.before | set(self.ended))

    @property
    def held(self) -> int:
        """Conversations that ended in this call."""
        return len(self.ended)

    @property
    def turns(self) -> int:
        """Replies in this call."""
        return sum(turns for turns, _ in self.ended.values())

    @property
    def unscored(self) -> int:
        """Replies in this call that lack a score, and conversations that failed."""
        return sum(unscored for _, unscored in self.ended.values())

    @property
    def seconds(self) -> float:
        """In which conversations were held; a server's start is none of them."""
        return self.worked + (time.monotonic() - self.since if self.since is not None else 0.0)

    @property
    def tokens_per_second(self) -> float:
        """Mean over those seconds."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """As long as the conversations of this call took; None until one has ended.

        One that is being held counts half: many begin at once, and the first to end says little.
        """
        if not self.held:
            return None
        half = len(self.open) / 2
        return self.seconds / (self.held + half) * max(self.total - self.done - half, 0)

    def spend(self, model: str, usage: ModelUsage) -> None:
        """Count a model's answer."""
        if model.partition("/")[0] not in PADDED:
            self.tokens += usage.output_tokens
        cost = self.prices.cost(model, usage)
        self.cost += cost or 0.0
        if cost is None:
            self._stop(no_price(model))
        elif self.most is not None and self.cost >= self.most:
            self._stop()

    def miss(self, model: str) -> None:
        """Stop where an answer that is paid for by the token does not say how many it took."""
        if self.prices.price(model) != NOTHING:
            self._stop(no_usage(model))

    def _stop(self, why: MintError | None = None) -> None:
        """End a run whose cost is watched, the way Ctrl-C would."""
        if self.most is None or self.stopped:
            return
        self.stopped, self.uncounted = True, why
        os.kill(os.getpid(), signal.SIGINT)

    def line(self) -> str:
        """How far it is, in one line."""
        parts = [f"{self.done}/{self.total} conversations", f"{self.turns} turns"]
        if self.tokens:
            parts.append(f"{self.tokens_per_second:.0f} tokens/s")
        parts.append(f"{self.unscored} unscored")
        if self.cost:
            parts.append(f"${self.cost:.2f}")
        left = self.seconds_left
        if left is not None and self.done < self.total:
            parts.append(f"{clock(left)} left")
        return " · ".join(parts)


def clock(seconds: float) -> str:
    """A time for people.

    >>> clock(75), clock(3723.4)
    ('1:15', '1:02:03')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass
class _Current:
    watch: Watch | None = None
    tell: Tell | None = None
    cells: dict[str, str] = field(default_factory=dict)


_current = _Current()


@contextmanager
def watching(watch: Watch, tell: Tell | None = None) -> Iterator[Watch]:
    """Count what Inspect does in this process meanwhile."""
    if watch.most is not None and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell leaves it to what it runs in the background; the end for its cost needs it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _current.watch, _current.tell = watch, tell
    watch.since = time.monotonic()
    _told(watch)
    try:
        yield watch
    finally:
        watch.worked, watch.since = watch.seconds, None
        _current.watch = _current.tell = None


@hooks(name="mint_bench_progress", description="Counts for mint-bench's progress line.")
class _Counting(Hooks):
    def enabled(self) -> bool:
        return _current.watch is not None

    async def on_task_start(self, data: TaskStart) -> None:
        _current.cells[data.eval_id] = str((data.spec.metadata or {}).get(CELL, data.eval_id))

    async def on_model_usage(self, data: ModelUsageData) -> None:
        if watch := _current.watch:
            watch.spend(data.model_name, data.usage)
            _told(watch)

    async def on_sample_event(self, data: SampleEvent) -> None:
        # Of what a server does not count, Inspect says nothing above.
        if (watch := _current.watch) and (model := without_usage(data.event)):
            watch.miss(model)

    async def on_sample_start(self, data: SampleStart) -> None:
        if watch := _current.watch:
            watch.open.add(data.sample_id)

    async def on_sample_end(self, data: SampleEnd) -> None:
        if watch := _current.watch:
            watch.open.discard(data.sample_id)
            if watch.stopped and data.sample.error:
                return  # the stop ended it, and it will be held again
            score = (data.sample.scores or {}).get(SCORER)
            turns = ((score.metadata or {}) if score else {}).get(FIGURES, {}).get("turns")
            cell = _current.cells.get(data.eval_id, data.eval_id)
            lacking = sum(bool(turn.get("unscored")) for turn in turns) if turns else 1
            key = (cell, str(data.sample.id), data.sample.epoch)
            watch.ended[key] = (len(turns or []), lacking)
            if any(name.partition("/")[0] in PADDED for name in data.sample.model_usage):
                watch.tokens += sum(t.get("tokens") or 0 for t in turns or [])
            _told(watch)


def _told(watch: Watch) -> None:
    if _current.tell:
        _current.tell(watch)
