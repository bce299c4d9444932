"""`mint-bench judge joint` and `judge family`: what a judge's ratings hang on besides the reply."""

import json
from pathlib import Path
from typing import Any

import click

from mint_bench.cli.table import results_folder


@click.command()
@click.argument("logs", nargs=2, metavar="LOG LOG", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--save", "kept", is_flag=True,
    help="Put the figures into scorers/judges/llm/joint_agreement.yaml, by which records of "
    "llm-joint are ranked or not.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")
def joint(logs: tuple[Path, Path], kept: bool, as_json: bool) -> None:
    """Compare one call for all six dimensions with one call a dimension.

    LOG and LOG are finished checks of one model, once as llm and once as llm-joint, in either
    order; both rate the same human replies. Records rated by llm-joint are ranked only if this is
    shown (--save) on 20 conversations or more, and no dimension's kappa lies below the bar in that
    file by the lower end of its interval.

    \b
    Example:
      inspect eval mint_bench/judge_check -T judge=llm --model-role grader=MODEL
      inspect eval mint_bench/judge_check -T judge=llm-joint --model-role grader=MODEL
      mint-bench judge joint logs/EACH.eval logs/JOINT.eval --save
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.inspect_plugin.check_logs import joint_of_logs
    from mint_bench.judging.joint import joint_agreement, save

    found, entry = joint_of_logs(*logs)
    least = joint_agreement().least_kappa
    found |= {"least_kappa": least, "misses": entry.misses(least)}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _show_joint(found)
    if kept:
        click.echo(f"saved in {save(entry)}", err=True)


def _show_joint(found: dict[str, Any]) -> None:
    from mint_bench.cli.checks import note, plain, show, wide_console

    console = wide_console()
    show(
        console,
        f"{found['judge']}: one call for all six dimensions against one call each, "
        f"{found['replies']} replies of {found['conversations']} conversations",
        ("dimension", "kappa", "same", "shift"),
        [
            (plain(name), "", [row["kappa"], {"value": row["same"]}, {"value": row["shift"]}])
            for name, row in found["agreement"].items()
        ],
    )
    console.print()
    bar = f"lower end of kappa at least {found['least_kappa']:.2f} in every dimension"
    missed = ", ".join(map(plain, found["misses"]))
    console.print(
        f"It passes the bar for ranked runs: {bar}."
        if not missed
        else f"It misses the bar for ranked runs, {bar}: {missed}."
    )
    note(
        console,
        "kappa: quadratic weights, over replies; interval over whole conversations. same: share of "
        "equal ratings. shift: mean of joint minus each, in points. – : one form always gives one "
        "rating, which shows nothing.",
    )
    if found["unscored"]:
        note(console, f"Left out, not rated in both forms: {found['unscored']} replies.")


@click.command()
@click.argument("records", nargs=-1, metavar="[RECORD]...")
@click.option("--judge", "name", required=True, help="Name of the judge, as records have it.")
@click.option(
    "--own", multiple=True, required=True,
    help="What the names of its own family's models contain, such as qwen; may be repeated.",
)  # fmt: skip
@click.option(
    "--against", multiple=True,
    help="Name of another judge; may be repeated. Default: all that rated the same replies.",
)  # fmt: skip
@click.option(
    "--results", type=click.Path(path_type=Path), default=None,
    help="Folder in which systems are looked up by name, and whose records are taken where none "
    "is named. Default: ./results if it is there, else the published records.",
)  # fmt: skip
@click.option("--board", default="", help="Only boards whose signature contains this text.")
@click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")
def family(
    records: tuple[str, ...],
    name: str,
    own: tuple[str, ...],
    against: tuple[str, ...],
    results: Path | None,
    board: str,
    as_json: bool,
) -> None:
    """Ask whether a judge favours systems of its own family.

    A judge alone cannot tell: its own family may be better. So the same replies are rated by
    others, too, in a panel or by regrading one log, and what counts is how much farther above the
    others it rates its own family than all other systems. A RECORD is a file, a folder of records,
    or the name of a system.

    \b
    Examples:
      mint-bench run MODEL --judge llm --model-role grader=JUDGE,OTHER
      mint-bench judge family results --judge JUDGE --own qwen
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.records.chosen import chosen_records
    from mint_bench.records.family import favour

    folder = results_folder(results)
    chosen = chosen_records(records or [str(folder)], folder, board)
    found = favour(chosen, name, own, against)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    _show_family(found)


def _show_family(found: dict[str, Any]) -> None:
    from mint_bench.cli.checks import note, plain, show, wide_console

    console = wide_console()
    show(
        console,
        f"How {found['judge']} rates its own family, against {', '.join(found['against'])}",
        ("dimension", "favour"),
        [
            (plain(dimension), "bold" if dimension == "aggregate" else "", [figure])
            for dimension, figure in found["favour"].items()
        ],
    )
    console.print()
    note(
        console,
        "favour: mean of (its rating − the others') over replies of its own family, minus the same "
        "over all other systems, in points; interval over conversations.",
        f"Own family: {', '.join(found['own'])} ({found['replies']['own']} replies).",
        f"Others: {', '.join(found['others'])} ({found['replies']['others']} replies).",
    )
    if found["unmatched"]:
        note(console, f"Left out, not rated by all of these judges: {found['unmatched']} replies.")
