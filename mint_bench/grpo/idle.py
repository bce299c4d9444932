"""Settings that change nothing in a recipe: whoever sets one is told, and not left to believe it.

What a recipe takes over from another, or what a later setting made idle, is passed over: there
nobody asked for it. Which settings there are stands in `recipe`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError
from mint_bench.grpo.recipe import Recipe

WITHOUT_WEIGHT = {"q", "q_times_d"}
"""Variants with nothing beside quality that w could multiply."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Settings that count in some recipes only.

    Attributes:
        keys: Their names; a group's stands for all in it.
        switch: The setting that decides.
        counts: Whether they do.
        needs: What would make them count, in words.
    """

    keys: tuple[str, ...]
    switch: str
    counts: Callable[[Recipe], bool]
    needs: str


IDLE = (
    Idle(
        ("rollout", "training.kl", "training.entropy_bonus", "training.sample_every"),
        "method", lambda recipe: recipe.method == "grpo", "method: grpo",
    ),
    Idle(
        ("rollout.max_turns", "rollout.reward_per"),
        "rollout.mode", lambda recipe: recipe.rollout.mode == "conversation",
        "rollout.mode: conversation",
    ),
    Idle(
        ("rollout.vllm_url",),
        "rollout.vllm", lambda recipe: recipe.rollout.vllm == "server", "rollout.vllm: server",
    ),
    Idle(
        ("rollout.vllm_memory",),
        "rollout.vllm", lambda recipe: recipe.rollout.vllm == "colocate", "rollout.vllm: colocate",
    ),
    Idle(
        ("reward.quality", "reward.shaping"),
        "reward.variant", lambda recipe: recipe.reward is None or recipe.quality is not None,
        "quality in reward.variant, such as q_plus_d",
    ),
    Idle(
        ("reward.shaping.at",),
        "reward.shaping.kind",
        lambda recipe: recipe.reward is None or recipe.reward.shaping.kind != "min_max",
        "a reward.shaping.kind beside min_max",
    ),
    Idle(
        ("reward.quality.model",),
        "reward.quality.source", lambda recipe: recipe.quality_source != "final_emotion",
        "a reward.quality.source that asks a model; rollout.seeker_model is the persona's",
    ),
    Idle(
        ("reward.quality.revision",),
        "reward.quality.source",
        lambda recipe: recipe.quality is None or recipe.quality.loads is not None,
        "a reward.quality.source that loads reward.quality.model: reward_model",
    ),
    Idle(
        ("reward.quality.url", "reward.quality.batch"),
        "reward.quality.source", lambda recipe: recipe.quality_source in {"reward_model", None},
        "reward.quality.source: reward_model",
    ),
    Idle(
        ("reward.quality.judge",),
        "reward.quality.source", lambda recipe: recipe.quality_source in {"judge", None},
        "reward.quality.source: judge",
    ),
    Idle(
        ("reward.weight",),
        "reward.variant",
        lambda recipe: recipe.reward is None or recipe.reward.variant not in WITHOUT_WEIGHT,
        "a sum of terms as reward.variant, such as q_plus_d",
    ),
    Idle(
        ("model.lora",),
        "model.adapter", lambda recipe: recipe.model.adapter is None,
        "model.adapter: null, for an adapter brings its own",
    ),
    Idle(
        ("model.revision",),
        "model.name",
        lambda recipe: recipe.model.name != "embedded" and not Path(recipe.model.name).is_dir(),
        "a name on the hub as model.name",
    ),
    Idle(
        ("watch.patience", "watch.on_divergence"),
        "watch.every", lambda recipe: recipe.watch.every is not None, "watch.every",
    ),
)  # fmt: skip


def refuse_idle(recipe: Recipe, layers: Sequence[Mapping[str, Any]], where: str) -> None:
    """Raise for a setting that changes nothing and was so when it was set.

    Args:
        recipe: As all layers make it.
        layers: Settings in the order in which they lie over each other: what is extended, the
            file, each `--set`.
        where: The file.

    Raises:
        MintError: With the setting's name and what it would need.
    """
    found = _set_in(layers)
    for idle in IDLE:
        if idle.counts(recipe):
            continue
        decided = found.get(idle.switch, -1)
        for key, layer in found.items():
            if layer >= decided and any(_within(key, group) for group in idle.keys):
                raise MintError(
                    f"{where}: {key}: changes nothing without {idle.needs}; leave it out"
                )


def settings_that_count(recipe: Recipe) -> dict[str, Any]:
    """A recipe's settings, by part, without those that change nothing in it: they load again."""
    told = recipe.model_dump(mode="json")
    for idle in IDLE:
        if not idle.counts(recipe):
            for key in idle.keys:
                *parts, last = key.split(".")
                part = told
                for name in parts:
                    part = part.get(name) or {}
                part.pop(last, None)
    return dict(told)


def _set_in(layers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The last layer that says each setting; one that is null says only what else it decides."""
    found: dict[str, int] = {}
    for number, layer in enumerate(layers):
        for key, value in _leaves(layer, ""):
            found = {known: at for known, at in found.items() if not _within(known, key)}
            if value is not None or any(key == idle.switch for idle in IDLE):
                found[key] = number
    return found


def _leaves(value: Mapping[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(inner, f"{place}{key}.")
        else:
            yield f"{place}{key}", inner


def _within(key: str, group: str) -> bool:
    return key == group or key.startswith(f"{group}.")
