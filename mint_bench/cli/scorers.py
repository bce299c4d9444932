"""`mint-bench scorers`: which scorers are embedded, and how to rebuild them."""

from pathlib import Path

import click

from mint_bench.errors import MintError


@click.group()
def scorers() -> None:
    """List and rebuild the embedded scorers."""


@scorers.command("list")
def list_() -> None:
    """List the embedded scorers with size and hash of their weights."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from mint_bench.files import read_json
    from mint_bench.resources import data_root
    from mint_bench.validation.train import TRAINERS

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for header, justify in (("Scorer", "left"), ("MB", "right"), ("sha256", "left")):
        table.add_column(header, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for name in TRAINERS:
        folder = data_root() / "scorers" / name
        if not (folder / "weights.npz").exists():
            table.add_row(name, "-", "not built", style="dim")
            continue
        size = (folder / "weights.npz").stat().st_size / 1e6
        table.add_row(name, f"{size:.2f}", read_json(folder / "card.json")["weights_sha256"][:16])
    Console().print(table)


@scorers.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that gets taggers/ and judges/; by default the project's own scorers/.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MINT_BENCH_DATA",
    help="Folder that holds mint_empathy/; by default the one that MINT_BENCH_DATA names.",
)
def train(names: tuple[str, ...], out: Path | None, data: Path | None) -> None:
    """Rebuild scorers (taggers/embedded-fast, judges/embedded) with their cards.

    Takes minutes on one core; the same machine gives the same weights.
    """
    from rich.console import Console
    from rich.progress import Progress

    from mint_bench.resources import data_root
    from mint_bench.validation.train import TRAINERS
    from mint_bench.validation.train import train as rebuild

    if data is None:
        raise MintError("set MINT_BENCH_DATA or --data to the folder that holds mint_empathy/")
    unknown = [name for name in names if name not in TRAINERS]
    if unknown:
        raise MintError(f"no scorer {unknown[0]!r} to train; there are: {', '.join(TRAINERS)}")
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for name in names:
            bar = progress.add_task(name, total=TRAINERS[name].steps)

            def report(what: str, bar: object = bar, name: str = name) -> None:
                progress.update(bar, description=f"{name}: {what}", advance=1)  # type: ignore[arg-type]

            folder = rebuild(name, data, out or data_root() / "scorers", report)
            progress.remove_task(bar)
            click.echo(folder)
