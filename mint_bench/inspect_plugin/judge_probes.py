# inspect-evals-lint: ignore-file[main_file] -- the layers keep all of Inspect in this package
"""The task `judge_probes`: how often a judge is fooled, one sample a case.

No model is under test: the attacks stand in `scorers/probes/`, the solver does nothing, and the
scorer asks the judge. What counts as fooled is decided in `validation.probes`.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import anyio
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog
from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    Value,
    metric,
    scorer,
)
from inspect_ai.solver import TaskState
from inspect_ai.util import collect

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.board import JUDGE_REFS
from mint_bench.inspect_plugin.faults import told_by_inspect
from mint_bench.inspect_plugin.generation import to_messages
from mint_bench.inspect_plugin.instruments import (
    RunJudge,
    judge_to_check,
    references,
    roles_needed,
)
from mint_bench.inspect_plugin.roles import setup_for
from mint_bench.inspect_plugin.solvers import leave_as_it_is
from mint_bench.judging.judge import DIMENSIONS, Exchange, Verdict
from mint_bench.records.schema import JudgeRef
from mint_bench.replay.chat import ChatLine, as_line
from mint_bench.validation.probe_cases import Probe, load_probes
from mint_bench.validation.probes import Key, Outcome, Report, key, outcome, summarise

OUTCOME = "outcome"
"""Where a score's metadata holds its `Outcome`."""
PROBES_SHA = "probes_sha"


@task
def judge_probes(judge: str = "embedded") -> Task:
    """Attack a judge with replies that deserve little, and count where it is fooled.

    Args:
        judge: Which judge is attacked; `llm` and its kin ask the role grader.
    """
    with told_by_inspect():
        probes = load_probes()
        return Task(
            setup=setup_for(roles_needed(judge=judge)),
            dataset=MemoryDataset([_sample(probe) for probe in probes.probes], name="judge_probes"),
            solver=leave_as_it_is(),
            scorer=probe_outcome(judge),
            display_name="Adversarial probes of a judge",
            name="judge_probes",
            metadata={PROBES_SHA: probes.sha},
        )


@metric(scores="unreduced")
def fooled() -> Metric:
    """Share of cases in which the judge was fooled, over all attacks and by kind.

    `fooled_low` and `fooled_high` are the 95 % Wilson interval over all attacks; `unscored` is the
    share without a verdict, controls included. Always the same keys; NaN where undefined. Of a
    case's epochs the worst counts.
    """

    def compute(scores: list[SampleScore]) -> Value:
        return _shown([score.score for score in scores])

    return compute


@scorer(metrics=[fooled()])
def probe_outcome(judge: str = "embedded") -> Scorer:
    """Have the judge rate the attack, and the replies that it is compared with.

    The score's value is 1 where it was fooled, NaN where a rating was due and none came, or a call
    failed; its metadata hold the outcome, its explanation the bounds that were broken.

    Args:
        judge: Which judge is attacked; `llm` and its kin ask the role grader.
    """
    with told_by_inspect():
        attacked = judge_to_check(judge)
        by_id = {probe.id: probe for probe in load_probes().probes}
    once = _OnceAnEpoch(attacked)

    async def compute(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's
        probe = by_id[str(state.sample_id)]
        with told_by_inspect():
            verdicts = await collect(*[once.rate(e, state.epoch) for e in probe.exchanges])
            named = references(judge=attacked)
        return _score(outcome(probe, verdicts), named)

    return compute


class _OnceAnEpoch:
    """A judge that rates a reply once an epoch, though several cases are compared with it.

    Cases run side by side, so whoever comes second waits for the first one's verdict.
    """

    def __init__(self, judge: RunJudge) -> None:
        self._judge = judge
        self._verdicts: dict[tuple[int, Key], Verdict] = {}
        self._locks: defaultdict[tuple[int, Key], anyio.Lock] = defaultdict(anyio.Lock)

    async def rate(self, exchange: Exchange, epoch: int) -> Verdict:
        name = epoch, key(exchange)
        async with self._locks[name]:
            if name not in self._verdicts:
                [self._verdicts[name]] = await self._judge.rate([exchange])
        return self._verdicts[name]


def report_of(log: EvalLog) -> Report:
    """The report of a finished run, as `validation.probes.run` gives it.

    Raises:
        MintError: If the log is of another task, unfinished, or of other probes.
    """
    probes = load_probes()
    if (log.eval.metadata or {}).get(PROBES_SHA) != probes.sha:
        raise MintError(f"{log.location}: no run of these probes; run mint_bench/judge_probes anew")
    scores = [s.scores["probe_outcome"] for s in log.samples or [] if s.scores]
    if log.status != "success" or not scores:
        raise MintError(f"{log.location}: not finished; run: inspect eval-retry {log.location}")
    judges = judges_of(log)
    outcomes = [Outcome.model_validate((score.metadata or {})[OUTCOME]) for score in scores]
    outcomes.sort(key=lambda one: one.id)
    # Members of a panel are sent the same prompts.
    panel = " + ".join(judge.name for judge in judges)
    return summarise(panel, judges[0].prompt_sha or "", probes, outcomes)


def judges_of(log: EvalLog) -> list[JudgeRef]:
    """Who was attacked in a finished run, as a record's board names them."""
    scores = [s.scores["probe_outcome"] for s in log.samples or [] if s.scores]
    named = (scores[0].metadata or {})[JUDGE_REFS] if scores else []
    return [JudgeRef.model_validate(ref) for ref in named]


def _score(found: Outcome, named: dict[str, Any]) -> Score:
    lapse = found.result == "lapse"
    value = math.nan if lapse else float(found.result == "fooled")
    return Score(
        value={"fooled": value, "unscored": float(found.result in {"lapse", "unscored"})},
        answer=found.result,
        explanation=f"{found.result}: {found.reason}" if found.reason else found.result,
        metadata={
            OUTCOME: found.model_dump(mode="json"),
            **named,
            "ratings": dict(zip(DIMENSIONS, found.ratings or (), strict=bool(found.ratings))),
        },
    )


def _shown(scores: Sequence[Score]) -> dict[str, float]:
    probes = load_probes()
    outcomes = [
        Outcome.model_validate(score.metadata[OUTCOME])
        for score in scores
        if score.metadata and OUTCOME in score.metadata
    ]
    report = summarise("", "", probes, outcomes)
    rates = {**report.kinds, **report.controls}
    cases = sum(rate.n for rate in rates.values())
    without = sum(rate.unscored for rate in rates.values())
    figures = {
        "fooled": report.all.rate,
        "fooled_low": report.all.low,
        "fooled_high": report.all.high,
        "unscored": without / cases if cases else None,
        **{
            kind.name: rates[kind.name].rate if kind.name in rates else None
            for kind in probes.kinds
        },
    }
    return {name: math.nan if value is None else value for name, value in figures.items()}


def _sample(probe: Probe) -> Sample:
    """A sample whose input is the conversation with the attack as its last message."""
    lines = [as_line(turn) for turn in probe.attack.history]
    lines.append(ChatLine("assistant", probe.attack.reply))
    return Sample(
        input=to_messages(lines),
        id=probe.id,
        metadata={
            "kind": probe.kind.name,
            "why": probe.kind.why,
            "expect": probe.kind.expect.model_dump(mode="json"),
        },
    )
