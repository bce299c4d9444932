"""How often a judge is fooled: the probes rated, each verdict held against what is expected.

A judge is fooled where it gives a rating that a sound judge would not. Pure but for the judge that
comes in; the probes themselves are data, see `probe_files`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from mint_bench.judging.aggregate import aggregate
from mint_bench.judging.judge import DIMENSIONS, Exchange, Judge, Verdict
from mint_bench.stats.intervals import wilson
from mint_bench.validation.probe_cases import Probe, ProbeSet
from mint_bench.validation.probe_files import AGGREGATE, Gate, Kind

BATCH = 64  # probes rated at a time, so that progress can be shown
ROUNDING = 1e-6  # a mean of six whole numbers is no exact binary fraction

Result = Literal["held", "fooled", "unscored", "lapse"]
WORSE: tuple[Result, ...] = ("held", "unscored", "lapse", "fooled")
Key = tuple[tuple[str, ...], str]


class Outcome(BaseModel):
    """What a judge made of one probe.

    Attributes:
        id: The probe's.
        kind: Its kind's name.
        result: `held` as expected; `fooled` otherwise; `unscored` where the judge would not rate
            and that is a right answer; `lapse` where a rating was due, a call failed, or what the
            case is compared with has none.
        reason: The bounds that are broken, or why there is no rating; empty where held.
        ratings: The six ratings, if any.
        flags: What the judge itself says of its rating.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    result: Result
    reason: str = ""
    ratings: tuple[float, ...] | None = None
    flags: tuple[str, ...] = ()


class Rate(BaseModel):
    """How often cases were fooled; of controls: how often they failed.

    Attributes:
        n: Cases.
        fooled: Cases with a rating that a sound judge would not give.
        flagged: Those of them that the judge itself flagged.
        unscored: Cases without a verdict, lapses among them.
        lapses: Cases without a verdict although one is due, or since a call failed.
        rate: fooled / (n − lapses): a rightly unscored case was tried and gained nothing, a lapse
            shows nothing. None where all cases are lapses.
        low: Lower end of the 95 % Wilson interval, cases taken as independent.
        high: Upper end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    fooled: int
    flagged: int
    unscored: int
    lapses: int
    rate: float | None
    low: float | None
    high: float | None


class Report(BaseModel):
    """All outcomes of one judge.

    Attributes:
        judge: The judge's name.
        prompt_sha: What shaped its ratings.
        probes_sha: SHA-256 of the probes.
        cases: Number of probes that there are.
        kinds: By kind of attack.
        controls: By kind of control.
        all: Over all attacks.
        outcomes: Case by case.
        gate: What was to be held.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    judge: str
    prompt_sha: str
    probes_sha: str
    cases: int
    kinds: dict[str, Rate]
    controls: dict[str, Rate]
    all: Rate
    outcomes: tuple[Outcome, ...]
    gate: Gate


def run(judge: Judge, probes: ProbeSet, progress: Callable[[int], None] | None = None) -> Report:
    """Rate all probes; a reply that several cases are compared with is rated once.

    Args:
        judge: Rates batches of exchanges.
        probes: The probes.
        progress: Told how many more probes are done.
    """
    outcomes: list[Outcome] = []
    rated: dict[Key, Verdict] = {}
    for start in range(0, len(probes.probes), BATCH):
        batch = probes.probes[start : start + BATCH]
        waiting = {key(exchange): exchange for probe in batch for exchange in probe.exchanges}
        fresh = [name for name in waiting if name not in rated]
        verdicts = judge.rate([waiting[name] for name in fresh])
        rated.update(zip(fresh, verdicts, strict=True))
        outcomes += [outcome(p, [rated[key(e)] for e in p.exchanges]) for p in batch]
        if progress is not None:
            progress(len(batch))
    return summarise(judge.name, judge.prompt_sha, probes, outcomes)


def key(exchange: Exchange) -> Key:
    """What a verdict depends on, hashable."""
    return tuple(turn.text for turn in exchange.history), exchange.reply


def outcome(probe: Probe, verdicts: Sequence[Verdict]) -> Outcome:
    """Hold the verdicts on a probe's exchanges against what its kind expects.

    Args:
        probe: The probe.
        verdicts: One for each of `probe.exchanges`, in their order.
    """
    attack, *others = verdicts
    ratings, reason = _rated(attack)
    told: dict[str, Any] = {
        "id": probe.id,
        "kind": probe.kind.name,
        "ratings": ratings,
        "flags": attack.flags,
    }
    if ratings is None:
        refused = attack.ratings is None and not attack.failed
        right = refused and probe.kind.expect.unscored == "sound"
        return Outcome(**told, result="unscored" if right else "lapse", reason=reason)
    found = dict(zip(DIMENSIONS, ratings, strict=True))
    found[AGGREGATE] = _aggregate(ratings)
    broken = _out_of_bounds(probe.kind, found)
    missing = []
    for name, verdict in zip(probe.references, others, strict=True):
        base, why = _rated(verdict)
        if base is None:
            missing.append(f"the {name} reply is unscored: {why}")
            continue
        most = _aggregate(base) + probe.kind.expect.above[name]
        if found[AGGREGATE] > most + ROUNDING:
            broken.append(f"aggregate {found[AGGREGATE]:.2f} > {most:.2f} ({name} reply)")
    if broken:
        return Outcome(**told, result="fooled", reason="; ".join(broken))
    if missing:
        return Outcome(**told, result="lapse", reason="; ".join(missing))
    return Outcome(**told, result="held")


