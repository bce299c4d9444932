"""Evaluates systems on tasks through Inspect: reaches the models, asks them, writes the records.

Cells that are asked over the network run together, so that none waits for another. One whose engine
takes this machine's memory runs by itself: it need not share it, and if it cannot be loaded it
stops nobody.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mint_bench.engines.alone import alone_in
from mint_bench.engines.cell import (
    STOPPED,
    UNFINISHED,
    Cell,
    Outcome,
    Ready,
    log_path,
    open_cells,
    outcome_of,
)
from mint_bench.engines.decide import VLLM, Reach, plain_name
from mint_bench.engines.disk import check_room, check_writable, told_if_full
from mint_bench.engines.prefix_cache import CacheUse, cache_use
from mint_bench.engines.prices import Prices
from mint_bench.engines.progress import CELL, Key, Watch, watching
from mint_bench.engines.reaching import Reached, Way, memory_of, reaching
from mint_bench.engines.request import conversations_of
from mint_bench.engines.roles import check_roles, role_models, role_names
from mint_bench.engines.served import check_key
from mint_bench.engines.telling import Telling
from mint_bench.errors import MintError, on_one_line
from mint_bench.inspect_plugin.providers import PROVIDER as NEEDS_NO_KEY
from mint_bench.inspect_plugin.spread import SEPARATOR
from mint_bench.records.store import write

if TYPE_CHECKING:
    from inspect_ai.log import EvalLogInfo
    from inspect_ai.model import Model

ATTEMPTS = 2
"""How often Inspect tries failed conversations again within one call."""


class CostReachedError(MintError):
    """The run was stopped because it cost as much as it may."""


def evaluate(
    cells: Sequence[Cell],
    folder: Path,
    out: Path,
    role_reach: Reach,
    watch: Watch,
    telling: Telling,
) -> list[Outcome]:
    """Evaluate what is not finished yet, and write every finished cell's record.

    Args:
        cells: What to run; scorers, roles, epochs and number of conversations are those of the
            first.
        folder: Of Inspect's logs; what is finished there is not done again.
        out: Folder of records.
        role_reach: How the models of roles are reached.
        watch: Counts; its `most` is where the run stops for its cost.
        telling: Shows how it goes.

    Raises:
        MintError: If a role's model cannot be had, the same is under way already, a folder cannot
            be written, or a disk is full.
        CostReachedError: If it cost as much as it may; what is finished is kept.
        KeyboardInterrupt: If the user stopped it; what is finished is kept.
    """
    needed = check_instruments(cells)
    watch.total = sum(conversations_of(cell.request) for cell in cells)
    found: dict[str, Outcome] = {}
    with alone_in(folder), told_if_full(folder, out):
        check_writable(out)
        watch.before = _finished(folder, {cell.key for cell in cells})
        for wave in waves(cells):
            outcomes = _wave(wave, needed, folder, role_reach, watch, telling)
            found |= {o.cell.key: _written(o, out) for o in outcomes}
            if any(outcome.fault == STOPPED for outcome in outcomes):
                raise _stopped(watch)
            for outcome in outcomes:
                if outcome.fault or outcome.failed:
                    check_room(folder, out, said=_said(outcome))
    return [found[cell.key] for cell in cells]


def waves(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells that run together: those asked over the network, then each local model by itself."""
    parts: dict[str, list[Cell]] = {}
    for cell in cells:
        parts.setdefault(memory_of(cell.request.model, cell.reach) or "", []).append(cell)
    return [parts[key] for key in sorted(parts, key=bool)]


def loaded_here(cells: Sequence[Cell]) -> list[str]:
    """The models of cells whose weights this process loads, which takes its time."""
    loaded = {
        plain_name(cell.request.model): memory_of(cell.request.model, cell.reach) for cell in cells
    }
    return [name for name, memory in loaded.items() if memory and not memory.startswith(VLLM)]


