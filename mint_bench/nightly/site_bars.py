"""Whether the bars in a built site's tables show what the records say.

Places are read as a reader reads them: on the scale whose ends stand beside the bar.
"""

from collections.abc import Callable, Sequence

from mint_bench.leaderboard.cells import MARGIN, WIDTH
from mint_bench.nightly.checked import Checked, board_of, figures_of
from mint_bench.nightly.findings import Findings
from mint_bench.nightly.shown import number
from mint_bench.nightly.site_figures import NAMES
from mint_bench.nightly.site_pages import Drawing, Page, Table
from mint_bench.records.figures import Figure

WITHIN = 0.07  # units of a drawing: places are rounded to a tenth
OF_WIDTHS = 0.13  # of two rounded places
OF_UNITS = 0.25  # where the scale is itself read from rounded places
NOISE = 1e-9  # of the last digits: no interval that ends so near 0 is told to leave it out or not
THINNEST = 1.0  # no bar is drawn thinner
WIDE = 12.0  # units beyond which a bar says what its scale is
ALIKE = 0.02  # share by which a scale read from one bar may differ from that of another

Scale = Callable[[float], float]


def check_bars(checked: Checked) -> None:
    """Check every bar: its mark, its interval, and the human's line through the column."""
    units: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for page in checked.pages.values():
        for table in page.tables:
            if "board" in table.classes:
                _board(checked, page, table)
            elif "forest" in table.classes:
                _forest(checked, page, table)
            elif "gaps" in table.classes:
                _gaps(checked, page, table, units)
    for (board, name), found in units.items():
        _one_scale(checked.findings, f"boards/{board}: differences in {name}", found)


def _board(checked: Checked, page: Page, table: Table) -> None:
    heads = [cell for cell in table.rows[0] if "f" in cell.classes]
    for row in table.rows[1:]:
        folder = checked.linked(page, row[0])
        human = checked.with_role(folder, "human")
        for head, cell in zip(heads, figures_of(row), strict=True):
            name = NAMES.get(head.text.strip())
            if cell.drawing is None or name is None or folder not in checked.systems:
                continue
            where = f"{checked.name(page)}: {row[0].text.strip()}, {head.text.strip()}, bar"
            drawn = checked.systems[folder].figures[name]
            scale = _between(head.ends, WIDTH)
            _bar(checked.findings, where, cell.drawing, drawn, scale)
            if human:
                line = checked.systems[human].figures[name].value
                _line(checked.findings, where, cell.drawing, line, scale)


def _forest(checked: Checked, page: Page, table: Table) -> None:
    folder = checked.folder(page)
    human, leader = (checked.with_role(folder, role) for role in ("human", "highest empathy"))
    for row in table.rows[1:]:
        drawn = [cell for cell in row if cell.drawing is not None]
        if not drawn or folder not in checked.systems:
            continue
        name, drawing = NAMES[row[0].text.strip()], drawn[0].drawing
        assert drawing is not None  # noqa: S101 - just filtered
        where = f"{checked.name(page)}: {row[0].text.strip()}, bar"
        scale = _between(drawn[0].ends, float(drawing.box.split()[2]))
        own = checked.systems[folder].figures[name]
        _bar(checked.findings, where, drawing, own, scale, middle=1.0)
        if human:
            line = checked.systems[human].figures[name].value
            _line(checked.findings, where, drawing, line, scale)
        for dot in drawing.free.of_class("best"):
            best = checked.systems[leader].figures[name].value if leader else None
            if best is None:
                checked.findings.fault(where, "a leader's dot without a leader")
            else:
                checked.findings.drawn(f"{where}, leader", dot.number("cx"), scale(best), WITHIN)


def _between(ends: Sequence[str], width: float) -> Scale:
    """The scale of a bar whose ends are written beside it."""
    low, high = (number(end) for end in ends)
    return lambda value: MARGIN + (value - low) / (high - low) * (width - 2 * MARGIN)


