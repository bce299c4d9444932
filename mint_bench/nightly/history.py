"""What earlier nights found: a line a night in one file a system and task, figures only.

Reads and writes; what the nights mean is for `changes`.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_json_lines, validate_model, write_text
from mint_bench.records.arrays import turns_of
from mint_bench.records.columns import COLUMNS
from mint_bench.records.schema import Record
from mint_bench.records.signature import short_sha, signature
from mint_bench.stats.sequential import shares

DIGITS = 6


class Night(BaseModel):
    """What one night found of a system on a task.

    Attributes:
        night: Its date.
        series: Equal for nights that can be compared: board and settings but the revision.
        shape: What was known to shape the result, by the word that people know it by.
        signature: Of the record.
        record: Its place below the folder of records.
        figures: By name; None where undefined.
        shares: By figure, each conversation's share, whose mean is the figure.
        told: By figure the first night of a change that was found; comparing starts anew after the
            night that tells it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    night: date
    series: str
    shape: dict[str, str]
    signature: str
    record: str
    figures: dict[str, float | None]
    shares: dict[str, dict[str, float]]
    told: dict[str, date] = Field(default_factory=dict)


def night_of(
    record: Record, path: str, night: date, shape: dict[str, str], names: Sequence[str]
) -> Night:
    """What a record says, for comparison with other nights."""
    turns = turns_of(record.conversations)
    figures: dict[str, float | None] = {}
    found: dict[str, dict[str, float]] = {}
    for name in names:
        column = COLUMNS[name]
        rows = column.rows(turns)
        value = float(column.statistic.value(rows.sum(axis=0)))
        figures[name] = None if np.isnan(value) else round(value, DIGITS)
        if figures[name] is not None:
            share = shares(column.statistic, rows)
            found[name] = {
                one: round(float(x), DIGITS)
                for one, x in zip(turns.ids, share, strict=True)
                if not np.isnan(x)
            }
    same = record.settings.model_copy(update={"revision": None})
    series = f"{short_sha(record.board)}-{short_sha(same)}"
    return Night(
        night=night,
        series=series,
        shape=shape,
        signature=signature(record),
        record=path,
        figures=figures,
        shares=found,
    )


class History:
    """The nights of every system and task, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> list[Night]:
        """All nights of one, the oldest first.

        Raises:
            MintError: If the file is damaged; names the line.
        """
        path = self._path(name)
        if not path.exists():
            return []
        return [
            validate_model(value, Night, f"{path}:{line}") for line, value in read_json_lines(path)
        ]

    def last(self, name: str) -> Night | None:
        """The latest night of one."""
        nights = self.read(name)
        return nights[-1] if nights else None

    def add(self, name: str, night: Night) -> None:
        """Add a night, in one step; the same date again replaces it."""
        kept = [one for one in self.read(name) if one.night != night.night]
        lines = [json.dumps(one.model_dump(mode="json"), separators=(",", ":")) for one in kept]
        lines.append(json.dumps(night.model_dump(mode="json"), separators=(",", ":")))
        write_text(self._path(name), "\n".join(lines) + "\n")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.jsonl"
