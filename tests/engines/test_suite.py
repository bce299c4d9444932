"""A suite: every system on every task, one eval set, and nothing that is finished done again."""

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import inspect_ai
import pytest
import yaml
from click.testing import CliRunner
from inspect_ai.log import list_eval_logs, read_eval_log_sample_summaries

from mint_bench.cli.suite import suite as suite_command
from mint_bench.engines import reaching as reaching_module
from mint_bench.engines.decide import Machine, Reach
from mint_bench.engines.engine import Engine
from mint_bench.engines.evaluating import CostReachedError, loaded_here, waves
from mint_bench.engines.fingerprint import revision_of
from mint_bench.engines.prices import Prices, load_prices
from mint_bench.engines.progress import Watch, watching
from mint_bench.engines.run import run_suite
from mint_bench.engines.suite import cells_of, read_suite
from mint_bench.engines.telling import Telling
from mint_bench.engines.vllm_server import Server
from mint_bench.errors import MintError
from mint_bench.inspect_plugin import providers
from mint_bench.inspect_plugin.price import NOTHING, Price
from mint_bench.records.store import read, read_all
from tests.inspect_plugin.judge_server import JudgeServer

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


def test_a_suite_starts_a_server_a_system_and_goes_on_where_one_does_not_start(
    tmp_path, monkeypatch
):
    started = []
    with JudgeServer(lambda *asked: "Tell me more.").running() as there:

        @contextmanager
        def is_there(spec, log, here, telling):
            if spec.weights == "no/model":
                raise MintError("vLLM did not start no/model: there is no such model")
            started.append((spec.name, log.name))
            with subprocess.Popen(["sleep", "3600"]) as process:
                yield Server(there.url, "none", log, process)
                process.kill()

        monkeypatch.setattr(reaching_module, "serving", is_there)
        monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
        result = go(tmp_path, systems=["no/model", "a/b", "mint/parrot", "bogus"], limit=1)
    lost, served, parrot, bogus = result.outcomes
    assert started == [("a/b", "vllm-b.log")]
    assert (served.record.settings.provider, served.record.settings.model) == ("vllm", "a/b")
    assert parrot.record is not None
    assert "there is no such model" in lost.fault
    assert "'bogus' is not known" in bogus.fault
    assert (result.watch.done, result.watch.total) == (2, 2)


def test_checkpoints_in_folders_of_one_name_are_told_apart(tmp_path, monkeypatch):
    started = []
    for run in ("run1", "run2"):
        for part, file in (("final", "config.json"), ("lora", "adapter_config.json")):
            (tmp_path / run / part).mkdir(parents=True)
            (tmp_path / run / part / file).write_text(json.dumps({"r": 8, "of": run}))
    with JudgeServer(lambda model, *asked: f"I am {model}.").running() as there:

        @contextmanager
        def is_there(spec, log, here, telling):
            started.append((spec, log))
            with subprocess.Popen(["sleep", "3600"]) as process:
                yield Server(there.url, "none", log, process)
                process.kill()

        monkeypatch.setattr(reaching_module, "serving", is_there)
        monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
        systems = [str(tmp_path / run / "final") for run in ("run1", "run2")]
        systems += [f"vllm/a/b:{tmp_path / run / 'lora'}" for run in ("run1", "run2")]
        outcomes = go(tmp_path, systems=systems, limit=1).outcomes
        said = {body["model"] for body in there.requests}
    assert [outcome.fault for outcome in outcomes] == [None] * 4
    assert len({outcome.path for outcome in outcomes}) == 4
    assert [o.record.settings.revision for o in outcomes] == [revision_of(s) for s in systems]
    assert len({log for _, log in started}) == 3
    adapters = [adapter.name for spec, _ in started for adapter in spec.adapters]
    assert said == {"final", *adapters}
    assert len(adapters) == 2


