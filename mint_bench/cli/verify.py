"""`mint-bench verify`: whether records hold."""

import sys
from importlib import import_module
from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def verify(files: tuple[Path, ...]) -> None:
    """Check records through: schema, signature, ranges, consistency, recomputed figures.

    FILES are records or folders of records. Prints one line a file; exits with 1 if any fails,
    naming the field. Of a run with a simulated seeker the line holds the audit's rates, recomputed.

    \b
    Examples:
      mint-bench verify results
      mint-bench verify results/human/1f3a5b7c-90abcdef.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.errors import MintError
    from mint_bench.leaderboard.processes import each
    from mint_bench.records.store import files_in

    import_module("mint_bench.records.verify")  # once, before the work is shared out
    paths = [p for f in files for p in (files_in(f, "**/*.json") if f.is_dir() else [f])]
    if not paths:
        raise MintError(f"{files[0]}: no records in it")
    failed = 0
    # In two processes where there are many, and told in their order.
    for holds, line in each(lambda index: _checked(paths[index]), len(paths), lambda _: None):
        failed += not holds
        click.echo(line, err=not holds)
    click.echo(f"{len(paths) - failed} of {len(paths)} records hold", err=True)
    sys.exit(1 if failed else 0)


def _checked(path: Path) -> tuple[bool, str]:
    """Whether a record holds, and its line."""
    from mint_bench.errors import MintError
    from mint_bench.records.seeker import audit_rates
    from mint_bench.records.verify import verify as check

    try:
        rates = audit_rates(check(path).conversations)
    except MintError as error:
        return False, f"FAILED  {error}"
    told = f"  ({rates.told()})" if rates else ""
    mark = "  simulator unreliable" if rates and rates.unreliable else ""
    return True, f"ok      {path}{mark}{told}"
