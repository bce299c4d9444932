"""`mint-bench path`: where the folders lie that travel with the package."""

import click

FOLDERS: dict[str, tuple[str, ...]] = {
    "lm-eval": ("tasks", "lm_eval"),
    "tasks": ("tasks",),
    "scorers": ("scorers",),
    "results": ("results",),
}


@click.command()
@click.argument("what", type=click.Choice(list(FOLDERS)))
def path(what: str) -> None:
    """Print where a folder lies that travels with the package.

    lm-eval: its task files, for --include_path. tasks: what is asked. scorers: taxonomy, rubric
    and weights. results: the published records.

    \b
    Example:
      lm_eval run --include_path "$(mint-bench path lm-eval)" --tasks mint …
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.resources import resource

    click.echo(resource(*FOLDERS[what]))
