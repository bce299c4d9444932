"""`mint-bench card`: a record as a model's card shows it."""

from pathlib import Path

import click

from mint_bench.cli.table import results_folder


@click.command()
@click.argument("record")
@click.option("--url", default="", help="Where the results can be looked up, for the metadata.")
@click.option("--plain", is_flag=True, help="The card alone, without metadata.")
@click.option("--board", default="", help="Only boards whose signature contains this text.")
@click.option("--results", type=click.Path(path_type=Path), default=None,
              help="Folder of records in which a system's name is looked up.")  # fmt: skip
def card(record: str, url: str, plain: bool, board: str, results: Path | None) -> None:
    """Print a record as a card for a model's page, with its figures as metadata.

    RECORD is a file, or the name of a system. What is printed is Markdown with a YAML head
    (`model-index`) in the form that the Hugging Face hub reads from a model's README.md: paste
    the head into its own, and the card where it belongs.

    \b
    Examples:
      mint-bench card results/my-model/372a164f-1bb12430.json > results.md
      mint-bench card ours1_q_dkl_Qwen3-4B --plain
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.errors import MintError
    from mint_bench.records.chosen import chosen_records
    from mint_bench.submissions.card import card as as_card
    from mint_bench.submissions.card import model_card

    chosen = chosen_records([record], results_folder(results), board)
    if len(chosen) != 1:
        raise MintError(f"{record}: holds {len(chosen)} records; name one")
    if url and not url.startswith(("https://", "http://")):
        raise click.UsageError("--url: expected something like https://example.org/board/")
    click.echo(as_card(chosen[0]) if plain else model_card(chosen[0], url), nl=False)
