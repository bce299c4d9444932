"""The bench itself, run on the model while it learns: own history, a small fixed set.

Its tagger and judge are meant to be others than the reward's; where they are not, or learned from
the same labels, it says so. It draws under a seed of its own and leaves the training's alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mint_bench.conversation import Conversation, Reply
from mint_bench.grpo.data import system_prompt
from mint_bench.grpo.episodes import mean_of
from mint_bench.grpo.quality import JudgeQuality, LlmJudgeQuality, Quality, open_judge
from mint_bench.grpo.recipe import WatchSettings
from mint_bench.grpo.rewards import label_penalty
from mint_bench.records.figures import figures
from mint_bench.replay.chat import ChatLine, Generate
from mint_bench.replay.histories import own_history
from mint_bench.scoring import ScoredConversation, Transcript, score
from mint_bench.sentences import visible_text
from mint_bench.tactics import load_tagger
from mint_bench.tactics.tagger import TACTICS, Tagger

FIGURES = {
    "empathy": "aggregated_empathy",
    "repetition": "repetition_vs_self",
    "persistence": "persistence_vs_self",
    "stickiness": "stickiness_vs_self",
    "density": "density",
    "words": "words",
    "unscored": "unscored",
}
"""Names in the logs, and the bench's columns."""

WATCH = "watch/"
"""Before each name, in the trainer's log."""

Log = dict[str, Any]
"""An entry of the trainer's log."""

OPENING = 4  # words by which a reply begins

Batch = Callable[[Sequence[Sequence[ChatLine]]], list[Reply]]
"""Writes one reply to each history."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    Attributes:
        numbers: By name; None where a figure is undefined.
        scored: The conversations' figures, for a record.
    """

    numbers: dict[str, float | None]
    scored: list[ScoredConversation]


class Watch:
    """Looks at a model on a fixed set of conversations.

    Args:
        settings: The recipe's.
        conversations: The whole source; the first so many are used.
    """

    def __init__(self, settings: WatchSettings, conversations: Sequence[Conversation]) -> None:
        self._max_turns = settings.max_turns
        self.prompt = system_prompt("vanilla")
        self.conversations = tuple(conversations[: settings.conversations])
        self.tagger: Tagger = load_tagger(settings.tagger)
        self.judge: JudgeQuality | LlmJudgeQuality = open_judge(
            settings.judge, settings.judge_model
        )

    @property
    def turns(self) -> int:
        """Replies in all conversations together."""
        cut = [one.truncated(self._max_turns) for one in self.conversations]
        return sum(len(one.scored_turns) for one in cut)

    def hold(self, batch: Batch) -> list[tuple[Reply, ...]]:
        """Hold all conversations; what was said, by conversation."""
        return asyncio.run(self._hold(batch))

    def measure(self, replies: Sequence[Sequence[Reply]]) -> Look:
        """Score what was said."""
        transcripts = [
            Transcript(conversation.truncated(self._max_turns), tuple(said), "own")
            for conversation, said in zip(self.conversations, replies, strict=True)
        ]
        scored = score(transcripts, self.tagger, self.judge)
        found = figures(scored, "t", list(FIGURES.values()))
        numbers = {name: found[column].value for name, column in FIGURES.items()}
        texts = [visible_text(reply.text) for said in replies for reply in said]
        numbers |= {
            "labels": mean_of([float(label_penalty(text) < 0) for text in texts]),
            "openings": unique_openings(texts),
        }
        return Look(numbers | tactic_use(scored), scored)

    async def _hold(self, batch: Batch) -> list[tuple[Reply, ...]]:
        generate = batched(batch)
        prompt = self.prompt
        return list(
            await asyncio.gather(
                *(
                    own_history(conversation, generate, prompt, self._max_turns)
                    for conversation in self.conversations
                )
            )
        )


def batched(batch: Batch) -> Generate:
    """A `Generate` that asks for all replies together that are waited for at one time."""
    waiting: list[tuple[Sequence[ChatLine], asyncio.Future[Reply]]] = []

    def flush() -> None:
        mine = waiting[:]
        waiting.clear()
        for (_, future), reply in zip(mine, batch([seen for seen, _ in mine]), strict=True):
            future.set_result(reply)

    async def generate(seen: Sequence[ChatLine]) -> Reply:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        if not waiting:
            loop.call_soon(_guarded, flush, waiting)
        waiting.append((seen, future))
        return await future

    return generate


