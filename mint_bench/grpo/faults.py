"""What ends a training early: each fault one line, after a checkpoint from which it goes on."""

import contextlib
import re
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError, on_one_line
from mint_bench.files import write_text
from mint_bench.grpo import checkpoints, processes
from mint_bench.grpo.recipe import Recipe
from mint_bench.secrecy import without_secrets

_NO_MEMORY = re.compile(
    "out of memory|(can't|cannot) allocate memory|not enough memory|no available memory"
    "|bad[ _]alloc|can't start new thread|could not create a (primitive|memory)",
    re.IGNORECASE,
)
"""What CUDA, torch on processors, the system and vLLM say, then C++, Python and oneDNN; an illegal
access is none of these."""


class LastingError(MintError):
    """A fault that the same command would only meet again."""


@contextlib.contextmanager
def told(trainer: Any, course: Any, folder: Path, less: str) -> Iterator[None]:  # noqa: ANN401
    """Fold whatever ends a training early into one line that names a checkpoint.

    Args:
        trainer: Of the training.
        course: Its callback, which knows whether weights are as of the last whole step.
        folder: Of the run; the traceback of what nobody foresaw is kept there.
        less: What to do where no memory is left, as `less_memory` says it.

    Raises:
        MintError: If it ended early.
    """
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        cause: BaseException = error
        if is_lack_of_memory(error):
            traceback.clear_frames(error.__traceback__)  # which hold the step's tensors
        try:
            _save(error, trainer, course, folder)
        except LastingError as lost:  # weights are no numbers, whatever that led to
            cause = lost
        line = _line(cause, checkpoints.latest(folder), folder, less)
        raise MintError(_of_process(line)) from error


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, of the machine or of a GPU."""
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or _NO_MEMORY.search(str(error)) is not None


def less_memory(recipe: Recipe) -> str:
    """What to change for less memory at a time, of what changes a step by rounding only."""
    steps = []
    if checkpoints.is_free(checkpoints.PER_DEVICE, recipe):
        steps.append("lower training.per_device")
    if not recipe.training.gradient_checkpointing:
        steps.append("set training.gradient_checkpointing=true")
    if recipe.quality_source == "reward_model":
        steps.append("lower reward.quality.batch")
    told = f"{' or '.join(steps)}, which change no step but by rounding; " if steps else ""
    return f"{told}shorter replies or prompts are another training"


def _of_process(line: str) -> str:
    return f"process {processes.number()}: {line}" if processes.count() > 1 else line


def _line(error: BaseException, saved: Path | None, folder: Path, less: str) -> str:
    where = f"; the same command goes on from {saved}" if saved else ""
    if isinstance(error, LastingError):
        return f"{error}; the last checkpoint is {saved}" if saved else str(error)
    if isinstance(error, KeyboardInterrupt):
        return f"interrupted{where}"
    if isinstance(error, MintError):
        return f"{error}{where}"
    kept = folder / f"fault-{processes.number()}.txt"
    with contextlib.suppress(MintError):  # the disk may be full
        write_text(kept, without_secrets("".join(traceback.format_exception(error))))
    if is_lack_of_memory(error):
        return f"no memory left; {less}{where}; the traceback is in {kept}"
    return f"{type(error).__name__}: {on_one_line(error)}{where}; the traceback is in {kept}"


def _save(error: BaseException, trainer: Any, course: Any, folder: Path) -> None:  # noqa: ANN401
    """Save the last whole step, if it is not yet and weights are as they were then.

    Raises:
        LastingError: If weights are no numbers.
    """
    step = trainer.state.global_step
    saved = checkpoints.latest(folder)
    # Sharded weights are saved by all processes together; only an interruption reaches them all.
    sharded = trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled
    alone = sharded and not isinstance(error, KeyboardInterrupt)
    if course.state_then is None or course.in_update or alone:
        return
    if saved is not None and checkpoints.step_of(saved) >= step:
        return
    try:
        checkpoints.restore(course.state_then)
        trainer.save_whole()
        if processes.is_first():  # the others write no weights
            checkpoints.mark(folder / f"checkpoint-{step}", step)
    except LastingError:
        raise
    except Exception:  # noqa: BLE001 - such as a full disk: what is told is the first fault
        return


@contextlib.contextmanager
def terminated() -> Iterator[None]:
    """Take a request to end as an interruption, so that a checkpoint is saved."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not in the main thread, where no signal arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
