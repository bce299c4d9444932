"""A built site beside the records that it should show: what every part of the check works on."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mint_bench.nightly.findings import Findings
from mint_bench.nightly.recomputed import Recomputed
from mint_bench.nightly.site_pages import Cell, Page
from mint_bench.nightly.standing import Standing
from mint_bench.records.schema import Record

ROLES = ("highest empathy", "human")


@dataclass
class Checked:
    """The site under check.

    Attributes:
        site: Its folder.
        pages: Its pages by path.
        systems: Records by the folder of their page.
        boards: Of each board, by its key in addresses, who is told apart from whom.
        findings: What was found so far.
    """

    site: Path
    pages: dict[Path, Page]
    systems: dict[str, Recomputed]
    boards: dict[str, Standing]
    findings: Findings = field(default_factory=Findings)

    @classmethod
    def of(cls, site: Path, pages: dict[Path, Page], records: Sequence[Record]) -> "Checked":
        """The pages beside all records that the site was built from."""
        again = [Recomputed(record) for record in records]
        members: dict[str, list[Recomputed]] = {}
        for one in again:
            members.setdefault(board_of(one.folder), []).append(one)
        boards = {key: Standing.of(found) for key, found in members.items()}
        return cls(site, pages, {one.folder: one for one in again}, boards)

    def name(self, page: Page) -> str:
        """A page's address within the site."""
        return page.path.relative_to(self.site).as_posix()

    def folder(self, page: Page) -> str:
        """The folder that a page lies in."""
        return posixpath.dirname(self.name(page))

    def target(self, page: Page, href: str) -> str:
        """The folder that a link of a page leads to."""
        return posixpath.dirname(posixpath.normpath(posixpath.join(self.folder(page), href)))

    def linked(self, page: Page, cell: Cell) -> str:
        """The folder of the system that a cell links to."""
        return self.target(page, cell.href)

    def with_role(self, folder: str, role: str) -> str | None:
        """Who leads the board of a system's folder, or who its human is."""
        standing = self.boards.get(board_of(folder))
        if standing is None or role not in ROLES:
            return None
        return standing.leader if role == ROLES[0] else standing.human


def board_of(folder: str) -> str:
    """The board of a system's folder, `systems/NAME/BOARD-SETTINGS`, or of `boards/BOARD`."""
    return folder.rpartition("/")[2].partition("-")[0]


def figures_of(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row that show figures."""
    return [cell for cell in row if cell.tag == "td" and "f" in cell.classes]