def _guarded(flush: Callable[[], None], waiting: list[Any]) -> None:
    """Hand a fault to those who wait: in a loop's callback it would be lost."""
    futures = [future for _, future in waiting]
    try:
        flush()
    except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
        for future in futures:
            if not future.done():
                future.set_exception(error)


def unique_openings(texts: Sequence[str]) -> float | None:
    """Share of different first four words among all replies; 1 where none begins like another.

    >>> unique_openings(["It sounds like you are sad.", "It sounds like you are tired.", "Hm."])
    0.6666666666666666
    """
    openings = [tuple(text.lower().split()[:OPENING]) for text in texts if text]
    return len(set(openings)) / len(openings) if openings else None


def tactic_use(scored: Sequence[ScoredConversation]) -> dict[str, float | None]:
    """Share of the tagged replies in which each tactic is."""
    counts = [turn.tactics for one in scored for turn in one.turns if turn.tactics is not None]
    return {
        f"use/{name}": mean_of([float(row[place] > 0) for row in counts])
        for place, name in enumerate(TACTICS)
    }


def independence(tagger: Tagger | None, quality: Quality | None, watch: Watch) -> list[str]:
    """Plain words on what the watcher cannot see, for want of instruments of its own.

    Args:
        tagger: The reward's; None where no reward needs one.
        quality: The reward's; None where no judge is asked.
        watch: The watcher.
    """
    told = []
    if tagger is not None:
        if tagger.sha == watch.tagger.sha:
            told.append(
                "The watcher's tagger is the reward's own: it cannot show that it is fooled."
            )
        else:
            told.append(
                "The taggers of reward and watcher learned from labels of the same kind: they may "
                "be fooled alike."
            )
    told += _of_judges(quality, watch.judge)
    return told


def _of_judges(quality: Quality | None, watching: JudgeQuality | LlmJudgeQuality) -> list[str]:
    if not isinstance(quality, JudgeQuality | LlmJudgeQuality):
        return []
    embedded = [isinstance(judge, JudgeQuality) for judge in (quality, watching)]
    if _one_judge(quality, watching):
        told = "The watcher's judge is the reward's own: no gain in empathy can be claimed from it."
    elif all(embedded):
        told = (
            "The judges of reward and watcher learned from the same labels, by different features: "
            "what pleases one for a wrong reason may please the other, too."
        )
    elif any(embedded):
        told = (
            "Of the judges of reward and watcher, one learned from a language model's ratings on "
            "the other's six dimensions: what pleases one for a wrong reason may please the other, "
            "too."
        )
    else:
        return []
    return [told]


def _one_judge(one: JudgeQuality | LlmJudgeQuality, other: JudgeQuality | LlmJudgeQuality) -> bool:
    """Whether two are one by their weights, or ask a language model that both ask."""
    if one.sha is not None:
        return one.sha == other.sha
    return not {ref.name for ref in one.refs()}.isdisjoint(ref.name for ref in other.refs())


def looks_of(history: Sequence[Log]) -> list[Log]:
    """The looks among a trainer's log entries."""
    return [entry for entry in history if any(key.startswith(WATCH) for key in entry)]


def write_replies(replies: Sequence[Sequence[Reply]], watch: Watch, path: Path) -> None:
    """The transcripts of a look, one conversation a line; for the user's eyes, never published."""
    import json

    from mint_bench.files import write_text
    from mint_bench.replay.chat import as_line
    from mint_bench.scoring import with_replies

    lines = []
    for conversation, said in zip(watch.conversations, replies, strict=True):
        last = conversation.scored_turns[len(said) - 1] + 1 if said else 0
        turns = [as_line(turn) for turn in with_replies(conversation, said)[:last]]
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        lines.append(json.dumps({"id": conversation.id, "messages": messages}, ensure_ascii=False))
    write_text(path, "\n".join(lines) + "\n")
