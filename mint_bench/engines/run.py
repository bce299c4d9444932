"""What the commands call: one system on one task, or a suite of them, evaluated to records.

The same request goes on where it was stopped.
"""

from dataclasses import dataclass
from pathlib import Path

from mint_bench.engines.cell import Cell, Outcome
from mint_bench.engines.decide import Reach
from mint_bench.engines.evaluating import check_instruments, evaluate
from mint_bench.engines.idle import refuse_idle
from mint_bench.engines.prices import load_prices
from mint_bench.engines.progress import Watch
from mint_bench.engines.request import RunRequest, folder_name
from mint_bench.engines.roles import role_names
from mint_bench.engines.suite import Suite, cells_of, folder_of
from mint_bench.engines.telling import Telling
from mint_bench.engines.time_spent import TimeSpent
from mint_bench.errors import MintError
from mint_bench.records.schema import Record


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        record: What came out.
        path: Where the record was written.
        log: Inspect's log.
        failed: Conversations (times epochs) that could not be had and stand unscored.
        spent: Where the conversations' time went.
        watch: What this call counted.
    """

    record: Record
    path: Path
    log: Path
    failed: int
    spent: TimeSpent
    watch: Watch


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """A finished suite.

    Attributes:
        outcomes: One a cell, in order.
        watch: What this call counted.
    """

    outcomes: tuple[Outcome, ...]
    watch: Watch


def run(
    request: RunRequest,
    log_dir: Path,
    out: Path,
    reach: Reach | None = None,
    telling: Telling | None = None,
    watch: Watch | None = None,
) -> RunResult:
    """Evaluate a system and write its record.

    The log lies in a folder below `log_dir` that is named after the request, so the same request
    finds what is finished there, after Ctrl-C or a crash too, and goes on from it.

    Args:
        request: What to run.
        log_dir: Folder for the logs of all runs.
        out: Folder of records.
        reach: How models are reached; None for what this machine has.
        telling: Shows how it goes.
        watch: Counts; its `most` is where the run stops for its cost.

    Raises:
        CostReachedError: If it cost as much as it may; what is finished is kept.
        MintError: If something in the request is not known or cannot be had, nothing could be
            scored, the same request is under way, or a disk is full.
        KeyboardInterrupt: If the user stopped it; finished conversations are kept.
    """
    reach = reach or Reach()
    cell = cell_of(request, reach)
    watch = watch or Watch(0, load_prices())
    folder, telling = log_dir / cell.key, telling or Telling()
    [one] = evaluate([cell], folder, out, reach.for_roles(), watch, telling)
    if one.record is None or one.path is None or one.log is None:
        raise MintError(one.fault or "there is no record")
    return RunResult(one.record, one.path, one.log, one.failed, one.spent, watch)


def cell_of(request: RunRequest, reach: Reach) -> Cell:
    """A run as the one cell that it is; asks no model.

    Raises:
        MintError: If something in the request is not known or cannot be had, or is said of how a
            model is reached and would change nothing.
    """
    refuse_idle(request.model, reach, role_names(request.model_roles))
    cell = Cell(request, folder_name(request, reach), reach)
    check_instruments([cell])
    return cell


def run_suite(
    suite: Suite, log_dir: Path, out: Path, watch: Watch, telling: Telling | None = None
) -> SuiteResult:
    """Run what is not finished yet of a suite, and write every finished cell's record.

    Args:
        suite: What to run.
        log_dir: Folder for the logs of all runs.
        out: Folder of records.
        watch: Counts; its `most` is where the suite stops for its cost.
        telling: Shows how it goes.

    Raises:
        MintError: If a role's model cannot be had.
        CostReachedError: If it cost as much as it may; what is finished is kept.
        KeyboardInterrupt: If the user stopped it; what is finished is kept.
    """
    cells = cells_of(suite)
    folder = log_dir / folder_of(suite, cells)
    outcomes = evaluate(cells, folder, out, suite.reach(), watch, telling or Telling())
    return SuiteResult(tuple(outcomes), watch)
