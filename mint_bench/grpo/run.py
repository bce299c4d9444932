"""One training from a recipe to its report: check, load, train or go on, look, write.

Reads top to bottom; what each part does stands in the module it comes from.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.grpo import checkpoints, faults, models, processes
from mint_bench.grpo.data import training_data
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.divergence import divergence
from mint_bench.grpo.local_look import Looker
from mint_bench.grpo.memory import bounded
from mint_bench.grpo.prepare import (
    batching,
    cases_of,
    conversations_to_learn_from,
    most_prompt_tokens,
    pins,
    probed_quality,
    warnings,
    with_room_for_replies,
)
from mint_bench.grpo.provenance import keep, mixed, ran_with, versions
from mint_bench.grpo.recipe import Recipe
from mint_bench.grpo.watch import Watch
from mint_bench.sources import load as load_source
from mint_bench.tactics import load_tagger

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training left behind.

    Attributes:
        folder: Of the run.
        model: Adapter or weights.
        card: The model card.
        record: The record for the leaderboard.
    """

    folder: Path
    model: Path
    card: Path
    record: Path


def run_folder(recipe: Recipe, out: Path | None) -> Path:
    """Where a training is kept; the same recipe, the same folder."""
    return out or Path("runs") / f"{recipe.name}-{checkpoints.digest(recipe)}"


def train(recipe: Recipe, out: Path | None, tell: Tell) -> Trained:
    """Train, or go on where the same training was stopped.

    Args:
        recipe: Whole.
        out: Folder of the run; named by the recipe by default.
        tell: Shows a line.

    Raises:
        MintError: If anything does not fit, before the first step where it can be known; after
            it a checkpoint was saved and the message names it.
    """
    vllm = recipe.reward is not None and recipe.rollout.vllm is not None
    models.require_libraries(recipe.training.trackers, vllm=vllm)
    processes.take_gpu()
    folder = run_folder(recipe, out)
    if not processes.is_first():
        tell = _silent
    watched = load_source(recipe.watch.source)
    learned, left_out = conversations_to_learn_from(recipe, watched.conversations)
    watch = Watch(recipe.watch, watched.conversations)
    tagger = load_tagger(recipe.tagger)
    cases, untagged = cases_of(recipe, learned, tagger)
    recipe = models.at_commit(recipe, checkpoints.begun(folder))
    model, tokenizer = models.load(recipe.model)
    context = models.context_of(model)
    if context:
        models.room(recipe.watch.most_new_tokens, context, "watch")
    tokens = DialogueTokens(tokenizer, dict(recipe.model.chat_template))
    data = training_data(
        cases, recipe.data.prompt, lambda prompt: len(tokens.opening(prompt)),
        most_prompt_tokens(recipe, context), tokens.messages,
    )  # fmt: skip
    data = with_room_for_replies(recipe, data, tokens, context)
    batches = batching(recipe, len(data.cases), processes.count())
    quality = probed_quality(recipe, data.cases)
    for reason, count in (left_out | untagged | data.left_out).items():
        tell(f"left out: {count}, {reason}")
    if processes.is_first():
        checkpoints.claim(folder, recipe, pins(recipe, data, models.base_name(recipe.model)))
        _refuse_stopped(folder, recipe)
        keep(folder, versions(vllm=vllm), batches.steps)
    told = [
        *warnings(recipe, tokens, tagger, quality, watch, batches.steps),
        *mixed(ran_with(folder)),
    ]
    for line in told:
        tell(f"note: {line}")
    tell(
        f"{len(data.cases)} prompts of {len({c.conversation.id for c in data.cases})} "
        f"conversations, {batches.steps} steps; {folder}"
    )

    from mint_bench.grpo.assembly import Parts, assemble  # torch is loaded only now

    looker = Looker(recipe, tokens, watch, folder)
    parts = Parts(recipe, folder, batches, data, looker, model, tokens, tagger, quality)
    course, trainer, progress, looks = assemble(parts)
    checkpoint = checkpoints.agreed(folder)
    less = faults.less_memory(recipe)
    with (
        faults.terminated(),
        contextlib.closing(progress),
        faults.told(trainer, course, folder, less),
        bounded(),
    ):
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if course.ended:
        raise MintError(f"{course.ended}; the last checkpoint is {checkpoints.latest(folder)}")
    from mint_bench.grpo.report import report

    with faults.told(trainer, course, folder, less), bounded():
        trainer.save_model(str(folder / "model"))
        final = parts.look(trainer)
        if processes.is_first():
            tokenizer.save_pretrained(folder / "model")
        card, record = report(parts, trainer.state.log_history, final, watched, told)
    if looks.ended:
        raise MintError(f"{looks.ended}; model and card are in {card.parent}")
    return Trained(folder, folder / "model", card, record)


def _silent(_: str) -> None:
    """What the processes beside the first have to say."""


def _refuse_stopped(folder: Path, recipe: Recipe) -> None:
    """Refuse to train on past a divergence that is to stop a training.

    Raises:
        MintError: If the looks up to the last checkpoint show one.
    """
    saved = checkpoints.latest(folder)
    if saved is None or recipe.watch.on_divergence != "stop":
        return
    word = divergence(checkpoints.log_of(saved), recipe.watch.patience)
    if word:
        raise MintError(
            f"{folder}: training ends here, as {word}; --set watch.on_divergence=warn goes on "
            f"from {saved}"
        )
