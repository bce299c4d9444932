"""Where the reward's quality Q comes from: any judge of the bench, a reward model, follow-up.

Each source is a callable: samples in, one number or the reason for none each out. Scaling within
a group stands in `rewards`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Protocol

from mint_bench.beside import FollowUp
from mint_bench.errors import MintError
from mint_bench.grpo.recipe import QualitySettings
from mint_bench.grpo.role_loop import RoleLoop
from mint_bench.judging import JUDGES, LLM_JUDGES, load_judge
from mint_bench.judging.aggregate import aggregate
from mint_bench.judging.judge import Exchange, Judge, Verdict
from mint_bench.metrics.measured import Measured, missing
from mint_bench.records.schema import JudgeRef


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply to be rated.

    Attributes:
        exchange: The reply and the turns before it.
        next_line: What the real seeker said next; None where nothing is known of it.
    """

    exchange: Exchange
    next_line: str | None = None


class Quality(Protocol):
    """Rates replies; what cannot be rated comes back without a number and with a reason."""

    @property
    def name(self) -> str:
        """What rates, for people."""
        ...

    @property
    def sha(self) -> str | None:
        """What pins it, to compare instruments by; None where nothing is known."""
        ...

    def __call__(self, samples: Sequence[Completion]) -> list[Measured]:
        """One number, or a reason, for each sample."""
        ...


class JudgeQuality:
    """The aggregate empathy, 1 to 5, of a judge in this process."""

    def __init__(self, judge: Judge) -> None:
        self.name, self.sha = f"judge {judge.name}", judge.prompt_sha
        self._judge = judge

    def __call__(self, samples: Sequence[Completion]) -> list[Measured]:
        """One number for each reply."""
        return [as_measured(verdict) for verdict in self.rate([one.exchange for one in samples])]

    def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """All six ratings, as scoring takes them."""
        return self._judge.rate(exchanges)

    def refs(self) -> list[JudgeRef]:
        """How a record names it."""
        judge = self._judge
        settings = dict(judge.settings)
        return [JudgeRef(name=judge.name, prompt_sha=judge.prompt_sha, settings=settings)]


class LlmJudgeQuality:
    """The aggregate empathy, 1 to 5, that language models give; asked through Inspect.

    Args:
        name: One of `LLM_JUDGES`.
        models: As `--model-role grader=` takes them: PROVIDER/MODEL, several for a panel.

    Raises:
        MintError: If a model cannot be had.
    """

    def __init__(self, name: str, models: str) -> None:
        from mint_bench.inspect_plugin.instruments import judge_named
        from mint_bench.inspect_plugin.roles import GRADER

        self.name, self.sha = f"judge {name} ({models})", None
        judge = judge_named(name)
        if judge is None:
            raise MintError(f"judge {name}: there is none of that name")
        self._judge, self._loop = judge, RoleLoop(GRADER, models)

    def __call__(self, samples: Sequence[Completion]) -> list[Measured]:
        """One number for each reply."""
        return [as_measured(verdict) for verdict in self.rate([one.exchange for one in samples])]

    def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """All six ratings of each reply, asked at once under Inspect's own limits."""
        return self._loop.run(partial(self._judge.rate, exchanges))

    def refs(self) -> list[JudgeRef]:
        """How a record names the panel."""

        async def ask() -> list[JudgeRef]:
            return self._judge.refs()

        return self._loop.run(ask)


class FollowUpQuality:
    """How much better a reply lets a local model foresee the seeker's real next line."""

    def __init__(self, model: str | None, revision: str | None) -> None:
        from mint_bench.local_models.likelihood import FollowUpLikelihood

        self._likelihood = FollowUpLikelihood(model, revision=revision)
        self.name, self.sha = f"follow-up likelihood: {self._likelihood.how}", None

    def __call__(self, samples: Sequence[Completion]) -> list[Measured]:
        """Nats a token for each reply."""
        return self._likelihood([
            FollowUp(one.exchange.history, one.exchange.reply, one.next_line, one.exchange.language)
            for one in samples
        ])


def as_measured(verdict: Verdict) -> Measured:
    """A verdict as one number; a failed one never becomes a zero."""
    if verdict.ratings is None:
        return missing(verdict.unscored or "the judge gave no rating")
    value = aggregate(verdict.ratings)
    return missing("a rating is missing") if value is None else Measured(value)


def finite(numbers: Sequence[Measured]) -> list[Measured]:
    """The numbers, those that are NaN or infinite as missing.

    >>> finite([Measured(1.0), Measured(float("nan"))])[1].reason
    'not a finite number'
    """
    return [
        missing("not a finite number") if one.value is not None and not isfinite(one.value) else one
        for one in numbers
    ]


def open_quality(settings: QualitySettings) -> Quality | None:
    """The source of quality that a recipe names, ready to rate; None for the seekers' own emotion.

    Raises:
        MintError: If it cannot be had.
    """
    sources: dict[str, Callable[[], Quality]] = {
        "judge": lambda: open_judge(settings.judge, settings.model),
        "follow_up_likelihood": lambda: FollowUpQuality(settings.model, settings.revision),
        "reward_model": lambda: _reward_model(settings),
    }
    return sources[settings.source]() if settings.source in sources else None


def open_judge(name: str, model: str | None) -> JudgeQuality | LlmJudgeQuality:
    """A judge of the bench.

    Args:
        name: As `mint-bench run --judge` takes it.
        model: The LLM judge's PROVIDER/MODEL; None for an embedded one.

    Raises:
        MintError: If there is none of that name, or the model is missing or too many.
    """
    if name in LLM_JUDGES:
        if model is None:
            raise MintError(
                f"judge {name} asks a language model: name it, PROVIDER/MODEL as Inspect has it, "
                "under reward.quality.model or watch.judge_model"
            )
        return LlmJudgeQuality(name, model)
    if name in JUDGES and model is not None:
        raise MintError(f"judge {name} asks no model; leave {model!r} out")
    return JudgeQuality(load_judge(name))


def _reward_model(settings: QualitySettings) -> Quality:
    from mint_bench.grpo.reward_model import LocalRewardModel, ServedRewardModel

    if settings.model is None:
        raise MintError("reward.quality.model: name the reward model, a folder or a hub name")
    if settings.url is not None:
        return ServedRewardModel(settings.model, settings.url, settings.batch, settings.revision)
    return LocalRewardModel(settings.model, settings.batch, settings.revision)
