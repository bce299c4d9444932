"""`mint-bench compare`: whether systems of one board really differ."""

from pathlib import Path

import click

from mint_bench.cli.numbers import FiniteRange
from mint_bench.cli.table import results_folder


@click.command()
@click.argument("records", nargs=-1, required=True, metavar="RECORD RECORD...")
@click.option(
    "--figure", "name", default=None,
    help="Compare all pairs on this figure, such as repetition_vs_self. Default: every figure of "
    "two records; of more, empathy, the one figure named before the data.",
)  # fmt: skip
@click.option(
    "--difference", type=FiniteRange(min=0, min_open=True), default=None,
    help="Also say how many conversations a true difference of this size would need.",
)  # fmt: skip
@click.option(
    "--results", type=click.Path(path_type=Path), default=None,
    help="Folder in which systems are looked up by name. Default: ./results if it is there, else "
    "the published records.",
)  # fmt: skip
@click.option("--board", default="", help="Only boards whose signature contains this text.")
@click.option("--format", "form", type=click.Choice(("rich", "json")), default="rich",
              show_default=True, help="rich for a terminal, json for machines.")  # fmt: skip
def compare(
    records: tuple[str, ...],
    name: str | None,
    difference: float | None,
    results: Path | None,
    board: str,
    form: str,
) -> None:
    """Compare systems by paired tests over the same conversations.

    A RECORD is a file, a folder of records, or the name of a system. All must stand on one
    board; others are refused, with what they differ in. Beside each difference stand its 95 %
    interval, the p of the t test and that of a permutation that swaps the two systems' labels
    within conversations, and the smallest true difference that so many conversations would find
    four times in five.

    Of two records every figure is compared: empathy as it stands, the others after Benjamini and
    Hochberg's correction. Of more, all pairs on one figure, after Holm's correction: systems that
    share a letter are not told apart, and ranks are intervals.

    \b
    Examples:
      mint-bench compare ours1_q_dkl_Qwen3-4B baseline1_vanilla_Qwen3-4B
      mint-bench compare results --board view:spliced --figure repetition_vs_self
      mint-bench compare a.json b.json --difference 0.1 --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.cli import compare_look
    from mint_bench.errors import MintError, suggestion
    from mint_bench.records.chosen import chosen_records
    from mint_bench.records.comparison import COMPARED, compare_records, one_board, rank_records
    from mint_bench.records.tables import PRIMARY

    if name is not None and name not in COMPARED:
        raise MintError(f"--figure {name}: no such figure; {suggestion(name, COMPARED)}")
    chosen = chosen_records(records, results_folder(results), board)
    if len(chosen) < 2:
        raise MintError("a comparison needs two records or more; see mint-bench compare --help")
    one_board(chosen)
    if len(chosen) == 2 and name is None:
        found = compare_records(chosen[0], chosen[1])
        if form == "json":
            click.echo(compare_look.two_as_json(chosen[0], chosen[1], found, difference))
        else:
            compare_look.show_two(chosen[0], chosen[1], found, difference)
        return
    ranking = rank_records(chosen, name or PRIMARY)
    if form == "json":
        click.echo(compare_look.ranking_as_json(ranking, difference))
    else:
        compare_look.show_ranking(ranking, difference)
