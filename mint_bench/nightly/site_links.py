"""Whether every link of a built site leads somewhere: to a file of it, and to an anchor there.

Links to other sites are counted, not followed: a night must not fail for another's server.
"""

import json
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from mint_bench.nightly.site_pages import Page


def broken_links(site: Path, pages: dict[Path, Page]) -> tuple[int, list[str]]:
    """How many links lead within the site, and what is wrong with which.

    Args:
        site: The site's folder.
        pages: Its pages by resolved path.
    """
    checked, faults = 0, []
    for page in pages.values():
        for link in page.links:
            if urlsplit(link).scheme or link.startswith("//"):
                continue
            checked += 1
            if fault := _fault(link, page, site, pages):
                faults.append(f"{page.path.relative_to(site)}: {link}: {fault}")
    for listed in json.loads((site / "leaderboard.json").read_text("utf-8"))["records"]:
        checked += 1
        if not (site / listed["page"]).is_file():
            faults.append(f"leaderboard.json: {listed['page']}: no such page")
    return checked, faults


def _fault(link: str, page: Page, site: Path, pages: dict[Path, Page]) -> str | None:
    parts = urlsplit(link)
    target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
    if site not in target.parents:
        return "leads out of the site"
    if not target.is_file():
        return "no such file"
    if not parts.fragment:
        return None
    if "=" in parts.fragment:  # what the page's script is to show
        asked = parse_qs(parts.fragment)
        missing = [one for name in ("a", "b") for one in asked.get(name, [])]
        return next((f"no system {one}" for one in missing if not (site / one).is_dir()), None)
    if target not in pages or unquote(parts.fragment) not in pages[target].ids:
        return "no such anchor"
    return None
