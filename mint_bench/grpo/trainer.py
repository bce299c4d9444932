"""TRL's `GRPOTrainer` with three things more: which case a prompt is, and advantages by turn.

Only what the recipe needs of TRL's inner parts stands here, so that a change there is found here.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from transformers import PrinterCallback
from trl import GRPOTrainer, SFTTrainer
from trl.distributed import DistributedBackend

from mint_bench.grpo.composite import GroupReward
from mint_bench.grpo.dialogue_tokens import Ids
from mint_bench.grpo.faults import LastingError
from mint_bench.grpo.rollout import NOBODY, LogProbs, Rollout

EPSILON = 1e-4  # as TRL divides


class _Kept:
    """What both trainers have beyond TRL's."""

    def save_whole(self) -> None:
        """A checkpoint of the step at hand."""
        self._save_checkpoint(self.model, trial=None)  # type: ignore[attr-defined]

    @contextmanager
    def gathered(self) -> Iterator[Any]:
        """The model itself, able to write also where FSDP keeps a part of it on each GPU."""
        accelerator = self.accelerator  # type: ignore[attr-defined]
        spread = DistributedBackend(accelerator)
        with spread.summon_full_params(self.model_wrapped, recurse=False):  # type: ignore[attr-defined]
            yield accelerator.unwrap_model(self.model)  # type: ignore[attr-defined]

    def report(self, numbers: dict[str, Any]) -> None:
        """Hand numbers to the trackers, past TRL's own log, which would empty its averages."""
        control = self.control  # type: ignore[attr-defined]
        due = control.should_log
        self.callback_handler.on_log(self.args, self.state, control, numbers)  # type: ignore[attr-defined]
        control.should_log = due  # the step's own log is still to come

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:  # noqa: ANN401 - TRL's
        """The gradient's length; the last moment before weights are changed by it.

        Raises:
            LastingError: If it is no number, as all weights would then be.
        """
        norm = super()._get_grad_norm(model, grad_norm)  # type: ignore[misc]
        if norm is not None and not math.isfinite(norm):
            step = self.state.global_step + 1  # type: ignore[attr-defined]
            raise LastingError(
                f"step {step}: the gradient is no number, and was not followed; begin anew "
                "with a lower training.learning_rate"
            )
        return norm

    def _save_checkpoint(self, model: Any, trial: Any) -> None:  # noqa: ANN401 - TRL's
        """A checkpoint of the step at hand.

        Raises:
            LastingError: If weights are no numbers: nothing goes on from such a one.
        """
        weights = (one for one in self.model.parameters() if one.requires_grad)  # type: ignore[attr-defined]
        if not all(bool(torch.isfinite(one).all()) for one in weights):
            raise LastingError(
                "weights have become no numbers; begin anew with a lower training.learning_rate"
            )
        super()._save_checkpoint(model, trial)  # type: ignore[misc]

    def quiet(self) -> None:
        """No printing of logs: progress is shown otherwise."""
        self.remove_callback(PrinterCallback)  # type: ignore[attr-defined]

    def create_model_card(self, *_: object, **__: object) -> None:
        """None at each checkpoint: the recipe writes its own at the end."""


class ImitationTrainer(_Kept, SFTTrainer):  # type: ignore[misc]
    """An `SFTTrainer` that leaves the card to the recipe."""


