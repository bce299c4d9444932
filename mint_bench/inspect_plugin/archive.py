"""Whether a log may be opened: its parts are unpacked into nothing and counted first.

Inspect unpacks a part whole, whatever size its entry declares. Nothing of the content is read here.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from mint_bench.errors import MintError

LARGEST_PART = 1024**3
"""Bytes of one part, unpacked: one conversation with all that was asked about it."""
LARGEST_LOG = 4 * 1024**3
"""Bytes of all parts, unpacked, where the file itself is small; what is read lies in memory."""
TIMES = 100
"""A larger file may hold so many times its own size; honest logs shrink 5 to 40 times."""
PIECE = 1024**2
_HEADER = struct.Struct("<4s22xHH")  # of an entry in the file: lengths of name and extra field
_ZSTD = 93
_SAMPLES = "samples/"


def check_archive(path: Path) -> None:
    """Check a log's parts: plain names, each once, whole, and no larger unpacked than a log is.

    Raises:
        MintError: If it cannot be unpacked, or should not be.
    """
    size = path.stat().st_size
    with path.open("rb") as raw:
        if not zipfile.is_zipfile(raw):
            if size > LARGEST_PART:
                raise MintError(f"{path}: more than {LARGEST_PART / 1024**2:,.3g} MB in one piece")
            return
        left = max(LARGEST_LOG, TIMES * size)
        with zipfile.ZipFile(raw) as archive:
            members = archive.infolist()
        _refuse_repeated(path, members)
        for member in members:
            name = PurePosixPath(member.filename.replace("\\", "/"))
            if name.is_absolute() or ".." in name.parts:
                raise MintError(f"{path}: holds a part named {member.filename!r}; a forged log?")
            unpacked = 0
            for length in _unpacked(raw, member):
                unpacked += length
                if unpacked > min(left, LARGEST_PART):
                    raise MintError(
                        f"{path}: {member.filename[:80]} unpacks to more than "
                        f"{min(left, LARGEST_PART) / 1024**2:,.3g} MB; a forged log?"
                    )
            if unpacked != member.file_size:
                raise MintError(
                    f"{path}: {member.filename[:80]} unpacks to {unpacked} bytes where the log "
                    f"says {member.file_size}; damaged or forged"
                )
            left -= unpacked


def _refuse_repeated(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Readers keep one part of a name, and not all the same one.

    A conversation may stand there twice: Inspect writes it again where it was tried again, and
    reads the last.
    """
    seen = set()
    for member in members:
        if member.filename in seen and not member.filename.startswith(_SAMPLES):
            raise MintError(f"{path}: holds {member.filename[:80]!r} twice; a forged log?")
        seen.add(member.filename)


def _unpacked(raw: IO[bytes], member: zipfile.ZipInfo) -> Iterator[int]:
    """Lengths of the pieces that a part unpacks to; the pieces themselves are dropped."""
    raw.seek(member.header_offset)
    _, name, extra = _HEADER.unpack(raw.read(_HEADER.size))
    raw.seek(name + extra, 1)
    if member.compress_type == zipfile.ZIP_STORED:
        yield member.compress_size
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflated(raw, member.compress_size)
    elif member.compress_type == _ZSTD:
        yield from _zstd(raw, member.compress_size)
    else:
        raise NotImplementedError(f"compression {member.compress_type}")


def _inflated(raw: IO[bytes], packed: int) -> Iterator[int]:
    stream = zlib.decompressobj(-15)
    while packed > 0 and not stream.eof:
        piece = raw.read(min(PIECE, packed))
        if not piece:
            raise EOFError("it ends within a part")
        packed -= len(piece)
        while piece and not stream.eof:
            yield len(stream.decompress(piece, PIECE))
            piece = stream.unconsumed_tail
    while rest := stream.decompress(stream.unconsumed_tail, PIECE):
        yield len(rest)
    if not stream.eof:
        raise EOFError("it ends within a part")


def _zstd(raw: IO[bytes], packed: int) -> Iterator[int]:
    import io

    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(
        io.BytesIO(raw.read(packed)), read_across_frames=True
    )
    while piece := reader.read(PIECE):
        yield len(piece)