def check_instruments(cells: Sequence[Cell]) -> list[str]:
    """The roles that cells need a model for; asks and opens none.

    Raises:
        MintError: If there is no such tagger, judge or scorer, or a role is missing or not known.
    """
    from mint_bench.inspect_plugin.instruments import roles_needed

    requests = [cell.request for cell in cells]
    needed = [role for r in requests for role in roles_needed(r.tagger, r.judge, r.also, r.seeker)]
    needed = list(dict.fromkeys(needed))
    check_roles(cells[0].request.model_roles, needed)
    return needed


def _wave(
    cells: Sequence[Cell],
    needed: Sequence[str],
    folder: Path,
    role_reach: Reach,
    watch: Watch,
    telling: Telling,
) -> list[Outcome]:
    from mint_bench.inspect_plugin.faults import told_by_us

    specs = cells[0].request.model_roles
    others = [(name, role_reach) for name in role_names(specs)]
    wanted = [*others, *((cell.request.model, cell.reach) for cell in cells)]
    with told_by_us(), reaching(wanted, folder, telling) as reached:
        roles = role_models(specs, needed, reached, role_reach)
        for name in loaded_here(cells):
            telling.say(f"loading {name}")
        ready, outcomes = open_cells(cells, reached)
        watch.total -= sum(conversations_of(o.cell.request) for o in outcomes)
        asked = [model for models in roles.values() for model in models]
        asked += [one.model for one in ready if one.model]
        urls = {address for model in asked if (address := getattr(model.api, "base_url", None))}
        with (
            watching(watch, lambda watch: telling.now(watch.line())),
            _cache_uses(reached.urls() | urls, watch.caches),
        ):
            outcomes += _evaluated(
                [_priced(one, roles, watch.prices) for one in ready], roles, folder
            )
        told = [_unless_of_role(outcome, telling) for outcome in outcomes]
        return [_unless_lost(outcome, reached, others) for outcome in told]


def _priced(ready: Ready, roles: "dict[str, list[Model]]", prices: Prices) -> Ready:
    """The same with its models' prices in what its log will say."""
    from inspect_ai import task_with

    models = [model for several in roles.values() for model in several]
    models += [ready.model] if ready.model else []
    said = (ready.task.metadata or {}) | prices.kept(map(str, models))
    return replace(ready, task=task_with(ready.task, metadata=said))


def _evaluated(
    ready: Sequence[Ready], roles: "dict[str, list[Model]]", folder: Path
) -> list[Outcome]:
    from inspect_ai import eval_set

    from mint_bench.inspect_plugin.faults import told_by_us

    if not ready:
        return []
    request = ready[0].cell.request
    try:
        with told_by_us():
            _, logs = eval_set(
                [one.task for one in ready],
                log_dir=str(folder),
                log_dir_allow_dirty=True,  # the other waves' logs, and what was there before
                model=None,
                model_roles=roles or None,
                limit=request.limit,
                retry_attempts=ATTEMPTS,
                continue_on_fail=True,
                max_connections=request.max_connections,
                display="none",
                ctl_server=False,
            )
    except MintError as error:
        return [_unless_refused(Outcome(one.cell, fault=str(error)), one) for one in ready]
    by_key = {(log.eval.metadata or {}).get(CELL): log for log in logs}
    stopped = not logs or any(log.status in UNFINISHED for log in logs)
    lacking = f"Inspect has no log of it in {folder}; give another --log-dir"
    outcomes = (
        outcome_of(one.cell, by_key[one.cell.key])
        if one.cell.key in by_key
        else Outcome(one.cell, fault=STOPPED if stopped else lacking)
        for one in ready
    )
    return [_unless_refused(outcome, one) for outcome, one in zip(outcomes, ready, strict=True)]


