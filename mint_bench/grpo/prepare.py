"""What must hold before the first step: cases, room, groups, a source of quality that rates.

Every fault of a recipe that can be known before training is found here or in `models`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mint_bench.conversation import Conversation
from mint_bench.errors import MintError, on_one_line
from mint_bench.grpo.data import (
    Case,
    TrainingData,
    conversation_cases,
    leaking,
    order,
    split,
    turn_cases,
)
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.episodes import answered
from mint_bench.grpo.models import room
from mint_bench.grpo.quality import Completion, Quality, finite, open_quality
from mint_bench.grpo.recipe import Recipe
from mint_bench.grpo.rewards import VARIANTS
from mint_bench.grpo.watch import Watch, independence
from mint_bench.judging.judge import Exchange
from mint_bench.resources import ids_sha, sha256_text
from mint_bench.sources import load
from mint_bench.tactics.tagger import Tagger

PROBED = 8
"""Real replies that a judge is asked of before the first step."""


@dataclass(frozen=True, slots=True)
class Batching:
    """How a step's replies are spread.

    Attributes:
        per_device: Sequences in memory at a time.
        accumulation: So many times, before weights change.
        steps: In all.
    """

    per_device: int
    accumulation: int
    steps: int


def batching(recipe: Recipe, cases: int, processes: int) -> Batching:
    """Spread a step over processes, every group whole on one.

    Raises:
        MintError: If groups would be split, or the numbers do not go into each other.
    """
    training, group = recipe.training, recipe.rollout.replies if recipe.reward else 1
    if training.prompts_per_step % processes:
        raise MintError(
            f"training.prompts_per_step: {training.prompts_per_step} prompts do not spread over "
            f"{processes} processes in whole groups; make it a multiple of {processes}"
        )
    local = training.prompts_per_step * group // processes
    if local % training.per_device:
        raise MintError(
            f"training.per_device: {training.per_device} does not divide the {local} replies that "
            "a process has in a step"
        )
    steps = cases * training.epochs // training.prompts_per_step
    if not steps:
        raise MintError(
            f"{cases} prompts in {training.epochs} epochs are fewer than training.prompts_per_step "
            f"{training.prompts_per_step}; lower it"
        )
    return Batching(
        training.per_device, local // training.per_device, min(steps, training.max_steps or steps)
    )


def conversations_to_learn_from(
    recipe: Recipe, watched: Sequence[Conversation]
) -> tuple[list[Conversation], dict[str, int]]:
    """What is learned from, and what is left out since it shares a seeker's words with others."""
    source = load(recipe.data.source).conversations
    learned, held = split(source, recipe.data.held_out, recipe.training.seed)
    leaks = leaking(learned, [*held, *watched])
    kept = [one for one in learned if one.id not in leaks][: recipe.data.limit]
    if not kept:
        raise MintError(
            f"data.source: nothing of {recipe.data.source} is left to learn from; it shares the "
            "seekers' words with what it would be watched on, or is empty"
        )
    reason = "conversations whose seekers' words are among those held out"
    return kept, {reason: len(leaks)} if leaks else {}


def cases_of(
    recipe: Recipe, conversations: Sequence[Conversation], tagger: Tagger
) -> tuple[list[Case], dict[str, int]]:
    """Where the model is to write, and how many places were left out, by reason."""
    if recipe.rollout.mode == "conversation" and recipe.reward is not None:
        return conversation_cases(conversations), {}
    return turn_cases(conversations, tagger)


def most_prompt_tokens(recipe: Recipe, context: int | None) -> int:
    """Tokens that a prompt may have, so that the reply to it fits as well.

    Raises:
        MintError: If the context has no room for a prompt beside a reply.
    """
    wanted = recipe.data.most_prompt_tokens
    if context is None or recipe.reward is None:
        return wanted if context is None else min(wanted, context)
    return min(wanted, room(recipe.rollout.most_new_tokens, context, "rollout"))


