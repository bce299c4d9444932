"""`mint-bench suite`: many systems on many tasks, their plan, and a record each."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mint_bench.engines.plan import CellPlan
    from mint_bench.engines.prices import Prices
    from mint_bench.engines.run import SuiteResult


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only print the plan: calls, tokens and cost.")
@click.option("--max-cost", type=click.FloatRange(0, min_open=True), default=None, metavar="USD",
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
    from mint_bench.engines.plan import plan_of, unpriced
    from mint_bench.engines.prices import load_prices
    from mint_bench.engines.suite import cells_of, read_suite
    from mint_bench.errors import MintError

    read, table = read_suite(file), load_prices(prices)
    read = read.model_copy(update={"ray": ray}) if ray else read
    check_instruments(cells_of(read))
    if dry_run:
        _show_plan(plan_of(read, table, reply_tokens), table, reply_tokens, form)
        return
    if max_cost is not None and (missing := unpriced(plan_of(read, table, reply_tokens))):
        raise MintError(
            f"--max-cost: the price of {missing[0]} is not known; give it by --prices FILE"
        )
    from mint_bench.cli.live import live
    from mint_bench.engines.progress import Watch
    from mint_bench.engines.run import run_suite

    watch = Watch(0, table, max_cost)
    with live() as telling:
        result = run_suite(read, folders["log_dir"], folders["out"], watch, telling)
    _show_result(result, form)
    if any(outcome.fault or outcome.failed for outcome in result.outcomes):
        raise click.exceptions.Exit(1)


def _show_plan(plans: "list[CellPlan]", prices: "Prices", reply_tokens: int, form: str) -> None:
    from mint_bench.engines.plan import total_cost, unpriced

    asked = [one for plan in plans for one in plan.asked]
    if form == "json":
        rows = [
            {
                "system": plan.cell.request.model,
                "task": plan.cell.request.task,
                "seeker": plan.cell.request.seeker,
                "conversations": plan.conversations,
                "replies": plan.replies,
                "asked": [
                    {
                        "role": one.role,
                        "model": one.model,
                        "calls": one.usage.calls,
                        "input_tokens": one.usage.input,
                        "output_tokens": one.usage.output,
                        "cost_usd": one.cost,
                    }
                    for one in plan.asked
                ],
            }
            for plan in plans
        ]
        click.echo(json.dumps({"cost_usd": total_cost(asked), "cells": rows}, indent=1))
        return
    grid = _grid("system", "task", "conversations", "replies", "calls", "tokens in", "out", "USD")
    for plan in plans:
        usage, request = plan.usage, plan.cell.request
        numbers = (plan.conversations, plan.replies, usage.calls, usage.input, usage.output)
        grid.add_row(
            request.model, _task(request), *(f"{n:,}" for n in numbers), _dollars(plan.cost)
        )
    grid.add_section()
    for role in dict.fromkeys(one.role for one in asked):
        mine = [one for one in asked if one.role == role]
        usages = [one.usage for one in mine]
        sums = [sum(getattr(u, name) for u in usages) for name in ("calls", "input", "output")]
        cost = _dollars(total_cost(mine))
        grid.add_row(f"of all: {role}", "", "", "", *(f"{n:,}" for n in sums), cost)
    whole = [sum(getattr(p.usage, name) for p in plans) for name in ("calls", "input", "output")]
    counts = (sum(p.conversations for p in plans), sum(p.replies for p in plans), *whole)
    grid.add_row("together", "", *(f"{n:,}" for n in counts), _dollars(total_cost(asked)))
    _console().print(grid)
    lines = [
        f"Estimated, for replies of {reply_tokens} tokens (--reply-tokens), without any cache.",
        "Scorers beside the ranking (also) are not counted.",
    ]
    if told := prices.told(one.model for one in asked):
        lines.append(f"Prices: {told}. Yours go before them (--prices).")
    if missing := unpriced(plans):
        lines.append(f"Price not known: {', '.join(missing)}.")
    _notes(lines)


def _show_result(result: "SuiteResult", form: str) -> None:
    if form == "json":
        click.echo(json.dumps(_summary(result), indent=1))
        return
    names = ("model", "seeker", "judge", "tagger", "here")
    used = [n for n in names if any(o.spent.seconds.get(n) for o in result.outcomes)]
    grid = _grid("system", "task", "turns", "unscored", *used, "record")
    for outcome in result.outcomes:
        request = outcome.cell.request
        if outcome.record is None:
            grid.add_row(request.model, _task(request), "–", "–", *("" for _ in used), "none")
            continue
        turns = [turn for one in outcome.record.conversations for turn in one.turns]
        shares = outcome.spent.shares()
        grid.add_row(
            request.model,
            _task(request),
            f"{len(turns):,}",
            f"{sum(bool(turn.unscored) for turn in turns):,}",
            *(f"{shares[n]:.0%}" if n in shares else "" for n in used),
            f"{outcome.path.parent.name}/{outcome.path.name}" if outcome.path else "",
        )
    _console().print(grid)
    _notes(_result_notes(result))


def _result_notes(result: "SuiteResult") -> list[str]:
    from mint_bench.cli.live import counted

    lines = [
        "Percentages: whom the conversations waited for; here = scoring and waiting for a turn.",
        *counted(result.watch),
    ]
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


def _task(request: Any) -> str:  # noqa: ANN401 - a RunRequest, imported late
    return request.task if request.seeker == "scripted" else f"{request.task}, {request.seeker}"


def _dollars(cost: float | None) -> str:
    return "?" if cost is None else f"{cost:,.2f}"


def _grid(*columns: str) -> Any:  # noqa: ANN401 - rich's table, imported late
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in columns:
        left = name in {"system", "task", "record"}
        grid.add_column(
            name, justify="left" if left else "right", overflow="fold", no_wrap=not left
        )
    return grid


def _console() -> Any:  # noqa: ANN401 - rich's console, imported late
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(file=sys.stdout, width=160)


def _notes(lines: list[str]) -> None:
    from rich.text import Text

    for line in lines:
        _console().print(Text(line, style="dim"))
