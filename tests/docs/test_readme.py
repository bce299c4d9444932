"""The README's lines that need a key, a cluster or weights, typed as written against what is here.

Servers that speak OpenAI's API, a hub and a Ray cluster on loopback stand for those out there.
Names are replaced by theirs; a line that would generate for hours gets a limit. Not tried: GPUs.
"""

import json
import os
import sys

import pytest

from tests.docs.pages import ROOT, commands
from tests.docs.running import type_it
from tests.inspect_plugin.judge_server import JudgeServer
from tests.inspect_plugin.test_llm_tagger import SENTENCES
from tests.local_models.tiny import build
from tests.loopback_hub import HUB

README = ROOT / "README.md"
NEEDY = {command.text: command for command in commands(README) if command.needs}
ELSEWHERE = {
    "mint-bench lm-eval run --tasks mint --model hf --model_args pretrained=ORG/NAME":
        "tests/lm_eval_plugin/test_same_as_inspect.py",
    "mint-bench train q_plus_d": "tests/grpo/test_train.py",
    "mint-bench submit prepare logs/RUN.eval": "tests/submissions/test_prepare.py",
}  # fmt: skip
"""Lines of which another file tries what they do."""
SERVED = {
    "mint-bench run openai/NAME": 1,
    "inspect eval mint_bench/multi_turn --model openai/NAME": 1,
    "mint-bench run openai/NAME --seeker anchored --model-role seeker=openai/OTHER": 2,
    "mint-bench run openai/NAME --judge llm --model-role grader=openai/JUDGE": 2,
    "mint-bench run openai/NAME --tagger llm --model-role tagger=openai/TAGGER": 2,
    "inspect eval mint_bench/judge_probes -T judge=llm --model-role grader=openai/JUDGE": 1,
}  # fmt: skip
"""Lines that ask a provider, and how many models of it they ask."""
WEIGHTS = "mint-bench run ORGANISATION/NAME"
TWO = "mint-bench run openai-api/box/NAME --base-url http://gpu1:8000 --base-url http://gpu2:8000"
CLUSTER = "mint-bench score corpus/*.jsonl --to scored --ray ADDRESS"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not os.environ.get("MINT_BENCH_DATA"), reason="needs MINT_BENCH_DATA"),
]


def answer(model, system, user):
    """In the form that each kind of model is asked for."""
    if model == "JUDGE":
        return '{"score": 3}'
    if model == "TAGGER":
        return json.dumps({f"s{n}": [] for n, _ in enumerate(SENTENCES.findall(user), 1)})
    if model == "OTHER":
        return f"Yes, and that is how it went, all {len(user)} days of it."
    return "I hear you. What happened then?"


def records(folder):
    return [json.loads(path.read_text()) for path in folder.glob("results/*/*.json")]


def test_each_line_is_tried_here_or_elsewhere():
    assert NEEDY.keys() == {*SERVED, *ELSEWHERE, WEIGHTS, TWO, CLUSTER}
    assert all((ROOT / path).is_file() for path in ELSEWHERE.values())


@pytest.mark.parametrize("line", SERVED)
def test_a_line_that_needs_a_key_does_what_it_says(line, tmp_path):
    with JudgeServer(answer).running() as server:
        type_it(NEEDY[line], tmp_path, {}, OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-none")
    assert len({body["model"] for body in server.requests}) == SERVED[line]
    assert {said["Authorization"] for said in server.headers} == {"Bearer sk-none"}
    if line.startswith("mint-bench run"):
        [record] = records(tmp_path)
        assert (record["settings"]["provider"], record["settings"]["model"]) == ("openai", "NAME")
        assert len(record["conversations"]) == 50
        assert not any("unscored" in t for c in record["conversations"] for t in c["turns"])


def test_two_servers_share_the_conversations(tmp_path):
    with JudgeServer(answer).running() as one, JudgeServer(answer).running() as other:
        words = {"http://gpu1:8000": one.url, "http://gpu2:8000": other.url}
        type_it(NEEDY[TWO], tmp_path, {"words": words})
    [record] = records(tmp_path)
    assert len(record["conversations"]) == 50
    replies = sum(len(conversation["turns"]) for conversation in record["conversations"])
    assert len(one.requests) + len(other.requests) == replies
    assert min(len(one.requests), len(other.requests)) > replies / 4


def test_a_name_on_the_hub_is_fetched_and_run(tmp_path):
    pytest.importorskip("transformers", reason="needs the extra `hf`")
    build(tmp_path / "weights", positions=4096)
    HUB.folders["ORGANISATION/NAME"] = tmp_path / "weights"
    more = "--source starter --limit 2 --max-turns 1 --max-tokens 8 --engine transformers"
    try:
        type_it(NEEDY[WEIGHTS], tmp_path, {}, more, HF_HOME=str(tmp_path / "hub"))
    finally:
        del HUB.folders["ORGANISATION/NAME"]
    [record] = records(tmp_path)
    assert (record["settings"]["provider"], record["settings"]["model"]) == (
        "hf", "ORGANISATION/NAME",
    )  # fmt: skip
    assert len(record["conversations"]) == 2
    assert any("model.safetensors" in path for path in HUB.asked)


def test_a_cluster_scores_a_corpus(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="needs the extra ray")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path]))
    (tmp_path / "corpus").mkdir()
    starter = (ROOT / "tasks" / "starter.jsonl").read_text()
    for name in "ab":
        (tmp_path / "corpus" / f"{name}.jsonl").write_text(starter)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        type_it(NEEDY[CLUSTER], tmp_path, {"words": {"ADDRESS": cluster.address}})
    finally:
        cluster.shutdown()
    scored = [line for path in (tmp_path / "scored").glob("part-*") for line in path.open()]
    assert len(scored) == 2 * len(starter.splitlines())
