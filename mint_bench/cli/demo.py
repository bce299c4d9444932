"""`mint-bench demo`: the whole way once, from a model to a page, with the embedded model."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mint_bench.inspect_plugin.log_viewer import LogViewer
    from mint_bench.inspect_plugin.told import LogTeller

MODEL = "embedded"
CONVERSATIONS = 20
TURNS = 4
TOKENS = 48


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo"), show_default=True,
              help="Folder for record, logs and page.")  # fmt: skip
def demo(out: Path) -> None:
    """Evaluate the embedded model and build a first page of results.

    SmolLM2-135M (fetched once, no key, no GPU) supports the seekers of the first 20 conversations
    of lend_an_ear, four short replies each; where that source cannot be had, those of starter.
    Then come the table and a page to open. The model is weak and the replies are cut short: this
    shows the tool, not a result.
    """
    from mint_bench.cli.live import counted, live
    from mint_bench.cli.table import print_tables
    from mint_bench.engines.request import RunRequest
    from mint_bench.engines.run import run
    from mint_bench.leaderboard.build import build
    from mint_bench.records.tables import board_tables

    source = _source()
    request = RunRequest(
        MODEL,
        source=source,
        limit=CONVERSATIONS,
        max_turns=TURNS,
        max_tokens=TOKENS,
        seed=1,
        max_connections=CONVERSATIONS,
    )
    click.echo(f"Evaluating the {MODEL} model on {CONVERSATIONS} conversations of {source} …")
    with live() as telling:
        result = run(request, out / "logs", out / "results", telling=telling)
    for line in counted(result.watch):
        click.echo(line, err=True)
    print_tables(board_tables([result.record]), "rich")
    teller, viewer = _words(out / "logs")
    page = build([result.record], out / "site", teller, viewer=viewer)
    click.echo(
        f"\nrecord  {result.path}\nlog     {result.log}  (inspect view --log-dir {out}/logs)"
    )
    click.echo(f"page    {page.resolve().as_uri()}")


def _source() -> str:
    """lend_an_ear where it can be had, else starter, saying which."""
    from mint_bench.errors import MintError
    from mint_bench.sources import resolve

    try:
        resolve("lend_an_ear")
    except MintError as error:
        click.echo(f"lend_an_ear cannot be had ({error}); using starter instead", err=True)
        return "starter"
    click.echo("source: lend_an_ear (50 human-supported conversations, MIT)")
    return "lend_an_ear"


def _words(logs: Path) -> "tuple[LogTeller, LogViewer]":
    """What tells the run's conversations on its page, and what shows the whole log."""
    from mint_bench.inspect_plugin.log_viewer import LogViewer
    from mint_bench.inspect_plugin.told import LogTeller

    teller = LogTeller(logs)
    return teller, LogViewer([teller])
