"""A suite: every system on every task, one eval set, and nothing that is finished done again."""

import json
import subprocess
import sys

import inspect_ai
import pytest
from click.testing import CliRunner

from mint_bench.cli.suite import suite as suite_command
from mint_bench.engines import reaching as reaching_module
from mint_bench.engines.decide import Machine, Reach
from mint_bench.engines.evaluating import loaded_here, waves
from mint_bench.engines.suite import cells_of, read_suite
from mint_bench.errors import MintError
from mint_bench.inspect_plugin import providers
from mint_bench.records.store import read, read_all
from tests.engines.suites import go, written
from tests.inspect_plugin.judge_server import JudgeServer


def test_every_system_meets_every_task_but_people_no_simulated_seeker(tmp_path):
    tasks = ["gold_history", {"task": "multi_turn", "seeker": "anchored"}]
    given = read_suite(written(tmp_path, systems=["mint/parrot", "human"], tasks=tasks))
    assert [(r.model, r.task, r.seeker) for r in given.requests()] == [
        ("mint/parrot", "gold_history", "scripted"), ("mint/parrot", "multi_turn", "anchored"),
        ("human", "gold_history", "scripted"),
    ]  # fmt: skip


def test_what_a_system_says_goes_before_what_the_suite_says(tmp_path):
    systems = ["mint/parrot", {"model": "openai/x", "temperature": 0, "max_tokens": 9}]
    one, two = read_suite(
        written(tmp_path, systems=systems, temperature=0.5, max_tokens=50)
    ).requests()
    assert (one.temperature, one.max_tokens, two.temperature, two.max_tokens) == (0.5, 50, 0, 9)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"systems": []}, "systems: must not be empty"),
        ({"systems": "embedded"}, "systems: expected a list, found 'embedded'"),
        (
            {"systems": [{"modle": "embedded"}]},
            "systems.0.modle: unknown field; did you mean model?",
        ),
        ({"systems": ["mint/parrot", {"model": 7}]}, "systems.1.model: expected text, found 7"),
        ({"systems": [{"model": "a/b", "engine": "vlm"}]}, "engine: expected 'auto', 'vllm' or"),
        ({"tasks": "multi_turn"}, "tasks: expected a list, found 'multi_turn'"),
        ({"judgee": "llm"}, "judgee: unknown field; did you mean judge?"),
        ({"temperature": 3}, "temperature: must be at most 2, found 3"),
        ({"name": "two words"}, "name: is not in form"),
        ({"roles": "grader"}, "roles: expected named fields, found 'grader'"),
        ({"systems": ["mint/parrot", "mint/parrot"]}, "stands 2 times"),
        ({"system": ["mint/parrot"]}, "system"),
        ({"epochs": 0}, "epochs: must be at least 1, found 0"),
        ({"epochs": "two"}, "epochs: expected a whole number, found 'two'"),
        ({"systems": ["human"], "tasks": [{"seeker": "persona"}]}, "no system of it"),
    ],
)
def test_a_fault_in_the_file_is_one_line_that_names_it(tmp_path, change, told):
    with pytest.raises(MintError) as caught:
        read_suite(written(tmp_path, **change))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_local_model_runs_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
    given = read_suite(
        written(tmp_path, systems=["hf/a/b", "mint/parrot", "vllm/c/d", "openai/e"],
                tasks=["multi_turn", "gold_history"])
    )  # fmt: skip
    models = [[cell.request.model for cell in wave] for wave in waves(cells_of(given))]
    assert models == [
        ["mint/parrot", "mint/parrot", "openai/e", "openai/e"],
        ["hf/a/b", "hf/a/b"], ["vllm/c/d", "vllm/c/d"],
    ]  # fmt: skip


def test_only_weights_that_this_process_loads_are_told_as_loading(tmp_path, monkeypatch):
    monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
    systems = ["embedded", "hf/a/b", "mint/parrot", "vllm/c/d", "openai/e"]
    cells = cells_of(read_suite(written(tmp_path, systems=systems)))
    assert [loaded_here(wave) for wave in waves(cells)] == [[], ["embedded"], ["hf/a/b"], []]


