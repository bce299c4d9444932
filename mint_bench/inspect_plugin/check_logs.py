"""Finished runs of `judge_check` and `tagger_check` as the figures that the commands show.

A judge or tagger that asks models works through Inspect; what it comes to is computed as for any
other.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from inspect_ai.log import EvalLog
from inspect_ai.scorer import Score

from mint_bench.errors import MintError
from mint_bench.files import fits_the_model
from mint_bench.inspect_plugin.board import JUDGE_REFS, TAGGER_REF
from mint_bench.inspect_plugin.checked import (
    CHECKED,
    CheckedConversation,
    CheckedResponse,
    bias_of,
    checked,
    over_epochs,
    over_rewordings,
    ratings_of,
    tagged_of,
    tags_over_epochs,
)
from mint_bench.inspect_plugin.llm_judge import PER_DIMENSION
from mint_bench.inspect_plugin.logs import read_log
from mint_bench.judging.joint import FORM, JOINT, ShownAgreement
from mint_bench.records.schema import JudgeRef, Scalar, TaggerRef
from mint_bench.resources import sha256_file
from mint_bench.validation import joint_check, judge_bias, judge_check
from mint_bench.validation.agreement import Figures
from mint_bench.validation.ratings import Doubles, read_experts, read_other_judges
from mint_bench.validation.tagger_check import sentence_figures


@dataclass(frozen=True, slots=True)
class _Run:
    """What a finished run of `judge_check` holds."""

    path: Path
    talks: Sequence[CheckedConversation]
    members: Sequence[JudgeRef]

    @property
    def name(self) -> str:
        return " + ".join(member.name for member in self.members)


def check_of_log(path: Path) -> Figures:
    """The figures of a judge from the log of its check.

    `consistency` holds how alike its ratings are over `repeats` (the epochs) and over
    `rewordings` of the rubric, each where the run has it; `bias` is there if it was asked for.

    Raises:
        MintError: If the log cannot be read, is of another task or not finished.
    """
    run = _read(path)
    talks = run.talks
    found = judge_check.figures(ratings_of(run.name, talks), read_experts(), read_other_judges())
    consistency = {"repeats": over_epochs(talks), "rewordings": over_rewordings(talks)}
    found["consistency"] = {part: rows for part, rows in consistency.items() if rows}
    if all(judge_bias.AGAIN in talk.ratings for talk in talks):
        found["bias"] = bias_of(talks)
    return found


def tagger_check_of_log(path: Path) -> Figures:
    """The figures of a tagger from the log of its check against people.

    As `validation.tagger_check.figures` has them, `systems` null. A sentence counts once in each
    epoch; `consistency` holds how alike its tactics are over `repeats` (the epochs), if there
    are several.

    Raises:
        MintError: If the log cannot be read, is of another task or not finished.
    """
    log, scores = _finished(path, "tagger_check")
    with fits_the_model(str(path)):
        responses = checked(scores, CheckedResponse)
        tagger = TaggerRef.model_validate((scores[0].metadata or {})[TAGGER_REF])
    tagged, repeats = tagged_of(responses), tags_over_epochs(responses)
    unscored: Counter[str] = Counter()
    for response in responses:
        unscored.update(response.unscored)
    return {
        "kind": "tagger_check",
        "tagger": tagger.name,
        "sha": tagger.sha,
        "people": {
            "sentences": len(tagged.unit),
            "responses": len(set(tagged.unit)),
            "unscored": dict(unscored),
            **sentence_figures(tagged),
            "learned_from": bool((log.eval.metadata or {}).get("learned_from")),
        },
        "systems": None,
        "consistency": {"repeats": repeats} if repeats else {},
    }


def joint_of_logs(first: Path, second: Path) -> tuple[Figures, ShownAgreement]:
    """How far a model's two forms agree, and the entry for `joint_agreement.yaml`.

    Args:
        first: Log of a finished check of one model, as `llm` or as `llm-joint`.
        second: Log of the same model in the other form.

    Raises:
        MintError: If a log cannot be read, is of another task, not finished, or of a panel; if
            the two differ in more than the form, or have no reply in common.
    """
    runs = {_form(run): run for run in (_read(first), _read(second))}
    if set(runs) != {JOINT, PER_DIMENSION}:
        raise MintError(
            f"{first} and {second}: of the form {' and '.join(runs)}; give one log of judge=llm "
            "and one of judge=llm-joint"
        )
    joint, each = runs[JOINT], runs[PER_DIMENSION]
    [judge], [other] = joint.members, each.members
    if _besides_form(judge) != _besides_form(other):
        raise MintError(
            f"{first} and {second}: rated by {_told(judge)} and by {_told(other)}; only the form "
            "may differ"
        )
    ids, rows = [], []
    one, two = _by_conversation(each), _by_conversation(joint)
    for name in sorted(set(one) & set(two)):
        for before, after in zip(one[name], two[name], strict=False):
            if len(before) != len(after):
                raise MintError(f"{first} and {second}: not the same replies in {name}")
            ids += [name] * len(before)
            rows.append((before, after))
    if not rows:
        raise MintError(f"{first} and {second}: no conversation in common")
    found = joint_check.figures(ids, *(np.concatenate(part) for part in zip(*rows, strict=True)))
    kappas = [figure["kappa"] for figure in found["agreement"].values()]
    entry = ShownAgreement(
        model=judge.name,
        prompt_sha=judge.prompt_sha or "",
        settings=_besides_form(judge)[1],
        kappa=[_four(kappa["value"]) for kappa in kappas],
        low=[_four(kappa["low"]) for kappa in kappas],
        replies=found["replies"],
        conversations=found["conversations"],
        logs=[sha256_file(run.path) for run in (each, joint)],
    )
    return {"kind": "joint_check", "judge": judge.name, **found}, entry


def _read(path: Path) -> _Run:
    _, scores = _finished(path, "judge_check")
    with fits_the_model(str(path)):
        talks = checked(scores, CheckedConversation)
        members = [JudgeRef.model_validate(ref) for ref in (scores[0].metadata or {})[JUDGE_REFS]]
    return _Run(path, talks, members)


def _finished(path: Path, task: str) -> tuple[EvalLog, list[Score]]:
    """The log of a finished run of a check, and its scores that keep what was checked."""
    log = read_log(path)
    scores = [
        score
        for sample in log.samples or []
        for score in (sample.scores or {}).values()
        if CHECKED in (score.metadata or {})
    ]
    if log.eval.task.rpartition("/")[2] != task:
        raise MintError(f"{path}: a log of the task {log.eval.task}, not of {task}")
    if log.status != "success" or not scores:
        raise MintError(f"{path}: not finished; run: inspect eval-retry {path}")
    return log, scores


def _form(run: _Run) -> str:
    """In which form the one model of a run rated."""
    form = run.members[0].settings.get(FORM) if run.members else None
    if len(run.members) != 1 or form is None:
        raise MintError(f"{run.path}: rated by {run.name or 'nobody'}; give logs of one model each")
    return str(form)


def _besides_form(judge: JudgeRef) -> tuple[str, dict[str, Scalar]]:
    return judge.name, {name: value for name, value in judge.settings.items() if name != FORM}


def _told(judge: JudgeRef) -> str:
    name, settings = _besides_form(judge)
    return f"{name} {settings}"


def _by_conversation(run: _Run) -> dict[str, list[Doubles]]:
    """Ratings of a conversation's replies, an array an epoch."""
    found: dict[str, list[Doubles]] = defaultdict(list)
    for talk in run.talks:
        found[talk.id].append(talk.rated(judge_bias.PLAIN))
    return found


def _four(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
