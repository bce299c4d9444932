"""`mint-bench score`: figures for transcripts that already exist, a file or a corpus."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mint_bench.cli.table import format_option
from mint_bench.errors import MintError

if TYPE_CHECKING:
    from mint_bench.records.corpus import Counts


SCORED = "scored"
"""Where the figures of a corpus go by default."""


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--tagger", "tagger_name", default="embedded", show_default=True,
              help="Which tagger; `none` leaves tactics out.")  # fmt: skip
@click.option("--judge", "judge_name", default="embedded", show_default=True,
              help="Which judge; `none` leaves ratings out.")  # fmt: skip
@click.option("--also", default="", metavar="NAME,NAME",
              help="Figures for the record, unranked: readability, polarity.")  # fmt: skip
@click.option("--system", default=None, help="Short name of the system. Default: the file's name.")
@click.option("--out", type=click.Path(path_type=Path), default=None,
              help="Folder to write a record to.")  # fmt: skip
@click.option("--to", default=None, metavar="FOLDER",
              help="Score a corpus: each conversation's figures go there, in parts. "
              "Default: scored, where FILES can only be a corpus.")  # fmt: skip
@click.option("--parts", type=click.Choice(["jsonl", "parquet"]), default="jsonl",
              show_default=True, help="Form of the parts under --to.")  # fmt: skip
@click.option("--ray", default=None, metavar="ADDRESS",
              help="Score the corpus on a Ray cluster: HOST:PORT, or `auto`.")  # fmt: skip
@format_option
def score(
    files: tuple[str, ...],
    tagger_name: str,
    judge_name: str,
    form: str,
    **options: Any,  # noqa: ANN401
) -> None:
    """Score transcripts that you already have, and print them as `mint-bench table` does.

    A file holds one conversation a line: {"id", "messages": [{"role", "content"}, …]} with user =
    seeker, assistant = supporter. ShareGPT files and lm-eval samples are recognised. The
    supporter's turns are scored as they were held (own history).

    With --to or --ray, and where there are several, FILES are a corpus of any size: JSON Lines
    (also compressed) or Parquet, paths, patterns or addresses that fsspec reads (s3://…, gs://…,
    with its package). Memory stays flat, what is finished is kept, and the same command goes on.
    A line that is no conversation is counted and told, and the exit code is then 2. With --ray the
    parts are scored by a Ray cluster (extra `ray`), each machine of which must reach the files.

    \b
    Examples:
      mint-bench score transcripts.jsonl
      mint-bench score transcripts.jsonl --system my-model --out results
      mint-bench score transcripts.jsonl --also readability,polarity --out results
      mint-bench score 'talks/*.jsonl' --to scored --parts parquet
      mint-bench score s3://bucket/talks.parquet --to s3://bucket/scored --ray head:6379
    """  # noqa: D301 - \b is click's mark for lines to keep
    if options["to"] is None and (options["ray"] or _only_a_corpus(files)):
        options["to"] = SCORED
        click.echo(f"scored as a corpus, into the folder {SCORED}", err=True)
    if options["to"] is not None:
        _check(options, ("also", "system", "out"), "goes with a record, not with --to")
        _score_corpus(files, tagger_name, judge_name, form, options)
        return
    _score_file(Path(files[0]), tagger_name, judge_name, form, options)


def _only_a_corpus(files: tuple[str, ...]) -> bool:
    """Whether it is more than a file of transcripts: several, a pattern, an address, or Parquet."""
    name = files[0]
    return len(files) > 1 or "://" in name or "*" in name or name.endswith(".parquet")


def _check(options: dict[str, Any], names: Iterable[str], told: str) -> None:
    for name in names:
        if options[name]:
            raise MintError(f"--{name} {told}")


def _score_file(
    file: Path, tagger_name: str, judge_name: str, form: str, options: dict[str, Any]
) -> None:
    from mint_bench.cli.table import print_tables
    from mint_bench.engines.disk import check_writable
    from mint_bench.judging import load_judge
    from mint_bench.records.held import record_of_transcripts
    from mint_bench.records.store import write
    from mint_bench.records.tables import board_tables
    from mint_bench.sources import load
    from mint_bench.tactics import load_tagger

    if options["out"] is not None:
        check_writable(options["out"])
    record = record_of_transcripts(
        load(f"file:{file}"),
        None if tagger_name == "none" else load_tagger(tagger_name),
        None if judge_name == "none" else load_judge(judge_name),
        options["system"] or file.stem,
        [name.strip() for name in options["also"].split(",") if name.strip()],
    )
    print_tables(board_tables([record]), form)
    if options["out"] is not None:
        click.echo(f"record: {write(record, options['out'])}", err=True)


def _score_corpus(
    files: tuple[str, ...], tagger_name: str, judge_name: str, form: str, options: dict[str, Any]
) -> None:
    from mint_bench.records.corpus import Counts, Job, begin, finish, score_part
    from mint_bench.records.corpus_files import parts_of

    if form not in {"rich", "json"}:
        raise MintError(f"--format {form} is for a record's table; with --to use rich or json")
    parts = parts_of(files)
    job = Job(options["to"], options["parts"], tagger_name, judge_name)
    begin(parts, job)
    if options["ray"]:
        from mint_bench.engines.ray_data import score_on_ray

        found = score_on_ray(parts, job, options["ray"])
    else:
        found = (score_part(part, job) for part in parts)
    counts = Counts()
    _count(found, counts, len(parts))
    finish(job)
    _show_counts(counts, form)
    if counts.faults:
        raise click.exceptions.Exit(2)


def _count(found: "Iterable[Counts]", counts: "Counts", parts: int) -> None:
    """Add up the parts as they come, with progress."""
    import time

    from rich.console import Console

    console, started, last = Console(stderr=True), time.monotonic(), time.monotonic()
    with console.status("starting", spinner="line") as status:
        for done, one in enumerate(found, 1):
            counts.add(one)
            now = time.monotonic()
            rate = counts.turns / max(now - started, 1e-9)
            left = (now - started) / done * (parts - done)
            line = (
                f"{done}/{parts} parts · {counts.conversations:,} conversations · "
                f"{rate:,.0f} turns/s · {counts.unscored:,} unscored · {left / 60:.1f} min left"
            )
            if console.is_terminal:
                status.update(line)
            elif now - last >= 15:
                last = now
                click.echo(line, err=True)


def _show_counts(counts: "Counts", form: str) -> None:
    import json

    from mint_bench.records.corpus_sums import interval
    from mint_bench.records.wording import title

    figures = {name: interval(sums) for name, sums in counts.sums.items()}
    if form == "json":
        told = {
            name: {
                "value": _number(f.value),
                "low": _number(f.low),
                "high": _number(f.high),
                "n": f.n,
            }
            for name, f in figures.items()
        }
        names = ("conversations", "turns", "unscored", "faults")
        whole = {**{name: getattr(counts, name) for name in names}, "figures": told}
        click.echo(json.dumps(whole, indent=1))
    else:
        click.echo(
            f"{counts.conversations:,} conversations · {counts.turns:,} turns · "
            f"{counts.unscored:,} unscored"
        )
        for name, figure in figures.items():
            if _number(figure.value) is not None:
                low, high = _number(figure.low), _number(figure.high)
                ends = f"  [{low:.2f}, {high:.2f}]" if low is not None else ""
                click.echo(f"{title(name):<20}{figure.value:>8.2f}{ends}")
    for fault in counts.shown:
        click.echo(f"mint-bench: {fault}", err=True)
    if counts.faults > len(counts.shown):
        click.echo(f"mint-bench: {counts.faults:,} lines in all are no conversation", err=True)


def _number(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - not a number