def test_weights_that_two_systems_share_are_loaded_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
    systems = ["a/b:one/lora", "a/b:other/lora", {"model": "a/b", "tensor_parallel_size": 2}, "c/d"]
    given = read_suite(written(tmp_path, systems=systems))
    models = [[cell.request.model for cell in wave] for wave in waves(cells_of(given))]
    assert models == [["a/b:one/lora", "a/b:other/lora"], ["a/b"], ["c/d"]]


def test_how_a_system_is_reached_stands_with_it_or_for_all(tmp_path):
    systems = [
        "a/b",
        {"model": "c/d", "engine": "transformers", "vllm": [], "data_parallel_size": 3},
        {"model": "openai-api/box/e", "base_url": "http://one:8000"},
        {"model": "openai-api/box/f", "base_url": ["http://one:8000", "http://two:8000"]},
    ]
    given = read_suite(written(tmp_path, systems=systems, vllm=["enforce_eager"]))
    one, other, served, spread = (given.reach(system) for system in given.systems)
    assert one == Reach(vllm=("enforce_eager",))
    assert other == Reach("transformers", data_parallel=3)
    assert (served.base_urls, len(spread.base_urls)) == (("http://one:8000",), 2)
    assert given.reach() == Reach(vllm=("enforce_eager",))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"systems": ["a/b", {"model": "mint/silence", "base_url": "http://gpu1:8000"}]},
            "base_url changes nothing for mint/silence, which asks no model; leave it out",
        ),
        (
            {"systems": [{"model": "openai/a", "base_url": "http://b:8000", "vllm": ["x=1"]}]},
            "vllm changes nothing for openai/a, which the server at base_url runs",
        ),
        (
            {
                "systems": ["openai/a", "mint/silence"],
                "roles": {"grader": "openai/b"},
                "tensor_parallel_size": 2,
            },
            "tensor_parallel_size changes nothing for openai/a, which its provider runs, nor for",
        ),
        ({"systems": ["openai/a", "vllm/a/b"], "tensor_parallel_size": 2}, None),
        ({"systems": ["openai/a"], "roles": {"grader": "vllm/a/b"}, "vllm": ["x=1"]}, None),
        ({"systems": [{"model": "vllm/a/b", "data_parallel_size": 2}]}, None),
    ],
)
def test_what_a_suite_says_of_reaching_models_changes_something(
    tmp_path, monkeypatch, change, told
):
    monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
    path = written(tmp_path, **change)
    done = CliRunner().invoke(suite_command, [str(path), "--dry-run"])
    assert told in str(done.exception) if told else done.exit_code == 0


def test_a_suite_for_machines_with_vllm_can_be_planned_on_one_without(tmp_path, monkeypatch):
    monkeypatch.setattr(reaching_module, "machine", Machine)
    path = written(tmp_path, systems=[{"model": "a/b", "tensor_parallel_size": 2}])
    assert CliRunner().invoke(suite_command, [str(path), "--dry-run"]).exit_code == 0


def test_a_suite_writes_a_record_for_each_system_and_task_in_one_eval_set(tmp_path):
    result = go(tmp_path, tasks=["multi_turn", "gold_history"], epochs=2)
    assert [(o.record.system, o.record.board.history) for o in result.outcomes] == [
        ("parrot", "own"), ("parrot", "gold"), ("silence", "own"), ("silence", "gold"),
    ]  # fmt: skip
    assert all(read(o.path).conversations == o.record.conversations for o in result.outcomes)
    assert all(len(o.record.conversations) == 6 for o in result.outcomes)
    assert len({path.parent for path in (tmp_path / "logs").glob("*/*.eval")}) == 1
    commands = {o.record.provenance.command for o in result.outcomes}
    assert (
        "mint-bench run mint/silence --task gold_history --source starter --limit 3 --epochs 2 "
        "--max-turns 2 --tagger none --judge none"
    ) in commands


