"""Builds the site aside and then swaps it in, so that no reader ever meets half of it.

A folder that this did not build is never replaced.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.leaderboard.processes import each
from mint_bench.leaderboard.site import Content, Plan, site_plan
from mint_bench.records.schema import Record
from mint_bench.records.told import Teller, Viewer
from mint_bench.records.withdrawn import Withdrawn

MARKER = ".mint-bench-site"


def build(
    records: Sequence[Record],
    out: Path,
    teller: Teller | None = None,
    note: Callable[[str], None] = lambda _: None,
    address: str = "",
    viewer: Viewer | None = None,
    withdrawn: Sequence[Withdrawn] = (),
) -> Path:
    """Build the site from records and return the first page's path.

    Args:
        records: All that is to be shown; none gives a page that says so.
        out: The site's folder: new, empty, or built by this before.
        teller: Gives the words of conversations; without it pages show figures alone.
        note: Is told what is being done.
        address: Where the site will stand, such as `https://example.org/board/`; feed readers
            need it.
        viewer: Shows the whole logs of conversations; without it pages link to none.
        withdrawn: Records that count no more: told at their old address, in no table.

    Raises:
        MintError: If `out` holds anything that no build wrote, or cannot be written, or two
            records would have one page.
    """
    out = out.resolve()
    _check_ours(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as aside:
            fresh = Path(aside) / "new"
            fresh.mkdir()
            _write(fresh, site_plan(records, teller, viewer, note, address, withdrawn), note)
            _swap(fresh, out, Path(aside) / "old")
    except OSError as error:
        raise MintError(f"{out}: cannot be written ({error.strerror or error})") from None
    return out / "index.html"


def _write(folder: Path, plan: Plan, note: Callable[[str], None]) -> None:
    """Write every file of every job, then the last; the marker lists what lies at the top."""
    jobs = plan.jobs
    written = each(
        lambda index: _write_files(folder, jobs[index]()),
        len(jobs),
        lambda done: note(f"pages {done}/{len(jobs)}"),
    )
    names = {name for some in written for name in some}
    names.update(_write_files(folder, plan.last(names)))
    tops = sorted({MARKER, *(name.partition("/")[0] for name in names)})
    (folder / MARKER).write_bytes("".join(f"{name}\n" for name in tops).encode())


def _write_files(folder: Path, files: Content) -> list[str]:
    """Write files and return their names."""
    made: set[Path] = set()
    names: list[str] = []
    for name, content in files:
        path = folder / name
        names.append(name)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        path.write_bytes(data)
    return names


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
