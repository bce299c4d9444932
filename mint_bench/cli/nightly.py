"""`mint-bench nightly`: a night's work, the same here and in the workflow."""

import json
import math
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mint_bench.nightly.work import Folders, Result

PATIENCE = 2.0
SHOWN_FAULTS = 10


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("nightly"), show_default=True,
    help="History, records, logs, site and notes of all nights.",
)  # fmt: skip
@click.option("--results", type=click.Path(path_type=Path), default=None,
              help="Reviewed records, shown beside the nights' own. "
              "Default: ./results if it is there, else the published records.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Evaluate also what is not due.")
@click.option("--night", type=click.DateTime(["%Y-%m-%d"]), default=None,
              help="The night's date. Default: today, by universal time.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what is due, and why.")
@click.option(
    "--format", "form", type=click.Choice(["rich", "json"]), default="rich", show_default=True,
    help="Of what is printed; summary.json is always written.",
)  # fmt: skip
def nightly(
    file: Path | None,
    folder: Path,
    results: Path | None,
    everything: bool,
    night: datetime | None,
    dry_run: bool,
    form: str,
) -> None:
    """Evaluate what is due, verify all records, rebuild and check the site, compare with before.

    FILE is YAML in the form of `tasks/nightly.yaml`, which is taken without it: suites, each with
    its period in days and its sources. What is due is what changed (model, conversations, task,
    scorers, mint-bench) or is older than its period. A night that broke goes on where it was.

    Tonight is compared with all earlier nights by a test that may be looked at every night. Where
    a figure is worse beyond doubt, a note is written to FOLDER/notes. Exits with 1 if something
    due has no record, a record does not hold, or the site is not well; a regression is no fault.

    \b
    Examples:
      mint-bench nightly --dry-run
      mint-bench nightly --folder nightly
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.cli.table import results_folder
    from mint_bench.files import write_json
    from mint_bench.nightly.definition import read_nightly
    from mint_bench.nightly.work import Folders, due_tonight, run_night

    asked, folders = read_nightly(file), Folders(folder, results_folder(results))
    today = (night or datetime.now(UTC)).date()
    if dry_run:
        opened, found, _ = due_tonight(asked, folders, today, everything=everything)
        _show_due(opened.due, [c.name for c in found], form)
        return
    from mint_bench.cli.live import live

    result = run_night(asked, folders, today, _Steps(), live, everything=everything)
    summary = summary_of(result, folders)
    write_json(folder / "summary.json", summary)
    if form == "json":
        click.echo(json.dumps(summary, indent=1, ensure_ascii=False))
    else:
        _show(result, folders)
    if not result.well:
        raise click.exceptions.Exit(1)


class _Steps:
    """Says what is being done, at most once in two seconds, on standard error."""

    def __init__(self) -> None:
        self._said = monotonic() - PATIENCE

    def __call__(self, what: str) -> None:
        if monotonic() - self._said >= PATIENCE:
            self._said = monotonic()
            click.echo(f"{what} …", err=True)


def summary_of(result: "Result", folders: "Folders") -> dict[str, Any]:
    """A night for machines: what `summary.json` holds."""
    health = result.health
    return {
        "night": str(result.night),
        "well": result.well,
        "resumed": result.resumed,
        "due": result.due,
        "not_due": result.rested,
        "broken": result.broken,
        "failed_conversations": result.failed,
        "records": {"hold": result.verified, "faults": result.faulty},
        "site": {
            "folder": str(folders.site),
            "pages": health.pages if health else 0,
            "links": health.links if health else 0,
            "figures": health.figures if health else 0,
            "faults": list(health.faults) if health else [],
        },
        "compared": [
            {
                "name": one.name,
                "figure": one.figure,
                "nights": one.nights,
                "conversations": one.change.n,
                "evidence": float(f"{one.change.e:.6g}"),
                "needed": 1 / one.level,
                "difference": _finite(one.change.difference),
                "low": _finite(one.change.low),
                "high": _finite(one.change.high),
                "since": str(one.since) if one.since else None,
                "found": one.kind if one.found else None,
            }
            for one in result.compared
        ],
        "notes": [str(path) for path in result.notes],
        "seconds": {step: round(seconds, 1) for step, seconds in result.seconds.items()},
    }


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _show_due(due: dict[str, list[str]], names: list[str], form: str) -> None:
    if form == "json":
        click.echo(json.dumps({"due": due, "not_due": [n for n in names if n not in due]}))
        return
    grid = _grid("system and task", "due")
    for name in names:
        grid.add_row(name, "; ".join(due.get(name, [])) or "not due")
    _console().print(grid)


def _show(result: "Result", folders: "Folders") -> None:
    """The night for people: what was evaluated and compared, then one line a step."""
    from mint_bench.records.wording import title

    console = _console()
    console.print(f"\n[bold]Night of {result.night}[/bold]" + (", resumed" * result.resumed))
    if result.due:
        grid = _grid("system and task", "why", "figure", "nights", "change", "evidence", "")
        for name, why in result.due.items():
            head = (name, "; ".join(why))
            if broken := result.broken.get(name):
                grid.add_row(*head, "", "", "", "", f"broken: {broken}")
            for one in (one for one in result.compared if one.name == name):
                news = f"{one.kind} since {one.since}" if one.found else ""
                cells = (title(one.figure), str(one.nights), _told(one), _evidence(one), news)
                grid.add_row(*head, *cells)
                head = ("", "")
        console.print(grid)
    for line in _lines(result, folders):
        console.print(line, style="dim" if line.startswith(" ") else None, soft_wrap=True)


def _lines(result: "Result", folders: "Folders") -> list[str]:
    health, seconds = result.health, result.seconds
    nothing = "; nothing was due" if not result.due else ""
    lines = [f"evaluated  {len(result.due)} of {len(result.due) + len(result.rested)}{nothing}"]
    for name, count in result.failed.items():
        lines.append(f"           {count} conversations of {name} could not be had: unscored")
    lines.append(f"records    {result.verified} hold, {len(result.faulty)} do not")
    lines += [f"           {fault}" for fault in result.faulty[:SHOWN_FAULTS]]
    if health:
        state = "well" if not health.faults else f"{len(health.faults)} faults"
        lines.append(
            f"site       {state}: {health.pages} pages, {health.links:,} links, "
            f"{health.figures:,} figures recomputed"
        )
        lines += [f"           {fault}" for fault in health.faults[:SHOWN_FAULTS]]
    else:
        lines.append("site       left as it was, until all records hold")
    lines += [f"note       {path}" for path in result.notes] or ["note       none: no regression"]
    lines.append("time       " + ", ".join(f"{step} {s:,.0f} s" for step, s in seconds.items()))
    lines.append(f"page       {folders.site / 'index.html'}")
    if result.broken:
        lines.append("The same command goes on where it broke.")
    return lines


def _told(one: Any) -> str:  # noqa: ANN401 - a Compared, imported late
    seen = one.change
    if not math.isfinite(seen.difference):
        return "–"
    if not math.isfinite(seen.low):
        return f"{seen.difference:+.2f}"
    return f"{seen.difference:+.2f} ({seen.low:+.2f} to {seen.high:+.2f})"


def _evidence(one: Any) -> str:  # noqa: ANN401 - a Compared, imported late
    return f"{one.change.e:.2g} of {1 / one.level:,.0f}" if one.nights > 1 else "–"


def _grid(*columns: str) -> Any:  # noqa: ANN401 - rich's table, imported late
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in columns:
        right = name in {"nights", "change", "evidence"}
        grid.add_column(name, justify="right" if right else "left", overflow="fold")
    return grid


def _console() -> Any:  # noqa: ANN401 - rich's console, imported late
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, width=160, highlight=False)
