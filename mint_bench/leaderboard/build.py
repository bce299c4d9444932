"""Builds the site aside and then swaps it in, so that no reader ever meets half of it.

A folder that this did not build is never replaced.
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.leaderboard.page import page, pictured
from mint_bench.leaderboard.picture import PALETTES, drawable, picture
from mint_bench.records.schema import Record
from mint_bench.records.tables import as_json, board_tables
from mint_bench.resources import resource

MARKER = ".mint-bench-site"
COPIED = ("style.css", "icon.svg")


def build(records: Sequence[Record], out: Path) -> Path:
    """Build the site from records and return the page's path.

    Args:
        records: All that is to be shown; none gives a page that says so.
        out: The site's folder: new, empty, or built by this before.

    Raises:
        MintError: If `out` holds anything that no build wrote, or cannot be written.
    """
    out = out.resolve()
    _check_ours(out)
    files = _files(records)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as aside:
            fresh = Path(aside) / "new"
            fresh.mkdir()
            for name, text in files.items():
                (fresh / name).write_text(text, encoding="utf-8", newline="\n")
            _swap(fresh, out, Path(aside) / "old")
    except OSError as error:
        raise MintError(f"{out}: cannot be written ({error.strerror or error})") from None
    return out / "index.html"


def _files(records: Sequence[Record]) -> dict[str, str]:
    """Every file of the site by name; the marker lists them."""
    tables = board_tables(records)
    files = {"index.html": page(tables), "leaderboard.json": as_json(tables) + "\n"}
    files |= {name: resource("leaderboard", name).read_text("utf-8") for name in COPIED}
    if shown := pictured(tables):
        files |= {f"picture-{look}.svg": picture(drawable(shown), look) for look in PALETTES}
    return {**files, MARKER: "".join(f"{name}\n" for name in sorted([*files, MARKER]))}


def _check_ours(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise MintError(f"{out}: is a file, expected a folder; choose another --out")
    found = {path.name for path in out.iterdir()}
    if not found:
        return
    if MARKER not in found:
        raise MintError(f"{out}: not empty and not built by mint-bench; choose another --out")
    foreign = found - set((out / MARKER).read_text("utf-8").split("\n"))
    if foreign:
        raise MintError(
            f"{out}: {min(foreign)} was not written by mint-bench; move it away or choose another "
            "--out"
        )


def _swap(fresh: Path, out: Path, old: Path) -> None:
    """Put the fresh folder in the place of the old one; on failure the old one comes back."""
    if out.exists():
        shutil.copymode(out, fresh)
        out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
