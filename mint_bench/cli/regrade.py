"""`mint-bench regrade`: old logs, a new tagger or judge, new records."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--tagger", default=None,
              help="Which tagger; `none` leaves tactics out. Default: that of each log, as this "
              "version has it.")  # fmt: skip
@click.option("--judge", default=None,
              help="Which judge; `none` leaves ratings out. Default: the log's.")  # fmt: skip
@click.option("--model-role", "model_roles", multiple=True, metavar="ROLE=MODEL[,MODEL]",
              help="Models that tagger and judge ask: `grader`, `tagger`.")  # fmt: skip
@click.option("--log-dir", type=click.Path(path_type=Path), default=Path("logs/regraded"),
              show_default=True, help="Folder for the new logs.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
def regrade(
    logs: tuple[Path, ...],
    tagger: str | None,
    judge: str | None,
    model_roles: tuple[str, ...],
    log_dir: Path,
    out: Path,
) -> None:
    """Score finished LOGS again by another tagger or judge, and write new records.

    The replies are those of the log; the model under test is not asked. Each log gives a new log,
    and a record on the board of the new scorers; the old record stays where it is. Conversations
    that failed in the run stay failed.

    \b
    Examples:
      mint-bench regrade logs/*.eval --tagger embedded --judge embedded
      mint-bench regrade logs/old.eval --judge llm --model-role grader=openai/NAME
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.engines.disk import check_writable
    from mint_bench.engines.roles import role_models
    from mint_bench.inspect_plugin.instruments import roles_needed
    from mint_bench.inspect_plugin.logs import read_log
    from mint_bench.inspect_plugin.regrade import instruments_of
    from mint_bench.inspect_plugin.regrade import regrade as score_again
    from mint_bench.records.store import write

    named = [(tagger, judge) if tagger and judge else instruments_of(read_log(p)) for p in logs]
    needed = dict.fromkeys(
        role
        for of_tagger, of_judge in named
        for role in roles_needed(tagger or of_tagger, judge or of_judge)
    )
    for folder in (log_dir, out):
        check_writable(folder)
    roles = role_models(model_roles, list(needed))
    display = "rich" if sys.stdout.isatty() else "none"
    for path in logs:
        new, record = score_again(path, log_dir, tagger, judge, roles, display)
        click.echo(f"log: {new}", err=True)
        click.echo(write(record, out))
