"""The command line as a shell runs it, exit code and all, without a new process."""

import contextlib
import io
import sys
from dataclasses import dataclass

from mint_bench.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


class _Bytes(io.TextIOWrapper):
    def __init__(self, text=""):
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8", write_through=True)

    def text(self):
        return self.buffer.getvalue().decode()


def type_in(*words, stdin=""):
    """Run `mint-bench WORDS…` through its entry point."""
    out, err, code = _Bytes(), _Bytes(), 0
    kept = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["mint-bench", *map(str, words)], _Bytes(stdin)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.argv, sys.stdin = kept
    return Done(code, out.text(), err.text())
