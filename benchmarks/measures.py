"""The single measurements; each runs in a process of its own, so that memory is its own.

A measurement returns a value in its unit; what it is held against stands in `__main__`.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

REPEATS = 5
RECORDS = 1000


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median seconds of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def help_seconds() -> float:
    """Seconds that `mint-bench --help` takes as a process."""
    command = [str(Path(sys.executable).with_name("mint-bench")), "--help"]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def score_seconds() -> float:
    """Seconds to tag and rate 315 human replies with the embedded scorers, after start."""
    from mint_bench.judging import load_judge
    from mint_bench.scoring import score
    from mint_bench.tactics import load_tagger

    transcripts, tagger, judge = (
        human_transcripts(),
        load_tagger("embedded"),
        load_judge("embedded"),
    )
    score(transcripts[:1], tagger, judge)
    return seconds(lambda: score(transcripts, tagger, judge))


def tagged_sentences_per_second(name: str) -> float:
    """Sentences a second of a tagger that has read none before, on whole replies of people."""
    from mint_bench.scoring import split_reply
    from mint_bench.tactics import load_tagger

    replies = [split_reply(reply.text, "en") for t in human_transcripts() for reply in t.replies]
    count = sum(len(reply.sentences) for reply in replies)
    return per_second(lambda: load_tagger(name).tag, replies, count)


def rated_replies_per_second(name: str) -> float:
    """Replies a second of a judge that has read none before, with the conversation before each."""
    from mint_bench.judging import load_judge
    from mint_bench.scoring import exchanges

    seen = [exchange for t in human_transcripts() for exchange in exchanges(t)]
    return per_second(lambda: load_judge(name).rate, seen, len(seen))


def per_second(
    make: Callable[[], Callable[[list[Any]], object]], items: list[Any], count: int
) -> float:
    """How many of a list's `count` things a second, each time by one made anew."""
    from mint_bench.encoder import shipped

    taken = []
    for _ in range(REPEATS):
        shipped.cache_clear()  # it remembers the vectors of what it has read
        taken.append(seconds(partial(make(), items), 1))
    return count / min(taken)


def verify_seconds() -> float:
    """Seconds that `mint-bench verify` takes for 1,000 records: copies of the published ones."""
    from mint_bench.records.store import files_in
    from mint_bench.resources import resource

    command = [str(Path(sys.executable).with_name("mint-bench")), "verify"]
    with tempfile.TemporaryDirectory() as folder:
        paths = (files_in(resource("results"), "*/*.json") * RECORDS)[:RECORDS]
        for number, path in enumerate(paths):
            shutil.copy(path, Path(folder) / f"{number:04}.json")
        return seconds(
            lambda: subprocess.run([*command, folder], check=True, capture_output=True), 3
        )


def bootstrap_seconds() -> float:
    """Seconds for 10,000 resamples of every figure of 20 systems."""
    from mint_bench.records.arrays import turns_of
    from mint_bench.records.figures import intervals_of, rows_of
    from mint_bench.records.store import read_all
    from mint_bench.resources import resource
    from mint_bench.stats.intervals import resampling_weights

    records = [r for r in read_all(resource("results")) if r.kind in {"published", "human"}]
    rows = [rows_of(turns_of(record.conversations)) for record in (records * 20)[:20]]
    resampling_weights(50)
    return seconds(lambda: [intervals_of(row, "bootstrap") for row in rows], 3)


def hundred_systems() -> list[dict[str, Any]]:
    """Rows of the ranking table's figures of 100 systems, made from the published ones."""
    from mint_bench.records.arrays import turns_of
    from mint_bench.records.columns import COLUMNS
    from mint_bench.records.figures import rows_of
    from mint_bench.records.store import read_all
    from mint_bench.records.tables import SHOWN
    from mint_bench.resources import resource

    records = [r for r in read_all(resource("results")) if r.kind == "published"]
    names = [name for name in SHOWN if COLUMNS[name].interval]
    rows = [rows_of(turns_of(record.conversations), names) for record in records]
    return (rows * 100)[:100]


def board_of_100_seconds() -> float:
    """Seconds for the intervals of a table of 100 systems and for all 4,950 pairwise tests."""
    from mint_bench.records.figures import intervals_of
    from mint_bench.records.tables import PRIMARY
    from mint_bench.stats.intervals import resampling_weights
    from mint_bench.stats.ranking import compare_all, places
    from mint_bench.stats.statistic import Ratio

    systems = hundred_systems()
    resampling_weights(50)

    def work() -> None:
        intervals = [intervals_of(rows, "bootstrap") for rows in systems]
        pairs = compare_all(Ratio(), np.array([rows[PRIMARY] for rows in systems]))
        places([one[PRIMARY].value for one in intervals], pairs.different)

    return seconds(work, 3)


def resampling_times_faster() -> float:
    """How many times faster a bootstrap is than a Python loop over the same resamples."""
    from mint_bench.records.tables import PRIMARY
    from mint_bench.stats.intervals import bootstrap, linearised, resampling_weights
    from mint_bench.stats.statistic import Ratio

    rows = hundred_systems()[0][PRIMARY]
    weights = resampling_weights(len(rows))
    drawn = weights.astype(int)
    whole = linearised(Ratio(), rows)

    def loop() -> None:
        again = [linearised(Ratio(), np.repeat(rows, counts, axis=0)) for counts in drawn]
        np.quantile([(one.value - whole.value) / one.se for one in again], [0.025, 0.975])

    return seconds(loop, 3) / seconds(lambda: bootstrap(Ratio(), rows), 9)


def figures_of_20_seconds() -> float:
    """Seconds for every figure of 20 systems with bootstrap intervals, from records in memory."""
    from mint_bench.records.figures import figures
    from mint_bench.records.store import read_all
    from mint_bench.resources import resource

    records = [r for r in read_all(resource("results")) if r.kind in {"published", "human"}]
    return seconds(lambda: [figures(r.conversations) for r in (records * 20)[:20]], 1)


def human_transcripts() -> list[Any]:
    """The conversations of `lend_an_ear` with people's replies; those of `starter` without it."""
    from mint_bench.conversation import Reply
    from mint_bench.errors import MintError
    from mint_bench.scoring import Transcript
    from mint_bench.sources import load

    try:
        conversations = load("lend_an_ear").conversations
    except MintError:
        print("lend_an_ear cannot be had: measuring on starter", file=sys.stderr)
        conversations = load("starter").conversations
    return [
        Transcript(c, tuple(Reply(c.turns[p].text) for p in c.scored_turns), "own")
        for c in conversations
    ]
