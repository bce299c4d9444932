"""Finished logs, scored again by another tagger or judge; no reply is asked for anew.

Inspect scores the log, so that the new one opens in its viewer like any other. What scorers
beside the ranking left there is kept: the replies are the same.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from inspect_ai import score
from inspect_ai.log import EvalLog, EvalSample, write_eval_log
from inspect_ai.model import Model
from inspect_ai.scorer import Score

from mint_bench import __version__
from mint_bench.errors import MintError, on_one_line
from mint_bench.inspect_plugin.board import BOARD, REGRADED
from mint_bench.inspect_plugin.faults import told_by_us
from mint_bench.inspect_plugin.logs import SCORER, read_log, record_from_log
from mint_bench.inspect_plugin.scorer import conversation_figures
from mint_bench.records.schema import Record, slug
from mint_bench.resources import sha256_file

NOBODY = "mockllm/model"
"""Stands where Inspect wants the model under test, which is never asked."""


def instruments_of(log: EvalLog) -> tuple[str, str]:
    """The names of the tagger and the judge that a log was scored by."""
    for scorer in log.eval.scorers or []:
        if scorer.name.rpartition("/")[2] == SCORER:
            options = scorer.options or {}
            return str(options.get("tagger", "embedded")), str(options.get("judge", "embedded"))
    return "embedded", "embedded"


def regrade(
    path: Path,
    folder: Path,
    tagger: str | None = None,
    judge: str | None = None,
    roles: Mapping[str, Sequence[Model]] | None = None,
    display: str = "none",
) -> tuple[Path, Record]:
    """Score a log again and write the new one; comes back with it and its record.

    Args:
        path: A finished log of one of our tasks.
        folder: Where the new log goes.
        tagger: Which tagger; that of the log where it is None.
        judge: Which judge; that of the log where it is None.
        roles: Models of the roles that they ask.
        display: How Inspect shows its progress.

    Raises:
        MintError: If the log is none of ours or not finished, there is no such tagger or judge,
            or a role has no model.
    """
    old = read_log(path)
    record_from_log(old)  # says at once what is wrong with it
    was = instruments_of(old)
    names = (tagger or was[0], judge or was[1])
    kept = {_key(sample): _beside(sample) for sample in old.samples or []}
    before = old.eval.model_roles
    old.eval.model_roles = None  # the seeker is asked nothing: it needs no key
    with told_by_us():
        try:
            new = score(
                old,
                conversation_figures(*names),
                model=NOBODY,
                model_roles={role: list(models) for role, models in (roles or {}).items()} or None,
                action="overwrite",
                display=display,  # type: ignore[arg-type]
            )
        except MintError:
            raise
        except (ValueError, RuntimeError, OSError) as error:
            raise MintError(f"{path}: cannot be scored again ({on_one_line(error)})") from None
    new.eval.model_roles = before
    for sample in new.samples or []:
        sample.scores = {**(sample.scores or {}), **kept[_key(sample)]}
    _mark(new, path)
    target = folder / f"{path.stem}.{slug(names[0])}-{slug(names[1])}.eval"
    folder.mkdir(parents=True, exist_ok=True)
    new.location = str(target)
    write_eval_log(new, str(target))
    return target, record_from_log(target)


def _key(sample: EvalSample) -> tuple[str, int]:
    return str(sample.id), sample.epoch


def _beside(sample: EvalSample) -> dict[str, Score]:
    return {name: one for name, one in (sample.scores or {}).items() if name != SCORER}


def _mark(log: EvalLog, path: Path) -> None:
    """Say in the log that its figures are this version's, and of which replies."""
    metadata = dict(log.eval.metadata or {})
    run = dict(metadata[BOARD])
    note = (
        f"scored again by mint-bench {__version__}; the replies are those of the run of version "
        f"{run['version']}, log {sha256_file(path)[:8]}"
    )
    metadata[REGRADED] = note
    metadata[BOARD] = run | {"version": __version__}
    log.eval.metadata = metadata