def with_room_for_replies(
    recipe: Recipe, data: TrainingData, tokens: DialogueTokens, context: int | None
) -> TrainingData:
    """Without the cases whose real reply finds no room behind its prompt: imitation reads both.

    Raises:
        MintError: If nothing is left to learn from.
    """
    if recipe.reward is not None or context is None:
        return data
    kept = []
    for place, (case, prompt) in enumerate(zip(data.cases, data.prompts, strict=True)):
        reply = tokens.clean(case.conversation.turns[case.position].text)
        if len(tokens.opening([*prompt, {"role": "assistant", "content": reply}])) <= context:
            kept.append(place)
    if not kept:
        raise MintError(
            f"all {len(data.cases)} prompts with their replies are longer than the model's context "
            f"of {context} tokens; lower data.most_prompt_tokens or choose another model"
        )
    longer = len(data.cases) - len(kept)
    reason = f"longer than the model's {context} tokens, reply and all"
    return TrainingData(
        [data.cases[place] for place in kept],
        [data.prompts[place] for place in kept],
        data.left_out | ({reason: longer} if longer else {}),
    )


def most_tokens(recipe: Recipe, context: int | None) -> int | None:
    """Tokens that a prompt may have with all that follows it; None where nothing limits them.

    vLLM in this process reserves memory for a text of this length, and the contexts of some
    models are longer than what a share of a GPU holds. In whole conversations a seeker's line is
    given as much room as a reply.
    """
    rollout = recipe.rollout
    if rollout.vllm != "colocate":
        return context
    drawn = 2 * rollout.max_turns - 1 if rollout.mode == "conversation" else 1
    longest = recipe.data.most_prompt_tokens + drawn * rollout.most_new_tokens
    return longest if context is None else min(longest, context)


def probed_quality(recipe: Recipe, cases: Sequence[Case]) -> Quality | None:
    """The source of quality, seen to rate real replies.

    Raises:
        MintError: If it cannot be had, or gives no number, or one number for all.
    """
    if recipe.quality is None:
        return None
    quality = open_quality(recipe.quality)
    if quality is None:
        return None
    samples = []
    for case in cases[:PROBED]:
        turns = case.conversation.turns
        real = answered(case, turns[case.position].text)
        line = turns[case.position + 1].text if case.position + 1 < len(turns) else None
        exchange = Exchange(real.turns[:-1], real.turns[-1].text, real.id, real.language)
        samples.append(Completion(exchange, line))
    try:
        found = finite(quality(samples))
    except RuntimeError as error:
        raise MintError(
            f"reward.quality: {quality.name} failed on {len(samples)} real replies "
            f"({on_one_line(error)}); if memory ran out, lower reward.quality.batch"
        ) from None
    numbers = {one.value for one in found if one.value is not None}
    if not numbers:
        raise MintError(
            f"reward.quality: {quality.name} rated none of {len(found)} real replies "
            f"({found[0].reason}); choose another source of quality"
        )
    if len(numbers) == 1 and len(found) >= PROBED:
        raise MintError(
            f"reward.quality: {quality.name} gave {len(found)} different real replies the same "
            f"number, {numbers.pop():g}; nothing can be learned from it"
        )
    return quality


def warnings(
    recipe: Recipe,
    tokens: DialogueTokens,
    tagger: Tagger,
    quality: Quality | None,
    watch: Watch,
    steps: int,
) -> list[str]:
    """Plain words on what this training's figures cannot show."""
    return _of_reward(recipe, tokens, tagger, quality, watch) + _of_looks(recipe, steps)


def _of_looks(recipe: Recipe, steps: int) -> list[str]:
    every, patience = recipe.watch.every, recipe.watch.patience
    if every is None:
        return []
    looks = 1 + -(-steps // every)
    if looks > patience:
        return []
    few = f"{looks} looks in {steps} steps are too few for a watch.patience of {patience}"
    return [f"{few}: no divergence will be told."]


def _of_reward(
    recipe: Recipe, tokens: DialogueTokens, tagger: Tagger, quality: Quality | None, watch: Watch
) -> list[str]:
    if recipe.reward is None:
        return []
    needs = VARIANTS[recipe.reward.variant].needs_tactics
    told = independence(tagger if needs else None, quality, watch)
    if recipe.rollout.mode == "conversation" and not tokens.as_templated():
        told.append(
            "The chat template shows earlier replies, or their reasoning, otherwise than they were "
            "generated; training keeps them as generated."
        )
    return told


def pins(recipe: Recipe, data: TrainingData, base: str) -> dict[str, Any]:
    """What must be the same for a training to go on: base, prompts and their order."""
    texts = [json.dumps(prompt, ensure_ascii=False) for prompt in data.prompts]
    return {
        "base": base,
        "source": load(recipe.data.source).revision,
        "conversations": ids_sha({case.conversation.id for case in data.cases}),
        "prompts": sha256_text(*texts)[:12],
        "order": sha256_text(*map(str, order(len(texts), 1, recipe.training.seed)))[:12],
    }
