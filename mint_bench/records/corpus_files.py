"""The files of a corpus: cut into parts, read part by part, and written each under its own name.

Knows JSON Lines and Parquet on any file system of fsspec, and nothing of conversations.
"""

import json
import posixpath
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Literal

from fsspec.core import url_to_fs

from mint_bench.errors import MintError, on_one_line
from mint_bench.files import LONGEST_LINE, too_long

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Form = Literal["jsonl", "parquet"]
PART_BYTES = 4 * 1024 * 1024
ROWS = 256
"""Rows of Parquet that are read at a time."""
COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
DONE, UNFINISHED = "_done", "_unfinished"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file.

    Attributes:
        number: Among all parts of the corpus, from 0.
        path: The file, with its file system.
        start: First byte, or first row group of Parquet. A line belongs to the part in which it
            begins.
        end: Byte or row group after the last; −1 for the file's end.
    """

    number: int
    path: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """Of what is written of it, without suffix."""
        return f"part-{self.number:06}"


def parts_of(files: Sequence[str], part_bytes: int = PART_BYTES) -> list[Part]:
    """The parts of files, in their order; patterns such as `talks-*.jsonl` are expanded.

    Raises:
        MintError: If a file is missing, empty or a JSON array, or its file system is not to be had.
    """
    found: list[Part] = []
    for given in files:
        with storage(given):
            fs, path = file_system(given)
            paths = sorted(str(p) for p in fs.glob(path)) if "*" in path else [path]
        for one in paths:
            with storage(one):
                address = str(fs.unstrip_protocol(one))
                for start, end in _cuts(fs, one, part_bytes):
                    found.append(Part(len(found), address, start, end))
        if not paths:
            raise MintError(f"{given}: no such file")
    return found


@contextmanager
def storage(address: str) -> Iterator[None]:
    """Tell of a storage's faults in one line: each has its own errors for keys and networks.

    Raises:
        MintError: For whatever goes wrong within.
    """
    try:
        yield
    except MintError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        told = on_one_line(error)
        raise MintError(f"{address}: cannot be read or written ({told})") from None


def _cuts(fs: "AbstractFileSystem", path: str, part_bytes: int) -> list[tuple[int, int]]:
    size = fs.size(path)
    if path.endswith(".parquet"):
        from pyarrow.parquet import ParquetFile

        with fs.open(path, "rb") as handle:
            groups = ParquetFile(handle).metadata.num_row_groups
        return [(group, group + 1) for group in range(groups)]
    if _compression(path):
        return [(0, -1)]  # cannot be entered in the middle
    with fs.open(path, "rb") as handle:
        opening = handle.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if opening == b"[":
        raise MintError(
            f"{path}: a JSON array cannot be read in parts; write one conversation a line"
        )
    if not size:
        raise MintError(f"{path}: holds no conversation")
    return [(at, min(at + part_bytes, size)) for at in range(0, size, part_bytes)]


def items(part: Part) -> Iterator[tuple[str, str, bytes | dict[str, Any]]]:
    """Yield (place, id for want of another, line or row)."""
    fs, path = file_system(part.path)
    if path.endswith(".parquet"):
        from pyarrow.parquet import ParquetFile

        with fs.open(path, "rb") as handle:
            groups = list(range(part.start, part.end))
            rows = 0
            for batch in ParquetFile(handle).iter_batches(ROWS, row_groups=groups):
                for row in batch.to_pylist():
                    name = f"group {part.start}, row {rows}"
                    rows += 1
                    filled = {key: value for key, value in row.items() if value is not None}
                    yield f"{part.path}, {name}", name.replace(", ", "-").replace(" ", "-"), filled
        return
    with fs.open(path, "rb", compression=_compression(path)) as handle:
        at = part.start
        if at:  # the line that began before is the part's before
            at = _next_line(handle, at - 1)
        while part.end < 0 or at < part.end:
            line = handle.readline(LONGEST_LINE + 1)
            if not line:
                return
            if len(line) > LONGEST_LINE:
                raise MintError(too_long(f"{part.path} at byte {at}"))
            if line.strip():
                yield f"{part.path} at byte {at}", f"byte-{at}", line.strip()
            at += len(line)


def _next_line(handle: IO[bytes], at: int) -> int:
    """Go to the first line that begins after a byte; what it passes over is not held."""
    handle.seek(at)
    while rest := handle.readline(PART_BYTES):
        at += len(rest)
        if rest.endswith(b"\n"):
            break
    return at


def write_rows(handle: IO[bytes], form: Form, batches: Iterable[list[dict[str, Any]]]) -> None:
    """Write batches of rows; only one batch is held."""
    if form == "jsonl":
        for batch in batches:
            for row in batch:
                handle.write(json.dumps(row, ensure_ascii=True).encode() + b"\n")
        return
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = _schema()
    with ParquetWriter(handle, schema) as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_pylist([_arrow(row) for row in batch], schema))


@cache
def _schema() -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    numbers, reasons = pa.map_(pa.string(), pa.float64()), pa.map_(pa.string(), pa.string())
    turn = pa.struct({
        "t": pa.int32(),
        "tactics": pa.list_(pa.int32()),
        "ratings": pa.list_(pa.float64()),
        "words": pa.int32(),
        "surface": numbers,
        "flags": pa.list_(pa.string()),
        "unscored": reasons,
    })
    return pa.schema({
        "id": pa.string(),
        "file": pa.string(),
        "turns": pa.list_(turn),
        "surface": numbers,
    })


def _arrow(row: dict[str, Any]) -> dict[str, Any]:
    kept = [
        {
            **turn,
            "surface": list(turn["surface"].items()),
            "unscored": list(turn["unscored"].items()),
        }
        for turn in row["turns"]
    ]
    return {**row, "turns": kept, "surface": list(row["surface"].items())}


def _compression(path: str) -> str | None:
    return COMPRESSED.get(posixpath.splitext(path)[1])


def file_system(address: str) -> "tuple[AbstractFileSystem, str]":
    """The file system of an address, and the path there.

    Raises:
        MintError: If fsspec has none for it.
    """
    try:
        fs, path = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise MintError(f"{address}: {on_one_line(error)}") from None
    return fs, str(path)


@contextmanager
def becoming(fs: "AbstractFileSystem", folder: str, final: str) -> Iterator[IO[bytes]]:
    """A file that has its name only once it is whole."""
    growing = posixpath.join(folder, UNFINISHED, uuid.uuid4().hex)
    fs.makedirs(posixpath.dirname(growing), exist_ok=True)
    fs.makedirs(posixpath.dirname(final), exist_ok=True)
    with fs.open(growing, "wb") as handle:
        yield handle
    fs.mv(growing, final)


def write(fs: "AbstractFileSystem", path: str, data: bytes) -> None:
    """Write a small file, whole or not at all."""
    folder = path.partition(f"/{DONE}/")[0] if f"/{DONE}/" in path else posixpath.dirname(path)
    with becoming(fs, folder, path) as handle:
        handle.write(data)
