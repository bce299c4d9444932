"""The figures of a report, at the width of a paper's text, readable in black and white.

`draw_all` gives them by name. What they show is gathered in `content`.
"""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mint_bench.look import look
from mint_bench.records.figures import Figure
from mint_bench.records.tables import AT_BOUND_MARK, AT_BOUND_NOTE
from mint_bench.report.content import OF_TACTICS, RATED, Content, title_of, variance_words
from mint_bench.tactics.tagger import TACTICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet

INCHES = 6.3  # text width of A4 and letter papers
INK, QUIET, LINE, ACCENT = (look()[name] for name in ("ink", "quiet", "line", "accent"))
PAPER = "#ffffff"  # a page's own paper is not quite white
MARKS = {"system": "o", "human": "D", "best": "s"}
INTERVALS = "Lines: 95 % intervals, bootstrap over conversations."
IN_CELLS = (
    "In per cent; grey and small where fewer than 20 conversations tell. Intervals stand in "
    "report.json."
)
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "pdf.fonttype": 42,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "axes.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def draw_all(found: Content) -> dict[str, tuple["Sheet", str]]:
    """Every figure of the report with its caption, by name; those without data are left out."""
    from matplotlib import rc_context

    with rc_context(STYLE):  # type: ignore[arg-type]
        unit = f"Ratings from 1 to 5; repetition 0 as by chance, 1 always the same. {INTERVALS}"
        caption = f"{found.caption('Figures of', unit)} {variance_words(found.variance)}"
        if any(f.at_bound for one in found.systems for f in one.figures.values()):
            caption += f" {AT_BOUND_MARK} {AT_BOUND_NOTE}."
        drawn = {"figures": (forest(found), caption)}
        if _known(found.use):
            drawn["turns"] = (
                turns(found),
                found.caption("Share of replies with each tactic, by turn.", IN_CELLS),
            )
        if _known(found.transitions):
            what = "How often a tactic (column) follows one of the turn before (row)."
            drawn["transitions"] = (transition_matrix(found), found.caption(what, IN_CELLS))
        if _known(found.lags):
            unit = f"0 as by chance, 1 always the same. {INTERVALS}"
            drawn["lags"] = (lags(found), found.caption("Repetition 1 to 4 turns apart.", unit))
    return drawn


def _known(table: Sequence[Sequence[Figure]]) -> bool:
    return any(figure.value is not None for row in table for figure in row)


def forest(found: Content) -> "Sheet":
    """Ratings and tactic figures with intervals, beside the human and the best of the board."""
    sheet = _sheet(3.6)
    left, right = sheet.subplots(1, 2, width_ratios=(1, 1))
    _rows(left, found, RATED)
    left.set_xlim(0.85, 5.15)
    left.set_xticks([1, 2, 3, 4, 5])
    left.set_xlabel("rating, 1 to 5")
    _rows(right, found, OF_TACTICS)
    right.set_xlabel("share, or above chance")
    handles = [
        left.plot([], [], MARKS[one.role], color=_colour(one.role), markerfacecolor=_fill(one.role),
                  markersize=4.5, label=_label(one.role, one.record.title))[0]
        for one in found.systems
    ]  # fmt: skip
    sheet.legend(
        handles=handles, loc="outside upper left", ncols=len(handles), frameon=False,
        handletextpad=0.3, columnspacing=1.6,
    )  # fmt: skip
    return sheet


