"""Records that were withdrawn: a mark beside them, so that nobody loses what was once published.

`results/withdrawn.yaml` names each by its place and digest, with a day and a reason. The file of
the record stays; it takes part in no table, test or page, which say instead that it did. A record
that was corrected since has another digest and is not withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mint_bench.errors import MintError
from mint_bench.files import read_json, read_yaml, validate_model, write_text
from mint_bench.marks import ACTING
from mint_bench.records.schema import Record, Sha

FILE = "withdrawn.yaml"
HEAD = """\
# Records that were withdrawn. Each stays in its place; tables and site leave it out and say so.
# `mint-bench submit withdraw RECORD --why "…"` adds to this list.
"""
Place = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*/[0-9a-f-]+\.json$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=rf"^[^{ACTING}]+$")]


class Withdrawal(BaseModel):
    """One mark: which record, since when, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: Place = Field(description="Its file under the folder of records")
    digest: Sha = Field(description="What the file says of itself")
    since: date
    why: Reason


class Withdrawals(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    withdrawn: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A record that counts no more, with its mark."""

    record: Record
    mark: Withdrawal

    def told(self) -> str:
        """What is said in its place, in one line."""
        return f"Withdrawn on {self.mark.since}: {self.record.title}. {self.mark.why}"


def refuse_link(path: Path) -> None:
    """Refuse a link in the place of a folder of records or of its list of marks.

    A folder above may be one.

    Raises:
        MintError: If it is one: a change could then put other records, or none, in their place.
    """
    if path.is_symlink():
        raise MintError(f"{path}: a link; give what it leads to, or put that in its place")


def marks(folder: Path) -> tuple[Withdrawal, ...]:
    """The marks of a folder of records; none where there is no such file.

    Raises:
        MintError: If folder or file is a link, the file is not in form, or marks one record twice.
    """
    path = folder / FILE
    refuse_link(folder)
    refuse_link(path)
    if not path.is_file():
        return ()
    found = validate_model(read_yaml(path) or {}, Withdrawals, str(path)).withdrawn
    seen: set[tuple[str, str]] = set()
    for mark in found:
        if (mark.record, mark.digest) in seen:
            raise MintError(f"{path}: {mark.record} is withdrawn twice; remove one")
        seen.add((mark.record, mark.digest))
    return found


def marked_paths(folder: Path) -> dict[Path, Withdrawal]:
    """The files that a mark applies to: there, and with the digest that the mark names."""
    found = {}
    for mark in marks(folder):
        path = folder / mark.record
        if path.is_file() and _digest(path) == mark.digest:
            found[path] = mark
    return found


def stale(folder: Path) -> list[Withdrawal]:
    """Marks that apply to no file: it is gone, or was corrected since."""
    applied = set(marked_paths(folder).values())
    return [mark for mark in marks(folder) if mark not in applied]


def _digest(path: Path) -> object:
    value = read_json(path)
    return value.get("digest") if isinstance(value, dict) else None


def withdraw(path: Path, folder: Path, why: str, since: date) -> Withdrawal:
    """Mark a record as withdrawn.

    Raises:
        MintError: If it lies outside the folder, is marked already, or the reason is empty.
    """
    try:
        place = path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise MintError(f"{path}: is no record under {folder}") from None
    mark = validate_model(
        {"record": place, "digest": _digest(path), "since": since, "why": " ".join(why.split())},
        Withdrawal,
        str(path),
    )
    earlier = marks(folder)
    if any((one.record, one.digest) == (mark.record, mark.digest) for one in earlier):
        raise MintError(f"{path}: is withdrawn already")
    write_text(folder / FILE, _yaml((*earlier, mark)))
    return mark


def _yaml(found: Sequence[Withdrawal]) -> str:
    import yaml

    plain = {"withdrawn": [mark.model_dump() for mark in found]}
    return HEAD + yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=96)
