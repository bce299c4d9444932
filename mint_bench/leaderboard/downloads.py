"""The figures as files: JSON with its published schema, CSV, Parquet, a badge, a feed.

What stands on the pages, for machines; computes nothing.
"""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from mint_bench.leaderboard.boards import BoardPart, Entry
from mint_bench.records.columns import COLUMNS
from mint_bench.records.forms import as_csv
from mint_bench.records.tables import BoardTable, figure_json

SCHEMA_VERSION = 1
SCHEMA_FILE = f"leaderboard.v{SCHEMA_VERSION}.schema.json"
FEED_ENTRIES = 50
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def leaderboard_json(parts: Sequence[BoardPart], version: str) -> str:
    """Every record of every board with all figures, as `schema()` describes it."""
    value = {
        "$schema": SCHEMA_FILE,
        "schema": SCHEMA_VERSION,
        "version": version,
        "records": [_object(part, entry) for part in parts for entry in part.entries],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _object(part: BoardPart, entry: Entry) -> dict[str, Any]:
    record, place = entry.row.record, entry.place
    when = record.provenance.finished or record.provenance.started
    return {
        "system": record.system,
        "title": record.title,
        "kind": record.kind,
        "board": part.table.signature,
        "signature": entry.row.signature,
        "page": f"{entry.folder}/index.html",
        "ranks": [place.best, place.worst] if place else None,
        "letters": place.letters if place else None,
        "not_ranked": part.why_unranked(entry),
        "cost_usd": record.provenance.cost_usd,
        "date": when.date().isoformat() if when else None,
        "figures": {name: figure_json(figure) for name, figure in entry.row.figures.items()},
    }


def schema() -> str:
    """The JSON Schema of `leaderboard.json`; a change of meaning gives it another number."""
    number = {"type": ["number", "null"]}
    text = {"type": "string"}
    maybe = {"type": ["string", "null"]}
    fields: dict[str, Any] = {
        "system": {**text, "description": "Short name, also a folder's"},
        "title": {**text, "description": "Name as people read it"},
        "kind": {"enum": ["model", "human", "trivial", "published"]},
        "board": {**text, "description": "All that must be equal for two records to be compared"},
        "signature": {**text, "description": "The board, then settings, epochs, size, version"},
        "page": {**text, "description": "Address of its page, relative to this file"},
        "ranks": {
            "description": "1 + significantly better, systems less significantly worse ones",
            "anyOf": [
                {"type": "null"},
                {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            ],
        },
        "letters": {**maybe, "description": "Two systems that share one are not told apart"},
        "not_ranked": {**maybe, "description": "Why it has no rank"},
        "cost_usd": number,
        "date": maybe,
        "figures": {
            "type": "object",
            "properties": {
                name: {"$ref": "#/$defs/figure", "title": column.title}
                for name, column in COLUMNS.items()
            },
            "additionalProperties": False,
        },
    }
    figure = {
        "type": "object",
        "properties": {
            "value": number,
            "low": {**number, "description": "Lower end of the 95 % interval over conversations"},
            "high": number,
            "n": {"type": "integer", "description": "Conversations that contribute"},
            "note": text,
        },
        "required": ["value", "low", "high", "n"],
        "additionalProperties": False,
    }
    value = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_FILE,
        "title": "mint-bench leaderboard",
        "type": "object",
        "properties": {
            "$schema": text,
            "schema": {"const": SCHEMA_VERSION},
            "version": text,
            "records": {"type": "array", "items": {"$ref": "#/$defs/record"}},
        },
        "required": ["schema", "version", "records"],
        "additionalProperties": False,
        "$defs": {
            "record": {
                "type": "object",
                "properties": fields,
                "required": list(fields),
                "additionalProperties": False,
            },
            "figure": figure,
        },
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def leaderboard_csv(tables: Sequence[BoardTable]) -> str:
    """The same figures as `mint-bench table --format csv`."""
    return as_csv(tables)


def leaderboard_parquet(parts: Sequence[BoardPart]) -> bytes | None:
    """One row a record, each figure with value, both ends and note; None without pyarrow."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        return None
    entries = [(part, entry) for part in parts for entry in part.entries]
    columns: dict[str, list[Any]] = {
        "system": [entry.row.record.system for _, entry in entries],
        "title": [entry.row.record.title for _, entry in entries],
        "kind": [entry.row.record.kind for _, entry in entries],
        "board": [part.table.signature for part, _ in entries],
        "letters": [entry.place.letters if entry.place else None for _, entry in entries],
        "not_ranked": [part.why_unranked(entry) for part, entry in entries],
        "n": [len({c.id for c in entry.row.record.conversations}) for _, entry in entries],
    }
    kinds = {name: pa.int64() if name == "n" else pa.string() for name in columns}
    for name in COLUMNS:
        for end, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            columns[name + suffix] = [
                getattr(entry.row.figures[name], end) if name in entry.row.figures else None
                for _, entry in entries
            ]
            kinds[name + suffix] = pa.float64()
        columns[f"{name}_note"] = [
            entry.row.figures[name].note if name in entry.row.figures else None
            for _, entry in entries
        ]
        kinds[f"{name}_note"] = pa.string()
    out = io.BytesIO()
    parquet.write_table(pa.table(columns, schema=pa.schema(list(kinds.items()))), out)
    return out.getvalue()


def feed_entries(parts: Sequence[BoardPart]) -> list[tuple[str, BoardPart, Entry]]:
    """Dated records, the newest first, each with its time in the feed's form."""
    dated = [
        (when, part, entry)
        for part in parts
        for entry in part.entries
        if (when := entry.row.record.provenance.finished or entry.row.record.provenance.started)
    ]
    dated.sort(key=lambda one: (-one[0].timestamp(), one[2].folder))
    return [(stamp(when), part, entry) for when, part, entry in dated[:FEED_ENTRIES]]


def stamp(when: datetime) -> str:
    """A time as RFC 3339 in UTC.

    >>> stamp(NEVER)
    '1970-01-01T00:00:00Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
