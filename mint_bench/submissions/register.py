"""What registers of evaluations list of this one: `eval.yaml` and the evaluation report.

Both are made from tasks, sources and records, in the form of Inspect's register of evaluations;
nothing in them is written by hand.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mint_bench.files import read_model, write_text
from mint_bench.records.figures import Figure, figures
from mint_bench.records.mint_empathy_told import COMMAND as IMPORTED
from mint_bench.records.pages import render_page
from mint_bench.records.schema import Board, Record
from mint_bench.records.store import read_all
from mint_bench.records.tables import AT_BOUND_MARK, AT_BOUND_NOTE, Row, cell, grouped, size
from mint_bench.records.wording import headline, standing, title
from mint_bench.resources import data_root, resource
from mint_bench.sources import SOURCES
from mint_bench.sources.catalogue import Origin, SourceCard
from mint_bench.sources.hub import HUB_NAME
from mint_bench.submissions.markdown import code, inert, one_line

EVAL_YAML = Path("mint_bench", "eval.yaml")
REPORT = Path("docs", "evaluation_report.md")
TEMPLATE = Path("docs", "pages", "evaluation_report.md.j2")
FIGURES = ("aggregated_empathy", "repetition_vs_self", "density", "words", "unscored")
HEAD = "# Made by `mint-bench register` from tasks/register.yaml, tasks and sources.\n"
Line = Annotated[str, Field(min_length=1)]


class Registered(BaseModel):
    """`tasks/register.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line
    description: Line
    group: Line
    contributors: list[Line]
    arxiv: Line
    tags: list[Line]
    tasks: list[Line]
    implementation: list[Line]


def registered() -> Registered:
    """What the registers are told.

    Raises:
        MintError: If the file breaks a rule; the message names the field.
    """
    return read_model(resource("tasks", "register.yaml"), Registered)


def eval_yaml() -> str:
    """`eval.yaml`: title, tasks with their sizes, version, and the data that is fetched."""
    import yaml

    told = registered()
    value: dict[str, Any] = {
        "title": told.title,
        "description": told.description,
        "group": told.group,
        "contributors": told.contributors,
        "arxiv": told.arxiv,
        # The register's first number says what is comparable: here that is the protocol.
        "version": f"{Board.model_fields['protocol'].default}-A",
        "tags": told.tags,
        "tasks": [_task(name) for name in told.tasks],
        "external_assets": [*_assets()],
    }
    return HEAD + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=96)


def _task(name: str) -> dict[str, Any]:
    """A task, and how many samples it has by default where its source says so."""
    from mint_bench.validation.probe_cases import load_probes

    sizes = {
        "judge_check": SOURCES["lend_an_ear"].conversations,
        "judge_probes": len(load_probes().probes),
    }
    if name in {"multi_turn", "gold_history", "human"}:
        from mint_bench.replay.definition import load_task

        sizes[name] = SOURCES[load_task(name).source].conversations
    return {"name": name, **({"dataset_samples": sizes[name]} if name in sizes else {})}


def _assets() -> Iterator[dict[str, str]]:
    for card in SOURCES.values():
        if card.origin is Origin.DOWNLOAD and card.file and card.file.url:
            yield {
                "type": "direct_url",
                "source": card.file.url,
                "fetch_method": "download_and_verify",
                "state": "pinned",
                "comment": _comment(card),
            }
        elif card.origin is Origin.HUB:
            yield {
                "type": "huggingface",
                "source": HUB_NAME,
                "fetch_method": "load_dataset",
                "state": "pinned",
                "comment": f"{_comment(card)}; pinned by its content, {card.revision}",
            }


def _comment(card: SourceCard) -> str:
    return f"{card.name}, {card.licence.value}"


def report(records: Sequence[Record], template: Path) -> str:
    """The evaluation report as Markdown: implementation, results, and how to reproduce them."""
    rows = [Row(record, figures(record.conversations, names=FIGURES)) for record in records]
    tables = grouped(rows)
    return render_page(
        template,
        implementation=registered().implementation,
        heads=[title(name) for name in FIGURES],
        boards=[
            {
                "headline": inert(headline(table.board)),
                "signature": code(table.signature),
                "rows": [_row(row) for row in table.rows],
                "remarks": [inert(line, 400) for line in standing(table)],
            }
            for table in tables
        ],
        at_bound=f"{AT_BOUND_MARK} {AT_BOUND_NOTE}.",
        reference=sum(record.kind == "published" for record in records),
        made=_made([row.record for row in rows if row.record.provenance.log_sha]),
        commands=_commands(records),
        records=len(records),
    )


def _row(row: Row) -> dict[str, object]:
    made = row.record.provenance
    took = (made.finished - made.started).total_seconds() if made.finished and made.started else 0
    return {
        "model": inert(_named(row.record)),
        "cells": [_cell(name, row.figures[name]) for name in FIGURES],
        "samples": size(row),
        "time": f"{took / 60:.0f} min" if took >= 100 else f"{took:.0f} s" if took else "–",
    }


def _cell(name: str, figure: Figure) -> str:
    return cell(figure, percent=name == "unscored")


def _named(record: Record) -> str:
    provider = record.settings.provider
    inspect_name = f"{provider}/{record.settings.model}" if provider else record.settings.model
    return record.title if record.kind in {"published", "human"} else inspect_name


def _made(records: Sequence[Record]) -> dict[str, str]:
    """What all live runs have in common: days, versions, tokens and cost."""
    if not records:
        return {}
    days = sorted(r.provenance.finished.date() for r in records if r.provenance.finished)
    tokens = sum(n for r in records for name, n in r.provenance.tokens.items()
                 if name in {"input", "output"})  # fmt: skip
    cost = sum(r.provenance.cost_usd or 0.0 for r in records)
    versions = {
        f"{name}={version}"
        for r in records
        for name, version in r.provenance.versions.items()
        if name in {"inspect_ai", "mint-bench"}
    }
    return {
        "runs": str(len(records)),
        "days": " to ".join(dict.fromkeys(map(str, (days[0], days[-1])))) if days else "no day",
        "versions": inert(", ".join(sorted(versions)), 400),
        "tokens": f"{tokens:,}",
        "cost": f"{cost:.2f} USD",
    }


def _commands(records: Sequence[Record]) -> list[str]:
    found = {r.provenance.command for r in records if r.provenance.command}
    if IMPORTED in found:  # the folder is each reader's own
        found = found - {IMPORTED} | {f"{IMPORTED} mint-empathy/evaluation"}
    return sorted(one_line(command).replace("`", "'") for command in found)


def files(folder: Path | None = None) -> dict[Path, str]:
    """Both files by their place in the checkout.

    Raises:
        MintError: If the records, the data or the report's template cannot be read.
    """
    root = folder or data_root()
    return {
        EVAL_YAML: eval_yaml(),
        REPORT: report(read_all(resource("results")), root / TEMPLATE),
    }


def write_files(root: Path) -> list[Path]:
    """Write both files into the checkout."""
    found = files(root)
    for name, text in found.items():
        write_text(root / name, text)
    return [root / name for name in found]
