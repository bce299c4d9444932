"""`mint-bench suite`: many systems on many tasks, their plan, and a record each."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mint_bench.cli.numbers import FiniteRange
from mint_bench.cli.plan import console, grid_of, notes, show_plan, task_name

if TYPE_CHECKING:
    from mint_bench.engines.run import SuiteResult


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only print the plan: calls, tokens and cost.")
@click.option("--max-cost", type=FiniteRange(0, min_open=True), default=None, metavar="USD",
              help="Stop when this call has spent so much; what is finished is kept.")  # fmt: skip
@click.option("--prices", type=click.Path(path_type=Path), default=None,
              help="File with prices of your own, in the form of tasks/prices.yaml.")  # fmt: skip
@click.option("--ray", default=None, metavar="ADDRESS",
              help="vLLM: a Ray cluster whose machines run the copies of weights.")  # fmt: skip
@click.option("--reply-tokens", type=click.IntRange(1), default=150, show_default=True,
              help="A reply's length as the plan assumes it, with hidden reasoning.")  # fmt: skip
@click.option("--log-dir", type=click.Path(path_type=Path), default=Path("logs"),
              show_default=True, help="Folder for Inspect's logs.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["rich", "json"]), default="rich",
              show_default=True, help="Of the plan or the summary: json for machines.")  # fmt: skip
def suite(
    file: Path,
    dry_run: bool,
    max_cost: float | None,
    prices: Path | None,
    ray: str | None,
    reply_tokens: int,
    form: str,
    **folders: Path,
) -> None:
    """Evaluate every system of FILE on every task of FILE, and write a record each.

    FILE is YAML. It names `systems` (as `mint-bench run` takes them; an entry may set
    `temperature`, `max_tokens` and `seed` of its own) and `tasks` (`multi_turn`, `gold_history`;
    an entry may set `source`, `seeker` and `max_turns`). For all: `source`, `limit`, `epochs`,
    `max_turns`, `tagger`, `judge`, `also`, `temperature`, `max_tokens`, `seed`,
    `max_connections`, `truncate` (`oldest`), and `roles`, the other models. How weights are run
    stands in `engine`, `tensor_parallel_size`, `data_parallel_size` and `vllm`, for all or for one
    system; `base_url`, one address or several, for one system. The human supporters stand on no
    board with a simulated seeker; such pairs are left out.

    \b
      systems:
        - human
        - openai/NAME
        - {model: embedded, max_tokens: 128}
        - {model: Qwen/Qwen3-32B, tensor_parallel_size: 2}
        - {model: openai-api/box/NAME, base_url: [http://gpu1:8000, http://gpu2:8000]}
      tasks: [multi_turn, gold_history]
      judge: llm
      roles: {grader: "openai/A,google/B"}

    All of it is one eval set of Inspect: the same command goes on where it was stopped, and
    systems may be added. A system that fails stops no other; the summary names it, and the exit
    code is then 1.

    \b
    Examples:
      mint-bench suite suite.yaml --dry-run
      mint-bench suite suite.yaml --max-cost 20
      mint-bench suite suite.yaml --ray auto
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.engines.evaluating import check_instruments
    from mint_bench.engines.plan import plan_of, refuse_unpriced
    from mint_bench.engines.prices import load_prices
    from mint_bench.engines.suite import cells_of, read_suite, refuse_idle_in

    read, table = read_suite(file), load_prices(prices)
    read = read.model_copy(update={"ray": ray}) if ray else read
    refuse_idle_in(read)
    check_instruments(cells_of(read))
    if dry_run:
        show_plan(plan_of(read, table, reply_tokens), table, reply_tokens, form)
        return
    if max_cost is not None:
        refuse_unpriced(plan_of(read, table, reply_tokens))
    from mint_bench.cli.live import live
    from mint_bench.engines.progress import Watch
    from mint_bench.engines.run import run_suite

    watch = Watch(0, table, max_cost)
    with live() as telling:
        result = run_suite(read, folders["log_dir"], folders["out"], watch, telling)
    _show_result(result, form)
    if any(outcome.fault or outcome.failed for outcome in result.outcomes):
        raise click.exceptions.Exit(1)


def _show_result(result: "SuiteResult", form: str) -> None:
    if form == "json":
        click.echo(json.dumps(_summary(result), indent=1))
        return
    names = ("model", "seeker", "judge", "tagger", "here") if result.watch.held else ()
    used = [n for n in names if any(o.spent.seconds.get(n) for o in result.outcomes)]
    grid = grid_of("system", "task", "turns", "unscored", *used, "record")
    for outcome in result.outcomes:
        request = outcome.cell.request
        if outcome.record is None:
            grid.add_row(request.model, task_name(request), "–", "–", *("" for _ in used), "none")
            continue
        turns = [turn for one in outcome.record.conversations for turn in one.turns]
        shares = outcome.spent.shares()
        grid.add_row(
            request.model,
            task_name(request),
            f"{len(turns):,}",
            f"{sum(bool(turn.unscored) for turn in turns):,}",
            *(f"{shares[n]:.0%}" if n in shares else "" for n in used),
            f"{outcome.path.parent.name}/{outcome.path.name}" if outcome.path else "",
        )
    console().print(grid)
    notes(_result_notes(result))


def _result_notes(result: "SuiteResult") -> list[str]:
    from mint_bench.cli.live import counted

    lines = counted(result.watch)
    if result.watch.held:
        told = (
            "Percentages: whom the conversations waited for; here = scoring and waiting for a turn."
        )
        lines.insert(0, told)
    for outcome in result.outcomes:
        if outcome.fault:
            lines.append(f"Failed: {outcome.cell.name}: {outcome.fault}")
        elif outcome.failed:
            lines.append(
                f"Failed: {outcome.failed} conversations of {outcome.cell.name}; its record holds "
                "them as unscored, and the same command tries them again."
            )
    return lines


def _summary(result: "SuiteResult") -> dict[str, Any]:
    return {
        "seconds": round(result.watch.seconds, 1),
        "output_tokens": result.watch.tokens,
        "cost_usd": round(result.watch.cost, 6),
        "prefix_cache": {
            server: {"queried": use.queried, "found": use.found}
            for server, use in result.watch.caches.items()
        },
        "cells": [
            {
                "system": outcome.cell.request.model,
                "task": outcome.cell.request.task,
                "seeker": outcome.cell.request.seeker,
                "record": str(outcome.path) if outcome.path else None,
                "log": str(outcome.log) if outcome.log else None,
                "failed": outcome.failed,
                "fault": outcome.fault,
                "seconds": {n: round(s, 3) for n, s in outcome.spent.seconds.items()},
            }
            for outcome in result.outcomes
        ],
    }
