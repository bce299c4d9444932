"""Real data that tests read: they are passed over where it is not at hand. No test fetches any."""

import os
from pathlib import Path

import pytest

from mint_bench.sources.catalogue import SOURCES
from mint_bench.sources.fetch import locate


def data_folder(*sources: str) -> Path:
    """The folder in MINT_BENCH_DATA, for a test that reads the paper's release or these sources."""
    folder = os.environ.get("MINT_BENCH_DATA")
    if not folder:
        pytest.skip("MINT_BENCH_DATA is not set")
    for source in sources:
        if locate(SOURCES[source.partition(":")[0]]) is None:
            pytest.skip(f"{source} is not in MINT_BENCH_DATA")
    return Path(folder)
