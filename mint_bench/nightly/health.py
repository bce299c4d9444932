"""The health of a built site: every link, every anchor, every figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.nightly.recomputed import Recomputed
from mint_bench.nightly.site_figures import FigureCheck
from mint_bench.nightly.site_links import broken_links
from mint_bench.nightly.site_pages import read_page
from mint_bench.records.schema import Record

PAGES = ("*.html", "*.xml")


@dataclass(frozen=True, slots=True)
class Health:
    """What the check found.

    Attributes:
        pages: Pages read.
        links: Links that lead within the site.
        figures: Figures that were computed again.
        faults: What is wrong, one line each; nothing where the site is well.
    """

    pages: int
    links: int
    figures: int
    faults: tuple[str, ...]


def check_site(
    site: Path, records: Sequence[Record], note: Callable[[str], None] = lambda _: None
) -> Health:
    """Check a built site against the records that it should show.

    Args:
        site: Its folder.
        records: All that it was built from.
        note: Is told what is being done.

    Raises:
        MintError: If there is no site.
    """
    site = site.resolve()
    if not (site / "index.html").is_file():
        raise MintError(f"{site}: no site in it; build one with `mint-bench site build`")
    found = sorted(path for pattern in PAGES for path in site.rglob(pattern))
    pages = {path: read_page(path) for path in found}
    links, faults = broken_links(site, pages)
    again = [Recomputed(record) for record in records]
    check = FigureCheck(site, {one.folder: one for one in again})
    check.run(pages, note)
    return Health(len(pages), links, check.checked, (*faults, *check.faults))
