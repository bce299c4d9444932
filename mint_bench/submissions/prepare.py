"""A record made ready to be sent in: what only its submitter knows is filled in, then checked.

Figures are never touched. What is asked for by name and how it is asked belongs to `cli`.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.files import validate_model
from mint_bench.records.schema import Record, slug
from mint_bench.records.store import read, read_withdrawn, record_path, write
from mint_bench.records.verify import verify
from mint_bench.submissions.checks import check
from mint_bench.submissions.findings import Finding
from mint_bench.submissions.known import Known

SERVED = ("vllm", "hf", "sglang", "llama-cpp-python", "ollama")
"""Providers that run weights on a machine of the submitter's."""


@dataclass(frozen=True)
class Told:
    """What the submitter says.

    Attributes:
        title: Name as people read it.
        system: Short name.
        open_weights: Whether anyone can have the weights.
        revision: What pins open weights: a commit or a hash.
        hardware: What the model ran on.
        corrects: Why an earlier record in the same place is replaced.
        notes: What else a reader must know.
    """

    title: str | None = None
    system: str | None = None
    open_weights: bool | None = None
    revision: str | None = None
    hardware: str | None = None
    corrects: str | None = None
    notes: tuple[str, ...] = ()


def filled(record: Record, told: Told) -> Record:
    """The record with what the submitter says.

    Raises:
        MintError: If something said does not fit; the message names it.
    """
    if told.system is not None and slug(told.system) != told.system:
        raise MintError(
            f"--system {told.system!r}: only a-z, A-Z, 0-9 and . _ + - in it; "
            f"such as {slug(told.system) or 'my-model'}"
        )
    settings = {
        name: value
        for name, value in (("open_weights", told.open_weights), ("revision", told.revision))
        if value is not None
    }
    notes = [*record.provenance.notes, *told.notes]
    notes += [f"corrects an earlier record: {told.corrects}"] if told.corrects else []
    provenance = {"notes": notes} | ({"hardware": told.hardware} if told.hardware else {})
    new = record.model_copy(
        update={
            "title": told.title or record.title,
            "system": told.system or record.system,
            "settings": record.settings.model_copy(update=settings),
            "provenance": record.provenance.model_copy(update=provenance),
        }
    )
    return validate_model(new.model_dump(by_alias=True), Record, "what you say of the record")


def missing(record: Record, results: Path) -> list[str]:
    """What must still be said of a record, by the names of `Told`, in the order to ask.

    A record that would take the place of another must say why.
    """
    settings, found = record.settings, []
    if record.kind == "model":
        if settings.open_weights is None:
            found.append("open_weights")
        if settings.open_weights and not settings.revision:
            found.append("revision")
        if settings.provider in SERVED and not record.provenance.hardware:
            found.append("hardware")
    place = record_path(record, results)
    corrected = any(note.startswith("corrects ") for note in record.provenance.notes)
    if place.is_file() and read(place) != record and not corrected:
        found.append("corrects")
    return found


def checked(record: Record, accepted: Sequence[Record]) -> list[Finding]:
    """All checks of a record that is not in its place yet.

    Args:
        record: As it will be written.
        accepted: The records that it joins; one in its own place is passed over.

    Raises:
        MintError: If it does not hold at all; the message names the field.
    """
    with tempfile.TemporaryDirectory() as aside:
        path = write(record, Path(aside))
        try:
            verify(path)
        except MintError as error:
            raise MintError(str(error).replace(f"{path}: ", "")) from None
    place = record_path(record, Path())
    others = tuple(one for one in accepted if record_path(one, Path()) != place)
    return check(record, Known(others))


def was_withdrawn(record: Record, results: Path) -> str:
    """Why this very record was withdrawn; empty if it was not."""
    same = [one for one in read_withdrawn(results) if one.record == record]
    return same[0].mark.why if same else ""
