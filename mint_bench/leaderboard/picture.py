"""The picture first: empathy against repetition on one board, every system with both intervals.

An SVG file, equal for equal records; one for light and one for dark. Marks differ in shape,
so that it can be read in black and white.
"""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mint_bench.records.tables import BoardTable, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

X, Y = "repetition_vs_self", "aggregated_empathy"
MAX_LABEL = 44
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif"
MARKERS = {"model": "o", "published": "o", "human": "D", "trivial": "s"}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one of the two looks."""

    ink: str
    quiet: str
    line: str
    accent: str
    paper: str


PALETTES = {
    "light": Palette("#1d2327", "#5b666d", "#d9dee1", "#0f6b74", "#fdfdfc"),
    "dark": Palette("#e6e9ea", "#a2adb3", "#384248", "#6cc3cc", "#14181a"),
}


def drawable(table: BoardTable) -> list[Row]:
    """The rows that have both figures."""
    return [
        row for row in table.rows if all(row.figures[name].value is not None for name in (X, Y))
    ]


def picture(rows: Sequence[Row], look: str) -> str:
    """Draw rows that have both figures.

    Args:
        rows: As `drawable` gives them.
        look: `light` or `dark`.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Sheet

    colours = PALETTES[look]
    with (
        rc_context({
            "svg.hashsalt": "mint-bench",
            "svg.fonttype": "none",
            "font.family": "DejaVu Sans",
        }),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # glyphs that the measuring font lacks
        sheet = Sheet(figsize=(10.2, 6.2), facecolor="none")
        axes = sheet.add_axes((0.055, 0.085, 0.93, 0.875))
        _frame(axes, colours)
        for row in rows:
            _mark(axes, row, colours)
        _label(axes, rows, colours)
        out = io.StringIO()
        sheet.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return out.getvalue().replace("'DejaVu Sans'", FONTS)


def _frame(axes: "Axes", colours: Palette) -> None:
    axes.set_facecolor("none")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(colours.line)
    axes.tick_params(colors=colours.quiet, labelsize=9, length=0, pad=5)
    axes.margins(0.07)
    axes.set_xlabel(
        "repetition: 0 as by chance, 1 always the same moves", color=colours.quiet,
        fontsize=9.5, loc="right",
    )  # fmt: skip
    axes.text(
        0, 1.03, "empathy, 1 to 5", color=colours.quiet, fontsize=9.5,
        transform=axes.transAxes, ha="left", va="center",
    )  # fmt: skip


def _mark(axes: "Axes", row: Row, colours: Palette) -> None:
    x, y = _point(row)
    kind = row.record.kind
    colour = {"human": colours.ink, "trivial": colours.quiet}.get(kind, colours.accent)
    if kind == "human":
        axes.axvline(x, color=colours.line, linewidth=1, zorder=0)
        axes.axhline(y, color=colours.line, linewidth=1, zorder=0)
    for name, draw, at in ((X, axes.hlines, y), (Y, axes.vlines, x)):
        figure = row.figures[name]
        if figure.low is not None and figure.high is not None:
            draw(at, figure.low, figure.high, color=colour, linewidth=1.1, alpha=0.55, zorder=1)
    axes.plot(
        x, y, MARKERS[kind], markersize=7.5 if kind == "human" else 6.5,
        markerfacecolor=colours.paper if kind == "published" else colour,
        markeredgecolor=colour, markeredgewidth=1.5, zorder=3,
    )  # fmt: skip


def _point(row: Row) -> tuple[float, float]:
    x, y = row.figures[X].value, row.figures[Y].value
    if x is None or y is None:
        raise ValueError("a row without both figures cannot be drawn")
    return x, y


def _label(axes: "Axes", rows: Sequence[Row], colours: Palette) -> None:
    """Write each name beside its mark, where it covers the least of what stands there already."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    sheet = axes.figure.get_figure(root=True)
    canvas = FigureCanvasAgg(sheet)
    canvas.draw()  # type: ignore[no-untyped-call]
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    points = [tuple(axes.transData.transform(_point(row))) for row in rows]
    solid = [Bbox.from_bounds(x - 6, y - 6, 12, 12) for x, y in points]
    thin = [
        _whisker(axes, row, name, point)
        for row, point in zip(rows, points, strict=True)
        for name in (X, Y)
    ]
    page = Bbox.from_extents(*sheet.bbox.extents)
    for row, point in sorted(
        zip(rows, points, strict=True), key=lambda one: -_neighbours(one[1], points)
    ):
        places: list[tuple[float, int, Annotation, Bbox, list[Bbox]]] = []
        for spot in _spots():
            label, box, far = _try(axes, row, spot, renderer, colours)
            leader = _leader(box, point)
            crossed = sum(one.overlaps(other) for one in leader for other in solid)
            cost = _cost(box, solid, page) + 0.5 * _cost(box, thin, page) + far + 25 * crossed
            places.append((cost, len(places), label, box, leader))
        _, _, chosen, box, leader = min(places, key=lambda place: place[:2])
        for _, _, label, _, _ in places:
            if label is not chosen:
                label.remove()
        solid.append(box)
        thin.extend(leader)


def _neighbours(point: tuple[float, ...], points: Sequence[tuple[float, ...]]) -> int:
    return sum(abs(point[0] - x) + 3 * abs(point[1] - y) < 200 for x, y in points)


def _spots() -> list[tuple[float, float, str, str]]:
    """Offsets in points with alignment, the nearest first."""
    spots: list[tuple[float, float, str, str]] = []
    for d in (7, 14, 22, 32, 44, 58, 74):
        spots += [
            (d, 0, "left", "center"), (-d, 0, "right", "center"), (0, d, "center", "bottom"),
            (0, -d, "center", "top"), (d, d * 0.7, "left", "bottom"),
            (d, -d * 0.7, "left", "top"), (-d, d * 0.7, "right", "bottom"),
            (-d, -d * 0.7, "right", "top"),
        ]  # fmt: skip
    return spots


def _try(
    axes: "Axes",
    row: Row,
    spot: tuple[float, float, str, str],
    renderer: "RendererBase",
    colours: Palette,
) -> tuple["Annotation", "Bbox", float]:
    dx, dy, across, up = spot
    far = max(abs(dx), abs(dy))
    human = row.record.kind == "human"
    label = axes.annotate(
        _short(row.record.title), _point(row), xytext=(dx, dy), textcoords="offset points",
        ha=across, va=up, fontsize=8.2, color=colours.ink if human else colours.quiet,
        fontweight="bold" if human else "normal", parse_math=False, zorder=4,
        arrowprops={"arrowstyle": "-", "color": colours.quiet, "lw": 0.6, "shrinkA": 0,
                    "shrinkB": 4} if far > 10 else None,
    )  # fmt: skip
    label.update_positions(renderer)
    from matplotlib.text import Text

    return label, Text.get_window_extent(label, renderer), far


def _whisker(axes: "Axes", row: Row, name: str, at: tuple[float, float]) -> "Bbox":
    from matplotlib.transforms import Bbox

    figure, (x, y) = row.figures[name], at
    if figure.low is None or figure.high is None:
        return Bbox.from_bounds(x, y, 0, 0)
    across = name == X
    ends = [
        axes.transData.transform((v, _point(row)[1]) if across else (_point(row)[0], v))
        for v in (figure.low, figure.high)
    ]
    return Bbox([[ends[0][0] - 0.5, ends[0][1] - 0.5], [ends[1][0] + 0.5, ends[1][1] + 0.5]])


def _cost(box: "Bbox", taken: Sequence["Bbox"], page: "Bbox") -> float:
    """Points that count against a place: what it covers, in square pixels, and leaving the page."""
    covered = 0.0
    for other in taken:
        wide = min(box.x1, other.x1) - max(box.x0, other.x0)
        high = min(box.y1, other.y1) - max(box.y0, other.y0)
        if wide > 0 and high > 0:
            covered += wide * high + 10
    outside = box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    return covered + (1e4 if outside else 0)


def _leader(box: "Bbox", point: tuple[float, ...]) -> list["Bbox"]:
    """The line from a mark to its name, as small boxes, without what lies at the mark itself."""
    from matplotlib.transforms import Bbox

    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    steps = [(point[0] + (x - point[0]) * k / 40, point[1] + (y - point[1]) * k / 40)
             for k in range(41)]  # fmt: skip
    return [
        Bbox.from_bounds(a - 0.5, b - 0.5, 1, 1)
        for a, b in steps
        if abs(a - point[0]) + abs(b - point[1]) > 13 and not box.contains(a, b)
    ]


def _short(text: str) -> str:
    plain = "".join(c if c.isprintable() else "·" for c in text)
    return plain if len(plain) <= MAX_LABEL else plain[: MAX_LABEL - 1] + "…"
