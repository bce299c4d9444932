"""Weights files: named arrays in one compressed file, never pickled, written in one step.

The same arrays give the same bytes, so that a rebuilt scorer can be compared by its hash.
"""

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.errors import MintError

Arrays = Mapping[str, npt.NDArray[Any]]


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """All arrays of a weights file.

    Raises:
        MintError: If the file is missing, damaged, or holds anything but plain arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise MintError(
            f"{path}: no such file; reinstall mint-bench or run: mint-bench scorers train"
        ) from None
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise MintError(f"{path}: damaged weights ({error}); reinstall mint-bench") from None


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write the arrays compressed, first beside the file and then over it.

    Raises:
        MintError: If the folder cannot be written; the old file, if any, is untouched.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(sorted(arrays.items())))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            beside = Path(folder) / path.name
            beside.write_bytes(buffer.getvalue())
            beside.replace(path)
    except OSError as error:
        raise MintError(f"{path}: cannot be written ({error.strerror or error})") from None
