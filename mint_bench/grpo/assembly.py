"""A recipe's parts put together as a trainer of TRL: GRPO, or imitation of the same replies."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError, on_one_line
from mint_bench.grpo.callbacks import Course, Looks, Progress, Samples
from mint_bench.grpo.composite import GroupReward
from mint_bench.grpo.data import TrainingData, order
from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.faults import is_lack_of_memory
from mint_bench.grpo.local_look import Looker, Now
from mint_bench.grpo.models import context_of, lora_config, reference_arguments, trains_all
from mint_bench.grpo.prepare import Batching, most_tokens
from mint_bench.grpo.quality import Quality
from mint_bench.grpo.recipe import Recipe, RolloutSettings
from mint_bench.grpo.rollout import Rollout
from mint_bench.grpo.seekers import open_seekers
from mint_bench.grpo.trainer import ImitationTrainer, RecipeTrainer
from mint_bench.grpo.watch import Look
from mint_bench.tactics.tagger import Tagger

NO_LIMIT = 1_000_000  # tokens, for models that name no context
_NO_NEWS = ("`model_init_kwargs` will be ignored", "All reward functions returned None")


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a trainer is made of.

    Attributes:
        recipe: What is asked.
        folder: Of the run.
        batches: How a step is spread.
        data: Cases and prompts.
        looker: Looks at held-out conversations.
        model: Of transformers.
        tokens: The model's.
        tagger: The reward's.
        quality: The reward's; None where no judge is asked.
    """

    recipe: Recipe
    folder: Path
    batches: Batching
    data: TrainingData
    looker: Looker
    model: Any
    tokens: DialogueTokens
    tagger: Tagger
    quality: Quality | None

    def look(self, trainer: Any, now: Now = lambda _: None) -> Look:  # noqa: ANN401
        """The look at the trainer's model as it is; `now` is told how far it is."""
        with trainer.gathered() as model:
            look = self.looker.at(trainer.state.global_step, model, now)
        now("")
        return look


def assemble(parts: Parts) -> tuple[Course, Any, Progress, Looks]:
    """The trainer with all that happens beside its steps.

    Raises:
        MintError: If TRL cannot make it: no room on the GPU, a vLLM that does not start or answer.
    """
    recipe = parts.recipe
    course, progress = Course(), Progress()
    made: list[Any] = []
    looks = Looks(
        lambda _: parts.look(made[0], progress.now),
        recipe.watch.every,
        recipe.watch.patience,
        stop=recipe.watch.on_divergence == "stop",
        tell=progress.tell,
    )
    beside = [course, progress, looks]  # the bar is there before the first look
    try:
        trainer = _grpo(parts, beside) if recipe.reward else _imitation(parts, beside)
    except MintError:
        raise
    except Exception as error:  # TRL's client of vLLM raises the bare one
        raise _not_made(error, recipe) from error
    made.append(trainer)
    looks.report = trainer.report
    trainer.quiet()
    return course, trainer, progress, looks


def _not_made(error: Exception, recipe: Recipe) -> MintError:
    """What TRL, transformers, peft or vLLM could not do, and what to do about it."""
    import requests

    reason, url = on_one_line(error), recipe.rollout.vllm_url
    if isinstance(error, (ConnectionError, requests.ConnectionError)) and url is not None:
        return MintError(
            f"rollout.vllm_url: no vLLM answers at {url} ({reason}); start its server first, as "
            "launch in the recipe has it"
        )
    drawn = recipe.rollout.vllm == "colocate"
    if is_lack_of_memory(error) or (drawn and "memory" in str(error).lower()):
        steps = ["change rollout.vllm_memory"] if drawn else []
        steps += ["train adapters by model.lora"] if trains_all(recipe.model) else []
        quality = recipe.quality
        if quality and quality.source == "reward_model" and quality.url is None:
            steps.append("serve the reward model and name its server under reward.quality.url")
        return MintError(f"no room on the GPU ({reason}); {', or '.join(steps) or 'free some'}")
    return MintError(f"no trainer ({type(error).__name__}: {reason}); change the setting it names")


