"""A built page as a reader meets it: its anchors, its links, and the cells of its tables.

Parses with the standard library; knows nothing of figures.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from mint_bench.files import read_text

VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "rect", "path", "circle"})


@dataclass
class Cell:
    """A cell of a table: its own text, what stands small below it, and its first link."""

    tag: str
    classes: frozenset[str]
    text: str = ""
    small: str = ""
    href: str = ""


@dataclass
class Table:
    """A table: its classes, its caption, and its rows of cells."""

    classes: frozenset[str]
    caption: str = ""
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Page:
    """A page of the site."""

    path: Path
    ids: set[str]
    links: list[str]
    tables: list[Table]


def read_page(path: Path) -> Page:
    """Parse an HTML or XML file.

    Raises:
        MintError: If it cannot be read.
    """
    reader = _Reader()
    reader.feed(read_text(path))
    reader.close()
    return Page(path, reader.ids, reader.links, reader.tables)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tables: list[Table] = []
        self._open: list[str] = []
        self._cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = frozenset(values.get("class", "").split())
        if "id" in values:
            self.ids.add(values["id"])
        self.links += [values[name] for name in ("href", "src") if name in values]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append(Table(classes))
        elif tag == "tr" and self.tables:
            self.tables[-1].rows.append([])
        elif tag in {"td", "th"} and self.tables:
            self._cell = Cell(tag, classes)
            self.tables[-1].rows[-1].append(self._cell)
        elif tag == "a" and self._cell and not self._cell.href:
            self._cell.href = values.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass
        if tag in {"td", "th", "table"}:
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "caption":
            self.tables[-1].caption += data
        if self._cell is None or "span" in self._open:
            return
        if "small" in self._open:
            self._cell.small += data
        else:
            self._cell.text += data.strip("\n")
