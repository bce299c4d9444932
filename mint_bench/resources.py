"""Where the data folders are that travel with the package, and the hashes of what is in them.

Tasks, scorers, recipes, the site's templates and the published records are data, reviewed as
such. In a wheel they lie in `mint_bench/_data`, in a checkout beside the package.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from mint_bench.errors import MintError


@cache
def data_root() -> Path:
    """The folder that holds `tasks/`, `scorers/`, `leaderboard/`, `recipes/` and `results/`."""
    package = Path(__file__).parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent


def resource(*parts: str) -> Path:
    """The path of one shipped file or folder, such as `resource("scorers", "tactics.yaml")`.

    Raises:
        MintError: If the file is missing, which means a broken installation.
    """
    path = data_root().joinpath(*parts)
    if not path.exists():
        raise MintError(f"{path}: missing from this installation; reinstall mint-bench")
    return path


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_text(*texts: str) -> str:
    """Hexadecimal SHA-256 over texts, each ended by a NUL so that no two splits collide.

    >>> sha256_text("a", "b") == sha256_text("ab")
    False
    """
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def ids_sha(ids: Iterable[str]) -> str:
    """First 12 hexadecimal digits of the SHA-256 of a set of conversation ids, in sorted order.

    >>> ids_sha(["b", "a"]) == ids_sha(["a", "b"])
    True
    """
    return sha256_text(*sorted(ids))[:12]
