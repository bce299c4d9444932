"""The one reward function that TRL is given: whole groups in, one number or None each out.

TRL adds several reward functions up and takes a missing one as 0; hence one, which knows its
groups. The arithmetic is that of `rewards`; tagger and judge are the bench's own.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, Protocol

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError
from mint_bench.grpo.data import Case
from mint_bench.grpo.episodes import (
    Counts,
    Episode,
    LogMetric,
    Spoken,
    answered,
    log_terms,
    mean_of,
    of_conversation,
    with_delta,
)
from mint_bench.grpo.quality import Completion, Quality, finite
from mint_bench.grpo.recipe import RewardSettings, ShapingSettings
from mint_bench.grpo.rewards import (
    VARIANTS,
    Numbers,
    centred_sigmoid,
    clip,
    group_rewards,
    min_max,
)
from mint_bench.judging.judge import Exchange
from mint_bench.metrics.measured import Measured, missing
from mint_bench.scoring import TaggerLike, split_reply
from mint_bench.sentences import visible_text


class ReadsTokens(Protocol):
    """What is asked of the model's tokens: `DialogueTokens` does it."""

    def text(self, ids: Sequence[int]) -> str:
        """What a seeker sees of generated tokens."""
        ...

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        ...


class GroupReward:
    """Rewards for TRL's `GRPOTrainer`.

    Args:
        cases: Where each prompt comes from, by the number in the data's column `case`.
        settings: The recipe's.
        group: Replies to one prompt.
        per: In whole conversations, what is rewarded.
        tagger: Finds tactics.
        quality: Rates; asked only where the variant needs it.
        tokens: The model's.

    Attributes:
        episodes: Of the last call, what was measured.
        turn_rewards: Of the last call, each episode's rewards by turn.
        seconds: Spent in all calls.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        settings: RewardSettings,
        group: int,
        per: Literal["turn", "conversation"],
        tagger: TaggerLike,
        quality: Quality | None,
        tokens: ReadsTokens,
    ) -> None:
        self.__name__ = "reward"  # as TRL's logs call it
        self._cases, self._settings, self._group, self._per = cases, settings, group, per
        self._tagger, self._quality, self._tokens = tagger, quality, tokens
        self._weights = VARIANTS[settings.variant]
        self.episodes: list[Episode] = []
        self.turn_rewards: list[list[float | None]] = []
        self.seconds = 0.0

    def __call__(
        self,
        prompts: Sequence[object],
        completions: Sequence[object],  # noqa: ARG002 - its marks of reasoning may be gone
        case: Sequence[int],
        completion_ids: Sequence[Sequence[int]] = (),
        held: Sequence[Conversation] | None = None,
        emotion: Sequence[Measured] | None = None,
        log_metric: LogMetric | None = None,
        **_: object,
    ) -> list[float | None]:
        """One reward for each completion; None for one that could not be measured.

        Args:
            prompts: What was asked; only their number counts.
            completions: Replies as TRL reads them; not looked at.
            case: Number of each prompt's case.
            completion_ids: Tokens of each reply; not looked at where `held` is given.
            held: Whole conversations as they were held.
            emotion: Of each conversation's seeker at its end, where it has one.
            log_metric: TRL's.

        Raises:
            MintError: If the completions are no whole groups.
        """
        started = time.perf_counter()
        whole_groups(case, self._group)
        if held is None:
            held = [
                answered(self._cases[number], self._tokens.text(ids))
                for number, ids in zip(case, completion_ids, strict=True)
            ]
        self.episodes = self._measure(held, case, emotion)
        self.turn_rewards, rewards = [], []
        for start in range(0, len(prompts), self._group):
            by_turn, whole = self._reward(self.episodes[start : start + self._group])
            self.turn_rewards += by_turn
            rewards += whole
        if log_metric is not None:
            log_terms(log_metric, self.episodes, self.turn_rewards)
        self.seconds += time.perf_counter() - started
        return rewards

    def _measure(
        self,
        held: Sequence[Conversation],
        case: Sequence[int],
        emotion: Sequence[Measured] | None,
    ) -> list[Episode]:
        """Tag and rate all replies of all episodes, each in one batch."""
        samples = [
            [self._sample(conversation, number, p) for p in self._written(conversation, number)]
            for conversation, number in zip(held, case, strict=True)
        ]
        flat = [sample for episode in samples for sample in episode]
        felt = emotion if self._settings.quality.source == "final_emotion" else None
        measured = zip(
            flat,
            self._tag(flat),
            self._rate(flat) if felt is None else _felt(samples, felt),
            self._tokens.counts([sample.exchange.reply for sample in flat]),
            strict=True,
        )
        episodes = []
        for episode, number in zip(samples, case, strict=True):
            fixed = self._cases[number].previous
            before, first = (list(fixed) if fixed else None), fixed is None
            spoken: Episode = []
            for _ in episode:
                sample, counts, quality, tokens = next(measured)
                spoken.append(Spoken(sample, counts, first, before, quality, tokens))
                before, first = counts, False
            episodes.append(spoken)
        return episodes

    def _written(self, conversation: Conversation, number: int) -> tuple[int, ...]:
        """Positions of the replies that the model wrote."""
        start = self._cases[number].position
        return tuple(p for p in conversation.scored_turns if p >= start)

    def _sample(self, conversation: Conversation, number: int, position: int) -> Completion:
        real = self._cases[number].conversation.turns
        return Completion(
            Exchange(
                conversation.turns[:position],
                visible_text(conversation.turns[position].text),
                conversation.id,
                conversation.language,
            ),
            real[position + 1].text if position + 1 < len(real) else None,
        )

    def _tag(self, samples: Sequence[Completion]) -> list[Counts | None]:
        seen = [sample.exchange for sample in samples]
        found = self._tagger.tag([split_reply(one.reply, one.language) for one in seen])
        return [
            tagging.counts if tagging.unscored is None and one.reply else None
            for tagging, one in zip(found, seen, strict=True)
        ]

    def _rate(self, samples: Sequence[Completion]) -> list[Measured]:
        """The judge's numbers; it is not asked of replies in which nothing can be seen."""
        if self._quality is None or not self._weights.needs_quality:
            return [missing("no judge in this variant")] * len(samples)
        seen = [sample for sample in samples if sample.exchange.reply]
        numbers = iter(finite(self._quality(seen)) if seen else [])
        empty = missing("nothing visible in the reply")
        return [next(numbers) if sample.exchange.reply else empty for sample in samples]

    def _reward(
        self, group: Sequence[Episode]
    ) -> tuple[list[list[float | None]], list[float | None]]:
        """Rewards of one group by turn, and of each whole episode."""
        score = partial(
            group_rewards,
            weights=self._weights,
            weight=self._settings.weight,
            shape=shaped(self._settings.shaping),
        )
        if self._per == "conversation":
            whole = score([of_conversation(episode) for episode in group])
            return [[reward] * len(one) for reward, one in zip(whole, group, strict=True)], whole
        terms = [[spoken.terms() for spoken in episode] for episode in group]
        if self._settings.shaping.kind == "clip_delta":
            terms = [with_delta(one, self._settings.shaping.at) for one in terms]
        rewards: list[list[float | None]] = [[None] * len(episode) for episode in group]
        for turn in range(max((len(episode) for episode in group), default=0)):
            there = [place for place, episode in enumerate(group) if turn < len(episode)]
            for place, reward in zip(there, score([terms[p][turn] for p in there]), strict=True):
                rewards[place][turn] = reward
        return rewards, [mean_of(one) for one in rewards]


def _felt(samples: Sequence[Sequence[Completion]], emotion: Sequence[Measured]) -> list[Measured]:
    """The seeker's emotion at the end of a conversation, for each of its replies."""
    return [one for said, one in zip(samples, emotion, strict=True) for _ in said]


def whole_groups(case: Sequence[int], group: int) -> None:
    """Refuse completions that are not one prompt's replies after another, each group whole.

    Raises:
        MintError: If a group is split: its statistics would be those of another.
    """
    blocks = [case[start : start + group] for start in range(0, len(case), group)]
    if any(len(block) != group or len(set(block)) != 1 for block in blocks):
        raise MintError(
            f"rewards were asked for parts of a group: {len(case)} replies on this process are no "
            f"whole groups of {group}; make training.prompts_per_step a multiple of the number of "
            "processes"
        )


def shaped(settings: ShapingSettings) -> Callable[[Numbers], list[float | None]]:
    """How quality is scaled; of clip and delta, what is left once delta is taken."""
    match settings.kind:
        case "min_max":
            return min_max
        case "centred_sigmoid":
            return partial(centred_sigmoid, centre=settings.at)
        case "clip":
            return partial(clip, ceiling=settings.at)
        case "clip_delta":
            return list
