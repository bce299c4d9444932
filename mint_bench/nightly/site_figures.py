"""Whether every figure of a built site is what the records say: each is computed again.

Goes from the files in the folder of records, not from what the site's builder computed, and reads
the pages as a reader does. Covered are all tables of figures, differences, tactics and
conversations, what the comparing script reckons with, and `leaderboard.json`. A table of figures
that this does not know is a fault itself.
"""

import json
import math
import posixpath
from collections.abc import Callable, Iterator
from pathlib import Path

from mint_bench.files import parse_json, read_text
from mint_bench.leaderboard.measured import DIFFERENCES
from mint_bench.nightly.recomputed import Recomputed
from mint_bench.nightly.shown import differs, number
from mint_bench.nightly.site_pages import Cell, Page, Table
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure
from mint_bench.records.wording import title

NAMES = {title(name): name for name in reversed(COLUMNS)}
ROLES = ("highest empathy", "human")
DATA = "window.mintBoard = "


class FigureCheck:
    """The check of one site.

    Attributes:
        checked: Figures that were computed again, an interval's ends each counted.
        faults: What is wrong where.
    """

    def __init__(self, site: Path, systems: dict[str, Recomputed]) -> None:
        self._site, self._systems = site, systems
        self._roles: dict[tuple[str, str], str] = {}
        self.checked = 0
        self.faults: list[str] = []

    def run(self, pages: dict[Path, Page], note: Callable[[str], None]) -> None:
        """Check all pages and files."""
        places = {posixpath.join(folder, "index.html"): folder for folder in self._systems}
        for page in pages.values():
            if me := places.pop(self._name(page), None):
                self._learn_roles(page, me)
        self.faults += [f"{name}: a record without its page" for name in places]
        for done, page in enumerate(pages.values(), 1):
            note(f"figures of pages {done}/{len(pages)}")
            for table in page.tables:
                self._table(page, table)
        self._leaderboard()
        for path in sorted(self._site.glob("boards/*/data.js")):
            self._script(path)

    def _table(self, page: Page, table: Table) -> None:
        checks = {
            "board": self._board, "forest": self._forest, "gaps": self._gaps,
            "heat": self._heat, "talks": self._talks,
        }  # fmt: skip
        known = [check for name, check in checks.items() if name in table.classes]
        if known:
            known[0](page, table)
        elif any("f" in cell.classes and cell.tag == "td" for row in table.rows for cell in row):
            self.faults.append(f"{self._name(page)}: figures in a table that no check knows")

    def _board(self, page: Page, table: Table) -> None:
        heads = [cell.text.strip() for cell in table.rows[0] if "f" in cell.classes]
        for row in table.rows[1:]:
            folder = self._linked(page, row[0])
            system = self._systems.get(folder)
            where = f"{self._name(page)}: {row[0].text.strip()}"
            if system is None:
                self.faults.append(f"{where}: no record behind it")
                continue
            for head, cell in zip(heads, _figures(row), strict=True):
                if head in NAMES:
                    self._cell(f"{where}, {head}", cell, system.figures[NAMES[head]])
                elif head == "n":
                    self._value(f"{where}, n", cell.text, float(system.conversations))

    def _forest(self, page: Page, table: Table) -> None:
        me = self._name(page).rpartition("/")[0]
        others = {"human": "human", "leader": "highest empathy"}
        heads = [cell.text.strip() for cell in table.rows[0] if "f" in cell.classes][1:]
        for row in table.rows[1:]:
            if len(row) < 2:  # the name of a group
                continue
            name = NAMES[row[0].text.strip()]
            for head, cell in zip(["value", *heads], _figures(row), strict=True):
                whose = me if head == "value" else self._roles.get((_board_of(me), others[head]))
                where = f"{self._name(page)}: {title(name)}, {head}"
                if whose not in self._systems:
                    self.faults.append(f"{where}: no record behind it")
                else:
                    self._cell(where, cell, self._systems[whose].figures[name])

    def _gaps(self, page: Page, table: Table) -> None:
        """On a system's page it is the first; on the page of a board the row's own is."""
        heads = [cell.text.strip() for cell in table.rows[0] if "g" in cell.classes]
        me = self._name(page).rpartition("/")[0]
        for row in table.rows[1:]:
            linked = self._linked(page, row[0])
            first, second = me, linked
            if me not in self._systems:
                role = row[1].text.strip()
                first, second = linked, self._roles.get((_board_of(linked), role), "")
            where = f"{self._name(page)}: {row[0].text.strip()}"
            if first not in self._systems or second not in self._systems:
                self.faults.append(f"{where}: no record behind it")
                continue
            for head, cell in zip(heads, _figures(row), strict=True):
                found = self._systems[first].minus(self._systems[second], NAMES[head])
                self._cell(f"{where}, {head}", cell, found)

    def _heat(self, page: Page, table: Table) -> None:
        folder = self._name(page).rpartition("/")[0]
        whose = folder
        if table.caption == "Human supporters":
            whose = self._roles.get((_board_of(folder), "human"), "")
        rows = [[cell for cell in row if cell.tag == "td"] for row in table.rows[1:]]
        if whose not in self._systems:
            self.faults.append(f"{self._name(page)}: {table.caption}: no record behind it")
            return
        system = self._systems[whose]
        by_turn = table.caption.startswith("Use by turn")
        expected = system.use_by_turn() if by_turn else system.after()
        for row, shares in zip(rows, expected, strict=True):
            for cell, share in zip(row, shares, strict=True):
                factor = 1.0 if "n" in cell.classes else 100.0
                value = None if share is None else factor * share
                self._value(f"{self._name(page)}: {table.caption}", cell.text or "–", value)

    def _talks(self, page: Page, table: Table) -> None:
        me = self._systems.get(self._name(page).rpartition("/")[0])
        if me is None:
            return  # told of its other tables
        for row in table.rows[1:]:
            turns, empathy, again = _figures(row)
            name, _, epoch = row[0].text.strip().partition(", epoch ")
            found = me.talk(name, int(epoch or 1))
            for cell, value in zip((turns, empathy, again), found, strict=True):
                self._value(f"{self._name(page)}: {name}", cell.text, value)

    def _leaderboard(self) -> None:
        listed = parse_json(read_text(self._site / "leaderboard.json"), "leaderboard.json")
        for one in listed["records"]:
            system = self._systems.get(posixpath.dirname(one["page"]))
            if system is None:
                self.faults.append(f"leaderboard.json: {one['page']}: no record behind it")
                continue
            for name, figure in one["figures"].items():
                again = system.figures[name]
                for end in ("value", "low", "high"):
                    self._close(
                        f"leaderboard.json: {one['system']}, {name}, {end}",
                        figure[end],
                        getattr(again, end),
                    )

    def _script(self, path: Path) -> None:
        where = str(path.relative_to(self._site))
        data = json.loads(read_text(path).removeprefix(DATA).rstrip().removesuffix(";"))
        for one in data["systems"]:
            system = self._systems.get(one["folder"])
            if system is None:
                self.faults.append(f"{where}: {one['folder']}: no record behind it")
                continue
            for name, value in zip(DIFFERENCES, one["values"], strict=True):
                again = system.figures[name].value
                self._close(f"{where}: {one['title']}, {name}", value, again, 1e-4)

    def _cell(self, where: str, cell: Cell, figure: Figure) -> None:
        shown = cell.text.strip()
        factor = 100.0 if shown.endswith("%") else 1.0
        self._value(where, shown, None if figure.value is None else factor * figure.value)
        ends = list(_ends(cell.small.strip()))
        expected = [] if figure.value is None or figure.low is None else [figure.low, figure.high]
        if len(ends) != len(expected) and not shown.endswith("%"):
            self.faults.append(f"{where}: its interval is {cell.small.strip() or 'missing'}")
            return
        for end, value in zip(ends, expected, strict=False):
            self._value(f"{where}, interval", end, value)

    def _value(self, where: str, shown: str, value: float | None) -> None:
        self.checked += 1
        if differs(shown, value):
            told = "nothing" if value is None else f"{value:.4g}"
            self.faults.append(f"{where}: shows {shown.strip()}, the records say {told}")

    def _close(
        self, where: str, shown: float | None, value: float | None, within: float = 1e-9
    ) -> None:
        self.checked += 1
        same = shown is value if None in (shown, value) else math.isclose(
            shown or 0.0, value or 0.0, rel_tol=within, abs_tol=within
        )  # fmt: skip
        if not same:
            self.faults.append(f"{where}: is {shown}, the records say {value}")

    def _learn_roles(self, page: Page, me: str) -> None:
        """Who leads a board and who its human is: as other systems' pages name them."""
        for table in page.tables:
            for row in table.rows[1:] if "gaps" in table.classes else []:
                if (role := row[0].small.strip()) in ROLES:
                    self._roles[_board_of(me), role] = self._linked(page, row[0])

    def _linked(self, page: Page, cell: Cell) -> str:
        """The folder of the system that a cell links to."""
        here = posixpath.dirname(self._name(page))
        return posixpath.dirname(posixpath.normpath(posixpath.join(here, cell.href)))

    def _name(self, page: Page) -> str:
        return page.path.relative_to(self._site).as_posix()


def _figures(row: list[Cell]) -> list[Cell]:
    return [cell for cell in row if cell.tag == "td" and "f" in cell.classes]


def _board_of(folder: str) -> str:
    """The board of a system's folder, `systems/NAME/BOARD-SETTINGS`."""
    return folder.rpartition("/")[2].partition("-")[0]


def _ends(text: str) -> Iterator[str]:
    if not text:
        return
    for part in text.split(" to ") if " to " in text else text.split("–"):
        if not math.isnan(number(part)):
            yield part
