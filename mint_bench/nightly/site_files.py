"""Whether the files for machines say what the records say: JSON, CSV, Parquet, badges, records.

Also what the comparing script reckons with. Each file must hold every record, and nothing else.
"""

import csv
import json
import math
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mint_bench.errors import MintError
from mint_bench.files import parse_json, read_text
from mint_bench.leaderboard.boards import NO_SOURCE
from mint_bench.leaderboard.measured import DIFFERENCES
from mint_bench.nightly.checked import Checked, board_of
from mint_bench.nightly.findings import Findings
from mint_bench.nightly.recomputed import Recomputed
from mint_bench.nightly.shown import NONE
from mint_bench.nightly.site_ranks import check_letters
from mint_bench.records.columns import COLUMNS
from mint_bench.records.signature import board_signature, signature
from mint_bench.records.store import dump
from mint_bench.records.tables import PRIMARY, hears
from mint_bench.stats.intervals import t_quantile
from mint_bench.stats.statistic import influence

DATA = "window.mintBoard = "
OF_SCRIPT = 1e-4  # of what is written with five digits
ENDS = {"": "value", "_low": "low", "_high": "high"}
HEARS = {True: "yes", False: "no", None: ""}
Cells = dict[str, Any]


def check_files(checked: Checked) -> None:
    """Check all files of figures.

    Raises:
        MintError: If one is damaged.
    """
    letters = _leaderboard(checked)
    _csv(checked)
    _parquet(checked, letters)
    for path in sorted(checked.site.glob("boards/*/data.js")):
        _script(checked, path)
    for folder, system in checked.systems.items():
        _beside_the_page(checked, folder, system)


def _leaderboard(checked: Checked) -> dict[str, str]:
    """Check `leaderboard.json`; gives its tie letters."""
    name, found = "leaderboard.json", checked.findings
    listed = parse_json(read_text(checked.site / name), name)["records"]
    by_folder = {posixpath.dirname(one["page"]): one for one in listed}
    _all_there(checked, name, by_folder, len(listed))
    for folder, one in by_folder.items():
        system = checked.systems.get(folder)
        if system is None:
            found.fault(f"{name}: {one['page']}", "no record behind it")
            continue
        where, record = f"{name}: {one['system']}", system.record
        when = record.provenance.finished or record.provenance.started
        standing = checked.boards[board_of(folder)]
        for field, value in (
            ("system", record.system),
            ("kind", record.kind),
            ("board", board_signature(record.board)),
            ("signature", signature(record)),
            ("ranks", standing.ranks(folder)),
            ("not_ranked", standing.unranked[folder]),
            ("date", when.date().isoformat() if when else None),
        ):
            found.same(f"{where}, {field}", one[field], value)
        found.close(f"{where}, cost_usd", one["cost_usd"], record.provenance.cost_usd)
        found.same(f"{where}, figures", set(one["figures"]), set(COLUMNS))
        for figure, shown in one["figures"].items():
            again = system.figures[figure]
            for end in ENDS.values():
                found.close(f"{where}, {figure}, {end}", shown[end], getattr(again, end))
            found.same(f"{where}, {figure}, n", shown["n"], again.n)
            found.same(f"{where}, {figure}, note", shown.get("note"), again.note)
    letters = {f: one["letters"] or "" for f, one in by_folder.items() if f in checked.systems}
    check_letters(checked, name, letters)
    return letters


def _all_there(checked: Checked, name: str, folders: Cells, count: int) -> None:
    for folder in checked.systems.keys() - folders.keys():
        checked.findings.fault(f"{name}: {folder}", "is missing")
    if count > len(folders):
        checked.findings.fault(name, "holds a record twice")


def _csv(checked: Checked) -> None:
    name = "leaderboard.csv"
    lines = list(csv.DictReader(read_text(checked.site / name).splitlines()))

    def compare(found: Findings, where: str, line: Cells, system: Recomputed) -> None:
        board = system.record.board
        bound = " ".join(one for one in COLUMNS if system.figures[one].at_bound)
        why = checked.boards[board_of(system.folder)].unranked[system.folder]
        for field, value in (
            ("seeker_hears", HEARS[hears(board)]),
            ("at_bound", bound),
            # As `mint-bench table --format csv`, which knows no board without a named source.
            ("not_ranked", "" if why == NO_SOURCE else why or ""),
        ):
            found.same(f"{where}, {field}", line[field], value)
        found.value(f"{where}, n", line["n"], float(system.figures[PRIMARY].n))
        for figure, suffix, end in _columns():
            shown, value = line[figure + suffix], getattr(system.figures[figure], end)
            found.value(f"{where}, {figure}{suffix}", shown or NONE, value)

    _lines(checked, name, lines, compare)


