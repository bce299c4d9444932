"""The page of speeds: `docs/speed.md`, from the figures that the measurements left.

The words of it stand in `docs/pages/speed.yaml` and its template; this measures nothing.
"""

from pathlib import Path
from typing import Any

from mint_bench.files import read_json, read_yaml, write_text
from mint_bench.records.pages import render_page

LATEST = Path(__file__).with_name("latest.json")
LATEST_VLLM = Path(__file__).with_name("latest-vllm.json")
DOCS = Path(__file__).parents[1] / "docs"


def write_page() -> None:
    """Write the page anew."""
    found = {
        name: row
        for path in (LATEST, LATEST_VLLM)
        if path.exists()
        for name, row in read_json(path).items()
    }
    write_text(DOCS / "speed.md", page(found, read_yaml(DOCS / "pages" / "speed.yaml")))


def page(found: dict[str, dict[str, Any]], words: dict[str, Any]) -> str:
    """The page as Markdown.

    Args:
        found: Rows as `entry` makes them, by measure.
        words: What is said of each measure, by part of the page.
    """
    parts = {
        part: [
            (name, told, found.get(name), found.get(f"{name}_memory"))
            for name, told in rows.items()
        ]
        for part, rows in words["parts"].items()
    }
    return render_page(
        DOCS / "pages" / "speed.md.j2",
        parts=parts,
        number=number,
        met=lambda name, row: met(row, more=name in words["more_is_better"]),
    )


def number(value: float) -> str:
    """With the digits that mean something.

    >>> number(0.06691), number(46345.8), number(1.149)
    ('0.067', '46,346', '1.15')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def met(row: dict[str, Any], *, more: bool) -> str:
    """Whether a row's aim is met, where it has one; `more` is better, or less."""
    if row["against"] is None:
        return ""
    good = row["value"] >= row["against"] if more else row["value"] <= row["against"]
    return "met" if good else "**missed**"
