"""Whether the picture of the first page and every lag profile show what the records say.

Places are read as a reader reads them: on the axis whose ticks are written beside the drawing.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

from mint_bench.leaderboard.cells import signed
from mint_bench.leaderboard.picture import MOST_WHISKERS, SIZE, X, Y
from mint_bench.leaderboard.system import LAGS
from mint_bench.nightly.checked import Checked
from mint_bench.nightly.findings import Findings
from mint_bench.nightly.recomputed import Recomputed
from mint_bench.nightly.shown import number
from mint_bench.nightly.site_pages import Drawing, Group, Page, Shape
from mint_bench.records.figures import Figure

WITHIN = 0.3  # units of a drawing: ticks and marks are rounded to a tenth
HALF = {"rect": 4.0, "path": 8.0}  # of the square and of the diamond in the picture
DIAMOND = 5.0  # of the diamond in a lag profile
BASE = 4.0  # from a tick to the foot of its words
AREA = 2.7  # radius of a circle for one tactic a turn

Scale = Callable[[float], float]


def check_plots(checked: Checked) -> None:
    """Check the picture and the lag profiles."""
    for page in checked.pages.values():
        folder = checked.folder(page)
        for drawing in page.drawings:
            if "plot" not in drawing.classes:
                continue
            if folder in checked.systems:
                _lags(checked, page, drawing, folder)
            else:
                _picture(checked, page, drawing)


def _picture(checked: Checked, page: Page, drawing: Drawing) -> None:
    """Empathy against repetition: every mark has the place of a system of its title and kind."""
    where = f"{checked.name(page)}: the picture, {' '.join(sorted(drawing.classes - {'plot'}))}"
    titles = Counter((group.title, *group.classes) for group in drawing.groups)
    across, up = _axis(drawing, "mid", "x"), _axis(drawing, "end", "y", BASE)
    if across is None or up is None:
        checked.findings.fault(where, "an axis without two ticks cannot be read")
        return
    tried = []
    for standing in checked.boards.values():
        systems = [one for one in standing.systems.values() if _drawable(one)]
        if Counter((one.record.title, one.record.kind) for one in systems) == titles:
            found = Findings()
            for group in drawing.groups:
                _mark(found, where, group, systems, across, up)
            _cross(found, where, drawing, systems, across, up)
            tried.append(found)
    if not tried:
        checked.findings.fault(where, "shows other systems than any board has")
        return
    best = min(tried, key=lambda found: len(found.faults))
    checked.findings.checked += best.checked
    checked.findings.faults += best.faults


def _drawable(one: Recomputed) -> bool:
    return all(one.figures[name].value is not None for name in (X, Y))


def _axis(drawing: Drawing, anchor: str, name: str, beside: float = 0.0) -> Scale | None:
    """The scale that an axis' first and last tick say; None where it has no two."""
    ticks = [
        (number(shape.text), shape.number(name) - beside)
        for shape in drawing.free.of_class("tick", anchor)
        if not math.isnan(number(shape.text))
    ]
    if len(ticks) < 2:
        return None
    (low, first), (high, last) = ticks[0], ticks[-1]
    return lambda value: first + (value - low) / (high - low) * (last - first)


def _mark(
    findings: Findings,
    where: str,
    group: Group,
    systems: Sequence[Recomputed],
    across: Scale,
    up: Scale,
) -> None:
    """A system's mark; of several with one title it is that of the one it fits best."""
    fitting = []
    for one in systems:
        if (one.record.title, one.record.kind) != (group.title, *group.classes):
            continue
        found = Findings()
        _mark_of(found, f"{where}, {group.title}", group, one, across, up)
        if len(systems) <= MOST_WHISKERS:
            ends = [one.figures[name].low is not None for name in (X, Y)]
            found.same(f"{where}, {group.title}, intervals", _drawn_ends(group), ends)
        fitting.append(found)
    best = min(fitting, key=lambda found: len(found.faults))
    findings.checked += best.checked
    findings.faults += best.faults


