"""Runs measurements and prints them as a table; writes `benchmarks/latest.json`, `docs/speed.md`.

`python -m benchmarks` for all, `python -m benchmarks NAME ...` for some.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import corpus, measures, overhead, prompts, site, training
from benchmarks.page import LATEST, write_page
from mint_bench.judging import JUDGES
from mint_bench.tactics import TAGGERS

MEMORY_MB = 500

Measure = tuple[Callable[[], float], str, float | None]

TWO_CORES = {"site_500_systems", "verify_1000_records"}  # what shares its work out
PROCESSES = {"help", "verify_1000_records"}  # what starts the command and waits for it
FLAT = 1.15  # peak memory at tenfold input over that before
TIMES_FEWER_TOKENS = 6  # to compute than the published pipeline sends
SENTENCES_A_SECOND = {"embedded": 300.0, "embedded-fast": 5000.0}


def all_measures() -> dict[str, Measure]:
    """Name to measurement, unit and aim; below the aim is good unless the unit is a rate."""
    found: dict[str, Measure] = {
        "help": (measures.help_seconds, "s", 0.3),
        "score_315_replies": (measures.score_seconds, "s", 2.0),
        "bootstrap_20_systems": (measures.bootstrap_seconds, "s", 1.0),
        "board_of_100_systems": (measures.board_of_100_seconds, "s", 2.0),
        "resampling_over_loop": (measures.resampling_times_faster, "times", 50.0),
        "figures_20_systems": (measures.figures_of_20_seconds, "s", None),
        "verify_1000_records": (measures.verify_seconds, "s", 10.0),
        "site_500_systems": (site.build_seconds, "s", 20.0),
        "site_home_100_systems": (site.home_kilobytes, "kB", 300.0),
    }
    if find_spec("playwright") and Path(site.CHROMIUM).exists():
        found["site_first_paint"] = (site.first_paint_seconds, "s", 1.0)
        found["site_layout_shift"] = (site.layout_shift, "", None)
    found["score_memory_growth"] = (corpus.growth, "times at tenfold input", FLAT)
    if find_spec("ray"):
        found["score_memory_growth_on_ray"] = (corpus.growth_on_ray, "times at tenfold input", FLAT)
    for name in TAGGERS:
        work = partial(measures.tagged_sentences_per_second, name)
        found[f"tag_{name}"] = (work, "sentences/s", SENTENCES_A_SECOND.get(name))
    for name in JUDGES:
        work = partial(measures.rated_replies_per_second, name)
        found[f"rate_{name}"] = (work, "replies/s", None)
    for at_once in overhead.AT_ONCE:
        most = overhead.MOST_SHARE if at_once == max(overhead.AT_ONCE) else None
        for scorers, name in (("none", "replay"), ("embedded", "replay_and_scoring")):
            work = partial(overhead.overhead_ms, at_once, scorers)
            found[f"{name}_{at_once}_at_once"] = (work, "ms/turn", None)
            work = partial(overhead.overhead_share, at_once, scorers)
            found[f"{name}_share_{at_once}_at_once"] = (work, "of wall time", most)
    if find_spec("mint_bench.judging.prompts"):
        once, each = prompts.unit("a run"), prompts.unit("a reply")
        aim = prompts.PUBLISHED_TOKENS / TIMES_FEWER_TOKENS
        found["llm_prompt_static"] = (prompts.static_tokens, once, None)
        found["llm_prompt_exchange"] = (prompts.exchange_tokens, each, None)
        found["llm_prompt_questions"] = (prompts.question_tokens, each, None)
        found["llm_prompt_question_joint"] = (prompts.joint_question_tokens, each, None)
        found["llm_prompt_sent_315_replies"] = (prompts.sent_tokens, once, None)
        found["llm_prompt_uncached_315_replies"] = (prompts.uncached_tokens, once, aim)
    if find_spec("trl"):
        found |= training.MEASURES
    return found


def one(name: str) -> None:
    """Run one measurement here, most on one core, and print value and peak memory as JSON."""
    if (
        hasattr(os, "sched_setaffinity") and name not in TWO_CORES
    ):  # onnxruntime asks for the cores, not for OMP's threads
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    value = all_measures()[name][0]()
    used = resource.RUSAGE_CHILDREN if name in PROCESSES else resource.RUSAGE_SELF
    print(json.dumps({"value": value, "mb": resource.getrusage(used).ru_maxrss / 1024}))


def main() -> None:
    """Measure, each in a process of its own on one core; some names alone renew their rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure; all by default")
    parser.add_argument("--here", action="store_true", help="one, in this process, as JSON")
    given = parser.parse_args()
    measures = all_measures()
    unknown = [name for name in given.names if name not in measures]
    if unknown:
        parser.error(f"no measure is called {unknown[0]}; there are: {', '.join(measures)}")
    if given.here:
        one(given.names[0])
        return
    chosen = {name: measures[name] for name in given.names or measures}
    console = Console()
    results = measured(chosen, console)
    console.print(table(results))
    before = json.loads(LATEST.read_text("utf-8")) if given.names and LATEST.exists() else {}
    LATEST.write_text(json.dumps(before | results, indent=1) + "\n", encoding="utf-8")
    write_page()


def measured(chosen: dict[str, Measure], console: Console) -> dict[str, dict[str, object]]:
    """Value and peak memory of each, in the common form."""
    results: dict[str, dict[str, object]] = {}
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for name, (_, unit, aim) in chosen.items():
        with console.status(f"measuring {name}"):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks", "--here", name],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
        found = json.loads(done.stdout)
        results[name] = entry(found["value"], unit, aim)
        if "prompt" not in name:
            results[f"{name}_memory"] = entry(found["mb"], "MB", MEMORY_MB)
    return results


def entry(value: float, unit: str, against: float | None) -> dict[str, object]:
    """A result in the common form; ratio is value over what it is held against."""
    ratio = round(value / against, 4) if against else None
    return {"value": round(value, 4), "unit": unit, "against": against, "ratio": ratio}


def table(results: dict[str, dict[str, object]]) -> Table:
    """The results as a table."""
    grid = Table(box=None, padding=(0, 2))
    grid.add_column("measure", overflow="fold")
    for head in ("value", "unit", "aim", "ratio"):
        grid.add_column(head, justify="left" if head == "unit" else "right")
    for name, row in results.items():
        grid.add_row(
            name,
            *("" if row[k] is None else str(row[k]) for k in ("value", "unit", "against", "ratio")),
        )
    return grid


if __name__ == "__main__":
    main()
