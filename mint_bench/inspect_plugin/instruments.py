"""The tagger and the judge of a run, by the names that a task is given.

Loaded once a process; `none` leaves a part out, and the record then has no figures for it.
"""

from functools import cache

from mint_bench.judging import load_judge
from mint_bench.judging.judge import Judge
from mint_bench.records.schema import JudgeRef, TaggerRef
from mint_bench.tactics import load_tagger
from mint_bench.tactics.tagger import Tagger

NONE = "none"


@cache
def tagger_named(name: str) -> Tagger | None:
    """The tagger of that name, None for `none`.

    Raises:
        MintError: If there is no such tagger.
    """
    return None if name == NONE else load_tagger(name)


@cache
def judge_named(name: str) -> Judge | None:
    """The judge of that name, None for `none`.

    Raises:
        MintError: If there is no such judge.
    """
    return None if name == NONE else load_judge(name)


def tagger_ref(name: str) -> TaggerRef | None:
    """How a record names the tagger."""
    tagger = tagger_named(name)
    return TaggerRef(name=tagger.name, sha=tagger.sha) if tagger else None


def judge_refs(name: str) -> list[JudgeRef]:
    """How a record names the judge: a list, as panels have several."""
    judge = judge_named(name)
    if judge is None:
        return []
    return [JudgeRef(name=judge.name, prompt_sha=judge.prompt_sha, settings=dict(judge.settings))]
