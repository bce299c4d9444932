"""`mint-bench site`: the static pages of all records."""

import os
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mint_bench.records.told import Teller, Viewer

PATIENCE = 2.0


@click.group()
def site() -> None:
    """Build the static pages from records, or check built ones."""


@site.command()
@click.option(
    "--out", type=click.Path(path_type=Path), required=True,
    help="The site's folder: new, empty, or built by this command before.",
)  # fmt: skip
@click.option(
    "--results", type=click.Path(path_type=Path), multiple=True,
    help="Folder of records; of several, a later one's stand in the place of an earlier one's. "
    "Default: ./results if it is there, else the published records.",
)  # fmt: skip
@click.option(
    "--logs", type=click.Path(path_type=Path), multiple=True,
    help="Folder of Inspect's logs, for the words of conversations and for Inspect's viewer, which "
    "is put beside the pages with these logs in it; may be given more than once.",
)  # fmt: skip
@click.option(
    "--release", type=click.Path(path_type=Path), default=None,
    help="The paper's released `evaluation` folder, for the words of published systems.",
)  # fmt: skip
@click.option(
    "--address", default="", metavar="URL",
    help="Where the site will stand, for feed readers.",
)  # fmt: skip
def build(
    out: Path,
    results: tuple[Path, ...],
    logs: tuple[Path, ...],
    release: Path | None,
    address: str,
) -> None:
    """Build the leaderboard's pages, to be opened as files or served as they are.

    A table a board, a page a system, comparisons, cards, and all figures as files. Conversations
    are shown where a log or the release is given and their source's licence lets anyone pass
    them on; those of a log link to the whole of it in Inspect's viewer, which a browser opens
    only where the folder is served (python -m http.server --directory site). The folder is built
    aside and then put in place. Prints the first page's path.

    \b
    Examples:
      mint-bench site build --out site
      mint-bench site build --out site --results results --logs logs
    """  # noqa: D301 - \b is click's mark for lines to keep
    # Two processes share the work; numpy's own threads would only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mint_bench.cli.table import results_folder
    from mint_bench.leaderboard.build import build as build_site
    from mint_bench.records.store import read_merged, read_withdrawn
    from mint_bench.records.told import FirstOf

    if address and not address.startswith(("https://", "http://")):
        raise click.UsageError("--address: expected something like https://example.org/board/")
    folders = results or (results_folder(None),)
    records = read_merged(folders)
    gone = [one for folder in folders for one in read_withdrawn(folder)]
    tellers, viewer = _words(logs, release)
    place = f"{address.rstrip('/')}/" if address else ""
    click.echo(build_site(records, out, FirstOf(tellers), _Progress(), place, viewer, gone))


@site.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--results", type=click.Path(path_type=Path), multiple=True,
    help="Folder of records that it was built from; of several, a later one's stand in the place "
    "of an earlier one's. Default: as for build.",
)  # fmt: skip
def check(folder: Path, results: tuple[Path, ...]) -> None:
    """Check a built site: every link and anchor, every figure computed again from the records.

    Prints what is wrong, one line each, and exits with 1 if anything is.

    \b
    Examples:
      mint-bench site check site
      mint-bench site check site --results results --results nightly/results
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.cli.table import results_folder
    from mint_bench.nightly.health import check_site
    from mint_bench.records.store import read_merged

    health = check_site(folder, read_merged(results or [results_folder(None)]), _Progress())
    for fault in health.faults:
        click.echo(fault, err=True)
    click.echo(
        f"{health.pages} pages, {health.links:,} links, {health.figures:,} figures computed again: "
        + (f"{len(health.faults)} faults" if health.faults else "all well")
    )
    if health.faults:
        raise click.exceptions.Exit(1)


def _words(
    logs: tuple[Path, ...], release: Path | None
) -> "tuple[tuple[Teller, ...], Viewer | None]":
    """Who tells the words of conversations, logs first, and what shows whole logs."""
    tellers: list[Teller] = []
    viewer: Viewer | None = None
    if logs:
        from mint_bench.inspect_plugin.log_viewer import LogViewer
        from mint_bench.inspect_plugin.told import LogTeller

        told = [LogTeller(folder) for folder in logs]
        tellers += told
        viewer = LogViewer(told)
    if release:
        from mint_bench.records.mint_empathy_told import ReleaseTeller

        tellers.append(ReleaseTeller(release))
    return tuple(tellers), viewer


class _Progress:
    """Says what is being done, at most once in two seconds, on standard error."""

    def __init__(self) -> None:
        self._said = monotonic()

    def __call__(self, what: str) -> None:
        if monotonic() - self._said >= PATIENCE:
            self._said = monotonic()
            click.echo(f"{what} …", err=True)
