"""Writes `docs/multi_turn.md` and its picture: one system under each history, from the records.

`python docs/hooks/multi_turn.py` (`make multi-turn` ends with it). Which systems are shown stands
in `docs/pages/multi_turn.yaml`, the words in the template; every number comes from `results/`.
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent))  # started as a file, it looks for its neighbours

from drawing import WIDTH, Picture

from mint_bench.judging.guards import LOOPS
from mint_bench.records.across import (
    CHANGES,
    HISTORIES,
    MEASURES,
    VIEWS,
    Change,
    History,
    Measure,
    View,
    by_history,
    changes,
    view_figures,
)
from mint_bench.records.figures import Figure
from mint_bench.records.pages import render_page
from mint_bench.records.schema import Record
from mint_bench.records.seeker import audit_rates
from mint_bench.records.store import read_all
from mint_bench.records.tables import AT_BOUND_NOTE, cell, chance
from mint_bench.stats.ranking import ALPHA

DOCS = Path(__file__).parents[1]
PICTURE = DOCS / "images" / "multi_turn.svg"
Shown = dict[tuple[Measure, View], Figure]
Systems = dict[str, dict[History, Record]]
TICKS = (0.0, 0.5, 1.0)


def found(results: Path) -> tuple[dict[str, Any], Systems]:
    """What the page is told, and the records it speaks of."""
    told = yaml.safe_load((DOCS / "pages" / "multi_turn.yaml").read_text(encoding="utf-8"))
    records = read_all(results)
    return told, {name: by_history(name, records, told["source"]) for name in told["systems"]}


def page(told: dict[str, Any], systems: Systems) -> str:
    """The page, from what the records say now."""
    titles = {name: next(iter(by.values())).title for name, by in systems.items()}
    shown = {name: view_figures(by) for name, by in systems.items()}
    tests = [c for c in changes(systems) if not math.isnan(c.p_holm)]
    return render_page(
        DOCS / "pages" / "multi_turn.md.j2",
        source=told["source"],
        n=len({c.id for by in systems.values() for r in by.values() for c in r.conversations}),
        model=titles[told["model"]],
        runs=[
            _run(titles[name], record) for name, by in systems.items() for record in _in_order(by)
        ],
        views=[view.title for view in VIEWS],
        views_unpaired=[view.alone for view in VIEWS if view.pairing == "self"],
        measures=[
            {"title": m.title, "paired": m.paired, "rows": _rows(m, titles, shown)}
            for m in MEASURES
        ],
        changes=[
            {
                "title": f"From *{before.title}* to *{after.title}*",
                "rows": [
                    _change(c, titles) for c in tests if (c.before, c.after) == (before, after)
                ],
            }
            for before, after in CHANGES
        ],
        of_model={
            (c.measure.title, c.before.history, c.after.history): _change(c, titles)
            for c in tests
            if c.system == told["model"]
        },
        tests=len(tests),
        marked=any(one.at_bound for own in shown.values() for one in own.values()),
        at_bound=AT_BOUND_NOTE,
    )


def _in_order(by: dict[History, Record]) -> list[Record]:
    return [by[history] for history in HISTORIES if history in by]


def _run(title: str, record: Record) -> dict[str, Any]:
    turns = [turn for conversation in record.conversations for turn in conversation.turns]
    audit = audit_rates(record.conversations)
    seeker = record.board.seeker
    return {
        "title": title,
        "history": record.board.history,
        "seeker": seeker.name if seeker else "–",
        "epochs": record.settings.epochs,
        "replies": len(turns),
        "unscored": sum(turn.lacks_a_part for turn in turns),
        "stuck": sum(LOOPS in turn.flags for turn in turns),
        "audit": audit.told() if audit else "",
        "unreliable": bool(audit and audit.unreliable),
    }


def _rows(measure: Measure, titles: dict[str, str], shown: dict[str, Shown]) -> list[list[str]]:
    return [
        [titles[name], *(_cell(own.get((measure, view))) for view in _views(measure))]
        for name, own in shown.items()
    ]


def _views(measure: Measure) -> Sequence[View]:
    """Where nothing is held against a turn before, gold is one view."""
    return [view for view in VIEWS if measure.paired or view.pairing == "self"]


def _cell(figure: Figure | None) -> str:
    return cell(figure) if figure else "–"


def _change(one: Change, titles: dict[str, str]) -> dict[str, Any]:
    test = one.test
    moved = "higher" if test.difference > 0 else "lower"
    return {
        "system": titles[one.system],
        "figure": one.measure.title,
        "change": f"{test.difference:+.2f} [{test.low:+.2f}, {test.high:+.2f}]",
        "p": chance(one.p_holm),
        "verdict": moved if one.p_holm < ALPHA else "not told apart",
    }


def picture(systems: Systems) -> Picture:
    """Repetition of each system in each view, with its interval; those without any are left out."""
    drawn = Picture("Repetition of each system under each history, with 95 % intervals")
    titles = {name: next(iter(by.values())).title for name, by in systems.items()}
    shown = {
        titles[name]: [
            (view, own[MEASURES[0], view]) for view in VIEWS if (MEASURES[0], view) in own
        ]
        for name, own in ((name, view_figures(by)) for name, by in systems.items())
    }
    shown = {t: rows for t, rows in shown.items() if any(one.value is not None for _, one in rows)}
    known = [one for rows in shown.values() for _, one in rows]
    ends = [end for one in known for end in (one.low, one.high, one.value) if end is not None]
    low, high = math.floor(10 * min([0.0, *ends])) / 10, math.ceil(10 * max([1.0, *ends])) / 10
    left, right, step = 270.0, WIDTH - 60.0, 22

    def at(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    drawn.text(12, 16, "0: chance, 1: always the same", "quiet")
    for tick in TICKS:
        drawn.text(at(tick), 16, f"{tick:g}", "quiet", "middle")
    y = 46.0
    for title, rows in shown.items():
        drawn.text(12, y, title, "strong")
        for tick in TICKS:
            drawn.line([(at(tick), y + 6), (at(tick), y + 10 + step * len(rows))])
        for view, one in rows:
            y += step
            drawn.text(left - 20, y, view.title, "quiet", "end")
            if one.value is None:
                drawn.text(at(0) + 8, y, "undefined", "quiet")
                continue
            if one.low is not None and one.high is not None:
                drawn.line([(at(one.low), y - 4), (at(one.high), y - 4)], "line")
            drawn.dot(at(one.value), y - 4, "accent", 4.5)
            drawn.text(right + 14, y, f"{one.value:.2f}", "quiet")
        y += 38
    return drawn


def main() -> None:
    """Write the page and its picture."""
    told, systems = found(DOCS.parent / "results")
    (DOCS / "multi_turn.md").write_text(page(told, systems), encoding="utf-8")
    PICTURE.write_text(picture(systems).svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
