"""Where a source's file lies: the folder named by MINT_BENCH_DATA, the user cache, the download.

Whatever is found is verified before anyone reads it. What the files mean is left to the readers.
"""

import os
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.resources import resource, sha256_file
from mint_bench.sources.catalogue import Origin, Remote, SourceCard
from mint_bench.sources.download import download, elsewhere

DATA_VARIABLE = "MINT_BENCH_DATA"
CACHE_VARIABLE = "MINT_BENCH_CACHE"
HUB_FILE = "esconv/ESConv_from_hub.jsonl"
"""Where in the cache the conversations are kept that came from the hub."""


def data_dir() -> Path | None:
    """The folder named by MINT_BENCH_DATA, None if the variable is unset or empty.

    Raises:
        MintError: If it names no folder.
    """
    value = os.environ.get(DATA_VARIABLE, "")
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise MintError(f"{DATA_VARIABLE}={value}: no such folder; correct or unset it")
    return folder


def cache_dir() -> Path:
    """The folder for what was downloaded: MINT_BENCH_CACHE, else the user's cache folder."""
    value = os.environ.get(CACHE_VARIABLE, "")
    if value:
        return Path(value).expanduser()
    import pooch

    return Path(pooch.os_cache("mint-bench"))


def locate(card: SourceCard) -> Path | None:
    """The source's file if it is on this machine, verified; None if it must be fetched first.

    Raises:
        MintError: If the file in the data folder is not the pinned one. (One in the cache that
            is not is passed over, since it will be fetched anew.)
    """
    if card.origin is Origin.SHIPPED:
        return resource("tasks", f"{card.name}.jsonl")
    remote = _file(card)
    if card.origin is not Origin.HUB:
        return locate_file(remote)
    # What came from the hub is verified by content, when it is read.
    cached = cache_dir() / HUB_FILE
    return _in_data_dir(remote) or (cached if cached.is_file() else None)


def locate_file(remote: Remote) -> Path | None:
    """A pinned file if it is on this machine, verified; None if it must be fetched first.

    Raises:
        MintError: As `locate` does.
    """
    cached = cache_dir() / remote.path
    return _in_data_dir(remote) or (
        cached if cached.is_file() and _matches(cached, remote) else None
    )


def _in_data_dir(remote: Remote) -> Path | None:
    folder = data_dir()
    if folder is None or not (folder / remote.path).exists():
        return None
    verify(folder / remote.path, remote)
    return folder / remote.path


def fetch(card: SourceCard) -> Path:
    """The source's file, verified, downloaded if it is not on this machine.

    Raises:
        MintError: If it cannot be had or is not the pinned one.
    """
    found = locate(card)
    if found is not None:
        return found
    if card.origin is Origin.HUB:
        from mint_bench.sources.hub import download_esconv

        return download_esconv(cache_dir() / HUB_FILE)
    if card.origin is Origin.BY_HAND:
        remote = _file(card)
        raise MintError(
            f"{card.name}: must be fetched by hand: take {Path(remote.path).name} (sha256 "
            f"{remote.sha256}, {card.licence}) from {card.citation.rpartition('; ')[2]} at commit "
            f"{card.revision}; then {elsewhere(remote.path)}"
        )
    return download(_file(card), cache_dir(), card.name)


def fetch_file(remote: Remote, name: str) -> Path:
    """A pinned file, verified, downloaded if it is not on this machine.

    Args:
        remote: The file.
        name: What it is called where it cannot be had.

    Raises:
        MintError: If it cannot be had or is not the pinned one.
    """
    return locate_file(remote) or download(remote, cache_dir(), name)


def verify(path: Path, remote: Remote) -> None:
    """Check that a file is the pinned one.

    Raises:
        MintError: If size or SHA-256 differ; the message names the file and both values.
    """
    try:
        size = path.stat().st_size
        found = sha256_file(path)
    except OSError as error:
        raise MintError(f"{path}: cannot be read ({error.strerror})") from None
    if found != remote.sha256:
        kind = "truncated" if size < remote.size else "altered"
        raise MintError(
            f"{path}: {kind}: expected sha256 {remote.sha256} ({remote.size} bytes), found {found} "
            f"({size} bytes); restore the file, or remove it to have it fetched anew"
        )


def _matches(path: Path, remote: Remote) -> bool:
    return path.stat().st_size == remote.size and sha256_file(path) == remote.sha256


def _file(card: SourceCard) -> Remote:
    if card.file is None:
        msg = f"the card of {card.name} names no file"
        raise ValueError(msg)
    return card.file