def _grpo(parts: Parts, beside: list[Any]) -> RecipeTrainer:
    from trl import GRPOConfig

    recipe = parts.recipe
    rollout_, training, reward_ = recipe.rollout, recipe.training, recipe.reward
    if reward_ is None:
        raise ValueError("GRPO needs a reward")
    longest = most_tokens(recipe, context_of(parts.model))
    whole = rollout_.mode == "conversation"
    reward = GroupReward(
        parts.data.cases, reward_, rollout_.replies, rollout_.reward_per if whole else "turn",
        parts.tagger, parts.quality, parts.tokens,
    )  # fmt: skip
    rollout = (
        Rollout(
            parts.data.cases, parts.tokens, open_seekers(rollout_, parts.data.cases),
            rollout_.max_turns,
            longest or NO_LIMIT, rollout_.most_new_tokens,
        )
        if whole
        else None
    )  # fmt: skip
    reference = None
    if trains_all(recipe.model):
        reference = reference_arguments(recipe.model)
    logging.getLogger("trl.trainer.grpo_trainer").addFilter(_is_news)
    config = GRPOConfig(
        **_common(parts),
        **_vllm(rollout_, longest),
        model_init_kwargs=reference,
        num_generations=rollout_.replies,
        max_completion_length=rollout_.most_new_tokens,
        temperature=rollout_.temperature,
        beta=training.kl,
        entropy_coef=training.entropy_bonus,
        shuffle_dataset=False,
        chat_template_kwargs=dict(recipe.model.chat_template) or None,
    )
    samples = Samples(reward, rollout_.replies, training.sample_every, parts.folder / "samples")
    return RecipeTrainer(
        reward=reward,
        rollout=rollout,
        by_turn=whole and rollout_.reward_per == "turn",
        model=parts.model,
        args=config,
        train_dataset=_dataset(parts),
        processing_class=parts.tokens.tokenizer,
        peft_config=lora_config(recipe.model),
        callbacks=[*beside, samples],
    )


def _is_news(record: logging.LogRecord) -> bool:
    """Whether TRL tells what is so, and not told otherwise.

    It says that what it makes the reference by is ignored, and prints the whole conversation that
    could not be rated; the share of such replies stands in each step's line.
    """
    said = record.getMessage()
    return not any(known in said for known in _NO_NEWS)


def _vllm(rollout: RolloutSettings, longest: int | None) -> dict[str, Any]:
    if rollout.vllm is None:
        return {}
    return {
        "use_vllm": True,
        "vllm_mode": rollout.vllm,
        "vllm_server_base_url": rollout.vllm_url,
        "vllm_gpu_memory_utilization": rollout.vllm_memory,
        "vllm_max_model_length": longest,
        # TRL leaves out a whole sequence where engines differ too much over all of its tokens: many
        # whole conversations would be, for the rounding of thousands.
        "vllm_importance_sampling_mode": "token_truncate"
        if rollout.mode == "conversation"
        else "sequence_mask",
    }


def _imitation(parts: Parts, beside: list[Any]) -> ImitationTrainer:
    from trl import SFTConfig

    config = SFTConfig(
        **_common(parts),
        max_length=None,
        train_sampling_strategy="sequential",
    )
    return ImitationTrainer(
        model=parts.model,
        args=config,
        train_dataset=_dataset(parts),
        processing_class=parts.tokens.tokenizer,
        peft_config=lora_config(parts.recipe.model),
        callbacks=beside,
    )


def _common(parts: Parts) -> dict[str, Any]:
    import torch

    training, batches = parts.recipe.training, parts.batches
    gpu = torch.cuda.is_available()
    return {
        "output_dir": str(parts.folder),
        "per_device_train_batch_size": batches.per_device,
        "gradient_accumulation_steps": batches.accumulation,
        "max_steps": batches.steps,
        "learning_rate": training.learning_rate,
        "lr_scheduler_type": "constant_with_warmup",
        "warmup_steps": training.warmup_steps,
        "seed": training.seed,
        "gradient_checkpointing": training.gradient_checkpointing,
        "bf16": parts.recipe.model.precision == "bfloat16",
        "use_cpu": not gpu,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_steps": training.save_every,
        "save_total_limit": training.keep,
        "report_to": list(training.trackers) or "none",
        "disable_tqdm": True,
    }


def _dataset(parts: Parts) -> Any:  # noqa: ANN401 - datasets is untyped
    """Every prompt that will be met, in the order in which it is."""
    from datasets import Dataset

    training, data = parts.recipe.training, parts.data
    columns: dict[str, list[Any]] = {"prompt": data.prompts, "case": list(range(len(data.cases)))}
    if parts.recipe.reward is None:
        columns["completion"] = [
            [{
                "role": "assistant",
                "content": parts.tokens.clean(case.conversation.turns[case.position].text),
            }]
            for case in data.cases
        ]  # fmt: skip
        del columns["case"]
        if parts.recipe.model.chat_template:
            arguments = dict(parts.recipe.model.chat_template)
            columns["chat_template_kwargs"] = [arguments] * len(data.cases)
    met = order(len(data.cases), training.epochs, training.seed)
    needed = parts.batches.steps * training.prompts_per_step
    return Dataset.from_dict(columns).select(met[:needed])
