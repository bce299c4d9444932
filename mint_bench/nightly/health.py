"""The health of a built site: every link, every anchor, every figure.

A figure is computed again wherever it stands: in tables, ranks, sentences, drawings, files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.nightly.checked import Checked
from mint_bench.nightly.site_bars import check_bars
from mint_bench.nightly.site_figures import TableCheck
from mint_bench.nightly.site_files import check_files
from mint_bench.nightly.site_links import broken_links
from mint_bench.nightly.site_pages import read_page
from mint_bench.nightly.site_plots import check_plots
from mint_bench.nightly.site_ranks import check_ranks
from mint_bench.nightly.site_talks import check_talks
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
        MintError: If there is no site, or a file of it is damaged.
    """
    site = site.resolve()
    if not (site / "index.html").is_file():
        raise MintError(f"{site}: no site in it; build one with `mint-bench site build`")
    found = sorted(path for pattern in PAGES for path in site.rglob(pattern))
    pages = {path: read_page(path) for path in found}
    links, faults = broken_links(site, pages)
    checked = Checked.of(site, pages, records)
    TableCheck(checked).run(note)
    for what, check in (
        ("ranks", check_ranks),
        ("bars", check_bars),
        ("pictures", check_plots),
        ("conversations", check_talks),
        ("files", check_files),
    ):
        note(f"figures of {what}")
        check(checked)
    findings = checked.findings
    return Health(len(pages), links, findings.checked, (*faults, *findings.faults))
