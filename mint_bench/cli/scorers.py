"""`mint-bench scorers`: which scorers are embedded, and how to rebuild them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mint_bench.errors import MintError

if TYPE_CHECKING:
    from mint_bench.validation.fit_encoder import Learn
    from mint_bench.validation.steps import Tell


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
    for name, trainer in TRAINERS.items():
        folder = data_root() / "scorers" / name
        if not (folder / trainer.weights).exists():
            table.add_row(name, "-", "not built", style="dim")
            continue
        size = (folder / trainer.weights).stat().st_size / 1e6
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
    """Rebuild scorers with their cards, by the names that `scorers list` shows.

    The same machine gives the same weights. The n-gram tagger takes minutes; the encoder, from
    which taggers/embedded comes, hours on two cores and needs the extra `scorers`. What was learned
    is kept in the cache, so that an interrupted run goes on. A judge reads with the encoder of the
    same folder, or with the shipped one where there is none.

    \b
    Example:
      MINT_BENCH_DATA=data mint-bench scorers train taggers/embedded-fast judges/embedded
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.resources import data_root
    from mint_bench.validation.train import TRAINERS
    from mint_bench.validation.train import train as rebuild

    if data is None:
        raise MintError("set MINT_BENCH_DATA or --data to the folder that holds mint_empathy/")
    unknown = [name for name in names if name not in TRAINERS]
    if unknown:
        raise MintError(f"no scorer {unknown[0]!r} to train; there are: {', '.join(TRAINERS)}")
    folder = out or data_root() / "scorers"
    _each(names, lambda name, tell: rebuild(name, data, folder, tell, _learn(name)))


@scorers.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds taggers/ and judges/; by default the project's own scorers/.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MINT_BENCH_DATA",
    help="Folder that holds mint_empathy/; by default the one that MINT_BENCH_DATA names. Without "
    "it, a judge's figures of replies far from training stay as they are.",
)
def card(names: tuple[str, ...], out: Path | None, data: Path | None) -> None:
    """Measure scorers as they lie in a folder and write their cards anew.

    A judge is compared with experts, tried for biases and attacked with probes, and its mark "far
    from training" with its errors. A tagger gets its size, its speed as `make bench` left it, and
    embedded-fast what it loses, from the card of embedded. The held-out figures of training stay as
    `scorers train` left them.

    \b
    Example:
      mint-bench scorers card judges/embedded
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.resources import data_root
    from mint_bench.validation.measure import write_card

    folder = out or data_root() / "scorers"
    _each(names, lambda name, tell: write_card(name, folder, tell, data))


def _each(names: Sequence[str], work: "Callable[[str, Tell], Path]") -> None:
    """Do the work for each scorer, with progress, and print what it wrote."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in names:
            bar = progress.add_task(name, total=1.0)

            def tell(what: str, share: float, bar: object = bar, name: str = name) -> None:
                progress.update(bar, description=f"{name}: {what}", completed=share)  # type: ignore[arg-type]

            written = work(name, tell)
            progress.update(bar, description=name, completed=1.0)
            click.echo(written)


def _learn(name: str) -> "Learn | None":
    """What learns networks, for the scorers that need one: torch stays away from the others."""
    from mint_bench.validation.train import TRAINERS

    if not TRAINERS[name].needs_torch:
        return None
    from mint_bench.local_models.encoder_fit import EncoderLearner

    return EncoderLearner()
