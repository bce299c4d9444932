"""The gate for judges: whether the probes of a board's judge are shown, and what they came to.

Reports stand in `scorers/probes/shown.json`, written by `mint-bench judge probes --save`. Attacks
no judge and words no table: `validation.probes` and `wording` do.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model, write_json
from mint_bench.judging import JUDGES, load_judge
from mint_bench.records.schema import JudgeRef, Sha
from mint_bench.resources import resource, sha256_file, sha256_text
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.probe_files import Gate
from mint_bench.validation.probes import Rate, Report, misses

FILE = ("scorers", "probes", "shown.json")
_CONFIG = ConfigDict(frozen=True, extra="forbid")


class ShownProbes(BaseModel):
    """What the probes of one judge, or of one panel, came to.

    Attributes:
        judges: The members as a record's board names them; a panel is attacked as a whole.
        probes_sha: SHA-256 of the probes and the gate.
        fooled: Over all attacks.
        misses: What of the gate it misses; empty where it passes.
    """

    model_config = _CONFIG

    judges: Annotated[tuple[JudgeRef, ...], Field(min_length=1)]
    probes_sha: Sha
    fooled: Rate
    misses: tuple[str, ...]


class Current(BaseModel):
    """The probes as they were when a report was last saved, so that few readers need to load them.

    Attributes:
        files_sha: SHA-256 of their files' bytes.
        sha: SHA-256 of their content.
    """

    model_config = _CONFIG

    files_sha: Sha
    sha: Sha


class Shown(BaseModel):
    """`shown.json`: all reports."""

    model_config = _CONFIG

    probes: Current
    reports: tuple[ShownProbes, ...]


def shown_for(judges: Sequence[JudgeRef]) -> ShownProbes | None:
    """The report of a board's judges by the probes as they are now; None where there is none.

    Name, prompt and settings of every member must be the same; the order does not matter.

    Raises:
        MintError: If the file breaks a rule; the message names the field.
    """
    wanted = _key(judges)
    found = [report for report in _shown().reports if _key(report.judges) == wanted]
    return next((report for report in found if report.probes_sha == _current_sha()), None)


def can_be_probed(judges: Sequence[JudgeRef]) -> bool:
    """Whether a judge is at hand: ratings that were imported come without what made them."""
    return not judges or any(judge.prompt_sha is not None for judge in judges)


@cache
def gate() -> Gate:
    """What a judge must hold: `gate.yaml`.

    Raises:
        MintError: If it breaks a rule.
    """
    return read_model(resource("scorers", "probes", "gate.yaml"), Gate)


def save(report: Report, judges: Sequence[JudgeRef]) -> Path:
    """Put a report into the file, in place of an earlier one of the same judges.

    Reports of an embedded judge as it is no more, with other weights or rules, are dropped.

    Raises:
        MintError: If the file cannot be read or written.
    """
    path = resource(*FILE)
    kept = [
        one
        for one in read_model(path, Shown).reports
        if _key(one.judges) != _key(judges) and not any(map(_is_gone, one.judges))
    ]
    new = ShownProbes(
        judges=tuple(judges),
        probes_sha=report.probes_sha,
        fooled=report.all,
        misses=tuple(misses(report)),
    )
    current = Current(files_sha=_files_sha(), sha=load_probes().sha)
    shown = Shown(probes=current, reports=(*kept, new))
    write_json(path, shown.model_dump(mode="json"))
    _shown.cache_clear()
    return path


def _key(judges: Sequence[JudgeRef]) -> list[str]:
    return sorted(json.dumps(judge.model_dump(mode="json"), sort_keys=True) for judge in judges)


def _is_gone(judge: JudgeRef) -> bool:
    """Whether it is an embedded judge whose weights or rules are others now."""
    return judge.name in JUDGES and judge.prompt_sha != load_judge(judge.name).prompt_sha


@cache
def _shown() -> Shown:
    return read_model(resource(*FILE), Shown)


@cache
def _files_sha() -> str:
    """Over the probes' files, which takes a moment where reading them takes a second."""
    folder = resource("scorers", "probes")
    return sha256_text(*(sha256_file(path) for path in sorted(folder.rglob("*.yaml"))))


def _current_sha() -> str:
    probes = _shown().probes
    return probes.sha if probes.files_sha == _files_sha() else load_probes().sha
