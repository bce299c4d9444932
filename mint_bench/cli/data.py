"""`mint-bench data`: which sources there are, fetching them, and where they lie.

Says what `mint_bench.sources` knows; holds no knowledge of its own.
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from mint_bench.errors import MintError

if TYPE_CHECKING:
    from rich.table import Table

    from mint_bench.sources.catalogue import SourceCard


@click.group()
def data() -> None:
    """The conversations to evaluate on: list them, fetch them, find them."""


@data.command("list")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for people, or JSON for programs.",
)
def list_(form: str) -> None:
    """List the named sources with licence, counts and who is human."""
    from mint_bench.sources import SOURCES

    entries = [(card, *_where(card)) for card in SOURCES.values()]
    if form == "json":
        rows = [asdict(card) | {"here": here, "path": path} for card, here, path in entries]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from rich.console import Console

    console = Console()
    console.print(_table([(card, here) for card, here, _ in entries]))
    console.print(
        "\nConv.: conversations. Turns: supporter turns that answer a seeker. "
        "Here: in the folder named by MINT_BENCH_DATA, in the cache, or - where it must be "
        "fetched first. A file of your own is written file:PATH.",
        style="dim",
    )


@data.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def fetch(names: tuple[str, ...]) -> None:
    """Download sources that are not on this machine yet, and verify those that are.

    What is found in the folder named by MINT_BENCH_DATA or in the cache must have the pinned
    SHA-256. Where a source may be used but its publisher's address of the file is not pinned
    (sage), this says which file to take from which commit, its SHA-256, and where to put it; it
    is then verified like all others.

    \b
    Examples:
      mint-bench data fetch lend_an_ear
      mint-bench data fetch sage
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.sources import resolve

    for name in names:
        path = resolve(name)
        click.echo(f"{name}  {path}")


@data.command()
@click.argument("name")
def path(name: str) -> None:
    """Print where a source's file lies; it must have been fetched."""
    from mint_bench.sources import resolve
    from mint_bench.sources.fetch import locate
    from mint_bench.sources.loading import card_of

    found = resolve(name) if name.startswith("file:") else locate(card_of(name)[0])
    if found is None:
        raise MintError(f"{name} is not on this machine; run: mint-bench data fetch {name}")
    click.echo(found)


def _where(card: "SourceCard") -> tuple[str, str | None]:
    """Where a source is, in a word or two, and its path if it is here."""
    from mint_bench.sources.catalogue import Origin
    from mint_bench.sources.fetch import data_dir, locate

    try:
        found = locate(card)
        folder = data_dir()
    except MintError:
        return "damaged", None
    if found is None:
        return "-", None
    if card.origin is Origin.SHIPPED:
        return "shipped", str(found)
    inside = folder is not None and found.is_relative_to(folder)
    return "folder" if inside else "cache", str(found)


def _table(entries: "list[tuple[SourceCard, str]]") -> "Table":
    """One row a source, its splits below it; numbers to the right."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for header, options in _COLUMNS.items():
        table.add_column(header, no_wrap=True, **options)
    for card, here in entries:
        table.add_row(
            card.name,
            f"{card.conversations:,}",
            f"{card.scored_turns:,}",
            str(card.seeker),
            str(card.supporter),
            str(card.licence),
            "yes" if card.rankable else "no",
            here,
        )
        for split in card.splits:
            name = f"  :{split.name}"
            table.add_row(name, f"{split.conversations:,}", f"{split.scored_turns:,}", style="dim")
    return table


_COLUMNS: dict[str, dict[str, Any]] = {
    "Source": {},
    "Conv.": {"justify": "right"},
    "Turns": {"justify": "right"},
    "Seeker": {},
    "Supporter": {},
    "Licence": {},
    "Ranked": {},
    "Here": {"style": "dim"},
}
