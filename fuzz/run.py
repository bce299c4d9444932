"""`python -m fuzz.run`: each target under atheris for its share of the time; exit 1 on a finding.

Needs the extra `fuzz`. A finding's input is kept beside its target's name and run again by
`python -m fuzz.run TARGET --input FILE`.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS, seeds

FOUND = Path("runs/fuzz")


def main() -> int:
    """Run what the command line asks for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.run", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--input", type=Path, help="run one input, without atheris")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = asked.targets or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no such target: {min(unknown)}; there are: {', '.join(TARGETS)}")
    if asked.input:
        TARGETS[names[0]](asked.input.read_bytes())
        return 0
    if asked.alone:
        _fuzz(names[0], asked.seconds)
        return 0
    FOUND.mkdir(parents=True, exist_ok=True)
    share = max(1, asked.seconds // len(names))
    failed = [name for name in names if _in_a_process(name, share)]
    print(f"{len(names) - len(failed)} of {len(names)} targets held", file=sys.stderr)  # noqa: T201
    return 1 if failed else 0


def _in_a_process(name: str, seconds: int) -> int:
    print(f"fuzz: {name}, {seconds} s", file=sys.stderr, flush=True)  # noqa: T201
    words = [sys.executable, "-m", "fuzz.run", name, "--alone", "--seconds", str(seconds)]
    return subprocess.run(words, check=False).returncode


def _fuzz(name: str, seconds: int) -> None:
    try:
        import atheris
    except ImportError:
        sys.exit("fuzz: atheris is not installed; pip install 'mint-bench[fuzz]'")
    with atheris.instrument_imports(include=["mint_bench"]):
        for seed in seeds(name):
            TARGETS[name](seed)  # imports what the target needs, so that it is instrumented
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(name)):
            Path(folder, str(number)).write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-artifact_prefix={FOUND / name}-",
                   "-rss_limit_mb=3000", "-timeout=30", "-print_final_stats=1"]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, folder], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
