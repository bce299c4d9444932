"""`mint-bench table`: records as tables, one board after another."""

from pathlib import Path

import click

FORMATS = ("rich", "json", "csv", "markdown", "latex")
format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="rich", show_default=True,
    help="rich for a terminal, the others for files and pipes.",
)  # fmt: skip


@click.command()
@click.option(
    "--results", type=click.Path(path_type=Path), default=None,
    help="Folder of records. Default: ./results if it is there, else the published records.",
)  # fmt: skip
@click.option("--board", default="", help="Only boards whose signature contains this text.")
@format_option
def table(results: Path | None, board: str, form: str) -> None:
    """Print records as tables, one board after another, with 95 % intervals.

    Only records of one board stand in one table: same conversations, same history, same seeker,
    same tagger and judge. The board's signature stands under its table.

    \b
    Examples:
      mint-bench table
      mint-bench table --board history:own
      mint-bench table --results results --format json > results.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.records.signature import board_signature
    from mint_bench.records.store import read_all, read_withdrawn
    from mint_bench.records.tables import board_tables

    folder = results_folder(results)
    tables = [t for t in board_tables(read_all(folder)) if board in t.signature]
    if not tables and board:
        raise click.UsageError(f"no board's signature contains {board!r}")
    print_tables(tables, form)
    if form in {"rich", "markdown"}:
        gone = [w for w in read_withdrawn(folder) if board in board_signature(w.record.board)]
        _print_withdrawn([one.told() for one in gone], form)


def results_folder(given: Path | None) -> Path:
    """The folder of records: as given, else ./results, else the one that ships."""
    from mint_bench.resources import resource

    if given is not None:
        return given
    here = Path("results")
    return here if here.is_dir() else resource("results")


def print_tables(tables: "list[BoardTable]", form: str) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Print board tables in one of `FORMATS`."""
    from mint_bench.records import forms as plain

    if form == "rich":
        from mint_bench.cli.look import show_boards

        show_boards(tables)
        return
    forms = {
        "json": plain.as_json,
        "csv": plain.as_csv,
        "markdown": plain.as_markdown,
        "latex": plain.as_latex,
    }
    click.echo(forms[form](tables))


def _print_withdrawn(lines: list[str], form: str) -> None:
    """What was withdrawn, a line each."""
    from mint_bench.records.tables import markdown_text

    if form == "markdown" and lines:
        click.echo("\n" + "\n".join(f"- {markdown_text(line)}" for line in lines))
    elif lines:
        from mint_bench.cli.look import show_lines

        show_lines(lines)
