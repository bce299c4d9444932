"""Whether every figure in the tables of a built site is what the records say.

Goes from the files in the folder of records, not from what the site's builder computed, and reads
the pages as a reader does. Covered are all tables of figures, differences, tactics and
conversations; a table of figures that this does not know is a fault itself. Ranks, drawings,
files and the pages of conversations have modules of their own beside this one.
"""

import math
from collections.abc import Callable, Iterator

from mint_bench.nightly.checked import ROLES, Checked, figures_of
from mint_bench.nightly.shown import number
from mint_bench.nightly.site_pages import Cell, Page, Table
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import Figure
from mint_bench.records.wording import title

NAMES = {title(name): name for name in reversed(COLUMNS)}
LEVELS = 9


class TableCheck:
    """The check of one site's tables."""

    def __init__(self, checked: Checked) -> None:
        self._checked, self._found = checked, checked.findings

    def run(self, note: Callable[[str], None]) -> None:
        """Check all pages."""
        pages = self._checked.pages
        there = {self._checked.name(page) for page in pages.values()}
        for folder in self._checked.systems:
            if f"{folder}/index.html" not in there:
                self._found.fault(f"{folder}/index.html", "a record without its page")
        for done, page in enumerate(pages.values(), 1):
            note(f"figures of pages {done}/{len(pages)}")
            for table in page.tables:
                self._table(page, table)

    def _table(self, page: Page, table: Table) -> None:
        checks = {
            "board": self._board, "forest": self._forest, "gaps": self._gaps,
            "heat": self._heat, "talks": self._talks,
        }  # fmt: skip
        known = [check for name, check in checks.items() if name in table.classes]
        if known:
            known[0](page, table)
        elif any("f" in cell.classes and cell.tag == "td" for row in table.rows for cell in row):
            self._found.fault(self._checked.name(page), "figures in a table that no check knows")

    def _board(self, page: Page, table: Table) -> None:
        heads = [cell.text.strip() for cell in table.rows[0] if "f" in cell.classes]
        for row in table.rows[1:]:
            system = self._checked.systems.get(self._checked.linked(page, row[0]))
            where = f"{self._checked.name(page)}: {row[0].text.strip()}"
            if system is None:
                self._found.fault(where, "no record behind it")
                continue
            provenance = system.record.provenance
            when = provenance.finished or provenance.started
            for head, cell in zip(heads, figures_of(row), strict=True):
                if head in NAMES:
                    self._cell(f"{where}, {head}", cell, system.figures[NAMES[head]])
                elif head == "n":
                    self._found.value(f"{where}, n", cell.text, float(system.conversations))
                elif head == "cost":
                    self._found.value(f"{where}, cost", cell.text, provenance.cost_usd)
                elif head == "date":
                    told = when.date().isoformat() if when else "–"
                    self._found.same(f"{where}, date", cell.text.strip(), told)
                else:
                    self._found.fault(where, f"a column {head!r} that no check knows")

    def _forest(self, page: Page, table: Table) -> None:
        me = self._checked.folder(page)
        others = {"human": "human", "leader": "highest empathy"}
        heads = [cell.text.strip() for cell in table.rows[0] if "f" in cell.classes][1:]
        for row in table.rows[1:]:
            if len(row) < 2:  # the name of a group
                continue
            name = NAMES[row[0].text.strip()]
            for head, cell in zip(["value", *heads], figures_of(row), strict=True):
                whose = me if head == "value" else self._checked.with_role(me, others[head])
                where = f"{self._checked.name(page)}: {title(name)}, {head}"
                if whose not in self._checked.systems:
                    self._found.fault(where, "no record behind it")
                else:
                    self._cell(where, cell, self._checked.systems[whose].figures[name])

    def _gaps(self, page: Page, table: Table) -> None:
        """On a system's page it is the first; on the page of a board the row's own is."""
        heads = [cell.text.strip() for cell in table.rows[0] if "g" in cell.classes]
        systems, me = self._checked.systems, self._checked.folder(page)
        for row in table.rows[1:]:
            linked = self._checked.linked(page, row[0])
            first, second = me, linked
            where = f"{self._checked.name(page)}: {row[0].text.strip()}"
            role = (row[0].small if me in systems else row[1].text).strip()
            if me not in systems:
                first, second = linked, self._checked.with_role(linked, role) or ""
            elif role in ROLES and self._checked.with_role(me, role) != linked:
                self._found.fault(where, f"is not {role}")
            if first not in systems or second not in systems:
                self._found.fault(where, "no record behind it")
                continue
            for head, cell in zip(heads, figures_of(row), strict=True):
                found = systems[first].minus(systems[second], NAMES[head])
                self._cell(f"{where}, {head}", cell, found)

    def _heat(self, page: Page, table: Table) -> None:
        folder = self._checked.folder(page)
        whose = folder
        if table.caption == "Human supporters":
            whose = self._checked.with_role(folder, "human") or ""
        rows = [[cell for cell in row if cell.tag == "td"] for row in table.rows[1:]]
        where = f"{self._checked.name(page)}: {table.caption}"
        if whose not in self._checked.systems:
            self._found.fault(where, "no record behind it")
            return
        system = self._checked.systems[whose]
        by_turn = table.caption.startswith("Use by turn")
        expected = system.use_by_turn() if by_turn else system.after()
        for row, shares in zip(rows, expected, strict=True):
            for cell, share in zip(row, shares, strict=True):
                counted = "n" in cell.classes
                value = None if share is None else share if counted else 100.0 * share
                self._found.value(where, cell.text or "–", value)
                if not counted:
                    level = f"l{0 if share is None else round(share * LEVELS + 0.01)}"
                    self._found.same(f"{where}, its shade", set(cell.classes), {level})

    def _talks(self, page: Page, table: Table) -> None:
        me = self._checked.systems.get(self._checked.folder(page))
        if me is None:
            return  # told of its other tables
        for row in table.rows[1:]:
            name, _, epoch = row[0].text.strip().partition(", epoch ")
            found = me.talk(name, int(epoch or 1))
            for cell, value in zip(figures_of(row), found, strict=True):
                self._found.value(f"{self._checked.name(page)}: {name}", cell.text, value)

    def _cell(self, where: str, cell: Cell, figure: Figure) -> None:
        shown = cell.text.strip()
        factor = 100.0 if shown.endswith("%") else 1.0
        self._found.value(where, shown, None if figure.value is None else factor * figure.value)
        ends = list(_ends(cell.small.strip()))
        expected = [] if figure.value is None or figure.low is None else [figure.low, figure.high]
        if len(ends) != len(expected) and not shown.endswith("%"):
            self._found.fault(where, f"its interval is {cell.small.strip() or 'missing'}")
            return
        for end, value in zip(ends, expected, strict=False):
            self._found.value(f"{where}, interval", end, value)


def _ends(text: str) -> Iterator[str]:
    if not text:
        return
    for part in text.split(" to ") if " to " in text else text.split("–"):
        if not math.isnan(number(part)):
            yield part
