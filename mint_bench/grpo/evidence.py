"""What the recipe does on this machine: variants from one seed and budget, against the untrained.

Trains nothing by itself: each variant is one run of `run.train`. Compares the bench's own figures
on held-out conversations, paired by conversation, and writes them down as they come out.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError
from mint_bench.files import read_json, write_text
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.drawing import changes, curves
from mint_bench.grpo.local_look import LOOKS, Looker, Now
from mint_bench.grpo.models import at_commit, base_name, load, require_libraries
from mint_bench.grpo.processes import take_gpu
from mint_bench.grpo.recipe import Recipe
from mint_bench.grpo.recipe_files import load_recipe
from mint_bench.grpo.report import COURSE
from mint_bench.grpo.run import train
from mint_bench.grpo.watch import Watch
from mint_bench.records.arrays import turns_of
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import figures, rows_of
from mint_bench.records.held import public_name
from mint_bench.records.store import read
from mint_bench.resources import resource
from mint_bench.scoring import ScoredConversation
from mint_bench.sources import load as load_source
from mint_bench.stats.compare import Comparison, compare
from mint_bench.templates import render_file

UNTRAINED = "the untrained model"
OURS = "q_minus_r"
VARIANTS = {"q": "turn", "q_plus_d": "turn", OURS: "conversation"}
"""Each with the mode that it is trained in."""
FIGURES = {
    "repetition": "repetition_vs_self",
    "persistence": "persistence_vs_self",
    "stickiness (micro)": "stickiness_vs_self_micro",
    "density": "density",
    "words a turn": "words",
    "empathy": "aggregated_empathy",
    "unscored": "unscored",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One variant against another system: a figure's value and the paired difference.

    Attributes:
        value: Of the variant; None where it is undefined.
        change: Variant minus the other.
    """

    value: float | None
    change: Comparison


@dataclass(frozen=True, slots=True)
class Aim:
    """What was hoped.

    Attributes:
        text: In words.
        met: Whether the interval says so; None where there is none.
        change: The paired difference, with its interval.
    """

    text: str
    met: bool | None
    change: str


def evidence(
    recipe: str,
    out: Path,
    page: Path,
    overrides: Sequence[str],
    tell: Callable[[str], None],
    live: Callable[[], AbstractContextManager[Telling]],
) -> Path:
    """Train each variant, compare, and write the page with its curves.

    Args:
        recipe: Name of the recipe that all share; it holds whole conversations.
        out: Folder of the runs; what is there already is gone on with.
        page: Markdown file to write; curves go beside it.
        overrides: Settings as `--set` takes them.
        tell: Shows a line.
        live: Shows what is going on while nothing is trained; a training has a bar of its own.

    Raises:
        MintError: If the recipe holds no conversations, before anything is trained.
    """
    base = load_recipe(recipe, tuple(overrides))
    if base.reward is None or base.rollout.mode != "conversation":
        raise MintError(
            f"--compare: {base.name} holds no whole conversations, which {OURS} needs; take "
            "tiny_cpu or q_minus_r"
        )
    recipes = {
        variant: load_recipe(recipe, (*overrides, *variant_settings(base, variant)))
        for variant in VARIANTS
    }
    tell("untrained model")
    with live() as telling:
        before = _untrained(base, out / "untrained", telling.now)
    after, courses = {}, {}
    for variant, mine in recipes.items():
        tell(f"variant {variant}")
        # All begin from one model and one seed: its look is theirs.
        shutil.copytree(out / "untrained" / LOOKS, out / variant / LOOKS, dirs_exist_ok=True)
        done = train(mine, out / variant, tell)
        after[variant] = read(done.record).conversations
        courses[variant] = read_json(done.folder / COURSE)
    found = {variant: outcomes(before, conversations) for variant, conversations in after.items()}
    write_text(page.with_name(f"{page.stem}-course.svg"), curves(courses))
    write_text(page.with_name(f"{page.stem}-changes.svg"), changes({
        variant: {name: one.change for name, one in outcome.items() if name != "unscored"}
        for variant, outcome in found.items()
    }))  # fmt: skip
    write_text(page, page_text(base, before, after, page.stem))
    return page


