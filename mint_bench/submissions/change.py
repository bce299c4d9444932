"""Which records a change adds, alters or removes, by git; and all records before and after it.

Reads files and history, writes nothing. Files of a change are a stranger's: links and huge files
are refused unread.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mint_bench.errors import MintError, beginning
from mint_bench.records.schema import Record
from mint_bench.records.signature import signature
from mint_bench.records.store import read, record_path
from mint_bench.records.verify import verify
from mint_bench.records.withdrawn import FILE, marked_paths, refuse_link, stale

LARGEST = 64 * 2**20  # bytes of a record; the largest published one has 1 MB
PATIENCE = 120  # seconds for git


@dataclass(frozen=True)
class Changed:
    """One file of the change.

    Attributes:
        path: As in the repository.
        what: `added`, `altered`, `withdrawn`, `counted again` or `removed`.
        record: The record now; None where it does not hold or is gone.
        before: The record at the base; None where there was none.
        fault: Why it does not hold; empty where it does.
        why: Of a withdrawn one, the reason that is given.
    """

    path: str
    what: str
    record: Record | None
    before: Record | None
    fault: str = ""
    why: str = ""


@dataclass(frozen=True)
class Change:
    """A change to the records.

    Attributes:
        changed: The records that it touches.
        elsewhere: What else it touches, outside the folder of records.
        before: All records that counted at the base.
        after: All records that count now and hold.
        faults: Of the list of withdrawn records, and of files that are no records.
    """

    changed: tuple[Changed, ...]
    elsewhere: tuple[str, ...]
    before: tuple[Record, ...]
    after: tuple[Record, ...]
    faults: tuple[str, ...] = ()


def change(results: Path, base: str) -> Change:
    """The change from where `base` and HEAD part to the working tree.

    Raises:
        MintError: If this is no repository, it knows no such base, the folder is a link, or a
            record that the change does not touch cannot be read.
    """
    refuse_link(results)
    if not results.is_dir():
        raise MintError(f"{results}: no such folder of records")
    top = Path(_git(results, "rev-parse", "--show-toplevel").strip()).resolve()
    folder = results.resolve().relative_to(top).as_posix()
    start = _start(top, base)
    touched = _touched(top, start)
    inside = {name for name in touched if name.startswith(f"{folder}/")}
    is_record = {name for name in inside if name.endswith(".json")}
    with _at_base(top, start, folder) as old:
        gone_before = _marked(old, folder)
        gone_now, list_faults = _marked_now(results, gone_before, folder)
        names_before = {_under(path, old, folder) for path in old.glob("*/*.json")}
        names_now = {_under(path, results, folder) for path in results.glob("*/*.json")}
        known = {n: read(top / n) for n in sorted((names_before & names_now) - is_record)}
        earlier = {n: read(old / n[len(folder) + 1 :]) for n in sorted(names_before & is_record)}
    withdrawn = {name: why for name, why in gone_now.items() if name not in gone_before}
    counted_again = dict.fromkeys(gone_before.keys() - gone_now.keys(), "")
    changed = [
        _changed(top, name, folder, earlier.get(name), withdrawn.get(name))
        for name in sorted(is_record)
    ]
    changed += [
        Changed(name, what, known[name], known[name], why=names[name])
        for what, names in (("withdrawn", withdrawn), ("counted again", counted_again))
        for name in sorted(names.keys() & known.keys())
    ]
    now = {one.path: one.record for one in changed if one.record and not one.fault}
    strange = sorted(inside - is_record - {f"{folder}/{FILE}"})
    return Change(
        tuple(changed),
        tuple(sorted(set(touched) - inside)),
        tuple(r for name, r in (known | earlier).items() if name not in gone_before),
        tuple(r for name, r in (known | now).items() if name not in gone_now),
        (
            *(f"{name}: no record; a record's name ends in .json" for name in strange),
            *(list_faults if f"{folder}/{FILE}" in inside else ()),
            *_twins(known | now),
        ),
    )


def _marked(results: Path, folder: str) -> dict[str, str]:
    """What is withdrawn, and why."""
    return {_under(path, results, folder): mark.why for path, mark in marked_paths(results).items()}


def _marked_now(
    results: Path, before: dict[str, str], folder: str
) -> tuple[dict[str, str], list[str]]:
    """What is withdrawn now, and the list's faults; a list that cannot be read changes nothing."""
    try:
        gone = _marked(results, folder)
        faults = [
            f"{FILE}: {mark.record} has no such record as it names; remove the entry"
            for mark in stale(results)
        ]
    except MintError as error:
        return before, [str(error).replace(f"{results}/", "")]
    return gone, faults


