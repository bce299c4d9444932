"""A hub of models on loopback, as the Hugging Face hub's own library asks one: no test leaves here.

`HUB` is the one that the tests' environment names (`HF_ENDPOINT`). It has every model with nothing
in it, but for those of `nobody`; a test may give it a folder to serve.
"""

import hashlib
import json
import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

NOBODY = "nobody"
"""An organisation that has no models."""
COMMIT = "0" * 40
INFO = re.compile(r"/api/models/([^/]+/[^/]+)(?:/revision/\w+)?$")
TREE = re.compile(r"/api/models/([^/]+/[^/]+)/tree/")
ACCESS = re.compile(r"/api/models/([^/]+/[^/]+)/auth-check$")
FILE = re.compile(r"/([^/]+/[^/]+)/resolve/\w+/(.+)$")


class LoopbackHub:
    """Models behind HTTP.

    Attributes:
        sizes: By model: its files, which are only spoken of, with their sizes.
        folders: By model: the folder whose files it has.
        gated: Models that may not be read.
        asked: Paths, in order.
    """

    def __init__(self):
        self.sizes, self.folders, self.gated, self.asked = {}, {}, set(), []

    @contextmanager
    def running(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def files(self, name):
        """A model's files with their sizes; None for a model that is not there."""
        if name in self.folders:
            paths = Path(self.folders[name]).iterdir()
            return {path.name: path.stat().st_size for path in paths if path.is_file()}
        known = self.sizes.get(name, {})
        return None if name.partition("/")[0] == NOBODY else known

    def answer(self, path):
        """Status, headers and body for a path."""
        self.asked.append(path)
        if found := ACCESS.match(path):
            return (
                (403, {"X-Error-Code": "GatedRepo"}, b"") if found[1] in self.gated else _json({})
            )
        if found := INFO.match(path):
            return self._info(found[1])
        if found := TREE.match(path):
            return _json([])
        if (found := FILE.match(path)) and found[1] in self.folders:
            file = Path(self.folders[found[1]]) / found[2]
            if file.is_file():
                data = file.read_bytes()
                tag = hashlib.sha256(data).hexdigest()
                return 200, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}, data
            return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b""
        return 404, {"X-Error-Code": "RepoNotFound"}, b""

    def _info(self, name):
        files = self.files(name)
        if files is None:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        listed = [{"rfilename": file, "size": size} for file, size in files.items()]
        gated = "manual" if name in self.gated else False
        return _json({"id": name, "sha": COMMIT, "gated": gated, "siblings": listed})

    def _handler(outer):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_GET(self):
                self._answer(with_body=True)

            def do_HEAD(self):
                self._answer(with_body=False)

            def _answer(self, *, with_body):
                status, headers, body = outer.answer(self.path.partition("?")[0])
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

        return Handler


def _json(value):
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


HUB = LoopbackHub()
