"""Records on disk: `results/<system>/<board8>-<settings8>.json`, written in one step.

Reads and writes only; whether a record is believable is the question of `verify`.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mint_bench.errors import MintError
from mint_bench.files import read_json, validate_model, write_text
from mint_bench.records.schema import Record
from mint_bench.records.signature import short_sha, signature
from mint_bench.records.withdrawn import Withdrawn, marked_paths, refuse_link
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
    if conversation["seeker"] is None:
        del conversation["seeker"]
    else:
        seeker = conversation["seeker"]
        seeker["lines"] = [
            {k: v for k, v in line.items() if v not in ([], {})} for line in seeker["lines"]
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
    return parse(read_json(path), str(path))


def parse(value: object, where: str) -> Record:
    """A record from its decoded JSON.

    Raises:
        MintError: As `read`; the message starts with `where`.
    """
    if not isinstance(value, dict):
        raise MintError(f"{where}: not a record (expected a JSON object)")
    if value.get("schema") != 1:
        raise MintError(
            f"{where}: schema: {value.get('schema')!r:.40} is not known; this version reads schema "
            "1"
        )
    written = value.pop("digest", None)
    record = validate_model(value, Record, where)
    if written is None:
        raise MintError(
            f"{where}: digest: missing; records are written by `mint-bench run` and the other "
            "commands, not by hand"
        )
    if written != digest(value):
        raise MintError(
            f"{where}: digest: the record was changed after it was written; "
            "restore it or produce it again"
        )
    return record


def read_all(folder: Path) -> list[Record]:
    """Read every record under a results folder that counts, in the order of their paths.

    What was withdrawn is left out; `read_withdrawn` gives it.

    Raises:
        MintError: If the folder is missing, a file is no record, or two records have the same
            system and signature.
    """
    return read_merged([folder])


def read_withdrawn(folder: Path) -> list[Withdrawn]:
    """The records under a results folder that were withdrawn, the latest first.

    Raises:
        MintError: If the marks or a file are not in form.
    """
    found = [Withdrawn(read(path), mark) for path, mark in marked_paths(folder).items()]
    return sorted(found, key=lambda one: (one.mark.since, one.mark.record), reverse=True)


def files_in(folder: Path, pattern: str) -> list[Path]:
    """The files under a folder of records, in the order of their paths.

    Raises:
        MintError: If one, or the folder, is a link or no plain file: a record could then be any
            file of this machine.
    """
    refuse_link(folder)
    paths = sorted(folder.glob(pattern))
    for path in paths:
        between = path.relative_to(folder).parents
        linked = path.is_symlink() or any((folder / part).is_symlink() for part in between[:-1])
        if linked or not path.is_file():
            raise MintError(f"{path}: a link, or no plain file; put the record itself in its place")
    return paths


def read_merged(folders: Sequence[Path]) -> list[Record]:
    """Read the records of several folders; a later folder's stand in the place of an earlier's.

    Raises:
        MintError: As `read_all`.
    """
    chosen: dict[Path, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise MintError(f"{folder}: no such folder of records")
        gone = marked_paths(folder)
        found = (path for path in files_in(folder, "*/*.json") if path not in gone)
        chosen |= {path.relative_to(folder): path for path in found}
    return read_files(chosen[place] for place in sorted(chosen))


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
