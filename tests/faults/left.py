"""What runs left in their folder: records to compare, and whatever is only half there."""

import copy
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from inspect_ai.log import list_eval_logs, read_eval_log

LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Difference:
    """How records differ from those of an undisturbed run.

    Attributes:
        conversations: In the undisturbed records, epochs counted.
        lost: Of them, not there.
        doubled: There more than once, or that should not be there.
        unscored: Replies without a rating.
        unequal: Records that differ in anything but times and ids.
    """

    conversations: int
    lost: int
    doubled: int
    unscored: int
    unequal: int


def records(folder: Path) -> dict[str, Any]:
    """Each record by its path, without times, and without the hashes of what holds times."""
    found = {}
    for path in sorted((folder / "results").rglob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        del record["digest"]
        for name in ("started", "finished", "log_sha"):
            record["provenance"].pop(name, None)
        found[str(path.relative_to(folder))] = record
    return found


def difference(found: dict[str, Any], whole: dict[str, Any]) -> Difference:
    """Compare records with undisturbed ones."""
    there, should = _conversations(found), _conversations(whole)
    turns = [t for r in found.values() for c in r["conversations"] for t in c["turns"]]
    return Difference(
        should.total(),
        (should - there).total(),
        (there - should).total(),
        sum(bool(turn.get("unscored")) for turn in turns),
        sum(found.get(path) != record for path, record in whole.items()),
    )


def _conversations(found: dict[str, Any]) -> Counter[tuple[str, str, int]]:
    return Counter(
        (path, c["id"], c["epoch"])
        for path, record in found.items()
        for c in record["conversations"]
    )


def parts_that_differ(found: dict[str, Any], whole: dict[str, Any]) -> list[str]:
    """Where records differ, by name: `settings`, `provenance.tokens`, `conversations`."""
    names = set()
    for path, record in whole.items():
        for name, part in record.items():
            other = found.get(path, {}).get(name)
            if name == "provenance" and other:
                names |= {f"{name}.{key}" for key in part if part[key] != other.get(key)}
            elif part != other:
                names.add(name)
    return sorted(names)


def half_written(folder: Path) -> list[str]:
    """Files that something stopped in the middle, and those that were only for the meantime."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_whole(path)
    ]


def _is_whole(path: Path) -> bool:
    if path.name in {LOCK, ".eval-set-id"}:
        return True
    if path.name.startswith(".") or path.suffix in {".tmp", ".part", ".lock", ".json-journal"}:
        return False
    try:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        if path.suffix == ".eval":
            with zipfile.ZipFile(path) as log:
                for name in log.namelist():
                    if name.endswith(".json"):
                        json.loads(log.read(name))
    except (ValueError, zipfile.BadZipFile):
        return False
    return True


def kept(folder: Path, moment: datetime) -> dict[str, str]:
    """Conversations in the final logs that were finished before: first seeker line by id."""
    logs = [read_eval_log(info) for info in list_eval_logs(str(folder / "logs"))]
    return {
        f"{log.eval.model} {sample.id}": next(m.text for m in sample.messages if m.role == "user")
        for log in logs
        for sample in log.samples or []
        if log.status == "success" and datetime.fromisoformat(str(sample.completed_at)) < moment
    }


def without_unscored(found: dict[str, Any], whole: dict[str, Any]) -> tuple[Any, Any]:
    """Both without the ratings of replies that the first has as unscored."""
    found, whole = copy.deepcopy(found), copy.deepcopy(whole)
    for path, record in found.items():
        turns = [turn for c in record["conversations"] for turn in c["turns"]]
        others = [t for c in whole.get(path, record)["conversations"] for t in c["turns"]]
        for turn, other in zip(turns, others, strict=False):
            if turn.pop("unscored", None):
                turn.pop("ratings", None)
                other.pop("ratings", None)
    return found, whole