def _changed(
    top: Path, name: str, folder: str, before: Record | None, withdrawn: str | None
) -> Changed:
    """A touched record, checked through before anyone believes it."""
    path = top / name
    if not path.exists() and not path.is_symlink():
        return Changed(name, "removed", None, before)
    what = "altered" if before else "added"
    if withdrawn is not None:
        what = "withdrawn"
    if path.is_symlink() or not path.is_file():
        return Changed(name, what, None, before, "is a link or a folder, expected a file")
    if path.stat().st_size > LARGEST:
        return Changed(name, what, None, before, f"is larger than {LARGEST // 2**20} MB")
    try:
        record = verify(path)
    except MintError as error:
        return Changed(name, what, None, before, str(error).replace(f"{path}: ", "").strip())
    if name != (place := record_path(record, Path(folder)).as_posix()):  # no table would read it
        return Changed(name, what, None, before, f"belongs in {place} by its content")
    return Changed(name, what, record, before, why=withdrawn or "")


def _twins(records: dict[str, Record]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for name, record in records.items():
        key = (record.system, signature(record))
        if key in seen:
            yield f"{name}: same system and signature as {seen[key]}; remove one"
        seen[key] = name


def _under(path: Path, root: Path, folder: str) -> str:
    return f"{folder}/{path.relative_to(root).as_posix()}"


def _start(top: Path, base: str) -> str:
    """The commit where the change begins.

    Raises:
        MintError: If there is no such commit, or nothing in common with it.
    """
    try:
        there = _git(top, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}").strip()
        return _git(top, "merge-base", there, "HEAD").strip()
    except MintError:
        raise MintError(
            f"--base {base}: this repository has no such commit, or nothing in common with it; "
            "fetch it first"
        ) from None


def _touched(top: Path, start: str) -> list[str]:
    """Every file that differs from the start, new ones included."""
    listed = _git(top, "diff", "--name-only", "--no-renames", "-z", start)
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return [name for name in (listed + new).split("\0") if name]


@contextmanager
def _at_base(top: Path, start: str, folder: str) -> Iterator[Path]:
    """The folder of records as it was, for as long as it is looked at."""
    with tempfile.TemporaryDirectory(prefix="mint-bench-base.") as aside:
        old = Path(aside) / folder
        old.mkdir(parents=True)
        if _git(top, "ls-tree", "--name-only", start, "--", folder):
            apart = {"GIT_INDEX_FILE": f"{aside}/.index"}  # the user's own index stays as it is
            _run(top, "read-tree", f"--prefix={folder}/", f"{start}:{folder}", env=apart)
            _run(top, "checkout-index", "--all", f"--prefix={aside}/", env=apart)
        yield old


def _git(where: Path, *words: str) -> str:
    return _run(where, *words).decode("utf-8", "surrogateescape")


def _run(where: Path, *words: str, env: Mapping[str, str] | None = None) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; names of the user's are never options
            ["git", "-C", str(where), *words],  # noqa: S607 - the user's own git
            capture_output=True,
            check=True,
            timeout=PATIENCE,
            env={**os.environ, **(env or {})},
        )
    except FileNotFoundError:
        raise MintError("git is not on this machine; install it") from None
    except subprocess.CalledProcessError as error:
        told = beginning(error.stderr.decode("utf-8", "replace"), 160)
        raise MintError(f"git {words[0]} in {where}: {told}") from None
    except subprocess.TimeoutExpired:
        raise MintError(f"git {words[0]} in {where}: no answer in {PATIENCE} s") from None
    return done.stdout
