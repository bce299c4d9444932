"""What the recipe costs beside TRL's own work: the reward's share of a step, and all of it.

On the embedded model with LoRA; learning is so slow that all runs draw the same replies.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = 5
SETTINGS = (
    f"training.max_steps={STEPS}", "training.learning_rate=1e-12", "training.save_every=1000",
    "training.trackers=[]", "training.sample_every=1", "data.limit=12", "data.source=starter",
    "watch.every=null", "watch.source=starter", "watch.conversations=1", "watch.max_turns=1",
    "rollout.mode=turn", "reward.variant=q_plus_d", "data.held_out=0",
)  # fmt: skip


def reward_share() -> float:
    """Share of the training's seconds that the reward takes, embedded scorers."""
    trainer, clock = _trainer()
    trainer.train()
    return float(trainer._reward.seconds / sum(clock.seconds))  # noqa: SLF001


def step_ratio() -> float:
    """Median seconds of a step over those of a bare GRPOTrainer with a constant reward."""
    ours, clock = _trainer()
    ours.train()
    bare, plain = _bare()
    bare.train()
    return statistics.median(clock.seconds) / statistics.median(plain.seconds)


def _trainer() -> tuple[Any, Any]:
    """The recipe's trainer without its looks, and a clock on its steps."""
    from mint_bench.grpo.assembly import assemble
    from mint_bench.grpo.callbacks import Looks

    parts = _parts()
    _, trainer, _, _ = assemble(parts)
    trainer.remove_callback(Looks)
    clock = _clock()
    trainer.add_callback(clock)
    return trainer, clock


def _bare() -> tuple[Any, Any]:
    """TRL's own trainer on the same model, data and settings."""
    from transformers import PrinterCallback
    from trl import GRPOTrainer

    from mint_bench.grpo import assembly
    from mint_bench.grpo.models import lora_config

    parts = _parts()
    _, ours, _, _ = assembly.assemble(parts)
    config = ours.args
    parts = _parts()
    trainer = GRPOTrainer(
        model=parts.model,
        reward_funcs=_constant,
        args=config,
        train_dataset=assembly._dataset(parts),  # noqa: SLF001
        processing_class=parts.tokens.tokenizer,
        peft_config=lora_config(parts.recipe.model),
    )
    trainer.remove_callback(PrinterCallback)
    clock = _clock()
    trainer.add_callback(clock)
    return trainer, clock


def _constant(prompts: list[object], **_: object) -> list[float]:
    return [0.0] * len(prompts)


def _parts() -> Any:  # noqa: ANN401 - its type is imported late
    from mint_bench.grpo import models
    from mint_bench.grpo.assembly import Parts
    from mint_bench.grpo.data import training_data, turn_cases
    from mint_bench.grpo.dialogue_tokens import DialogueTokens
    from mint_bench.grpo.local_look import Looker
    from mint_bench.grpo.prepare import batching
    from mint_bench.grpo.quality import open_quality
    from mint_bench.grpo.recipe_files import load_recipe
    from mint_bench.grpo.watch import Watch
    from mint_bench.sources import load
    from mint_bench.tactics import load_tagger

    recipe = load_recipe("tiny_cpu", SETTINGS)
    models.require_libraries(())
    conversations = load(recipe.data.source).conversations[: recipe.data.limit]
    tagger = load_tagger(recipe.reward.tagger)
    model, tokenizer = models.load(recipe.model)
    tokens = DialogueTokens(tokenizer, {})
    cases, _ = turn_cases(conversations, tagger)
    data = training_data(cases, "vanilla", lambda prompt: len(tokens.opening(prompt)), 512)
    folder = Path(tempfile.mkdtemp(prefix="mint-bench-training-"))
    looker = Looker(recipe, tokens, Watch(recipe.watch, conversations), folder)
    quality = open_quality(recipe.reward.quality)
    batches = batching(recipe, len(data.cases), 1)
    return Parts(recipe, folder, batches, data, looker, model, tokens, tagger, quality)


def _clock() -> Any:  # noqa: ANN401 - of a class made late
    """A callback that keeps the seconds of each step."""
    from transformers import TrainerCallback

    class Clock(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.seconds: list[float] = []
            self._began = 0.0

        def on_step_begin(self, *_: object, **__: object) -> None:
            self._began = time.perf_counter()

        def on_step_end(self, *_: object, **__: object) -> None:
            self.seconds.append(time.perf_counter() - self._began)

    return Clock()


Measure = tuple[Callable[[], float], str, float]
MEASURES: dict[str, Measure] = {
    "train_reward_share": (reward_share, "of a step", 0.05),
    "train_step_ratio": (step_ratio, "x bare GRPOTrainer", 1.05),
}
