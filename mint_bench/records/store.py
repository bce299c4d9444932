"""Records on disk: `results/<system>/<board8>-<settings8>.json`, written in one step.

Reads and writes only; whether a record is believable is the question of `verify`.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError
from mint_bench.files import read_json, validate_model, write_text
from mint_bench.records.schema import Record
from mint_bench.records.signature import short_sha, signature
from mint_bench.resources import sha256_text

OPTIONAL = (
    "tokens",
    "reasoning_tokens",
    "flags",
    "unscored",
    "surface",
    "human_tactics",
    "also",
    "panel",
)


def record_path(record: Record, folder: Path) -> Path:
    """Where a record belongs under a results folder."""
    name = f"{short_sha(record.board)}-{short_sha(record.settings)}.json"
    return folder / record.system / name


def digest(value: dict[str, Any]) -> str:
    """SHA-256 of a record's JSON value without its `digest`, whatever its layout."""
    content = {name: part for name, part in value.items() if name != "digest"}
    return sha256_text(json.dumps(content, sort_keys=True, separators=(",", ":")))


def dump(record: Record) -> str:
    """The record as JSON, one turn a line, so that a difference can be read."""
    value = json.loads(record.model_dump_json(by_alias=True))
    value["conversations"] = [_pruned(conversation) for conversation in value["conversations"]]
    if not value["provenance"]["also"]:
        del value["provenance"]["also"]
    head = {"schema": value.pop("schema"), "digest": "", **value}
    head["digest"] = digest(head)
    conversations = ",\n".join(_conversation_lines(c) for c in head.pop("conversations"))
    opening = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{opening},\n "conversations": [\n{conversations}\n ]\n}}\n'


def _pruned(conversation: dict[str, Any]) -> dict[str, Any]:
    """The conversation without what is empty: reading fills in the same defaults."""
    turns = [
        {k: v for k, v in turn.items() if k not in OPTIONAL or v not in (None, [], {})}
        for turn in conversation["turns"]
    ]
    return {**conversation, "turns": turns}


def _conversation_lines(conversation: dict[str, Any]) -> str:
    turns = conversation.pop("turns")
    opening = _compact(conversation).removesuffix("}")
    lines = ",\n   ".join(_compact(turn) for turn in turns)
    return f'  {opening},"turns":[\n   {lines}]}}'


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(record: Record, folder: Path) -> Path:
    """Write the record to its place under `folder` and return the path."""
    path = record_path(record, folder)
    write_text(path, dump(record))
    return path


def read(path: Path) -> Record:
    """Read one record.

    Raises:
        MintError: If the file is missing, no JSON, not a record, or changed since it was
            written; the message names the field.
    """
    value = read_json(path)
    if not isinstance(value, dict):
        raise MintError(f"{path}: not a record (expected a JSON object)")
    if value.get("schema") != 1:
        raise MintError(
            f"{path}: schema: {value.get('schema')!r} is not known; this version reads schema 1"
        )
    written = value.pop("digest", None)
    record = validate_model(value, Record, str(path))
    if written != digest(value):
        raise MintError(
            f"{path}: digest: the record was changed after it was written; "
            "restore it or produce it again"
        )
    return record


def read_all(folder: Path) -> list[Record]:
    """Read every record under a results folder, in the order of their paths.

    Raises:
        MintError: If the folder is missing, a file is no record, or two records have the same
            system and signature.
    """
    if not folder.is_dir():
        raise MintError(f"{folder}: no such folder of records")
    return read_files(sorted(folder.glob("*/*.json")))


def read_files(paths: Iterable[Path]) -> list[Record]:
    """Read records and refuse two of the same system and signature.

    Raises:
        MintError: As `read_all`.
    """
    seen: dict[tuple[str, str], Path] = {}
    records = []
    for path in paths:
        record = read(path)
        key = (record.system, signature(record))
        if key in seen:
            raise MintError(f"{path}: same system and signature as {seen[key]}; remove one")
        seen[key] = path
        records.append(record)
    return records