def _rated(verdict: Verdict) -> tuple[tuple[float, ...] | None, str]:
    """The six ratings, or None and why; an incomplete set is none."""
    if verdict.ratings is None or aggregate(verdict.ratings) is None:
        return None, verdict.unscored or "a rating is missing"
    return verdict.ratings, ""


def _aggregate(ratings: Sequence[float]) -> float:
    """The aggregate of ratings that `_rated` found complete."""
    value = aggregate(ratings)
    return float("nan") if value is None else value


def _out_of_bounds(kind: Kind, found: Mapping[str, float]) -> list[str]:
    expect = kind.expect
    above = [
        f"{name} {found[name]:.2f} > {most:g}"
        for name, most in expect.at_most.items()
        if found[name] > most + ROUNDING
    ]
    below = [
        f"{name} {found[name]:.2f} < {least:g}"
        for name, least in expect.at_least.items()
        if found[name] < least - ROUNDING
    ]
    return above + below


def summarise(judge: str, prompt_sha: str, probes: ProbeSet, outcomes: Sequence[Outcome]) -> Report:
    """Rates per kind and over all attacks, in the order of the kinds; untried kinds left out.

    Args:
        judge: The judge's name.
        prompt_sha: What shaped its ratings.
        probes: The probes.
        outcomes: Of a case that was tried several times the worst counts: an attack that works
            now and then works.
    """
    worst: dict[str, Outcome] = {}
    for one in outcomes:
        if one.id not in worst or WORSE.index(one.result) > WORSE.index(worst[one.id].result):
            worst[one.id] = one
    outcomes = list(worst.values())
    by_kind: dict[str, list[Outcome]] = {}
    for one in outcomes:
        by_kind.setdefault(one.kind, []).append(one)
    tried = [kind for kind in probes.kinds if kind.name in by_kind]
    attacks = {kind.name: by_kind[kind.name] for kind in tried if not kind.control}
    return Report(
        judge=judge,
        prompt_sha=prompt_sha,
        probes_sha=probes.sha,
        cases=len(probes.probes),
        kinds={name: rate(found) for name, found in attacks.items()},
        controls={kind.name: rate(by_kind[kind.name]) for kind in tried if kind.control},
        all=rate([one for found in attacks.values() for one in found]),
        outcomes=tuple(outcomes),
        gate=probes.gate,
    )


def rate(outcomes: Iterable[Outcome]) -> Rate:
    """Count outcomes.

    >>> rate([Outcome(id="a-1", kind="a", result="fooled"), Outcome(id="a-2", kind="a",
    ...     result="lapse")]).rate
    1.0
    """
    found = list(outcomes)
    fooled = [one for one in found if one.result == "fooled"]
    lapses = sum(one.result == "lapse" for one in found)
    tried = len(found) - lapses
    counts: dict[str, int] = {
        "n": len(found),
        "fooled": len(fooled),
        "flagged": sum(bool(one.flags) for one in fooled),
        "unscored": lapses + sum(one.result == "unscored" for one in found),
        "lapses": lapses,
    }
    share = wilson(len(fooled), tried)
    return Rate(**counts, rate=share["value"], low=share["low"], high=share["high"])


def figures(report: Report) -> dict[str, Any]:
    """The rates for a card, JSON-ready: by kind, controls under their own names, and `all`."""
    rates = {**report.kinds, **report.controls, "all": report.all}
    return {
        name: {
            field: round(value, 4) if isinstance(value, float) else value
            for field, value in found.model_dump().items()
        }
        for name, found in rates.items()
    }


def misses(report: Report) -> list[str]:
    """What keeps records rated by this judge from being ranked; empty where the gate is passed."""
    gate = report.gate
    every = rate(report.outcomes)
    found = []
    if every.n < report.cases:
        found.append(f"only {every.n} of {report.cases} probes were run")
    if report.all.rate is None or report.all.rate > gate.most_fooled:
        found.append(f"fooled by {_share(report.all.rate)} of all, at most {gate.most_fooled:.0%}")
    for name, kind in report.kinds.items():
        if kind.rate is None or kind.rate > gate.most_fooled_of_a_kind:
            most = f"{gate.most_fooled_of_a_kind:.0%}"
            found.append(f"{name}: fooled by {_share(kind.rate)}, at most {most}")
    for name, control in report.controls.items():
        if control.rate is None or control.rate > gate.most_failed_controls:
            most = f"{gate.most_failed_controls:.0%}"
            found.append(f"{name}: failed {_share(control.rate)}, at most {most}")
    if every.n and every.lapses / every.n > gate.most_lapses:
        share = _share(every.lapses / every.n)
        found.append(
            f"unscored where a rating is due, or since a call failed: {share}, at most "
            f"{gate.most_lapses:.0%}"
        )
    return found


def passes(report: Report) -> bool:
    """Whether records rated by this judge may be ranked."""
    return not misses(report)


def _share(value: float | None) -> str:
    return "an unknown share" if value is None else f"{value:.0%}"
