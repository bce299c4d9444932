"""Which labels a tagger learned from or was chosen by: on those, its figures are no test.

Compares files by their hash and systems by the names in the tagger's card; tags nothing.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from mint_bench.files import read_json
from mint_bench.resources import resource, sha256_file
from mint_bench.sources.references import PEOPLE, people_files
from mint_bench.tactics import TAGGERS
from mint_bench.tactics.tagger import TACTICS


def annotation_files(folder: Path | None) -> dict[str, Path]:
    """The ten annotation files of a folder; the published ones where none is given.

    Raises:
        MintError: If a published file cannot be had.
    """
    if folder is None:
        return people_files()
    return {tactic: folder / f"{tactic}.jsonl" for tactic in TACTICS}


def not_held_out(tagger: str, files: Mapping[str, Path]) -> bool:
    """Whether any of these annotation files taught the tagger, or chose it.

    They taught the embedded ones. They chose the published adapters, the best of several by these
    labels.
    """
    return tagger in (*TAGGERS, "llm-published") and any(
        path.is_file() and sha256_file(path) == PEOPLE[tactic].sha256
        for tactic, path in files.items()
    )


def learned_from_systems(tagger: str, systems: Iterable[str]) -> list[str]:
    """Those of the systems whose replies the tagger learned from, by name."""
    if tagger not in TAGGERS:
        return []
    card = read_json(resource("scorers", "taggers", tagger, "card.json"))
    known = (card.get("unseen_methods") or card.get("unseen_systems", {})).get("folds", {})
    return [system for system in systems if system in known]
