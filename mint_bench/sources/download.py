"""Fetches one pinned file into a folder: resumed after a cut, verified, moved into place.

pooch verifies and moves; the transfer itself is ours, since pooch cannot resume one. Knows
nothing of sources.
"""

import shutil
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mint_bench.errors import MintError
from mint_bench.resources import sha256_file
from mint_bench.sources.catalogue import Remote

if TYPE_CHECKING:
    import requests

_CHUNK = 64 * 1024
_TIMEOUT = (10.0, 30.0)  # to connect, and between two chunks; in seconds


class _DiffersError(Exception):
    """What arrived in full is not what was pinned."""


class _Transfer:
    """A downloader in pooch's sense that keeps what has arrived in a `.part` file.

    Attributes:
        resumed: Whether any of the bytes come from an earlier connection.
    """

    def __init__(self, remote: Remote, part: Path) -> None:
        self.remote = remote
        self.part = part
        self.resumed = False

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        """Transfer `url` to `output_file`; each cut that let bytes through is taken up again."""
        import requests

        cut = (
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ConnectionError,
            requests.exceptions.Timeout,
        )
        self.resumed = self._have() > 0
        while self._have() < self.remote.size:
            before = self._have()
            try:
                self._connect(url)
                break
            except cut:
                if self._have() <= before:
                    raise
        found = sha256_file(self.part)
        if found != self.remote.sha256:
            size = self.part.stat().st_size
            self.part.unlink()
            raise _DiffersError(f"sha256 {found} ({size} bytes)")
        shutil.move(self.part, output_file)

    def _have(self) -> int:
        """How many bytes have arrived; a part longer than the file is of no use."""
        size = self.part.stat().st_size if self.part.exists() else 0
        if size > self.remote.size:
            self.part.unlink()
            return 0
        return size

    def _connect(self, url: str) -> None:
        """One connection: from where the last one ended if the server can, else from the start."""
        import requests

        start = self._have()
        # No compression: a range of compressed bytes could not be joined to plain ones.
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            partial = response.status_code == HTTPStatus.PARTIAL_CONTENT
            from_there = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            beyond = response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            if start and (beyond or (partial and not from_there)):
                self.part.unlink()
                self._connect(url)
                return
            response.raise_for_status()
            self.resumed = bool(start) and partial
            self._receive(response, start if partial else 0)

    def _receive(self, response: "requests.Response", start: int) -> None:
        """Append (from `start`) or write (from 0) the body, drawing a bar on standard error."""
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with (
            self.part.open("ab" if start else "wb") as handle,
            Progress(*columns, console=Console(stderr=True)) as progress,
        ):
            name = Path(self.remote.path).name
            task = progress.add_task(name, total=self.remote.size, completed=start)
            arrived = start
            for chunk in response.iter_content(_CHUNK):
                handle.write(chunk)
                handle.flush()
                arrived += len(chunk)
                progress.update(task, completed=arrived)
                if arrived > self.remote.size:  # not our file, and perhaps without an end
                    return


def download(remote: Remote, folder: Path, source: str) -> Path:
    """Fetch a pinned file to `folder / remote.path` and return that path.

    A file that is already there and right is left alone. A cut transfer leaves a `.part` beside
    the target, which the next call takes up; the target appears only whole and verified.

    Raises:
        MintError: If the file cannot be reached, written, or is not the pinned one; the message
            names `source`, the URL and what else can be done.
    """
    import pooch
    import requests
    from filelock import FileLock

    target = folder / remote.path
    pooch.get_logger().setLevel("WARNING")  # the bar says the same
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(
            target.with_name(f".{target.name}.lock")
        ):  # two processes must not write one part
            return _retrieve(remote, target, pooch)
    except _DiffersError as error:
        raise MintError(
            f"{source}: {target.name} from {remote.url} is not the pinned file: expected sha256 "
            f"{remote.sha256} ({remote.size} bytes), found {error}; try again, or put the right "
            f"file into the folder named by MINT_BENCH_DATA as {remote.path}"
        ) from None
    except requests.HTTPError as error:
        raise MintError(
            f"{source}: {remote.url} answered HTTP {error.response.status_code}; "
            + elsewhere(remote.path)
        ) from None
    except requests.RequestException as error:
        raise MintError(
            f"{source}: cannot fetch {remote.url} ({type(error).__name__}: no network, or it was "
            f"cut); try again to go on where it ended, or {elsewhere(remote.path)}"
        ) from None
    except OSError as error:
        raise MintError(
            f"{target}: cannot be written ({error.strerror or error}); set MINT_BENCH_CACHE to a "
            "folder with room"
        ) from None


def _retrieve(remote: Remote, target: Path, pooch: Any) -> Path:  # noqa: ANN401 - untyped library
    """Let pooch fetch the file; a resumed one that differs is fetched once more from the start."""
    transfer = _Transfer(remote, target.with_name(f"{target.name}.part"))
    arguments = {
        "url": remote.url,
        "known_hash": f"sha256:{remote.sha256}",
        "fname": target.name,
        "path": target.parent,
        "downloader": transfer,
    }
    try:
        return Path(pooch.retrieve(**arguments))
    except _DiffersError:
        if not transfer.resumed:
            raise
        return Path(pooch.retrieve(**arguments))


def elsewhere(path: str) -> str:
    """What to do where a file cannot be downloaded."""
    return f"set MINT_BENCH_DATA to a folder that holds {path}"
