"""Which weights lie in a folder: a mark that is another one where they are others.

Reads samples of large files, so that a hundred gigabytes take no more than moments.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from mint_bench.engines.decide import folders_of
from mint_bench.engines.memory import is_weights
from mint_bench.errors import MintError
from mint_bench.resources import sha256_text

DIGITS = 12
_LOADED = frozenset({
    ".bin", ".gguf", ".jinja", ".json", ".model", ".py", ".safetensors", ".tiktoken", ".txt",
})  # fmt: skip
_OF_TRAINING = frozenset({
    "optimizer.bin", "scheduler.bin", "trainer_state.json", "training_args.bin",
})  # fmt: skip
"""What training leaves beside weights and nobody loads."""
_BLOCK = 4096
_BLOCKS = 256
"""Of a large file; training changes more than one in so many."""


def revision_of(model: str) -> str | None:
    """What pins the local folders of weights that a model as typed names; None without one.

    Raises:
        MintError: If a file cannot be read.
    """
    marks = [fingerprint(folder) for folder in folders_of(model)]
    return "-".join(["weights", *marks]) if marks else None


def fingerprint(folder: Path) -> str:
    """The mark of a folder of weights, or of one that holds nothing but such folders.

    Names and sizes of what is loaded, and samples of what stands there.

    Raises:
        MintError: If a file cannot be read.
    """
    try:
        files = _loaded(folder, "*")
        if not any(is_weights(path.name) for path in files):
            files += _loaded(folder, "*/*")
        found = [(path, path.stat()) for path in files]
        told = [
            f"{path.relative_to(folder).as_posix()} {stat.st_size} "
            f"{_sampled(path.resolve(), stat.st_size, stat.st_mtime_ns)}"
            for path, stat in found
        ]
    except OSError as error:
        raise MintError(f"{folder}: cannot be read ({error.strerror or error})") from None
    return sha256_text(*told)[:DIGITS]


def _loaded(folder: Path, pattern: str) -> list[Path]:
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.suffix in _LOADED and path.name not in _OF_TRAINING and path.is_file()
    )


@lru_cache(maxsize=1024)
def _sampled(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - of the cache's key
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if size <= _BLOCK * _BLOCKS:
            digest.update(file.read())
        else:
            for n in range(_BLOCKS):
                file.seek(n * (size - _BLOCK) // (_BLOCKS - 1))
                digest.update(file.read(_BLOCK))
    return digest.hexdigest()