class RecipeTrainer(_Kept, GRPOTrainer):  # type: ignore[misc]
    """A `GRPOTrainer` for whole conversations.

    Args:
        reward: The composite reward.
        rollout: Holds conversations; None where replies answer real histories.
        by_turn: Whether each turn has its own advantage.
        arguments: `GRPOTrainer`'s own.
    """

    def __init__(
        self,
        *,
        reward: GroupReward,
        rollout: Rollout | None,
        by_turn: bool,
        **arguments: Any,  # noqa: ANN401 - TRL's
    ) -> None:
        self._reward, self._rollout, self._by_turn = reward, rollout, by_turn
        self.cases_now: list[int] = []
        super().__init__(reward_funcs=reward, rollout_func=rollout, **arguments)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        self.cases_now = [int(row["case"]) for row in inputs]
        output: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self._by_turn and self._rollout is not None:
            advantages = turn_advantages(
                self._reward.turn_rewards,
                self._rollout.turn_of,
                self.num_generations,
                int(output["completion_ids"].size(1)),
            )
            output["advantages"] = advantages.to(output["advantages"].device)
            self._tell_of_flat_groups(advantages)
        return output

    def _tell_of_flat_groups(self, advantages: torch.Tensor) -> None:
        """Log the share of groups that teach nothing, which TRL reads off the mean of all turns."""
        flat = [bool((g.abs() < EPSILON).all()) for g in advantages.split(self.num_generations)]
        shares = self.accelerator.gather(torch.tensor(flat, device=self.accelerator.device).float())
        self._metrics["train"]["frac_reward_zero_std"][-1] = float(shares.mean())

    def draw(self, prefixes: Sequence[Ids]) -> tuple[list[Ids], LogProbs]:
        """One reply to each prefix, by whatever engine the recipe chose."""
        asked = list(prefixes)
        if self.use_vllm and self.vllm_mode == "server":
            # Its replies are dealt out in equal shares: each process asks for as many.
            most = int(self._of_each(len(asked)).max())
            asked += asked[:1] * (most - len(asked))
        ids, logprobs = self._generate_single_turn(asked, None, {}, 1)
        mine = [list(one) for one in ids[: len(prefixes)]]
        return mine, logprobs[: len(mine)] if logprobs is not None else None

    def anyone(self, going: bool) -> bool:  # noqa: FBT001 - one flag of each process
        """Whether any process still goes on."""
        return bool(self._of_each(int(going)).any())

    def _of_each(self, number: int) -> torch.Tensor:
        """Each process's number."""
        mine = torch.tensor([number], device=self.accelerator.device)
        return cast("torch.Tensor", self.accelerator.gather(mine))


def turn_advantages(
    rewards: Sequence[Sequence[float | None]],
    turn_of: Sequence[Sequence[int]],
    group: int,
    width: int,
) -> torch.Tensor:
    """Each token's advantage: its turn's reward against the same turn of the group's others.

    (r − the turn's mean) / (s + 10⁻⁴), 0 where there is no reward, and for tokens that the model
    did not write. TRL has the same for whole completions; here s is one for all turns of a group,
    s² = Σ (r − its turn's mean)² / (number of rewards − number of turns). So turns keep their
    proportion: a first turn, which can repeat nothing, differs by quality alone, and scaled by a
    spread of its own it would teach quality as loudly as the later ones teach all terms. A
    penalty in one turn, too, is heard above all turns of its group, and not above its own only.

    Args:
        rewards: By completion and turn; None where there is none.
        turn_of: The turn of each token of each completion.
        group: Completions of one prompt, one after another.
        width: Tokens of the longest completion.

    Returns:
        Shape (completions, width).
    """
    result = torch.zeros(len(rewards), width)
    for start in range(0, len(rewards), group):
        scaled = _scaled(rewards[start : start + group])
        for completion, turns in enumerate(scaled, start):
            for place, turn in enumerate(turn_of[completion]):
                if turn != NOBODY:
                    result[completion, place] = float(turns[turn])
    return result


def _scaled(group: Sequence[Sequence[float | None]]) -> npt.NDArray[np.float64]:
    """The advantages of one group, shape (completions, turns); 0 where there is no reward."""
    most = max(len(turns) for turns in group)
    filled = [[*turns, *[None] * (most - len(turns))] for turns in group]
    rewards = np.ma.masked_invalid(np.array(filled, dtype=np.float64))
    apart = rewards - rewards.mean(axis=0)
    free = rewards.count() - np.count_nonzero(rewards.count(axis=0))
    spread = np.sqrt(np.square(apart).sum() / free) if free else 0.0
    scaled: npt.NDArray[np.float64] = (apart / (spread + EPSILON)).filled(0.0)
    return scaled
