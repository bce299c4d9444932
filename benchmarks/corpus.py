"""Memory of `score` as a corpus grows tenfold, with Ray and without."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TURNS = 10
SMALL, LARGE = 2_000, 20_000  # conversations; 200,000 turns in the end


def growth(ray: str | None = None) -> float:
    """Peak memory at 200,000 turns over that at 20,000, all processes of the command together."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for count in (SMALL, LARGE):
            file = Path(folder) / f"{count}.jsonl"
            file.write_text("".join(talk(n) for n in range(count)), encoding="utf-8")
            words = ["score", str(file), "--to", f"{folder}/{count}", "--judge", "none"]
            words += ["--tagger", "embedded-fast", *(["--ray", ray] if ray else [])]
            peaks.append(peak_megabytes([sys.executable, "-m", "mint_bench.cli", *words]))
    return peaks[1] / peaks[0]


def growth_on_ray() -> float:
    """The same on a cluster of this machine."""
    return growth("local")


def talk(number: int) -> str:
    """A conversation as a line of the file."""
    said = [
        {"role": "user", "content": f"This is the {number}. time. What now?"},
        {"role": "assistant", "content": "I hear you. What happened then?"},
    ]
    return json.dumps({"id": f"c{number}", "messages": said * TURNS}) + "\n"


def peak_megabytes(words: list[str]) -> float:
    """The most memory that a command and all it started held at one time, looked at often."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, sum(map(_megabytes, family(process.pid))))
            time.sleep(0.05)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return peak


def family(root: int) -> list[int]:
    """A process and all below it."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(
                stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            )
        except (OSError, ValueError):  # it ended meanwhile
            continue
        below.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for pid in found:  # grows as it is walked
        found += below.get(pid, [])
    return found


def _megabytes(pid: int) -> float:
    """Memory of a process alone; what it shares (Ray's store) is nobody's."""
    try:
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[:3]
    except (OSError, ValueError):
        return 0.0
    return (int(resident) - int(shared)) * 4096 / 1e6
