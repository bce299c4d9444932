"""Writes `docs/paper.md`: runs the commands behind the paper's tables and fills in the template.

`python docs/hooks/paper_map.py` (`make paper-map`). What is run stands in `docs/pages/paper.yaml`.
"""

import json
import shlex
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from mint_bench.cli import cli
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.pages import render_page
from mint_bench.records.tables import chance

DOCS = Path(__file__).parents[1]
SURFACE = ("bigram", "bleu2", "rougeL")
CHANGED = (
    "aggregated_empathy",
    "stickiness_vs_human_common",
    "stickiness_vs_self_common",
    "repetition_vs_human",
    "repetition_vs_self",
    "persistence_vs_self",
    "density",
    "words",
)
LAND = "lend_an_ear"


def answer(command: str) -> Any:  # noqa: ANN401 - JSON
    """What a command prints, decoded.

    Raises:
        RuntimeError: If it does not end well.
    """
    done = CliRunner().invoke(cli, shlex.split(command)[1:])
    if done.exit_code:
        raise RuntimeError(f"{command}: {done.exception or done.output}")
    return json.loads(done.stdout)


def page() -> str:
    """The page, from what the commands say now."""
    told = yaml.safe_load((DOCS / "pages" / "paper.yaml").read_text(encoding="utf-8"))
    said = {name: answer(command) for name, command in told["commands"].items()}
    rows = {one["system"]: one for one in said["table"]}
    own = [one for one in said["own"] if f"data:{LAND}" in one["board"]]
    return render_page(
        DOCS / "pages" / "paper.md.j2",
        commands=told["commands"],
        dimensions=DIMENSIONS,
        n=max(one["aggregated_empathy"]["n"] for one in rows.values()),
        systems=[_system(rows[one["name"]]) | {"says": one["says"]} for one in told["systems"]],
        surface=_compared(
            said["surface"], [f"{n}_vs_{p}" for n in SURFACE for p in ("human", "self")]
        ),
        training=_compared(said["training"], CHANGED),
        judges=_judges(said["judge"]["agreement"]),
        own=[_system(one) for one in own],
    )


def _system(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": row["title"],
        "empathy": _cell(row["aggregated_empathy"]),
        "stickiness": _cell(row["stickiness_vs_human"]),
        "density": _cell(row["density"]),
        "vs_human": _cell(row["repetition_vs_human"]),
        "vs_self": _cell(row["repetition_vs_self"]),
        "ratings": [_number(row[name]["value"]) for name in DIMENSIONS],
    }


def _compared(said: dict[str, Any], names: Any) -> list[dict[str, str]]:  # noqa: ANN401
    found = [(name, said["figures"][name]) for name in names]
    return [
        {
            "title": name.replace("_common", ", tested tactics").replace("_", " "),
            "first": _number(one["first"]["value"]),
            "second": _number(one["second"]["value"]),
            "difference": f"{one['difference']:+.2f} [{one['low']:+.2f}, {one['high']:+.2f}]",
            "p": chance(one["p_adjusted"] if one["p_adjusted"] is not None else one["p"]),
        }
        for name, one in found
    ]


def _judges(agreement: dict[str, Any]) -> list[dict[str, str]]:
    """Mean over the dimensions; what is no rater against the experts is left out."""
    means = {name.replace("_", " "): by["mean"] for name, by in agreement.items()}
    kinds = ("kappa", "spearman")
    return [
        {"name": name, **{kind: _cell(mean[kind]) for kind in kinds}}
        for name, mean in means.items()
        if set(kinds) <= set(mean)
    ]


def _cell(figure: dict[str, Any]) -> str:
    ends = figure.get("low") is not None
    interval = f" [{figure['low']:.2f}, {figure['high']:.2f}]" if ends else ""
    return _number(figure["value"]) + interval


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    (DOCS / "paper.md").write_text(page(), encoding="utf-8")
