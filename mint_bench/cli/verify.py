"""`mint-bench verify`: whether records hold."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def verify(files: tuple[Path, ...]) -> None:
    """Check records through: schema, signature, ranges, consistency, recomputed figures.

    FILES are records or folders of records. Prints one line a file; exits with 1 if any fails,
    naming the field.

    \b
    Examples:
      mint-bench verify results
      mint-bench verify results/human/1f3a5b7c-90abcdef.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.errors import MintError
    from mint_bench.records.verify import verify as check

    paths = [p for f in files for p in (sorted(f.glob("**/*.json")) if f.is_dir() else [f])]
    if not paths:
        raise MintError(f"{files[0]}: no records in it")
    failed = 0
    for path in paths:
        try:
            check(path)
        except MintError as error:
            failed += 1
            click.echo(f"FAILED  {error}", err=True)
        else:
            click.echo(f"ok      {path}")
    click.echo(f"{len(paths) - failed} of {len(paths)} records hold", err=True)
    sys.exit(1 if failed else 0)
