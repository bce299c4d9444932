"""What the site consists of: every file by name, from jobs that know nothing of one another.

Files come as they are made, so that a site of thousands of conversations never lies in memory.
The first page comes last: it leads to conversations, and only to those that were written.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mint_bench import __version__
from mint_bench.leaderboard import downloads
from mint_bench.leaderboard.boards import BoardPart, Entry, board_part, folder_of, refuse_twins
from mint_bench.leaderboard.cards import cards, instruments
from mint_bench.leaderboard.home import board_view, choices, pictured, pictures, shared_notes
from mint_bench.leaderboard.measured import measured
from mint_bench.leaderboard.pages import render
from mint_bench.leaderboard.system import system_view
from mint_bench.leaderboard.talks import readable, talks, telling
from mint_bench.leaderboard.versus import MOST_LISTED, company, heads, overview, script_data
from mint_bench.records.schema import Record
from mint_bench.records.store import dump
from mint_bench.records.tables import Row, grouped
from mint_bench.records.told import Teller, Viewer
from mint_bench.records.withdrawn import Withdrawn
from mint_bench.records.wording import headline
from mint_bench.resources import resource

Content = Iterator[tuple[str, str | bytes]]
Job = Callable[[], Content]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the site is made.

    Attributes:
        jobs: In any order, in any process; those that take long come first.
        last: After them, from the names of all files that they made.
    """

    jobs: tuple[Job, ...]
    last: Callable[[Collection[str]], Content]


COPIED = ("style.css", "site.js", "icon.svg")
DEEP = "../../../"
VIEWER = "viewer"
PARQUET = "leaderboard.parquet"


def board_parts(records: Sequence[Record], note: Callable[[str], None]) -> list[BoardPart]:
    """Boards with figures and tests.

    Raises:
        MintError: If two records would have one page.
    """
    found = measured(records, note)
    rows = [Row(record, one.figures) for record, one in zip(records, found, strict=True)]
    by_row = {id(row): one for row, one in zip(rows, found, strict=True)}
    parts = [board_part(table, [by_row[id(row)] for row in table.rows]) for table in grouped(rows)]
    refuse_twins(parts)
    return sorted(parts, key=lambda part: part.screening)


def site_plan(
    records: Sequence[Record],
    teller: Teller | None,
    viewer: Viewer | None,
    note: Callable[[str], None],
    address: str,
    withdrawn: Sequence[Withdrawn] = (),
) -> Plan:
    """What makes the site's files: one job a system, one a board, some for all else.

    Only records whose words may be shown have a place in the viewer, since a log holds them all.

    Raises:
        MintError: If two records would have one page.
    """
    parts = board_parts(records, note)
    systems = [(part, entry) for part in parts for entry in part.entries]
    shown = {entry.folder for _, entry in systems if readable(entry.row.record, teller)}
    for part in parts:
        _ = part.by_figure, part.reaches, part.numbers, part.key  # once, before jobs are shared out
    jobs: list[Job] = [partial(_downloads, parts, address)]
    jobs += [partial(_board_files, part, shown) for part in parts]
    logged = [entry.row.record for _, entry in systems if entry.folder in shown]
    if viewer and logged:
        jobs.append(partial(_viewer_files, viewer, logged))
    jobs += [partial(_system_files, part, entry, teller, viewer, shown) for part, entry in systems]
    jobs += [partial(_withdrawn_files, withdrawn), partial(_prose_files, parts)]
    return Plan(tuple(jobs), partial(_first_files, parts, shown, withdrawn))


def _viewer_files(viewer: Viewer, records: Sequence[Record]) -> Content:
    for name, content in viewer.files(records):
        yield f"{VIEWER}/{name}", content