def _rows(axes: "Axes", found: Content, names: Sequence[str]) -> None:
    count = len(found.systems)
    for row, name in enumerate(names):
        for place, one in enumerate(found.systems):
            figure = one.figures[name]
            y = row + 0.22 * (place - (count - 1) / 2)
            _whisker(axes, figure, y, one.role)
        axes.axhline(row + 0.5, color=LINE, linewidth=0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(
        range(len(names)), [title_of(n).replace(", tested", ",\ntested") for n in names]
    )
    _bare(axes)


def _whisker(axes: "Axes", figure: Figure, y: float, role: str) -> None:
    if figure.value is None:
        return
    if figure.low is not None and figure.high is not None:
        axes.hlines(y, figure.low, figure.high, color=_colour(role), linewidth=1.1)
    axes.plot(figure.value, y, MARKS[role], color=_colour(role), markerfacecolor=_fill(role),
              markersize=4.5, markeredgewidth=1)  # fmt: skip
    if figure.at_bound:
        axes.annotate(AT_BOUND_MARK, (figure.value, y), xytext=(4, 0), textcoords="offset points",
                      fontsize=6.5, va="center")  # fmt: skip


def turns(found: Content) -> "Sheet":
    """Tactic use by turn, a tactic a row."""
    shares = _percentages(found.use).T
    sheet = _sheet(2.9)
    axes = sheet.subplots()
    _heat(axes, shares, [[f.n for f in row] for row in zip(*found.use, strict=True)])
    axes.set_yticks(range(len(TACTICS)), [t.replace("_", " ") for t in TACTICS])
    axes.set_xticks(range(shares.shape[1]), [str(t + 1) for t in range(shares.shape[1])])
    axes.set_xlabel("turn")
    return sheet


def transition_matrix(found: Content) -> "Sheet":
    """P(column in the reply | row in the turn before)."""
    sheet = _sheet(3.6)
    axes = sheet.subplots()
    _heat(axes, _percentages(found.transitions), [[f.n for f in row] for row in found.transitions])
    names = [t.replace("_", " ") for t in TACTICS]
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_ylabel("turn before")
    axes.set_xlabel("reply")
    return sheet


def lags(found: Content) -> "Sheet":
    """Repetition over the distance of two turns."""
    sheet = _sheet(2.3)
    axes = sheet.subplots()
    for place, (one, own) in enumerate(zip(found.systems, found.lags, strict=True)):
        known = [(lag, f) for lag, f in enumerate(own, 1) if f.value is not None]
        x = [lag + 0.06 * (place - (len(found.systems) - 1) / 2) for lag, _ in known]
        colour = _colour(one.role)
        for at, (_, f) in zip(x, known, strict=True):
            if f.low is not None and f.high is not None:
                axes.vlines(at, f.low, f.high, color=colour, linewidth=1.1)
        axes.plot(x, [f.value or 0.0 for _, f in known], marker=MARKS[one.role], color=colour,
                  markerfacecolor=_fill(one.role), markersize=4.5, linewidth=0.8,
                  linestyle="-" if one.role == "system" else ":",
                  label=_label(one.role, one.record.title))  # fmt: skip
    axes.axhline(0, color=LINE, linewidth=0.8)
    axes.set_xticks([1, 2, 3, 4])
    axes.set_xlabel("turns apart")
    axes.set_ylabel("repetition")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    _bare(axes)
    return sheet


def _heat(axes: "Axes", shares: np.ndarray, counts: Sequence[Sequence[int]]) -> None:
    """Cells shaded by their share, with the number in them; light where few conversations tell."""
    from matplotlib.colors import LinearSegmentedColormap

    from mint_bench.stats.intervals import MIN_CONVERSATIONS

    shades = LinearSegmentedColormap.from_list("shades", [PAPER, ACCENT])
    axes.imshow(np.ma.masked_invalid(shares), cmap=shades, vmin=0, vmax=100, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        few = counts[row][column] < MIN_CONVERSATIONS
        axes.text(column, row, "–" if np.isnan(share) else f"{share:.0f}", ha="center",
                  va="center", fontsize=5.5 if few else 6.8,
                  color=QUIET if few and share < 55 else PAPER if share > 60 else INK)  # fmt: skip
    for side in axes.spines.values():
        side.set_visible(False)


def _percentages(table: Sequence[Sequence[Figure]]) -> np.ndarray:
    return np.array([[np.nan if f.value is None else 100 * f.value for f in row] for row in table])


def _sheet(height: float) -> "Sheet":
    from matplotlib.figure import Figure as Sheet

    return Sheet(figsize=(INCHES, height), layout="constrained", facecolor=PAPER)


def _bare(axes: "Axes") -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _colour(role: str) -> str:
    return {"system": ACCENT, "human": INK, "best": QUIET}[role]


def _fill(role: str) -> str:
    return ACCENT if role == "system" else PAPER


def _label(role: str, title: str) -> str:
    plain = textwrap.shorten(title, 40, placeholder=" …")
    return f"best other: {plain}" if role == "best" else plain