def _bar(
    findings: Findings,
    where: str,
    drawing: Drawing,
    figure: Figure,
    scale: Scale,
    middle: float = 0.0,
) -> None:
    """A figure's mark, whose middle lies `middle` beside its start, and its interval."""
    marks, bars = drawing.free.of_class("v"), drawing.free.of_class("i")
    expected = [figure.value is not None, figure.value is not None and figure.low is not None]
    findings.same(where, [bool(marks), bool(bars)], expected)
    for mark in marks:
        if figure.value is not None:
            findings.drawn(where, mark.number("x") + middle, scale(figure.value), WITHIN)
    for bar in bars:
        if figure.low is not None and figure.high is not None:
            start, width = bar.number("x"), bar.number("width")
            findings.drawn(f"{where}, interval", start, scale(figure.low), WITHIN)
            wide = max(THINNEST, scale(figure.high) - scale(figure.low))
            findings.drawn(f"{where}, interval's width", width, wide, OF_WIDTHS)


def _line(
    findings: Findings, where: str, drawing: Drawing, value: float | None, scale: Scale
) -> None:
    """The human's line, as a thin rectangle or a path."""
    for line in drawing.free.of_class("h"):
        at = line.number("x") if "x" in line.values else line.path()[0]
        if value is None:
            findings.fault(where, "a human's line without a human")
        else:
            findings.drawn(f"{where}, human", at, scale(value), WITHIN)


def _gaps(
    checked: Checked,
    page: Page,
    table: Table,
    units: dict[tuple[str, str], list[tuple[str, float]]],
) -> None:
    """Bars of differences have no scale beside them: on a board all of a figure must share one."""
    heads = [cell.text.strip() for cell in table.rows[0] if "g" in cell.classes]
    me = checked.folder(page)
    for row in table.rows[1:]:
        linked = checked.linked(page, row[0])
        first, second = me, linked
        if me not in checked.systems:
            first, second = linked, checked.with_role(linked, row[1].text.strip()) or ""
        if first not in checked.systems or second not in checked.systems:
            continue
        for head, cell in zip(heads, figures_of(row), strict=True):
            where = f"{checked.name(page)}: {row[0].text.strip()}, {head}, bar"
            found = checked.systems[first].minus(checked.systems[second], NAMES[head])
            if found.value is None or found.low is None or found.high is None:
                checked.findings.same(where, cell.drawing, None)
                continue
            if min(abs(found.low), abs(found.high)) > NOISE:
                told = found.low > 0 or found.high < 0
                checked.findings.same(f"{where}, bold", "told" in cell.classes, told)
            if cell.drawing is None:
                checked.findings.fault(where, "is missing")
                continue
            unit = _unit(checked.findings, where, cell.drawing, found)
            if unit is not None:
                units.setdefault((board_of(first), head), []).append((where, unit))


def _unit(findings: Findings, where: str, drawing: Drawing, figure: Figure) -> float | None:
    """Units of a drawing a unit of the figure, after its widest part; None where that is thin."""
    value, low, high = figure.value or 0.0, figure.low or 0.0, figure.high or 0.0
    mark, bar = (drawing.free.of_class(name)[0] for name in ("v", "i"))
    start, wide = bar.number("x"), bar.number("width")
    ends = [(abs(low), start), *([(abs(high), start + wide)] if wide > THINNEST else [])]
    reach, far = max(ends)
    if abs(far) < WIDE or not reach:
        return None
    unit = abs(far) / reach
    findings.drawn(where, mark.number("x"), unit * value, OF_UNITS)
    findings.drawn(f"{where}, interval", start, unit * low, OF_UNITS)
    return unit


def _one_scale(findings: Findings, where: str, units: Sequence[tuple[str, float]]) -> None:
    middle = sorted(unit for _, unit in units)[len(units) // 2]
    for cell, unit in units:
        if abs(unit / middle - 1) > ALIKE:
            findings.fault(cell, f"has another scale than {where} on other pages")