def _parquet(checked: Checked, letters: dict[str, str]) -> None:
    path = checked.site / "leaderboard.parquet"
    if not path.exists():
        return
    try:
        from pyarrow import parquet
    except ImportError:
        checked.findings.fault(path.name, "cannot be read without pyarrow; install it to check")
        return
    try:
        lines = parquet.read_table(path).to_pylist()
    except (OSError, ValueError) as error:
        raise MintError(f"{path}: no Parquet file ({str(error).splitlines()[0]:.80})") from None

    def compare(found: Findings, where: str, line: Cells, system: Recomputed) -> None:
        standing = checked.boards[board_of(system.folder)]
        found.same(f"{where}, not_ranked", line["not_ranked"], standing.unranked[system.folder])
        found.same(f"{where}, n", line["n"], system.conversations)
        found.same(f"{where}, letters", line["letters"] or "", letters.get(system.folder))
        for figure, suffix, end in _columns():
            value = getattr(system.figures[figure], end)
            found.close(f"{where}, {figure}{suffix}", line[figure + suffix], value)
        for figure in COLUMNS:
            told = line[f"{figure}_note"]
            found.same(f"{where}, {figure}_note", told, system.figures[figure].note)

    _lines(checked, path.name, lines, compare)


def _columns() -> Iterator[tuple[str, str, str]]:
    return ((figure, suffix, end) for figure in COLUMNS for suffix, end in ENDS.items())


def _lines(
    checked: Checked,
    name: str,
    lines: Sequence[Cells],
    compare: Callable[[Findings, str, Cells, Recomputed], None],
) -> None:
    """Each line beside the record of its system and board; of several, the one it fits best."""
    keys = {
        folder: (one.record.system, board_signature(one.record.board))
        for folder, one in checked.systems.items()
    }
    shown = Counter((line["system"], line["board"]) for line in lines)
    for key, count in Counter(keys.values()).items():
        if shown[key] != count:
            checked.findings.fault(f"{name}: {key[0]}", f"stands there {shown[key]} times")
    for line in lines:
        key, tried = (line["system"], line["board"]), []
        for folder in (one for one, its in keys.items() if its == key):
            found = Findings()
            compare(found, f"{name}: {line['system']}", line, checked.systems[folder])
            tried.append(found)
        if not tried:
            checked.findings.fault(f"{name}: {line['system']:.60}", "no record behind it")
            continue
        best = min(tried, key=lambda one: len(one.faults))
        checked.findings.checked += best.checked
        checked.findings.faults += best.faults


def _script(checked: Checked, path: Path) -> None:
    where, found = str(path.relative_to(checked.site)), checked.findings
    data = json.loads(read_text(path).removeprefix(DATA).rstrip().removesuffix(";"))
    for n, quantile in data["t"].items():
        found.close(f"{where}: t for {n}", quantile, t_quantile(int(n) - 1), OF_SCRIPT)
    letters = {}
    standing = checked.boards.get(path.parent.name)
    order = [one["folder"] for one in data["systems"]]
    if standing is None or order != list(standing.systems):
        found.fault(where, "holds other systems than the records, or no record behind it")
        return
    ids = sorted({one for system in standing.systems.values() for one in system.turns.ids})
    for one in data["systems"]:
        system, told = checked.systems[one["folder"]], f"{where}: {one['title']}"
        letters[one["folder"]] = one["letters"]
        bound = [system.figures[name].at_bound for name in DIFFERENCES]
        found.same(f"{told}, at bound", one["bound"], bound)
        apart = None
        if one["folder"] not in standing.ranked and not standing.shown_only:
            apart = [standing.apart(one["folder"], other) for other in order]
        found.same(f"{told}, told apart", one["apart"], apart)
        for name, value, shares in zip(DIFFERENCES, one["values"], one["shares"], strict=True):
            again = system.figures[name].value
            found.close(f"{told}, {name}", value, again, OF_SCRIPT)
            for share, mine in zip(shares, _shares(system, name, ids), strict=True):
                found.close(f"{told}, {name}, a conversation's share", share, mine, OF_SCRIPT)
    check_letters(checked, where, letters)


def _shares(system: Recomputed, name: str, ids: Sequence[str]) -> list[float | None]:
    """What each conversation of a board adds to a figure; None where it has no part in it."""
    column = COLUMNS[name]
    rows = column.rows(system.turns)
    own = dict(zip(system.turns.ids, influence(column.statistic, rows), strict=True))
    there = dict(zip(system.turns.ids, np.any(rows != 0, axis=1), strict=True))
    return [None if not there.get(one) or math.isnan(own[one]) else float(own[one]) for one in ids]


def _beside_the_page(checked: Checked, folder: str, system: Recomputed) -> None:
    """The record itself, and the badge."""
    place, found = checked.site / folder, checked.findings
    if not place.is_dir():
        return  # told of its page
    own = read_text(place / "record.json")
    found.checked += 1
    if own != dump(system.record):
        found.fault(f"{folder}/record.json", "is another record, or changed")
    shown = re.search(r"empathy (\S+) · repetition (\S+)<", read_text(place / "badge.svg"))
    texts = shown.groups() if shown else ("no figures", "no figures")
    for name, text in zip((PRIMARY, "repetition_vs_self"), texts, strict=True):
        found.value(f"{folder}/badge.svg: {name}", text, system.figures[name].value)
