"""A training's figures as SVG, for light and dark pages alike, readable in black and white.

Takes numbers and gives text; where they come from and where they go is the business of `report`
and `evidence`.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mint_bench.grpo.watch import WATCH
from mint_bench.look import look
from mint_bench.report.drawing import ACCENT, INK, LINE, PAPER, QUIET
from mint_bench.stats.compare import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet

CURVES = (
    ("empathy, held out", f"{WATCH}empathy"),
    ("repetition, held out", f"{WATCH}repetition"),
    ("density, held out", f"{WATCH}density"),
    ("words a turn, held out", f"{WATCH}words"),
    ("quality in training", "terms/quality"),
    ("KL to the untrained model", "kl"),
)
HANDS = ((ACCENT, "-", "o"), (INK, "--", "s"), (QUIET, ":", "D"), (INK, "-.", "^"))
"""Colour, line and mark of each run, told apart without colour too."""

SMOOTHED = 10  # steps, for what is logged at every step
WIDTH = 8.6  # inches

# The page's own colours after dark; older programs ignore the style and show the light ones.
DARK = {
    light: look("dark")[name]
    for light, name in (
        (PAPER, "paper"), (INK, "ink"), (QUIET, "quiet"), (LINE, "line"), (ACCENT, "accent")
    )
}  # fmt: skip


def curves(courses: Mapping[str, Sequence[dict[str, Any]]]) -> str:
    """Small multiples of what was watched and what was learned, a line a run.

    Args:
        courses: The trainer's log entries, by the run's name.
    """
    entries = [entry for course in courses.values() for entry in course]
    drawn = [(title, key) for title, key in CURVES if any(key in entry for entry in entries)]
    rows = max(1, -(-len(drawn) // 2))
    with _style():
        sheet = _sheet(0.8 + 1.75 * rows + (0.3 if len(courses) > 1 else 0))
        for place, (title, key) in enumerate(drawn):
            axes = sheet.add_subplot(rows, 2, place + 1)
            for course, hand in zip(courses.values(), _hands(len(courses)), strict=True):
                _line(axes, course, key, hand, alone=len(courses) == 1)
            _bare(axes, title)
            axes.locator_params(axis="y", nbins=4)
            if place >= len(drawn) - 2:
                axes.set_xlabel("step", fontsize=8, color=QUIET)
        room = _legend(sheet, list(courses))
        sheet.tight_layout(h_pad=1.2, w_pad=2.0, rect=(0, 0, 1, room))
        return _svg(sheet)


def changes(compared: Mapping[str, Mapping[str, Comparison]]) -> str:
    """How each figure changed, with its 95 % interval and a line at no change, a row a run.

    Args:
        compared: By the run's name, then by the figure's.
    """
    names = list(next(iter(compared.values())))
    rows = max(1, -(-len(names) // 2))
    with _style():
        sheet = _sheet(0.5 + (0.75 + 0.22 * len(compared)) * rows)
        for place, name in enumerate(names):
            axes = sheet.add_subplot(rows, 2, place + 1)
            axes.axvline(0, color=LINE, lw=1)
            for row, (found, hand) in enumerate(
                zip(compared.values(), _hands(len(compared)), strict=True)
            ):
                one = found[name]
                axes.plot([one.low, one.high], [row, row], color=hand[0], lw=1.4)
                axes.plot([one.difference], [row], color=hand[0], marker=hand[2], markersize=4.5)
            axes.set_yticks(range(len(compared)), list(compared))
            axes.set_ylim(len(compared) - 0.5, -0.5)
            _bare(axes, name)
            axes.spines["left"].set_visible(False)
            axes.locator_params(axis="x", nbins=5)
        sheet.tight_layout(h_pad=1.2, w_pad=2.0)
        return _svg(sheet)


def _line(
    axes: "Axes",
    course: Sequence[dict[str, Any]],
    key: str,
    hand: tuple[str, str, str],
    *,
    alone: bool,
) -> None:
    """One run's line; of what is logged at every step, its mean over the last few."""
    points = [(entry["step"], entry[key]) for entry in course if entry.get(key) is not None]
    if not points:
        return
    steps, values = zip(*points, strict=True)
    colour, dashes, mark = hand
    if key.startswith(WATCH):
        axes.plot(steps, values, color=colour, ls=dashes, lw=1.4, marker=mark, markersize=3.5)
        return
    if alone:
        axes.plot(steps, values, color=LINE, lw=0.8)
    axes.plot(steps, _smooth(values), color=colour, ls=dashes, lw=1.4)


def _smooth(values: Sequence[float]) -> list[float]:
    """The mean of the last few values, for the eye."""
    windows = [values[max(0, end - SMOOTHED) : end] for end in range(1, len(values) + 1)]
    return [sum(window) / len(window) for window in windows]


def _hands(count: int) -> list[tuple[str, str, str]]:
    """The accent is the last run's."""
    return [HANDS[(count - 1 - place) % len(HANDS)] for place in range(count)]


def _legend(sheet: "Sheet", names: Sequence[str]) -> float:
    """Names of the lines above all; the share of the height that is left below."""
    if len(names) < 2:
        return 1.0
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=colour, ls=dashes, marker=mark, markersize=3.5, lw=1.4)
        for colour, dashes, mark in _hands(len(names))
    ]
    sheet.legend(
        lines, names, loc="upper left", ncols=len(names), frameon=False, fontsize=9,
        labelcolor=INK, bbox_to_anchor=(0.02, 1.0), handlelength=3.2,
    )  # fmt: skip
    return 1.0 - 0.35 / sheet.get_figheight()


def _bare(axes: "Axes", title: str) -> None:
    axes.set_title(title, loc="left", fontsize=9, color=INK)
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=QUIET, labelsize=8, length=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)


def _style() -> Any:  # noqa: ANN401 - a context of matplotlib
    from matplotlib import rc_context

    return rc_context({
        "svg.hashsalt": "mint-bench",
        "svg.fonttype": "none",
        "font.family": "DejaVu Sans",
        "axes.unicode_minus": True,
    })


def _sheet(height: float) -> "Sheet":
    from matplotlib.figure import Figure as Sheet

    return Sheet(figsize=(WIDTH, height), facecolor=PAPER)


def _svg(sheet: "Sheet") -> str:
    """The figure as text; its colours change with the reader's page."""
    out = io.StringIO()
    sheet.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    rules = "".join(
        f'[style*="{part}: {light}"] {{ {part}: {dark} !important }} '
        for light, dark in DARK.items()
        for part in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{ {rules}}}</style>"
    text = out.getvalue().replace("'DejaVu Sans'", look()["font"].replace('"', "'"))
    return text.replace("<defs>", f"{style}\n <defs>", 1)
