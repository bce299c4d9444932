"""A real server on loopback that can cut a connection, refuse ranges, or have nothing."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mint_bench.sources.catalogue import Remote


@dataclass
class FileServer:
    """Serves `body` at any path and keeps what it was asked for.

    Attributes:
        status: Answered instead of the body where it is no 200.
        cuts: For each connection in turn, after how many bytes it breaks; None: it does not.
        ranges: Whether it honours the Range header.
    """

    url: str
    body: bytes = b""
    status: int = 200
    cuts: list[int | None] = field(default_factory=list)
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)

    def remote(self, path: str = "toy/talks.jsonl") -> Remote:
        """The pin of what it serves."""
        sha = hashlib.sha256(self.body).hexdigest()
        return Remote(path, f"{self.url}/{path}", sha, len(self.body))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            told.asked.append(asked)
            body, start = told.body, 0
            if told.status != 200:
                self.send_response(told.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if asked and told.ranges:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            cut = told.cuts.pop(0) if told.cuts else None
            if cut is None:
                self.wfile.write(body[start:])
            else:
                self.wfile.write(body[start : start + cut])
                self.wfile.flush()
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up early is part of the play."""

    listening = Server(("127.0.0.1", 0), Handler)
    told = FileServer(f"http://127.0.0.1:{listening.server_port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield told
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and no data folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("MINT_BENCH_CACHE", str(folder))
    monkeypatch.delenv("MINT_BENCH_DATA", raising=False)
    return folder