def _mark_of(
    findings: Findings, where: str, group: Group, one: Recomputed, across: Scale, up: Scale
) -> None:
    x, y = one.figures[X], one.figures[Y]
    for shape in group.of_class("m"):
        at_x, at_y = _middle(shape)
        findings.drawn(f"{where}, repetition", at_x, across(x.value or 0.0), WITHIN)
        findings.drawn(f"{where}, empathy", at_y, up(y.value or 0.0), WITHIN)
        if shape.tag == "circle":
            size = AREA * math.sqrt(max(1.0, one.figures[SIZE].value or 1.0))
            findings.drawn(f"{where}, density", shape.number("r"), size, WITHIN)
    for shape in group.of_class("w"):
        for start, end in re.findall(r"M([\d.-]+) [\d.-]+H([\d.-]+)", shape.values["d"]):
            _ends(findings, f"{where}, repetition", (start, end), x, across)
        for start, end in re.findall(r"M[\d.-]+ ([\d.-]+)V([\d.-]+)", shape.values["d"]):
            _ends(findings, f"{where}, empathy", (start, end), y, up)


def _drawn_ends(group: Group) -> list[bool]:
    paths = " ".join(shape.values["d"] for shape in group.of_class("w"))
    return ["H" in paths, "V" in paths]


def _middle(shape: Shape) -> tuple[float, float]:
    """Where a mark lies: a circle, a square, or a diamond that is drawn from its top."""
    if shape.tag == "circle":
        return shape.number("cx"), shape.number("cy")
    if shape.tag == "rect":
        return shape.number("x") + HALF["rect"], shape.number("y") + HALF["rect"]
    x, y, *_ = shape.path()
    return x, y + HALF["path"]


def _ends(
    findings: Findings, where: str, shown: tuple[str, str], figure: Figure, scale: Scale
) -> None:
    for text, value in zip(shown, (figure.low, figure.high), strict=True):
        if value is None:
            findings.fault(where, "an interval that the records do not have")
        else:
            findings.drawn(f"{where}, interval", float(text), scale(value), WITHIN)


def _cross(
    findings: Findings,
    where: str,
    drawing: Drawing,
    systems: Sequence[Recomputed],
    across: Scale,
    up: Scale,
) -> None:
    """The thin lines through the human."""
    humans = [one for one in systems if one.record.kind == "human"]
    crosses = drawing.free.of_class("cross")
    findings.same(f"{where}, lines through the human", len(crosses), int(len(humans) == 1))
    for cross, human in zip(crosses, humans, strict=False):
        x, _, _, _, y, _ = cross.path()
        findings.drawn(f"{where}, human", x, across(human.figures[X].value or 0.0), WITHIN)
        findings.drawn(f"{where}, human", y, up(human.figures[Y].value or 0.0), WITHIN)


def _lags(checked: Checked, page: Page, drawing: Drawing, folder: str) -> None:
    """Repetition 1 to 4 turns apart, of the system and of the human."""
    where = f"{checked.name(page)}: repetition by distance"
    findings, up = checked.findings, _axis(drawing, "end", "y", BASE)
    if up is None:
        findings.fault(where, "an axis without two ticks cannot be read")
        return
    own = checked.systems[folder].figures
    apart = {
        shape.number("x"): int(number(shape.text)) for shape in drawing.free.of_class("tick", "mid")
    }
    told = [f"{n} apart {_shown(own[LAGS[n - 1]])}" for n in sorted(apart.values())]
    findings.same(f"{where}, in words", drawing.label.partition(": ")[2], ", ".join(told))
    human = checked.with_role(folder, "human")
    for group in drawing.groups:
        whose = human if "human" in group.classes else folder
        if whose not in checked.systems:
            findings.fault(where, "no record behind a line")
            continue
        figures = checked.systems[whose].figures
        wanted = [n for n in sorted(apart.values()) if figures[LAGS[n - 1]].value is not None]
        points = [_point(shape) for shape in group.of_class("m")]
        findings.same(f"{where}, points", [apart.get(x) for x, _ in points], wanted)
        for x, y in points:
            if x in apart:
                value = figures[LAGS[apart[x] - 1]].value or 0.0
                findings.drawn(f"{where}, {apart[x]} apart", y, up(value), WITHIN)
        for line in group.of_class("line"):
            flat = [place for point in points for place in point]
            findings.same(f"{where}, line", [round(one, 1) for one in line.path()], flat)
        for bar in group.of_class("w"):
            x, low, high = bar.path()
            figure = figures[LAGS[apart[x] - 1]]
            _ends(findings, f"{where}, {apart[x]} apart", (str(low), str(high)), figure, up)


def _point(shape: Shape) -> tuple[float, float]:
    if shape.tag == "circle":
        return shape.number("cx"), shape.number("cy")
    x, y, *_ = shape.path()
    return x, round(y + DIAMOND, 1)


def _shown(figure: Figure) -> str:
    return "–" if figure.value is None else signed(f"{figure.value:.2f}")