def variant_settings(base: Recipe, variant: str) -> tuple[str, ...]:
    """What a variant changes of the recipe that all share.

    `q_minus_r` holds whole conversations. The others reply to real histories, as published, and
    are compared with the human's previous turn; they give as many replies a step.
    """
    chosen = f"reward.variant={variant}"
    if VARIANTS[variant] == base.rollout.mode:
        return (chosen,)
    return (
        chosen,
        f"rollout.mode={VARIANTS[variant]}",
        f"training.prompts_per_step={turn_prompts(base)}",
    )


def turn_prompts(base: Recipe) -> int:
    """Prompts of a step that are answered as often as the turns of its whole conversations."""
    return base.training.prompts_per_step * base.rollout.max_turns


def _untrained(recipe: Recipe, folder: Path, now: Now) -> list[ScoredConversation]:
    """The base model's figures, once."""
    require_libraries(())
    take_gpu()
    recipe = at_commit(recipe, {})
    model, tokenizer = load(recipe.model)
    tokens = DialogueTokens(tokenizer, dict(recipe.model.chat_template))
    watch = Watch(recipe.watch, load_source(recipe.watch.source).conversations)
    return Looker(recipe, tokens, watch, folder).at(0, model, now).scored


def outcomes(
    before: Sequence[ScoredConversation], after: Sequence[ScoredConversation]
) -> dict[str, Outcome]:
    """Each figure after, and its change, paired by conversation.

    Raises:
        MintError: If the two are not the same conversations in the same order.
    """
    if [one.id for one in before] != [one.id for one in after]:
        raise MintError("untrained and trained were not watched on the same conversations")
    names = list(FIGURES.values())
    first, second = (rows_of(turns_of(list(side)), names) for side in (after, before))
    found = figures(after, "t", names)
    return {
        name: Outcome(
            found[column].value, compare(COLUMNS[column].statistic, first[column], second[column])
        )
        for name, column in FIGURES.items()
    }


def aims(
    before: Sequence[ScoredConversation], after: dict[str, list[ScoredConversation]]
) -> list[Aim]:
    """What was hoped of our variant, and what came of it."""
    mine = after[OURS]
    others = [name for name in reversed(VARIANTS) if name != OURS]
    changed = outcomes(before, mine)
    found = [
        _aim(f"repetition lower than {name}", change, met=change.high < 0)
        for name, other in [(UNTRAINED, before), *((name, after[name]) for name in others)]
        for change in [outcomes(other, mine)["repetition"].change]
    ]
    density, empathy = changed["density"].change, changed["empathy"].change
    return [
        *found,
        _aim(f"density no higher than {UNTRAINED}", density, met=density.low <= 0),
        _aim(f"empathy no lower than {UNTRAINED}", empathy, met=empathy.high >= 0),
    ]


def _aim(text: str, change: Comparison, *, met: bool) -> Aim:
    return Aim(text, met if isfinite(change.low) else None, interval(change))


def page_text(
    recipe: Recipe,
    before: Sequence[ScoredConversation],
    after: dict[str, list[ScoredConversation]],
    stem: str,
) -> str:
    """The page: what was hoped, tables of values and changes, as they are."""
    untrained = figures(before, "t", list(FIGURES.values()))
    compared = {variant: outcomes(before, found) for variant, found in after.items()}
    rows = [
        {
            "name": name,
            "base": shown(untrained[column].value),
            "cells": [cell(compared[variant][name]) for variant in compared],
        }
        for name, column in FIGURES.items()
    ]
    return (
        render_file(
            resource("recipes", "cards", "evidence.md"),
            recipe=recipe,
            base=base_name(recipe.model),
            source=public_name(recipe.watch.source),
            replies=turn_prompts(recipe) * recipe.rollout.replies,
            n=len(before),
            rows=rows,
            aims=aims(before, after),
            ours=OURS,
            stem=stem,
            variants=list(after),
        )
        + "\n"
    )


def shown(value: float | None) -> str:
    """A number for people."""
    return "-" if value is None or not isfinite(value) else f"{value:.2f}"


def interval(change: Comparison) -> str:
    """A change with its 95 % interval."""
    if not isfinite(change.difference):
        return "-"
    told = f"{change.difference:+.2f}"
    if not isfinite(change.low):
        return told
    return f"{told} [{change.low:+.2f}, {change.high:+.2f}]"


def cell(outcome: Outcome) -> str:
    """A value and its change."""
    return f"{shown(outcome.value)} ({interval(outcome.change)})"