def test_one_systems_failure_stops_no_other_and_is_named(tmp_path):
    path = written(tmp_path, systems=["mint/oracle", "mint/parrot"])
    arguments = [str(path), "--log-dir", str(tmp_path / "l"), "--out", str(tmp_path / "r")]
    said = CliRunner().invoke(suite_command, arguments)
    assert said.exit_code == 1
    assert "Failed: mint/oracle · multi_turn" in said.output
    assert [record.system for record in read_all(tmp_path / "r")] == ["parrot"]


def test_a_conversation_that_fails_is_unscored_and_named(tmp_path, monkeypatch):
    def fails(name, seen):
        if name == "silence" and "shut the line" in seen[1].text:
            raise ConnectionError("no route to host")
        return "I see."

    monkeypatch.setattr(providers, "trivial_reply", fails)
    parrot, silence = go(tmp_path).outcomes
    assert (parrot.failed, silence.failed) == (0, 1)
    assert "no route to host" in silence.record.provenance.notes[0]


def test_a_finished_suite_is_not_run_again_and_a_new_system_joins_it(tmp_path, monkeypatch):
    first = go(tmp_path)
    asked = []
    monkeypatch.setattr(
        providers, "trivial_reply", lambda name, seen: asked.append(name) or "I see."
    )
    again = go(tmp_path, systems=["mint/parrot", "mint/silence", "mint/copy_last"])
    assert set(asked) == {"copy_last"}
    assert [o.record for o in again.outcomes[:2]] == [o.record for o in first.outcomes]
    assert (again.watch.done, again.watch.total, again.watch.held) == (9, 9, 3)


def test_a_finished_suite_stays_finished_where_a_role_is_written_or_reached_otherwise(tmp_path):
    with JudgeServer(lambda *asked: '{"score": 3}').running() as one:
        judge = {"model": "openai-api/judge/a", "model_args": {"base_url": one.url, "api_key": "n"}}
        first = go(tmp_path, limit=1, roles={"grader": [judge, "mockllm/b"]})
        judge = {"max_retries": 2, **judge}
        judge["model_args"] = {"base_url": "http://127.0.0.1:1", "api_key": "n"}
        again = go(tmp_path, limit=1, roles={"grader": [judge, "mockllm/b"]})
    assert [o.fault for o in again.outcomes] == [None, None]
    assert [o.record for o in again.outcomes] == [o.record for o in first.outcomes]
    assert again.watch.held == 0


def test_a_log_that_is_missing_is_no_interruption(tmp_path, monkeypatch):
    whole = inspect_ai.eval_set
    monkeypatch.setattr(
        inspect_ai, "eval_set", lambda *tasks, **how: (True, whole(*tasks, **how)[1][:1])
    )
    found = [outcome.fault for outcome in go(tmp_path).outcomes]
    assert sorted(map(bool, found)) == [False, True]
    assert "Inspect has no log of it" in "".join(filter(None, found))


def test_judges_are_asked_while_other_conversations_are_still_held(tmp_path):
    order = []

    def answer(model, system, user):
        order.append(model)
        return '{"score": 3}' if model == "judge" else "Tell me more."

    with JudgeServer(answer).running() as server:
        reached = {"base_url": server.url, "api_key": "none"}
        judge = {"model": "openai-api/judge/judge", "model_args": reached}
        seeker = {"model": "openai-api/judge/seeker", "model_args": reached}
        go(
            tmp_path, systems=["mint/parrot"], tasks=[{"seeker": "anchored"}], judge="llm",
            roles={"grader": judge, "seeker": seeker}, max_connections=1, limit=3,
        )  # fmt: skip
    assert order.index("judge") < len(order) - 1 - order[::-1].index("seeker")


def test_the_summary_can_be_read_by_a_machine(tmp_path):
    path = written(tmp_path, systems=["mint/parrot", "mint/oracle"])
    done = subprocess.run(
        [sys.executable, "-m", "mint_bench.cli", "suite", path.name, "--format", "json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    parrot, oracle = json.loads(done.stdout)["cells"]
    assert (tmp_path / parrot["record"]).is_file()
    assert parrot["seconds"]["model"] > 0
    assert "mint" in oracle["fault"]
    assert oracle["record"] is None
    assert done.returncode == 1
