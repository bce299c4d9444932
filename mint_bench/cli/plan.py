"""How the plan of a run or a suite is printed, and what its table shares with a summary's."""

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mint_bench.engines.plan import CellPlan
    from mint_bench.engines.prices import Prices
    from mint_bench.engines.request import RunRequest


def show_plan(
    plans: "list[CellPlan]", prices: "Prices", reply_tokens: int, form: str = "rich"
) -> None:
    """Print what would be asked of whom: a line a cell, the sums by role, and how far it holds."""
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
    grid = grid_of("system", "task", "conversations", "replies", "calls", "tokens in", "out", "USD")
    for plan in plans:
        usage, request = plan.usage, plan.cell.request
        numbers = (plan.conversations, plan.replies, usage.calls, usage.input, usage.output)
        grid.add_row(
            request.model, task_name(request), *(f"{n:,}" for n in numbers), dollars(plan.cost)
        )
    grid.add_section()
    for role in dict.fromkeys(one.role for one in asked):
        mine = [one for one in asked if one.role == role]
        usages = [one.usage for one in mine]
        sums = [sum(getattr(u, name) for u in usages) for name in ("calls", "input", "output")]
        cost = dollars(total_cost(mine))
        grid.add_row(f"of all: {role}", "", "", "", *(f"{n:,}" for n in sums), cost)
    whole = [sum(getattr(p.usage, name) for p in plans) for name in ("calls", "input", "output")]
    counts = (sum(p.conversations for p in plans), sum(p.replies for p in plans), *whole)
    grid.add_row("together", "", *(f"{n:,}" for n in counts), dollars(total_cost(asked)))
    console().print(grid)
    lines = [
        f"Estimated, for replies of {reply_tokens} tokens (--reply-tokens), without any cache."
    ]
    if told := prices.told(one.model for one in asked):
        lines.append(f"Prices: {told}. Yours go before them (--prices).")
    if missing := unpriced(plans):
        lines.append(f"Price not known: {', '.join(missing)}. Give it by --prices FILE.")
    notes(lines)


def task_name(request: "RunRequest") -> str:
    """A task with its seeker, where that is not the usual one."""
    return request.task if request.seeker == "scripted" else f"{request.task}, {request.seeker}"


def dollars(cost: float | None) -> str:
    """A cost for people; a question mark where a price is not known."""
    return "?" if cost is None else f"{cost:,.2f}"


def grid_of(*columns: str) -> Any:  # noqa: ANN401 - rich's table, imported late
    """An empty table, names to the left and numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in columns:
        left = name in {"system", "task", "record"}
        grid.add_column(
            name, justify="left" if left else "right", overflow="fold", no_wrap=not left
        )
    return grid


def console() -> Any:  # noqa: ANN401 - rich's console, imported late
    """Standard output, wide enough for a table where it is no terminal."""
    from rich.console import Console

    terminal = Console()
    return terminal if terminal.is_terminal else Console(file=sys.stdout, width=160)


def notes(lines: list[str]) -> None:
    """Print what stands below a table."""
    from rich.text import Text

    for line in lines:
        console().print(Text(line, style="dim"))
