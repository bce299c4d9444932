"""`mint-bench score`: figures for transcripts that already exist."""

from pathlib import Path

import click

from mint_bench.cli.table import format_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tagger", "tagger_name", default="embedded", show_default=True,
              help="Which tagger; `none` leaves tactics out.")  # fmt: skip
@click.option("--judge", "judge_name", default="embedded", show_default=True,
              help="Which judge; `none` leaves ratings out.")  # fmt: skip
@click.option("--also", default="", metavar="NAME,NAME",
              help="Figures for the record, unranked: readability, polarity.")  # fmt: skip
@click.option("--system", default=None, help="Short name of the system. Default: the file's name.")
@click.option("--out", type=click.Path(path_type=Path), default=None,
              help="Folder to write a record to.")  # fmt: skip
@format_option
def score(
    file: Path,
    tagger_name: str,
    judge_name: str,
    also: str,
    system: str | None,
    out: Path | None,
    form: str,
) -> None:
    """Score transcripts that you already have, and print them as `mint-bench table` does.

    FILE holds one conversation a line: {"id", "messages": [{"role", "content"}, …]} with user =
    seeker, assistant = supporter. ShareGPT files and lm-eval samples are recognised. The
    supporter's turns are scored as they were held (own history).

    \b
    Examples:
      mint-bench score transcripts.jsonl
      mint-bench score transcripts.jsonl --system my-model --out results
      mint-bench score transcripts.jsonl --also readability,polarity --out results
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.cli.table import print_tables
    from mint_bench.judging import load_judge
    from mint_bench.records.held import record_of_transcripts
    from mint_bench.records.store import write
    from mint_bench.records.tables import board_tables
    from mint_bench.sources import load
    from mint_bench.tactics import load_tagger

    record = record_of_transcripts(
        load(f"file:{file}"),
        None if tagger_name == "none" else load_tagger(tagger_name),
        None if judge_name == "none" else load_judge(judge_name),
        system or file.stem,
        [name.strip() for name in also.split(",") if name.strip()],
    )
    print_tables(board_tables([record]), form)
    if out is not None:
        click.echo(f"record: {write(record, out)}", err=True)
