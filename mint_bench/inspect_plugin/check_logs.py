"""A finished run of `judge_check` as the figures that `mint-bench judge check` shows.

A judge that asks models rates through Inspect; what it comes to is computed as for any other.
"""

from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.board import JUDGE_REFS
from mint_bench.inspect_plugin.checked import (
    CHECKED,
    CheckedConversation,
    bias_of,
    checked,
    over_epochs,
    over_rewordings,
    ratings_of,
)
from mint_bench.inspect_plugin.logs import read_log
from mint_bench.records.schema import JudgeRef
from mint_bench.validation import judge_bias, judge_check
from mint_bench.validation.agreement import Figures
from mint_bench.validation.ratings import read_experts, read_other_judges


def check_of_log(path: Path) -> Figures:
    """The figures of a judge from the log of its check.

    `consistency` holds how alike its ratings are over `repeats` (the epochs) and over
    `rewordings` of the rubric, each where the run has it; `bias` is there if it was asked for.

    Raises:
        MintError: If the log cannot be read, is of another task or not finished.
    """
    log = read_log(path)
    scores = [
        score
        for sample in log.samples or []
        for score in (sample.scores or {}).values()
        if CHECKED in (score.metadata or {})
    ]
    if log.eval.task.rpartition("/")[2] != "judge_check":
        raise MintError(f"{path}: a log of the task {log.eval.task}, not of judge_check")
    if log.status != "success" or not scores:
        raise MintError(f"{path}: not finished; run: inspect eval-retry {path}")
    talks = checked(scores, CheckedConversation)
    members = [JudgeRef.model_validate(ref) for ref in (scores[0].metadata or {})[JUDGE_REFS]]
    name = " + ".join(member.name for member in members)
    found = judge_check.figures(ratings_of(name, talks), read_experts(), read_other_judges())
    consistency = {"repeats": over_epochs(talks), "rewordings": over_rewordings(talks)}
    found["consistency"] = {part: rows for part, rows in consistency.items() if rows}
    if all(set(judge_bias.PASSES) <= set(talk.ratings) for talk in talks):
        found["bias"] = bias_of(talks)
    return found
