"""What happens beside the steps: progress, samples, looks at held-out conversations, early ends.

Callbacks of transformers' `Trainer`; none draws a random number that training would miss.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from mint_bench.engines.telling import every_so_often, said_on_standard_error
from mint_bench.files import write_text
from mint_bench.grpo import processes
from mint_bench.grpo.checkpoints import mark, random_state
from mint_bench.grpo.composite import GroupReward
from mint_bench.grpo.divergence import divergence
from mint_bench.grpo.watch import WATCH, Log, Look, looks_of

EMPTY_STEPS = 5
"""Steps in a row without anything to learn from, after which a training ends."""


class Course(TrainerCallback):  # type: ignore[misc]
    """Marks whole checkpoints, keeps the random state of the last step, and ends what is futile.

    Attributes:
        state_then: Random state at the end of the last step; None before the first.
        in_update: Whether weights are being changed just now.
        ended: Why training was ended early; None where it was not.
    """

    def __init__(self) -> None:
        self.state_then: tuple[Any, ...] | None = None
        self.in_update = False
        self.ended: str | None = None
        self._empty = 0

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Weights begin to change."""
        self.in_update = True

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Weights have changed."""
        self.in_update = False
        self.state_then = random_state()

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A checkpoint is whole."""
        if state.is_world_process_zero:
            mark(Path(args.output_dir) / f"checkpoint-{state.global_step}", state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Log, **_: Any) -> None:
        """End a training that learns nothing."""
        if "loss" not in logs:
            return
        flat = logs.get("frac_reward_zero_std") == 1.0 or (
            "reward" in logs and logs["reward"] is None
        )
        self._empty = self._empty + 1 if flat else 0
        if self._empty >= EMPTY_STEPS:
            self.ended = (
                f"for {EMPTY_STEPS} steps no group's rewards differed, so there was nothing to "
                "learn; see samples/, raise rollout.temperature or rollout.replies, or change the "
                "reward"
            )
            control.should_save = control.should_training_stop = True


class Samples(TrainerCallback):  # type: ignore[misc]
    """Writes the first group of a step, with what was measured: `samples/step-000001.jsonl`."""

    def __init__(self, reward: GroupReward, group: int, every: int, folder: Path) -> None:
        self._reward, self._group, self._every, self._folder = reward, group, every, folder

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Write, every so many steps."""
        if state.global_step % self._every or not state.is_world_process_zero:
            return
        lines = []
        pairs = zip(self._reward.episodes, self._reward.turn_rewards, strict=True)
        for _number, (episode, rewards) in zip(range(self._group), pairs, strict=False):
            turns = [
                {
                    "seeker": one.sample.exchange.history[-1].text,
                    "reply": one.sample.exchange.reply,
                    "quality": one.quality.value,
                    "unscored": one.quality.reason,
                    "tactics": one.counts,
                    "tokens": one.tokens,
                    "reward": reward,
                }
                for one, reward in zip(episode, rewards, strict=True)
            ]
            lines.append(json.dumps({"turns": turns}, ensure_ascii=False))
        write_text(self._folder / f"step-{state.global_step:06d}.jsonl", "\n".join(lines) + "\n")


class Looks(TrainerCallback):  # type: ignore[misc]
    """Looks at held-out conversations before the first step and every so many.

    Args:
        look: Runs the bench on the model as it is.
        every: Steps; None looks at the end only.
        patience: Looks that a divergence must last.
        stop: Whether it then ends the training, or only warns.
        tell: Shows a line.
        report: Hands a look's numbers to the trackers.

    Attributes:
        ended: Why training was ended; None where it was not.
    """

    def __init__(
        self,
        look: Callable[[int], Look],
        every: int | None,
        patience: int,
        *,
        stop: bool,
        tell: Callable[[str], None],
    ) -> None:
        self._look, self._every, self._patience, self._stop = look, every, patience, stop
        self._tell = tell
        self.report: Callable[[Log], None] = lambda _: None
        self.ended: str | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look at the untrained model, once."""
        if not looks_of(state.log_history):
            self.now(state)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look, every so many steps and after the last."""
        last = state.global_step >= state.max_steps
        if (self._every is None or state.global_step % self._every) and not last:
            return
        self.now(state)
        word = processes.shared(divergence(state.log_history, self._patience))
        if word is None:
            return
        told = f"{word}; read samples/"
        self._tell(f"warning: {told}")
        if self._stop:
            self.ended = told
            control.should_save = control.should_training_stop = True

    def now(self, state: Any) -> None:
        """Look, and keep the numbers in the log that checkpoints carry."""
        step = state.global_step
        numbers = {f"{WATCH}{k}": v for k, v in self._look(step).numbers.items() if v is not None}
        state.log_history.append({"step": step, **numbers})
        self.report(numbers)
        names = ("empathy", "repetition", "density", "words")
        told = [f"{n} {numbers[WATCH + n]:.2f}" for n in names if WATCH + n in numbers]
        self._tell(f"step {step}: held out: {', '.join(told)}")


class Progress(TrainerCallback):  # type: ignore[misc]
    """A bar on a terminal, a line a step elsewhere; standard error, as standard output is data."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._plainly = every_so_often()

    def tell(self, line: str) -> None:
        """Show a line above the bar, on the first process."""
        if not processes.is_first():
            return
        if self._bar is not None:
            self._bar.console.print(line, highlight=False)
        else:
            said_on_standard_error(line)

    def now(self, line: str) -> None:
        """Show beside the bar what is going on, until the next line does; elsewhere some of it."""
        if self._bar is not None:
            self._bar.update(self._task, description=line, refresh=True)
        elif processes.is_first():
            self._plainly(line)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Begin where training begins."""
        if not state.is_world_process_zero or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.description}"), console=Console(stderr=True),
        )  # fmt: skip
        self._bar.start()
        self._task = self._bar.add_task("", total=state.max_steps, completed=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Log, **_: Any) -> None:
        """Show where it is."""
        if "loss" not in logs or not state.is_world_process_zero:
            return
        shown = {"quality": "terms/quality", "repetition": "terms/repetition", "kl": "kl"}
        told = [f"{n} {logs[key]:.3f}" for n, key in shown.items() if logs.get(key) is not None]
        told = told or [f"loss {logs['loss']:.3f}"]
        if lost := logs.get("terms/unscored"):
            told.append(f"{lost:.1%} unscored")
        if self._bar is not None:
            self._bar.update(self._task, completed=state.global_step, description=", ".join(told))
        else:
            said_on_standard_error(f"step {state.global_step}/{state.max_steps}: {', '.join(told)}")

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Give the terminal back."""
        self.close()

    def close(self) -> None:
        """Give the terminal back, also after a fault."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
