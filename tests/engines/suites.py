"""Small suites of trivial systems, written to a file and run."""

import yaml

from mint_bench.engines.prices import load_prices
from mint_bench.engines.progress import Watch
from mint_bench.engines.run import run_suite
from mint_bench.engines.suite import read_suite

SMALL = {
    "source": "starter", "limit": 3, "max_turns": 2, "tagger": "none", "judge": "none",
    "systems": ["mint/parrot", "mint/silence"],
}  # fmt: skip


def written(folder, **changes):
    path = folder / "suite.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}))
    return path


def go(folder, most=None, prices=None, telling=None, **changes):
    watch = Watch(0, prices or load_prices(), most)
    given = read_suite(written(folder, **changes))
    return run_suite(given, folder / "logs", folder / "results", watch, telling)
