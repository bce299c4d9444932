"""`mint-bench judge`: how far a judge can be trusted."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mint_bench.cli.judge_forms import family, joint

if TYPE_CHECKING:
    from rich.table import Table

    from mint_bench.records.schema import JudgeRef
    from mint_bench.validation.probes import Rate, Report


@click.group()
def judge() -> None:
    """Check a judge before you trust its ratings.

    Against experts and for biases (check), by attacks (probes), one call for all dimensions against
    one each (joint), and for favour to its own family (family).
    """


judge.add_command(joint)
judge.add_command(family)


@judge.command("check")
@click.option("--judge", "name", default="embedded", show_default=True, help="Which judge.")
@click.option(
    "--ratings", type=click.Path(path_type=Path, dir_okay=False),
    help="Check these ratings instead of a judge: a CSV with conversation_id and the six "
    "dimensions; several rows of a conversation are averaged.",
)  # fmt: skip
@click.option(
    "--log", type=click.Path(path_type=Path, dir_okay=False),
    help="Show the judge of this log of a finished run of the task judge_check.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")
def check(name: str, ratings: Path | None, log: Path | None, as_json: bool) -> None:
    """Compare a judge with three experts on the 50 Lend-an-Ear conversations.

    The judge rates each reply of the human supporters; the mean over a conversation is compared
    with the experts' median. Beside it stand how far one expert agrees with the other two, and
    other judges. Then the same replies are rated with words or emoji added, a turn later in the
    conversation, in another order, and again: none of it should change much.

    A judge that asks models runs as a task, whose log is then shown here. There epochs rate every
    reply several times, and rewordings=true rates it by the rubric in other words, too:

    \b
      inspect eval mint_bench/judge_check -T judge=llm -T rewordings=true \\
        --epochs 2 --model-role grader=MODEL
      mint-bench judge check --log logs/….eval

    \b
    Examples:
      mint-bench judge check
      mint-bench judge check --ratings mine.csv --json > check.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from rich.console import Console

    from mint_bench.cli.judge_table import show_judge
    from mint_bench.judging import load_judge
    from mint_bench.sources import load
    from mint_bench.validation import judge_check
    from mint_bench.validation.ratings import read_experts, read_other_judges, read_ratings

    if ratings and log:
        raise click.UsageError("give --ratings or --log, not both")
    rated = read_ratings(ratings) if ratings else None
    experts, others = read_experts(), read_other_judges()
    with Console(stderr=True).status("Rating and resampling"):
        if log is not None:
            from mint_bench.inspect_plugin.check_logs import check_of_log

            found = check_of_log(log)
        elif rated is not None:
            found = judge_check.figures(rated, experts, others)
        else:
            conversations = load("lend_an_ear").conversations
            found = judge_check.check(load_judge(name), conversations, experts, others)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    show_judge(found)


@judge.command()
@click.option("--judge", "name", default="embedded", show_default=True, help="Which judge.")
@click.option(
    "--log", type=click.Path(path_type=Path, dir_okay=False),
    help="Show the judge of this log of a finished run of the task judge_probes.",
)  # fmt: skip
@click.option(
    "--save", "kept", is_flag=True,
    help="Put the report into scorers/probes/shown.json, by which records are ranked or not.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print rates and cases as JSON.")
def probes(name: str, log: Path | None, kept: bool, as_json: bool) -> None:
    """Attack a judge with replies that deserve little, and count where it is fooled.

    Some 20 cases a kind: empty replies, orders to the judge, the seeker's words copied, a good
    reply to somebody else, … Kinds, cases and what a sound judge does with them stand in
    scorers/probes/. The rate leaves out lapses: cases without a verdict where one is due, or where
    a call failed.

    Records are ranked only if the probes of their judge are shown and pass the gate in
    scorers/probes/gate.yaml; --save shows them. A judge that asks models runs as a task:

    \b
      inspect eval mint_bench/judge_probes -T judge=llm --model-role grader=MODEL
      mint-bench judge probes --log logs/….eval --save

    \b
    Examples:
      mint-bench judge probes
      mint-bench judge probes --json > probes.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.validation.probes import figures, misses

    report, judges = _read_report(log) if log else _attack(name)
    if as_json:
        shown = {
            "judge": report.judge,
            "prompt_sha": report.prompt_sha,
            "probes_sha": report.probes_sha,
            "figures": figures(report),
            "misses": misses(report),
            "cases": [one.model_dump(mode="json") for one in report.outcomes],
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        _show(report)
    if kept:
        from mint_bench.records.shown_probes import save

        click.echo(f"saved in {save(report, judges)}", err=True)


def _read_report(path: Path) -> "tuple[Report, list[JudgeRef]]":
    from mint_bench.inspect_plugin.judge_probes import judges_of, report_of
    from mint_bench.inspect_plugin.logs import read_log

    log = read_log(path)
    return report_of(log), judges_of(log)


def _attack(name: str) -> "tuple[Report, list[JudgeRef]]":
    """Run the probes, with progress on a terminal's standard error."""
    from rich.console import Console
    from rich.progress import Progress

    from mint_bench.judging import load_judge
    from mint_bench.records.schema import JudgeRef
    from mint_bench.validation.probe_cases import load_probes
    from mint_bench.validation.probes import run

    loaded = load_judge(name)
    cases = load_probes()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("probes", total=len(cases.probes))
        report = run(loaded, cases, lambda done: progress.update(bar, advance=done))
    settings = dict(loaded.settings)
    return report, [JudgeRef(name=name, prompt_sha=loaded.prompt_sha, settings=settings)]


def _show(report: "Report") -> None:
    from rich.console import Console
    from rich.text import Text

    from mint_bench.validation.probes import misses

    console = Console()
    console.print()
    console.print(Text(f"How often the judge {report.judge} is fooled", style="bold"))
    console.print(_rates(report))
    console.print(
        Text("Of controls: how often a good reply is rated too low. 95 % Wilson interval.", "dim")
    )
    found = misses(report)
    said = "It passes the gate for ranked runs." if not found else "It misses the gate:"
    console.print(Text(said))
    for line in found:
        console.print(Text(f"  {line}", style="dim"))


def _rates(report: "Report") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("kind", no_wrap=True)
    for name in ("n", "fooled", "flagged", "unscored", "lapses", "rate", "95 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, rate in report.kinds.items():
        table.add_row(name, *_cells(rate))
    table.add_section()
    table.add_row("all", *_cells(report.all), style="bold")
    table.add_section()
    for name, rate in report.controls.items():
        table.add_row(f"control: {name}", *_cells(rate), style="italic")
    return table


def _cells(rate: "Rate") -> list[str]:
    counts = [rate.n, rate.fooled, rate.flagged, rate.unscored, rate.lapses]
    if rate.rate is None or rate.low is None or rate.high is None:
        return [*map(str, counts), "–", "–"]
    return [*map(str, counts), f"{rate.rate:.2f}", f"{rate.low:.2f}–{rate.high:.2f}"]