def test_a_roles_server_that_is_started_anew_for_each_wave_is_asked_where_it_then_is(
    tmp_path, monkeypatch
):
    addresses = []

    @contextmanager
    def is_there(spec, log, here, telling):
        said = '{"score": 3}' if spec.name == "e/f" else "Tell me more."
        with JudgeServer(lambda *asked: said).running() as there:
            addresses.append((spec.name, there.url))
            with subprocess.Popen(["sleep", "3600"]) as process:
                yield Server(there.url, "none", log, process)
                process.kill()

    monkeypatch.setattr(reaching_module, "serving", is_there)
    monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
    (tmp_path / "lora").mkdir()
    (tmp_path / "lora" / "adapter_config.json").write_text('{"r": 8}')
    systems = [{"model": "a/b", "tensor_parallel_size": 2}, f"a/b:{tmp_path / 'lora'}", "c/d"]
    result = go(tmp_path, systems=systems, limit=1, judge="llm", roles={"grader": "e/f"})
    assert [name for name, _ in addresses].count("e/f") == 3
    assert len({url for _, url in addresses}) == len(addresses)
    for outcome in result.outcomes:
        turns = [turn for c in outcome.record.conversations for turn in c.turns]
        assert all(turn.ratings == [3] * 6 for turn in turns), outcome.fault
        assert [judge.name for judge in outcome.record.board.judges] == ["vllm/e/f"]


def test_a_server_that_ends_in_the_middle_leaves_no_record(tmp_path, monkeypatch):
    with JudgeServer(lambda *asked: "Tell me more.").running() as there:

        @contextmanager
        def ends(spec, log, here, telling):
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("RuntimeError: the weights are gone\n")
            with subprocess.Popen(["true"]) as process:
                process.wait()
            yield Server(there.url, "none", log, process)

        monkeypatch.setattr(reaching_module, "serving", ends)
        monkeypatch.setattr(reaching_module, "machine", lambda: Machine("1", gpu=True))
        [outcome] = go(tmp_path, systems=["a/b"], limit=1).outcomes
    assert "the weights are gone" in outcome.fault
    assert not (tmp_path / "results").exists()


def test_several_addresses_share_a_systems_conversations(tmp_path):
    reply = lambda *asked: "Tell me more."  # noqa: E731
    with JudgeServer(reply).running() as one, JudgeServer(reply).running() as other:
        system = {"model": "openai-api/judge/small", "base_url": [one.url, other.url]}
        [outcome] = go(tmp_path, systems=[system], limit=4).outcomes
    assert outcome.record.settings.model == "judge/small"
    assert len(one.requests) + len(other.requests) == 8
    assert len(one.requests) % 2 == 0  # both turns of a conversation go to one server
    assert one.requests
    assert other.requests


def test_systems_of_one_name_and_a_role_are_asked_each_at_its_own_address(tmp_path, monkeypatch):
    said = lambda *asked: '{"score": 3}'  # noqa: E731
    with (
        JudgeServer(said).running() as one,
        JudgeServer(said).running() as other,
        JudgeServer(said).running() as judge,
    ):
        monkeypatch.setenv("BOX_BASE_URL", judge.url)
        monkeypatch.setenv("BOX_API_KEY", "none")
        systems = [
            {"model": "openai-api/box/small", "base_url": one.url, "temperature": 0},
            {"model": "openai-api/box/small", "base_url": other.url, "temperature": 1},
        ]
        roles = {"grader": "openai-api/box/small"}
        go(tmp_path, systems=systems, limit=1, judge="llm", roles=roles)
    assert [body["temperature"] for body in one.requests] == [0, 0]
    assert [body["temperature"] for body in other.requests] == [1, 1]
    assert len(judge.requests) == 2 * 2 * 6


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


def test_the_summary_tells_where_the_time_went(tmp_path):
    def answer(model, system, user):
        time.sleep(0.05)
        return '{"score": 3}'

    with JudgeServer(answer).running() as server:
        judge = {
            "model": "openai-api/judge/judge",
            "model_args": {"base_url": server.url, "api_key": "none"},
        }
        [one] = go(tmp_path, systems=["mint/parrot"], judge="llm", roles={"grader": judge}).outcomes
    assert set(one.spent.seconds) == {"model", "judge", "here"}
    assert one.spent.seconds["judge"] >= 0.05
    assert sum(one.spent.seconds.values()) == pytest.approx(one.spent.total, rel=0.2)


