"""A built page as a reader meets it: anchors, links, cells of tables, drawings, paragraphs.

Parses with the standard library; knows nothing of figures.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from mint_bench.files import read_text

VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "rect", "path", "circle"})
SHAPES = frozenset({"rect", "path", "circle", "text"})
READ = frozenset({"lead", "answer", "caption"})


@dataclass
class Shape:
    """A part of a drawing: its tag, classes, attributes, and the words of a text."""

    tag: str
    classes: frozenset[str]
    values: dict[str, str]
    text: str = ""

    def number(self, name: str) -> float:
        """An attribute as a number."""
        return float(self.values[name])

    def path(self) -> list[float]:
        """The numbers of a path, in order."""
        return [float(one) for one in re.findall(r"-?[\d.]+", self.values["d"])]


@dataclass
class Group:
    """Shapes that belong together; `title` names them."""

    classes: frozenset[str]
    title: str = ""
    shapes: list[Shape] = field(default_factory=list)

    def of_class(self, *names: str) -> list[Shape]:
        """Its shapes that have all these classes."""
        return [shape for shape in self.shapes if shape.classes >= {*names}]


@dataclass
class Drawing:
    """A drawing: what stands in no group, its groups, and its words for those who cannot see it."""

    classes: frozenset[str]
    box: str
    label: str
    free: Group = field(default_factory=lambda: Group(frozenset()))
    groups: list[Group] = field(default_factory=list)


@dataclass
class Cell:
    """A cell of a table: its text, what stands small below it, its first link, its drawing.

    `ends` are the two numbers at the ends of a drawing's scale.
    """

    tag: str
    classes: frozenset[str]
    text: str = ""
    small: str = ""
    href: str = ""
    ends: list[str] = field(default_factory=list)
    drawing: Drawing | None = None


@dataclass
class Table:
    """A table: its classes, its caption, and its rows of cells."""

    classes: frozenset[str]
    caption: str = ""
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Paragraph:
    """A paragraph that tells figures, in pieces: words, and where they link to."""

    classes: frozenset[str]
    id: str = ""
    pieces: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join("".join(words for words, _ in self.pieces).split())


@dataclass
class Page:
    """A page of the site.

    Attributes:
        rated: Of a conversation's page, the numbers and words beside each reply.
    """

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    rated: list[list[str]] = field(default_factory=list)
    heading: str = ""


def read_page(path: Path) -> Page:
    """Parse an HTML or XML file.

    Raises:
        MintError: If it cannot be read.
    """
    reader = _Reader(path)
    reader.feed(read_text(path))
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page(path)
        self._open: list[tuple[str, frozenset[str]]] = []
        self._cell: Cell | None = None
        self._drawing: Drawing | None = None
        self._paragraph: Paragraph | None = None
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = frozenset(values.get("class", "").split())
        if "id" in values:
            self.page.ids.add(values["id"])
        self.page.links += [values[name] for name in ("href", "src") if name in values]
        if tag not in VOID:
            self._open.append((tag, classes))
        if tag == "table":
            self.page.tables.append(Table(classes))
        elif tag == "tr" and self.page.tables:
            self.page.tables[-1].rows.append([])
        elif tag in {"td", "th"} and self.page.tables:
            self._cell = Cell(tag, classes)
            self.page.tables[-1].rows[-1].append(self._cell)
        elif tag == "a":
            self._link = values.get("href", "")
            if self._cell and not self._cell.href:
                self._cell.href = self._link
        elif tag == "figcaption" or (tag == "p" and classes & READ):
            self._paragraph = Paragraph(classes or frozenset({tag}), values.get("id", ""))
            self.page.paragraphs.append(self._paragraph)
        elif tag == "div" and "rated" in classes:
            self.page.rated.append([])
        else:
            self._draw(tag, classes, values)

    def _draw(self, tag: str, classes: frozenset[str], values: dict[str, str]) -> None:
        if tag == "svg":
            # The parser of HTML writes names of attributes small.
            box = values.get("viewbox", "")
            self._drawing = Drawing(classes, box, values.get("aria-label", ""))
            if self._cell:
                self._cell.drawing = self._drawing
            else:
                self.page.drawings.append(self._drawing)
        elif self._drawing and tag == "g":
            self._drawing.groups.append(Group(classes))
        elif self._drawing and tag in SHAPES:
            self._group(self._drawing).shapes.append(Shape(tag, classes, values))

    def _group(self, drawing: Drawing) -> Group:
        return drawing.groups[-1] if self._within("g") else drawing.free

    def _within(self, tag: str, kind: str = "") -> bool:
        return any(name == tag and (not kind or kind in classes) for name, classes in self._open)

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._open) and self._open.pop()[0] != tag:
            pass
        if tag in {"td", "th", "table"}:
            self._cell = None
        elif tag == "svg":
            self._drawing = None
        elif tag in {"p", "figcaption"}:
            self._paragraph = None
        elif tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        tag = self._open[-1][0] if self._open else ""
        if self._paragraph is not None:
            self._paragraph.pieces.append((data, self._link))
        if tag == "caption":
            self.page.tables[-1].caption += data
        elif self._drawing is not None:
            self._written(self._drawing, tag, data)
        elif self._within("div", "rated") and data.strip():
            self.page.rated[-1].append(data.strip())
        elif self._within("h1") and tag == "bdi":
            self.page.heading += data
        if self._cell is not None and self._drawing is None:
            self._in_cell(self._cell, data)

    def _written(self, drawing: Drawing, tag: str, data: str) -> None:
        group = self._group(drawing)
        if tag == "title":
            group.title += data
        elif tag == "text" and group.shapes:
            group.shapes[-1].text += data

    def _in_cell(self, cell: Cell, data: str) -> None:
        if self._within("span"):
            if self._within("span", "ends"):
                cell.ends.append(data)
        elif self._within("small"):
            cell.small += data
        else:
            cell.text += data.strip("\n")
