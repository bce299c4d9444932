"""`mint-bench train`: train a supporter model by a recipe."""

from pathlib import Path

import click


@click.command()
@click.argument("recipe")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Change a setting, such as training.max_steps=100; may be repeated.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="Folder of the run. Default: runs/, named by the recipe's settings.",
)  # fmt: skip
@click.option(
    "--compare", type=click.Path(path_type=Path, dir_okay=False), default=None, metavar="PAGE.md",
    help="Train q, q_plus_d and q_minus_r by a recipe of whole conversations, and write how each "
    "changed.",
)  # fmt: skip
@click.option("--show", is_flag=True, help="Print the whole recipe as YAML and train nothing.")
def train(
    recipe: str, overrides: tuple[str, ...], out: Path | None, compare: Path | None, show: bool
) -> None:
    """Train a supporter model by RECIPE: a name, or a YAML file.

    Recipes that travel along: q, d, q_plus_d (the published best), q_plus_h, q_plus_d_plus_h,
    q_times_d, q_minus_r (whole conversations, against the model's own repetition),
    token_diversity and sft (baselines), tiny_cpu (two cores, no GPU). Needs the extra `train`, and
    `train-vllm` for those that draw with vLLM.

    The same command goes on where it was stopped, and ends with the model, its card with the
    course as a curve, and a record for `mint-bench table`. While it learns, the bench itself looks
    at held-out conversations; samples/ holds what was said.

    \b
    Examples:
      mint-bench train tiny_cpu
      mint-bench train tiny_cpu --set reward.variant=q --set training.max_steps=60
      accelerate launch --num_processes 8 --no_python mint-bench train q_plus_d
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.grpo.recipe_files import load_recipe

    loaded = load_recipe(recipe, overrides)
    if show:
        import yaml

        from mint_bench.grpo.idle import settings_that_count

        click.echo(yaml.safe_dump(settings_that_count(loaded), sort_keys=False), nl=False)
        return
    if compare is not None:
        from mint_bench.cli.live import live
        from mint_bench.grpo.evidence import evidence

        page = evidence(recipe, out or Path("runs") / "evidence", compare, overrides, _tell, live)
        click.echo(f"page: {page}", err=True)
        return
    from mint_bench.grpo.processes import is_first
    from mint_bench.grpo.run import train as run

    done = run(loaded, out, _tell)
    if not is_first():
        return
    click.echo(f"model: {done.model}", err=True)
    click.echo(f"card: {done.card}", err=True)
    click.echo(f"record: {done.record}", err=True)


def _tell(line: str) -> None:
    click.echo(line, err=True)
