"""The tagger and the judge of a run, by the names that a task is given.

Embedded ones work in a thread, so that Inspect's own loop goes on; those that need a language
model ask it through Inspect. `none` leaves a part out, and the record then has no figures for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Protocol

import anyio.to_thread

from mint_bench.errors import MintError
from mint_bench.inspect_plugin.also import also_roles
from mint_bench.inspect_plugin.board import JUDGE_REFS, TAGGER_REF
from mint_bench.inspect_plugin.llm_judge import LlmJudge
from mint_bench.inspect_plugin.llm_tagger import llm_tagger
from mint_bench.inspect_plugin.roles import SEEKER
from mint_bench.judging import LLM_JUDGES, load_judge
from mint_bench.judging.judge import Exchange, Judge, Verdict
from mint_bench.judging.rubric import rewordings
from mint_bench.records.schema import JudgeRef, TaggerRef
from mint_bench.replay.definition import SCRIPTED, SIMULATED
from mint_bench.tactics import LLM_TAGGERS, load_tagger
from mint_bench.tactics.tagger import SplitReply, Tagger, Tagging

NONE = "none"


class RunTagger(Protocol):
    """A tagger as a run uses it."""

    @property
    def role(self) -> str | None:
        """The role whose models it asks; None where it needs none."""
        ...

    def ref(self) -> TaggerRef:
        """How a record names it."""
        ...

    async def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        """Tag each reply; one that cannot be tagged comes back unscored with a reason."""
        ...


class RunJudge(Protocol):
    """A judge, or a panel of them, as a run uses it."""

    @property
    def role(self) -> str | None:
        """The role whose models it asks; None where it needs none."""
        ...

    def refs(self) -> list[JudgeRef]:
        """How a record names its members."""
        ...

    async def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """Rate each reply; one that cannot be rated comes back unscored with a reason."""
        ...


@dataclass(frozen=True, slots=True)
class _EmbeddedTagger:
    tagger: Tagger
    role: str | None = None

    def ref(self) -> TaggerRef:
        return TaggerRef(name=self.tagger.name, sha=self.tagger.sha)

    async def tag(self, replies: Sequence[SplitReply]) -> list[Tagging]:
        work = partial(self.tagger.tag, replies)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)


@dataclass(frozen=True, slots=True)
class _EmbeddedJudge:
    judge: Judge
    role: str | None = None

    def refs(self) -> list[JudgeRef]:
        judge = self.judge
        settings = dict(judge.settings)
        return [JudgeRef(name=judge.name, prompt_sha=judge.prompt_sha, settings=settings)]

    async def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        work = partial(self.judge.rate, exchanges)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)


@cache
def tagger_named(name: str) -> RunTagger | None:
    """The tagger of that name, None for `none`; embedded ones are loaded once a process.

    Raises:
        MintError: If there is no such tagger, or what `llm-published` asks cannot be had.
    """
    if name == NONE:
        return None
    if name in LLM_TAGGERS:
        return llm_tagger(name)
    return _EmbeddedTagger(load_tagger(name))


@cache
def judge_named(name: str) -> RunJudge | None:
    """The judge of that name, None for `none`; embedded ones are loaded once a process.

    Raises:
        MintError: If there is no such judge.
    """
    if name == NONE:
        return None
    if name in LLM_JUDGES:
        parts = name.split("-")
        return LlmJudge(joint="joint" in parts, reason="reason" in parts)
    return _EmbeddedJudge(load_judge(name))


def tagger_to_check(name: str) -> RunTagger:
    """`tagger_named`, where it is the tagger that is looked into.

    Raises:
        MintError: If there is no such tagger, or the name is `none`.
    """
    tagger = tagger_named(name)
    if tagger is None:
        raise MintError(f"tagger={name}: there is nothing to check; name a tagger")
    return tagger


def judge_to_check(name: str) -> RunJudge:
    """`judge_named`, where it is the judge that is looked into.

    Raises:
        MintError: If there is no such judge, or the name is `none`.
    """
    judge = judge_named(name)
    if judge is None:
        raise MintError(f"judge={name}: there is nothing to check; name a judge")
    return judge


def reworded_judges(name: str) -> dict[str, RunJudge]:
    """The judge of that name once for each rewording of the rubric, by the rewording's name.

    Raises:
        MintError: If there is no such judge, or it reads no rubric.
    """
    judge = judge_to_check(name)
    if not isinstance(judge, LlmJudge):
        raise MintError(f"judge={name} reads no rubric; rewordings=true is for judges like llm")
    return {title: replace(judge, rubric=path) for title, path in rewordings().items()}


def in_another_order(judge: RunJudge) -> RunJudge | None:
    """Who rates a shuffled batch, to show what order does; None where nothing has an order.

    A judge that asks models rates each reply by itself, so a batch's order is nothing to it. One
    call for all dimensions has them the other way round; with one call each nothing has an order.
    """
    if not isinstance(judge, LlmJudge):
        return judge
    return replace(judge, backwards=True) if judge.joint else None


def references(tagger: RunTagger | None = None, judge: RunJudge | None = None) -> dict[str, Any]:
    """How a score's metadata names its instruments, in the form of a record's board.

    Raises:
        MintError: If a role has no model.
    """
    return {
        TAGGER_REF: tagger.ref().model_dump(mode="json") if tagger else None,
        JUDGE_REFS: [ref.model_dump(mode="json") for ref in judge.refs()] if judge else [],
    }


def roles_needed(
    tagger: str = NONE,
    judge: str = NONE,
    also: str | list[str] | None = None,
    seeker: str = SCRIPTED,
) -> tuple[str, ...]:
    """The roles that must have a model for these instruments and this seeker.

    Raises:
        MintError: If there is no such tagger, judge or scorer beside the ranking.
    """
    instruments = (tagger_named(tagger), judge_named(judge))
    roles = [i.role for i in instruments if i is not None and i.role is not None]
    simulated = [SEEKER] if seeker in SIMULATED else []
    return tuple(dict.fromkeys([*simulated, *roles, *also_roles(also)]))
