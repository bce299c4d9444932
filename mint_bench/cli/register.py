"""`mint-bench register`: what registers of evaluations list, made from the records."""

from pathlib import Path

import click


@click.command()
@click.option("--check", is_flag=True,
              help="Write nothing; exit with 1 if a file is not what the records say.")  # fmt: skip
def register(check: bool) -> None:
    """Write eval.yaml and the evaluation report from tasks, sources and records.

    Both are in the form of Inspect's register of evaluations: mint_bench/eval.yaml is what a
    register's entry is made of, docs/evaluation_report.md is the report that it asks for. Needs a
    checkout of the project.

    \b
    Example:
      mint-bench register --check
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.errors import MintError
    from mint_bench.resources import data_root
    from mint_bench.submissions.register import files, write_files

    root: Path = data_root()
    if not (root / "pyproject.toml").is_file():
        raise MintError("register writes files of the project: run it in a checkout of mint-bench")
    if not check:
        for path in write_files(root):
            click.echo(path)
        return
    stale = [name for name, text in files(root).items() if not _holds(root / name, text)]
    for name in stale:
        click.echo(f"not current: {name}; run mint-bench register", err=True)
    if stale:
        raise click.exceptions.Exit(1)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text
