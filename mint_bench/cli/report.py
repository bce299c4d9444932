"""`mint-bench report`: one system's figures and table for a paper."""

from pathlib import Path

import click

from mint_bench.cli.table import results_folder


@click.command()
@click.argument("record")
@click.option("--out", type=click.Path(path_type=Path), default=None,
              help="Folder to write to. Default: <system>-report.")  # fmt: skip
@click.option(
    "--results", type=click.Path(path_type=Path), default=None,
    help="Folder of records in which the human and the best system of the same board are looked "
    "up. Default: ./results if it is there, else the published records.",
)  # fmt: skip
@click.option("--board", default="", help="Only boards whose signature contains this text.")
def report(record: str, out: Path | None, results: Path | None, board: str) -> None:
    """Write a system's report: figures that fit a paper, and its LaTeX table.

    RECORD is a file, or the name of a system. Written are report.pdf (every figure with its
    caption), each figure as a PDF of its own at the width of a text, table.tex (booktabs) and
    report.json with every number and interval: ratings, repetition, tactic use by turn,
    transitions, lag profile and variance split. Human and best other system of the board stand
    beside it.

    \b
    Examples:
      mint-bench report ours1_q_dkl_Qwen3-4B
      mint-bench report human --board lend_an_ear --out figures
    """  # noqa: D301 - \b is click's mark for lines to keep
    from rich.console import Console

    from mint_bench.errors import MintError
    from mint_bench.records.chosen import chosen_records
    from mint_bench.records.store import read_all
    from mint_bench.report.content import content
    from mint_bench.report.writing import write_report

    folder = results_folder(results)
    chosen = chosen_records([record], folder, board)
    if len(chosen) != 1:
        raise MintError(f"{record}: holds {len(chosen)} records; name one")
    others = read_all(folder) if folder.is_dir() else []
    with Console(stderr=True).status("drawing"):
        paths = write_report(content(chosen[0], others), out or Path(f"{chosen[0].system}-report"))
    for path in paths:
        click.echo(path)
