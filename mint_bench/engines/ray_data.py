"""Scores a corpus on a Ray cluster: Ray Data hands out the parts, and again where a machine dies.

What is done to a part is `records.corpus`'; every machine must reach the files and have mint-bench
installed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mint_bench.engines.ray_cluster import check_cluster
from mint_bench.errors import MintError, on_one_line
from mint_bench.records.corpus import Counts, Job, score_part
from mint_bench.records.corpus_files import Part


def score_on_ray(parts: Sequence[Part], job: Job, address: str) -> Iterator[Counts]:
    """Yield each part's counts as it is done, in any order.

    Args:
        parts: Of the corpus.
        job: What is done to each.
        address: Of the cluster: `HOST:PORT`, `auto` for the one of this machine, `local` to
            start one here.

    Raises:
        MintError: If Ray is not installed or the cluster does not answer, or a part cannot be read.
    """
    check_cluster(address)
    import ray
    import ray.data

    try:
        ray.init(address=address, log_to_driver=False, ignore_reinit_error=True)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = on_one_line(error)
        raise MintError(f"--ray {address}: no cluster there ({reason})") from None
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    rows = [asdict(part) for part in parts]
    if "://" not in job.out:  # workers have a folder of their own
        job = replace(job, out=str(Path(job.out).expanduser().absolute()))

    def work(row: dict[str, Any]) -> dict[str, Any]:
        try:
            node = ray.get_runtime_context().get_node_id()
            counts = asdict(score_part(Part(**row), job, node))
            return {"counts": json.dumps(counts), "fault": ""}
        except MintError as error:
            return {"counts": "", "fault": str(error)}

    dataset = ray.data.from_items(rows, override_num_blocks=len(rows))
    try:
        for row in dataset.map(work, num_cpus=1).iter_rows():
            if row["fault"]:
                raise MintError(row["fault"])
            yield Counts(**json.loads(row["counts"]))
    except ray.exceptions.RayError as error:
        raise MintError(
            f"--ray {address}: the cluster failed ({on_one_line(error)}); the same command goes on"
        ) from None
