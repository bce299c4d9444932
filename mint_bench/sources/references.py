"""Pinned files with what people, and other judges, said of the same replies and sentences.

References that scorers are checked against, each fetched when it is first needed. What they mean
is left to the readers in `validation`.
"""

from pathlib import Path
from types import MappingProxyType

from mint_bench.sources.catalogue import Remote
from mint_bench.sources.fetch import fetch_file

_MINT = (
    "https://raw.githubusercontent.com/honglizhan/mint-empathy/"
    "a46182f8f48f1521a6443001c3573eda0d4d2ef2/"
)
_LEND_AN_EAR = (
    "https://raw.githubusercontent.com/aakriti1kumar/"
    "replication-data-and-code-when-LLMs-reliable-empathic-communication/"
    "713458108e28897fccf136a6337296b5199cb617/annotations/"
)


def _mint(path: str, sha256: str, size: int) -> Remote:
    return Remote(f"mint_empathy/{path}", f"{_MINT}{path}", sha256, size)


def _rated(path: str, sha256: str, size: int) -> Remote:
    return Remote(path, f"{_LEND_AN_EAR}{path}", sha256, size)


EXPERTS = MappingProxyType({
    "expert1": _mint(
        "data/lend_an_ear_eval/expert_ratings/expert1_ratings.csv",
        "0da286141c6e72e44f17d703b958392ed826292ef05412ff6f31c266b42cb5df",
        1_786,
    ),
    "expert2": _mint(
        "data/lend_an_ear_eval/expert_ratings/expert2_ratings.csv",
        "b42757d7ef091ba6abbc40ba7f2930f02803b7ece0c6c2307b18bf98abbec0cd",
        1_786,
    ),
    "expert3": _mint(
        "data/lend_an_ear_eval/expert_ratings/expert3_ratings.csv",
        "720e1186ced98119d929871a27205626070009bdbf215d40ace1599e2210e477",
        1_835,
    ),
})
"""Three experts on each of the 50 Lend-an-Ear conversations (Kumar et al. 2025)."""

OTHER_JUDGES = MappingProxyType({
    "gpt-oss-120b": _mint(
        "evaluation/eval_outputs/gold_kappa_agreement/gpt-oss-120b_turn_ratings.csv",
        "fbab1c60f571cfe71282b87cef4187c8c3daa6f3830682f31caba91838efc292",
        399_859,
    ),
    "gpt": _rated(
        "lend_an_ear/gpt_ratings.csv",
        "2d485df8f8c3e1877c1a5aee14500c4f27855c244eef112415c1da26212d5063",
        2_527,
    ),
    "claude": _rated(
        "lend_an_ear/claude_ratings.csv",
        "c55d057247b8e9db2382f15c8967861cada46dd560ef6381939e75dd541639fc",
        2_527,
    ),
    "gemini": _rated(
        "lend_an_ear/gemini_ratings.csv",
        "dae7d13ad77650ec430519bef5222512823ecde7d4a073b108099b77752de849",
        117_431,
    ),
    "crowd": _rated(
        "lend_an_ear/crowd_ratings.csv",
        "9c8a9ac8529566031519698a7a9d2a779dd4f3c6553950f5d8a71cb5de478f0f",
        3_506,
    ),
})
"""The published judge (by reply; Zhan et al. 2026), then models and crowd (by conversation)."""

HUMAN_TAGS = _mint(
    "evaluation/outputs/gold/conversations_tagged.json",
    "1dbb7274e0142e553869f52466e5858981dee483a0e5369839c115721e3ba4f8",
    593_919,
)
"""The published tags of the human supporters' turns."""

_ANNOTATIONS = MappingProxyType({
    "information": ("52acd0e4545bcc785072782a7914ee397792abbfd41c55b307e7e14bed92a234", 1_381_413),
    "assistance": ("4e9019b268831f4bb8c6363234ce6f2f7e797c060188d415ff8b74b37475b162", 1_091_409),
    "advice": ("d4c4b1701fc2398e4d05588bbd61f90e1497c84e3727f2f6602c424e0eb4f098", 978_439),
    "validation": ("ae9801016bf7c257fc1ed96923ca30623128fddba01db892d5eb8a62ed8f4cbd", 1_097_415),
    "emotional_expression": (
        "fe4772bc179187d7c052a9ec331b0423ac7276e6cedb7bfe75ac74fcdd2c4364",
        1_171_775,
    ),
    "paraphrasing": ("6ca52ab6149135d331d0d0c98e6c3ccc47311cebcb395539e01c99fefc31e89e", 1_252_427),
    "self_disclosure": (
        "bdb5a9cee47aa17813f9e5f4aa95ab203f8ac2c0b7c664f6c49f7af704aefe88",
        1_104_851,
    ),
    "questioning": ("4d33db302dd09c7a0264bb8b648a15a9d0155a54eee15bbf9b0e34a34fb4adef", 1_111_429),
    "reappraisal": ("e043223a52c529600d50d222de07c45cfcf0f2878c17c19869f16372097c9360", 1_107_997),
    "empowerment": ("4bc48d978a1f1a6e82bb739809af3f93d4792c45564431aa1ca8f2b72068bf64", 1_009_899),
})

PEOPLE = MappingProxyType({
    tactic: _mint(f"data/tagger_annotations/val/{tactic}.jsonl", sha256, size)
    for tactic, (sha256, size) in _ANNOTATIONS.items()
})
"""286 sentences that people labelled, a file a tactic; the embedded taggers learn from them."""


def reference(remote: Remote) -> Path:
    """A reference file, verified, downloaded if it is not on this machine.

    Raises:
        MintError: If it cannot be had or is not the pinned one.
    """
    return fetch_file(remote, remote.path)


def people_files() -> dict[str, Path]:
    """The ten files of `PEOPLE` by tactic.

    Raises:
        MintError: If one cannot be had or is not the pinned one.
    """
    return {tactic: reference(remote) for tactic, remote in PEOPLE.items()}
