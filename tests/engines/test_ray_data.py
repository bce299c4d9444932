"""A corpus on a real Ray cluster: a machine dies after it has worked, and nothing is lost."""

import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mint_bench.engines.ray_cluster import check_cluster
from mint_bench.engines.ray_data import score_on_ray
from mint_bench.errors import MintError
from mint_bench.records.corpus import Counts, Job, begin
from mint_bench.records.corpus_files import parts_of

ray = pytest.importorskip("ray", reason="needs the extra ray")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def cluster(monkeypatch):
    """A head without CPUs and two machines of one CPU each, all on loopback."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path.cwd()), *sys.path]))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    cluster.wait_for_nodes()
    yield cluster, nodes
    ray.shutdown()
    cluster.shutdown()


def write_talks(path, count):
    lines = []
    for number in range(count):
        said = [
            {"role": "user", "content": f"This is the {number}. time. What now?"},
            {"role": "assistant", "content": "I hear you. What happened?"},
        ]
        lines.append(json.dumps({"id": f"c{number}", "messages": said * 4}) + "\n")
    path.write_text("".join(lines))
    return str(path)


def test_a_node_that_dies_after_it_has_worked_costs_no_conversation_and_doubles_none(
    cluster, tmp_path
):
    cluster, (_, victim) = cluster
    file = write_talks(tmp_path / "talks.jsonl", 4_000)
    job = Job(str(tmp_path / "out"), "jsonl", "embedded", "none")
    parts = parts_of([file], 30_000)
    begin(parts, job)
    assert len(parts) > 40

    counts, nodes, killed = Counts(), Counter(), False
    for one in score_on_ray(parts, job, cluster.address):
        counts.add(one)
        nodes[one.node] += 1
        if not killed and nodes[victim.node_id] >= 2:
            cluster.remove_node(victim, allow_graceful=False)
            killed = time.monotonic()
    assert killed
    assert nodes[victim.node_id] >= 2
    assert sum(nodes.values()) == len(parts)
    assert sum(nodes.values()) - nodes[victim.node_id] > nodes[victim.node_id]

    found = [
        json.loads(line)["id"]
        for path in (tmp_path / "out").glob("part-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert Counter(found) == {f"c{number}": 1 for number in range(4_000)}
    assert (counts.conversations, counts.turns) == (4_000, 16_000)


def test_a_part_that_cannot_be_read_ends_it_with_one_line(cluster, tmp_path):
    file = write_talks(tmp_path / "talks.jsonl", 10)
    job = Job(str(tmp_path / "out"), "jsonl", "none", "none")
    parts = parts_of([file])
    begin(parts, job)
    (tmp_path / "talks.jsonl").unlink()
    with pytest.raises(MintError, match=r"talks\.jsonl"):
        list(score_on_ray(parts, job, cluster[0].address))


def test_a_cluster_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(MintError, match="no cluster there"):
        list(score_on_ray([], Job(str(tmp_path), "jsonl"), "127.0.0.1:1"))


def test_a_folder_is_meant_from_where_the_command_is_typed(cluster, tmp_path, monkeypatch):
    file = write_talks(tmp_path / "talks.jsonl", 10)
    monkeypatch.chdir(tmp_path)
    job = Job("out", "jsonl", "none", "none")
    parts = parts_of([file])
    begin(parts, job)
    assert [one.conversations for one in score_on_ray(parts, job, cluster[0].address)] == [10]
    assert list((tmp_path / "out").glob("part-*.jsonl"))


def test_a_cluster_that_is_there_will_do(cluster):
    check_cluster(cluster[0].address)


@pytest.mark.parametrize("address", ["auto", "{client}"])
def test_what_is_no_cluster_is_one_line_within_a_minute(address, monkeypatch, tmp_path):
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))  # where `auto` looks for one
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    began = time.monotonic()
    with foreign() as port, pytest.raises(MintError, match="no cluster") as caught:
        check_cluster(address.format(client=f"127.0.0.1:{port}"))
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 90


@contextmanager
def foreign():
    """Another program's gRPC, which is no Ray."""
    grpc = pytest.importorskip("grpc")
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0)
