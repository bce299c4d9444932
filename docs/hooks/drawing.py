"""A small pen for pictures that read well in light and dark: text, bars, dots and lines as SVG.

Knows no metric. Lengths are in pixels of a picture 640 wide.
"""

from collections.abc import Sequence
from html import escape

WIDTH = 640
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; fill: #1d2327; }
.quiet { fill: #5b666d; }
.strong { font-weight: 600; }
.accent { fill: #0f6b74; }
.bar { fill: #7fb0b5; }
.pale { fill: #d9dee1; }
.ring { fill: none; stroke: #5b666d; stroke-width: 1.5; }
.thin { stroke: #d9dee1; stroke-width: 1; fill: none; }
.line { stroke: #0f6b74; stroke-width: 2; fill: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9ea; }
  .quiet { fill: #a2adb3; }
  .accent { fill: #6cc3cc; }
  .bar { fill: #3d757b; }
  .pale { fill: #384248; }
  .ring { stroke: #a2adb3; }
  .thin { stroke: #384248; }
  .line { stroke: #6cc3cc; }
}
"""


class Picture:
    """Parts in the order in which they are drawn."""

    def __init__(self, title: str) -> None:
        """Begin a picture that screen readers call by its title."""
        self.title = title
        self.parts: list[str] = []
        self.height = 0.0

    def text(self, x: float, y: float, said: str, style: str = "", anchor: str = "start") -> None:
        """Words with their baseline at y."""
        self._reach(y + 6)
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">'
            f"{escape(said)}</text>"
        )

    def bar(self, x: float, y: float, width: float, height: float, style: str = "bar") -> None:
        """A filled rectangle."""
        self._reach(y + height)
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:g}" width="{max(width, 0):.1f}" height="{height:g}" rx="2" '
            f'class="{style}"/>'
        )

    def dot(self, x: float, y: float, style: str = "accent", radius: float = 5) -> None:
        """A filled or, with the style `ring`, an open circle."""
        self._reach(y + radius)
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:g}" r="{radius:g}" class="{style}"/>')

    def line(self, points: Sequence[tuple[float, float]], style: str = "thin") -> None:
        """A line through points."""
        self._reach(max(y for _, y in points) + 2)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" class="{style}"/>')

    def bars(
        self, rows: Sequence[tuple[str, float, str]], most: float, y: float = 8, left: float = 170
    ) -> float:
        """Horizontal bars with a label before and a figure after; gives the y below them."""
        room = WIDTH - left - 110
        for label, value, told in rows:
            self.text(left - 12, y + 13, label, "quiet", "end")
            self.bar(left, y + 2, room * value / most, 14)
            self.text(left + room * value / most + 8, y + 13, told)
            y += 24
        return y

    def svg(self) -> str:
        """The whole as a file's text."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height + 6:g}" '
            f'role="img" aria-label="{escape(self.title)}">\n<style>{STYLE}</style>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )

    def _reach(self, y: float) -> None:
        self.height = max(self.height, y)