def _system_files(
    part: BoardPart,
    entry: Entry,
    teller: Teller | None,
    viewer: Viewer | None,
    shown: set[str],
) -> Content:
    found = talks(entry.row.record, part.numbers, teller)
    folder, record = entry.folder, entry.row.record
    common: dict[str, Any] = {"part": part, "entry": entry, "headline": headline(part.table.board)}
    shared = shared_notes(part)
    yield (
        f"{folder}/index.html",
        render(
            "system.html.j2",
            DEEP,
            view=system_view(part, entry, {f"{folder}/{talk.file}" for talk in found}),
            heads=heads(),
            talks=found,
            telling=telling(found),
            notes=[*shared, *(n for n in record.provenance.notes if n not in shared)],
            **common,
        ),
    )
    yield f"{folder}/record.json", dump(record)
    yield f"{folder}/badge.svg", render("badge.svg.j2", **common)
    others = [one for one in company(part, entry) if one[1].folder in shown]
    for position, talk in enumerate(found):
        log = viewer.link(record, (talk.id, talk.epoch)) if viewer else ""
        yield (
            f"{folder}/{talk.file}",
            render(
                "talk.html.j2",
                DEEP,
                talk=talk,
                before=found[position - 1] if position else None,
                after=found[position + 1] if position + 1 < len(found) else None,
                others=others,
                log=f"{DEEP}{VIEWER}/{log}" if log else "",
                **common,
            ),
        )


def _board_files(part: BoardPart, shown: set[str]) -> Content:
    folder = f"boards/{part.key}"
    yield f"{folder}/data.js", script_data(part)
    yield (
        f"{folder}/compare.html",
        render(
            "compare.html.j2",
            "../../",
            part=part,
            headline=headline(part.table.board),
            rows=overview(part),
            listed=MOST_LISTED,
            heads=heads(),
            readable=shown,
        ),
    )


def _withdrawn_files(withdrawn: Sequence[Withdrawn]) -> Content:
    """At each old address, what happened; the figures stay as a file."""
    for one in withdrawn:
        folder = folder_of(one.record)
        yield f"{folder}/index.html", render("withdrawn.html.j2", DEEP, one=one)
        yield f"{folder}/record.json", dump(one.record)


def _prose_files(parts: Sequence[BoardPart]) -> Content:
    """Method, judges and taggers with their cards, and what pages look like."""
    shipped = cards()
    found = instruments(parts, shipped)
    yield "instruments.html", render("instruments.html.j2", instruments=found, cards=shipped)
    for card in shipped:
        yield card.file, render("card.html.j2", card=card)
    yield "method.html", render("method.html.j2")
    for name in COPIED:
        yield name, resource("leaderboard", name).read_text("utf-8")


def _downloads(parts: Sequence[BoardPart], address: str) -> Content:
    """All figures as files, and the feed."""
    yield "leaderboard.json", downloads.leaderboard_json(parts, __version__)
    yield downloads.SCHEMA_FILE, downloads.schema()
    yield "leaderboard.csv", downloads.leaderboard_csv([part.table for part in parts])
    if parquet := downloads.leaderboard_parquet(parts):
        yield PARQUET, parquet
    entries = downloads.feed_entries(parts)
    yield (
        "feed.xml",
        render(
            "feed.xml.j2",
            address,
            entries=entries,
            updated=entries[0][0] if entries else downloads.stamp(downloads.NEVER),
        ),
    )


def _first_files(
    parts: Sequence[BoardPart],
    shown: set[str],
    withdrawn: Sequence[Withdrawn],
    written: Collection[str],
) -> Content:
    """The first page, and the list of all files."""
    drawn = pictured(parts)
    views = [board_view(part, written) for part in parts]
    yield (
        "index.html",
        render(
            "index.html.j2",
            boards=views,
            pictured=next((view for view in views if view.part is drawn), None),
            pictures=pictures(drawn) if drawn else [],
            choices=choices(parts),
            records=sum(len(part.entries) for part in parts),
            readable=shown,
            withdrawn=len(withdrawn),
        ),
    )
    gone = [(folder_of(one.record), one) for one in withdrawn]
    page = render("data.html.j2", parts=parts, parquet=PARQUET in written, withdrawn=gone)
    yield "data.html", page