def _unless_lost(outcome: Outcome, reached: Reached, roles: Sequence[Way]) -> Outcome:
    """An outcome, or the fault where a server that it needed ended in the middle."""
    if outcome.fault == STOPPED:
        return outcome
    for model, reach in ((outcome.cell.request.model, outcome.cell.reach), *roles):
        if lost := reached.lost(model, reach):
            return Outcome(outcome.cell, log=outcome.log, fault=lost)
    return outcome


def _unless_of_role(outcome: Outcome, telling: Telling) -> Outcome:
    """An outcome, its fault told plainly where a role's model could not be asked.

    Where other conversations are scored, that is said, and the record stands.
    """
    from inspect_ai.log import read_eval_log_sample_summaries

    from mint_bench.inspect_plugin.roles import is_of_role

    if outcome.log is None or not (outcome.failed or outcome.fault) or outcome.fault == STOPPED:
        return outcome
    errors = (summary.error or "" for summary in read_eval_log_sample_summaries(str(outcome.log)))
    line = next(filter(is_of_role, errors), None)
    if line and outcome.fault:
        return replace(outcome, fault=line)
    if line:
        telling.say(f"{outcome.cell.name}: {line}")
    return outcome


def _unless_refused(outcome: Outcome, ready: Ready) -> Outcome:
    """An outcome, its fault told plainly where that is a key that was refused."""
    if ready.model is None or str(ready.model).startswith(f"{NEEDS_NO_KEY}/"):
        return outcome  # it was a role's
    try:
        check_key(ready.cell.request.model, str(ready.model), outcome.fault or "")
    except MintError as error:
        return replace(outcome, fault=str(error))
    return outcome


def _said(outcome: Outcome) -> str:
    notes = outcome.record.provenance.notes if outcome.record else ()
    return " ".join([outcome.fault or "", *notes])


def _written(outcome: Outcome, out: Path) -> Outcome:
    return replace(outcome, path=write(outcome.record, out)) if outcome.record else outcome


def _stopped(watch: Watch) -> BaseException:
    if not watch.stopped:  # Inspect takes Ctrl-C for itself and returns as if all were done
        return KeyboardInterrupt()
    if watch.uncounted:
        return watch.uncounted
    return CostReachedError(
        f"stopped at ${watch.cost:.2f} of --max-cost ${watch.most:.2f}, {watch.done} of "
        f"{watch.total} conversations done; the same command goes on from here"
    )


def _finished(folder: Path, keys: set[str]) -> set[Key]:
    """Conversations that an earlier call finished.

    Raises:
        MintError: If what lies there as a log is none, on which Inspect would fail, too.
    """
    from inspect_ai.log import list_eval_logs

    if not folder.is_dir():
        return set()
    done: set[Key] = set()
    for info in list_eval_logs(str(folder)):
        try:
            done |= _finished_in(info, keys)
        except Exception as error:  # noqa: BLE001 - a damaged file fails in whatever reads it first
            raise MintError(
                f"{log_path(info.name)}: not a readable log of Inspect ({on_one_line(error)}); "
                "move it out of that folder, and the same command goes on with the others"
            ) from None
    return done


def _finished_in(info: "EvalLogInfo", keys: set[str]) -> set[Key]:
    from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries

    key = (read_eval_log(info, header_only=True).eval.metadata or {}).get(CELL)
    if key not in keys:
        return set()
    return {
        (key, str(summary.id), summary.epoch)
        for summary in read_eval_log_sample_summaries(info)
        if summary.completed and not summary.error
    }


@contextmanager
def _cache_uses(addresses: Iterable[str], found: dict[str, CacheUse]) -> Iterator[None]:
    """Add to `found` what each server's prefix cache did meanwhile."""
    urls = {url.partition("#")[0] for several in addresses for url in several.split(SEPARATOR)}
    before = {url: use for url in sorted(urls) if (use := cache_use(url))}
    yield
    for url, first in before.items():
        if last := cache_use(url):
            used, server = last.since(first), urlsplit(url).netloc
            known = found.get(server, CacheUse(0, 0))
            found[server] = CacheUse(known.queried + used.queried, known.found + used.found)
