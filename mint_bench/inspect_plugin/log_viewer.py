"""Inspect's own viewer as files beside the pages, with the logs of the records that they show.

Bundled by Inspect itself; which records may be shown is decided by whoever asks.
"""

import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from urllib.parse import quote

from inspect_ai.log import bundle_log_dir

from mint_bench.inspect_plugin.told import LogTeller
from mint_bench.records.schema import Record
from mint_bench.records.told import Key

SHORT = 8


class LogViewer:
    """Shows the logs that tellers of logs know."""

    def __init__(self, tellers: Sequence[LogTeller]) -> None:
        self._tellers = tellers

    def link(self, record: Record, key: Key) -> str:
        """From the viewer's folder to a conversation; empty where the record's log is not there."""
        log = self._log(record)
        if log is None:
            return ""
        sample, epoch = key
        place = f"{quote(_name(record, log))}/samples/sample/{quote(sample, '')}/{epoch}/"
        return f"index.html#/logs/{place}"

    def files(self, records: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file of the viewer, with the logs of these records alone."""
        with tempfile.TemporaryDirectory() as aside:
            logs, bundle = Path(aside) / "given", Path(aside) / "bundle"
            for record in records:
                if log := self._log(record):
                    copy = logs / _name(record, log)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(log, copy)
            if not logs.exists():
                return
            with redirect_stdout(io.StringIO()):  # what it says of itself is no output of ours
                bundle_log_dir(str(logs), str(bundle))
            index = bundle / "index.html"
            index.write_text(index.read_text("utf-8").replace(str(logs), "logs"), "utf-8")
            for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
                yield path.relative_to(bundle).as_posix(), path.read_bytes()

    def _log(self, record: Record) -> Path | None:
        return next(filter(None, (teller.log_of(record) for teller in self._tellers)), None)


def _name(record: Record, log: Path) -> str:
    """A log's place among the logs: logs of two folders may have one name."""
    return f"{str(record.provenance.log_sha)[:SHORT]}/{log.name}"