def test_progress_counts_conversations_turns_tokens_and_what_is_unscored(tmp_path):
    lines = []
    result = go(tmp_path, telling=Telling(now=lines.append))
    assert re.fullmatch(r"6/6 conversations · 12 turns · \d+ tokens/s · 0 unscored", lines[-1])
    assert any("left" in line for line in lines)
    assert result.watch.tokens > 0


def test_the_time_left_counts_what_is_being_held_as_half_done():
    watch = Watch(100, Prices({}), worked=60.0)
    watch.ended = {("c", str(n), 1): (2, 0) for n in range(2)}
    assert watch.seconds_left == pytest.approx(60 / 2 * 98)
    watch.open = {str(n) for n in range(36)}
    assert watch.seconds_left == pytest.approx(60 / 20 * 80)


def finished_in(folder):
    """How many conversations the logs hold as finished."""
    return sum(
        summary.completed and not summary.error
        for info in list_eval_logs(str(folder / "logs"))
        for summary in read_eval_log_sample_summaries(info)
    )


@pytest.mark.parametrize("at_once", [1, 4])
def test_max_cost_stops_cleanly_and_the_same_suite_goes_on(tmp_path, monkeypatch, at_once):
    # Slow enough that the cost is seen before the last reply.
    monkeypatch.setattr(
        "mint_bench.engines.reaching.engine_for", lambda model: Engine(model, {"latency": 0.2}, {})
    )
    dear = Prices({"mint/parrot": Price(input=0, output=1_000_000)})
    systems = {"systems": ["mint/parrot"], "limit": 12, "max_connections": at_once}
    with pytest.raises(CostReachedError, match=r"stopped at \$.* of --max-cost \$40.00") as caught:
        go(tmp_path, most=40, prices=dear, **systems)
    assert f", {finished_in(tmp_path)} of 12 conversations done" in str(caught.value)
    assert not (tmp_path / "results").exists()
    [outcome] = go(tmp_path, **systems).outcomes
    assert len(outcome.record.conversations) == 12
    assert outcome.failed == 0


def test_max_cost_stops_where_a_price_turns_out_not_to_be_known(tmp_path):
    def answer(*asked):
        time.sleep(0.1)
        return "Tell me more."

    with JudgeServer(answer).running() as server:
        change = {"systems": [{"model": "openai-api/judge/small", "base_url": server.url}]}
        change |= {"limit": 12, "max_connections": 1}
        with pytest.raises(MintError, match=r"judge/small is not known; write it into a file"):
            go(tmp_path, most=40, prices=Prices({}), **change)
    assert len(server.requests) < 24
    assert not (tmp_path / "results").exists()


def test_max_cost_stops_where_an_answer_does_not_say_what_it_took(tmp_path):
    def answer(*asked):
        time.sleep(0.1)
        return "Tell me more."

    with JudgeServer(answer, usage=False).running() as server:
        change = {"systems": [{"model": "openai-api/judge/small", "base_url": server.url}]}
        change |= {"limit": 12, "max_connections": 1}
        prices = Prices({"openai-api/judge/small": Price(input=1, output=1)})
        with pytest.raises(MintError, match=r"judge/small answers without the number of tokens"):
            go(tmp_path, most=40, prices=prices, **change)
    assert len(server.requests) < 24
    assert not (tmp_path / "results").exists()


def test_what_costs_nothing_need_not_say_what_it_took():
    watch = Watch(1, Prices({"openai/x": NOTHING}), most=1)
    for free in ("mint/parrot", "spread/vllm/a/b", "openai/x"):
        watch.miss(free)
    assert not watch.stopped


def test_without_a_limit_an_answer_need_not_say_what_it_took():
    watch = Watch(1, Prices({}))
    watch.miss("openai/x")
    assert not watch.stopped


def test_max_cost_stops_a_suite_in_the_background_too():
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts what ends with &
    try:
        with watching(Watch(1, Prices({}))):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with pytest.raises(KeyboardInterrupt), watching(Watch(1, Prices({}), most=1)):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, kept)


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


def test_nothing_is_counted_outside_a_run():
    watch = Watch(1, Prices({}))
    with watching(watch):
        pass
    assert watch.line() == "0/1 conversations · 0 turns · 0 unscored"
