"""Whole conversations for GRPO: the model replies, a seeker answers, and only replies are trained.

Who answers stands in `seekers`; the tokens and their mask are made in `dialogue_tokens`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mint_bench.conversation import Conversation, Message, Speaker, Turn
from mint_bench.grpo.data import Case, ChatMessages
from mint_bench.grpo.dialogue_tokens import DialogueTokens, Ids
from mint_bench.grpo.seekers import Seekers

NOBODY = -1
"""Turn number of a token that the model did not write."""

LogProbs = list[list[float]] | None


class Draw(Protocol):
    """How the trainer draws replies."""

    def draw(self, prefixes: Sequence[Ids]) -> tuple[list[Ids], LogProbs]:
        """One reply to each prefix, with each token's log-probability where the engine says it."""
        ...

    def anyone(self, going: bool) -> bool:  # noqa: FBT001 - one flag of each process
        """Whether any process still goes on: all must draw as often."""
        ...

    @property
    def cases_now(self) -> list[int]:
        """Numbers of the cases of the batch at hand."""
        ...


@dataclass
class _Dialogue:
    """One conversation while it is held."""

    case: Case
    prompt: Ids
    turns: list[Turn]
    ids: Ids = field(default_factory=list)
    turn_of: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    replies: int = 0
    over: bool = False

    @property
    def prefix(self) -> Ids:
        return [*self.prompt, *self.ids]

    def add(self, ids: Sequence[int], turn: int, logprobs: Sequence[float] | None) -> None:
        self.ids += ids
        self.turn_of += [turn] * len(ids)
        self.logprobs += logprobs if logprobs is not None else [0.0] * len(ids)

    def said(self, speaker: Speaker, text: str) -> None:
        self.turns.append(Turn(speaker, (Message(speaker, text),)))


@dataclass
class Rollout:
    """TRL's `rollout_func`: from prompts to conversations.

    Args:
        cases: All cases, by number.
        tokens: The model's.
        seekers: They answer.
        max_turns: Replies at most.
        context: Tokens that the model can hold.
        new_tokens: Room that a reply may need.

    Attributes:
        turn_of: Of the last call, for each token of each completion, the reply it belongs to.
    """

    cases: Sequence[Case]
    tokens: DialogueTokens
    seekers: Seekers
    max_turns: int
    context: int
    new_tokens: int
    turn_of: list[list[int]] = field(default_factory=list)

    def __call__(self, prompts: Sequence[ChatMessages], trainer: Draw) -> dict[str, object]:
        """Hold one conversation for each prompt.

        Returns:
            What TRL asks for: `prompt_ids`, `completion_ids` from the first reply to the last,
            `logprobs`, `env_mask` with 1 for what the model wrote; and for the reward `held`, the
            conversations, and `emotion`, the seekers' last, where they have one.
        """
        dialogues = [
            _Dialogue(
                self.cases[number],
                self.tokens.opening(prompt),
                list(self.cases[number].conversation.turns[: self.cases[number].position]),
            )
            for prompt, number in zip(prompts, trainer.cases_now, strict=True)
        ]
        self.seekers.meet([one.case for one in dialogues])
        told = False
        for turn in range(self.max_turns):
            going = [one for one in dialogues if not one.over]
            if not trainer.anyone(bool(going)):
                break
            told |= self._reply(going or dialogues[:1], trainer, turn, keep=bool(going))
            self._answer(dialogues, last=turn == self.max_turns - 1)
        emotions = self.seekers.emotions()
        self.turn_of = [one.turn_of for one in dialogues]
        return {
            "prompt_ids": [one.prompt for one in dialogues],
            "completion_ids": [one.ids for one in dialogues],
            "logprobs": [one.logprobs for one in dialogues] if told else None,
            "env_mask": [[int(turn != NOBODY) for turn in one.turn_of] for one in dialogues],
            "held": [
                Conversation(
                    one.case.conversation.id, tuple(one.turns), one.case.conversation.language
                )
                for one in dialogues
            ],
        } | ({} if emotions is None else {"emotion": emotions})

    def _reply(self, going: Sequence[_Dialogue], trainer: Draw, turn: int, *, keep: bool) -> bool:
        """Draw a reply in each conversation; whether the engine gave log-probabilities."""
        replies, logprobs = trainer.draw([one.prefix for one in going])
        if keep:
            for place, (one, ids) in enumerate(zip(going, replies, strict=True)):
                one.add(ids, turn, logprobs[place] if logprobs else None)
                one.said(Speaker.SUPPORTER, self.tokens.text(ids))
                one.replies += 1
        return logprobs is not None

    def _answer(self, dialogues: Sequence[_Dialogue], *, last: bool) -> None:
        """Let each seeker speak; where it is over, or no room is left for a reply, end it."""
        places = [place for place, one in enumerate(dialogues) if not one.over]
        lines = self.seekers.answer(places, [dialogues[p].turns for p in places], last=last)
        for place, line in zip(places, lines, strict=True):
            one = dialogues[place]
            bridge = (
                self.tokens.following(one.ids, self.tokens.clean(line)) if line is not None else []
            )
            if line is None or len(one.prefix) + len(bridge) + self.new_tokens > self.context:
                one.over = True
                continue
            one.add(bridge, NOBODY, None)
            one.said(Speaker.SEEKER, line)
