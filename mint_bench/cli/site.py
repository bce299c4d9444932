"""`mint-bench site`: the static page of all records."""

from pathlib import Path
from threading import Timer

import click

PATIENCE = 2.0


@click.group()
def site() -> None:
    """Build the static page from records."""


@site.command()
@click.option(
    "--out", type=click.Path(path_type=Path), required=True,
    help="The site's folder: new, empty, or built by this command before.",
)  # fmt: skip
@click.option(
    "--results", type=click.Path(path_type=Path), default=None,
    help="Folder of records. Default: ./results if it is there, else the published records.",
)  # fmt: skip
def build(out: Path, results: Path | None) -> None:
    """Build a page with one table a board, to be opened as a file or served as it is.

    The folder is built aside and then put in place. Prints the page's path.

    \b
    Examples:
      mint-bench site build --out site
      mint-bench site build --out site --results results
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.cli.table import results_folder
    from mint_bench.leaderboard.build import build as build_site
    from mint_bench.records.store import read_all

    records = read_all(results_folder(results))
    waiting = Timer(
        PATIENCE, click.echo, [f"{len(records)} records: computing intervals …"], {"err": True}
    )
    waiting.daemon = True
    waiting.start()
    try:
        click.echo(build_site(records, out))
    finally:
        waiting.cancel()
