"""The judge panel against a real server: what it means, what is lost, what is never invented."""

import hashlib
import json
import re

import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench import multi_turn
from mint_bench.inspect_plugin.llm_judge import panel_verdict
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.parsing import NoAnswer
from mint_bench.records.store import write
from mint_bench.records.tables import board_tables
from mint_bench.records.verify import verify
from mint_bench.records.wording import standing

from .judge_server import BRIEF, FAULTS, JudgeServer, reply_in
from .runs import Recorder, metrics, run

ASKED = re.compile(r'rate the reply on one thing alone, .+, by the scale "(\w+)"\.')


def asked_about(user):
    """The reply and the dimension of a prompt."""
    return reply_in(user), ASKED.search(user)[1]


def meant(reply, dimension, model="judge/large"):
    """The score that a server means, 1 to 5."""
    return hashlib.sha256(f"{reply}{dimension}{model}".encode()).digest()[0] % 5 + 1


def well(model, system, user):
    reply, dimension = asked_about(user)
    name = model.rpartition("/")[2]
    return json.dumps({"score": meant(reply, dimension, name)})


@pytest.fixture
def server():
    with JudgeServer(well).running() as running:
        yield running


def held(talks, tmp_path, grader, judge="llm", **options):
    task = multi_turn(source=talks, tagger="none", judge=judge)
    system = Recorder(lambda n, messages: f"I hear you, {len(messages)} lines, {n}.").model()
    return run(
        task, system, tmp_path, model_roles={"grader": grader} if grader else None, **options
    )


def turns(log):
    return [
        t for s in log.samples for t in s.scores["conversation_figures"].metadata[FIGURES]["turns"]
    ]


def replies(log):
    return [reply["text"] for s in log.samples for reply in s.store["Held:replies"]]


def test_each_rating_is_what_the_server_meant(talks, tmp_path, server):
    log = held(talks, tmp_path, server.model())
    for reply, turn in zip(replies(log), turns(log), strict=True):
        assert turn["ratings"] == [meant(reply, name, "large") for name in DIMENSIONS]
    assert metrics(log)["unscored"] == 0


def test_it_asks_at_temperature_0_for_an_object_of_one_whole_number(talks, tmp_path, server):
    held(talks, tmp_path, server.model(), limit=1)
    assert len(server.requests) == 3 * 6
    for request in server.requests:
        assert request["temperature"] == 0
        schema = request["response_format"]["json_schema"]
        assert schema["strict"] is True
        assert schema["schema"]["properties"]["score"] == {
            "type": "integer",
            "enum": [1, 2, 3, 4, 5],
        }
        assert schema["schema"]["required"] == ["score"]
        assert schema["schema"]["additionalProperties"] is False


def test_the_judge_sees_the_conversation_as_it_was_held(talks, tmp_path, server):
    log = held(talks, tmp_path, server.model(), limit=1)
    first = replies(log)[0]
    last = [r for r in server.requests if "Nobody." in json.dumps(r)]
    assert all(first in json.dumps(request["messages"]) for request in last)
    assert not any("Who else knows" in json.dumps(request["messages"]) for request in last)


def test_a_reason_may_come_before_the_score(talks, tmp_path):
    def with_reason(model, system, user):
        assert "reason" in user
        return json.dumps({"reason": "It says 5/5.", "score": 2})

    with JudgeServer(with_reason).running() as server:
        log = held(talks, tmp_path, server.model(), judge="llm-reason", limit=1)
        assert turns(log)[0]["ratings"] == [2] * 6
        schema = server.requests[0]["response_format"]["json_schema"]["schema"]
        assert list(schema["properties"]) == ["reason", "score"]


def test_what_the_dimensions_share_comes_first_and_is_one_prefix(talks, tmp_path, server):
    held(talks, tmp_path, server.model(), limit=1, max_samples=1)
    prompts = {}
    for request in server.requests:
        system, user = (m["content"] for m in request["messages"])
        reply, dimension = asked_about(user)
        prompts.setdefault(reply, {})[dimension] = (system, user)
    assert len(prompts) == 3
    assert len({system for six in prompts.values() for system, _ in six.values()}) == 1
    for six in prompts.values():
        assert set(six) == set(DIMENSIONS)
        shared = {user.partition("\n\nTask:")[0] for _, user in six.values()}
        assert len(shared) == 1
        assert shared.pop().endswith("END REPLY")


def fault_of(reply, dimension):
    """One of the five faults for 30 % of all calls, else none; told by hash, not by chance."""
    number = int.from_bytes(hashlib.sha256(f"{dimension}|{reply}".encode()).digest()[:4], "big")
    return FAULTS[number % 5] if number / 2**32 < 0.3 else None


@pytest.mark.parametrize(("judge", "answer"), [("llm", "well"), ("llm-joint", "joint")])
def test_a_server_that_fails_three_calls_in_ten_costs_exactly_those_replies(
    talks, tmp_path, judge, answer
):
    """Every rating that is given is the one that was meant; a reply stands with all its calls."""
    planted = set()

    def failing(model, system, user):
        reply = reply_in(user)
        asked = "all" if answer == "joint" else asked_about(user)[1]
        fault = fault_of(reply, asked)
        if fault:
            planted.add((reply, asked, fault))
        return fault or {"well": well, "joint": joint}[answer](model, system, user)

    with JudgeServer(failing).running() as server:
        log = held(talks, tmp_path, server.model(config=BRIEF), judge=judge, epochs=8)
        again = record_from_log(log)
    assert log.status == "success", log.error
    lost = {reply for reply, _, _ in planted}
    assert {fault for _, _, fault in planted} == set(FAULTS)
    assert 0 < len(lost) < len(replies(log))
    for reply, turn in zip(replies(log), turns(log), strict=True):
        if reply in lost:
            assert turn["ratings"] is None
            assert turn["unscored"]["ratings"]
        else:
            assert turn["ratings"] == [meant(reply, name, "large") for name in DIMENSIONS]
    expected = sum(reply in lost for reply in replies(log)) / len(replies(log))
    assert metrics(log)["unscored"] == pytest.approx(expected)
    reasons = {t.unscored["ratings"] for c in again.conversations for t in c.turns if t.unscored}
    told = " ".join(reasons)
    assert all(word in told for word in ("429", "500", "cut off", "prose", "Timeout"))
    assert "BEGIN REPLY" not in told  # the server's error message quotes the request


def test_a_fault_that_passes_with_a_retry_costs_nothing(talks, tmp_path):
    seen = set()

    def recovering(model, system, user):
        if user in seen or asked_about(user)[1] != "advice_giving":
            return well(model, system, user)
        seen.add(user)
        return "500"

    from inspect_ai.model import GenerateConfig

    with JudgeServer(recovering).running() as server:
        patient = server.model(config=GenerateConfig(max_retries=2))
        log = held(talks, tmp_path, patient, limit=1)
    assert len(seen) == 3
    assert metrics(log)["unscored"] == 0


def test_a_panel_gives_the_median_and_keeps_what_each_gave(talks, tmp_path, server):
    names = ("a", "b", "c")
    log = held(talks, tmp_path, [server.model(name) for name in names])
    for reply, turn in zip(replies(log), turns(log), strict=True):
        each = [[meant(reply, d, name) for d in DIMENSIONS] for name in names]
        assert turn["panel"] == each
        assert turn["ratings"] == [sorted(three)[1] for three in zip(*each, strict=True)]
    record = record_from_log(log)
    assert [judge.name for judge in record.board.judges] == [f"openai-api/judge/{n}" for n in names]
    assert record.board.judges[0].settings == {
        "temperature": 0, "form": "per-dimension", "reason": False,
    }  # fmt: skip
    assert verify(write(record, tmp_path / "results")).conversations == record.conversations


def test_two_judges_that_differ_meet_in_the_middle():
    found = panel_verdict(("a", "b"), [(1, 1, 1, 1, 1, 1), (2, 1, 5, 1, 1, 4)])
    assert found.ratings == (1.5, 1, 3, 1, 1, 2.5)


def test_a_reply_that_one_member_could_not_rate_has_no_rating_of_the_panel():
    found = panel_verdict(("a", "b", "c"), [(1,) * 6, NoAnswer("an empty answer"), (3,) * 6])
    assert found.ratings is None
    assert found.unscored == "b: an empty answer"
    assert found.panel == ((1,) * 6, None, (3,) * 6)
    assert found.failed
    nothing = NoAnswer("nothing visible in the reply", failed=False)
    assert not panel_verdict(("a", "b"), [nothing, nothing]).failed


def test_tokens_of_the_judge_are_told_apart_from_the_systems(talks, tmp_path, server):
    record = record_from_log(held(talks, tmp_path, server.model()))
    tokens = record.provenance.tokens
    assert tokens["grader_input"] == 6 * 6 * 100
    assert tokens["grader_input_cached"] == 6 * 6 * 60
    assert tokens["input"] == 6  # one a reply, as the recorder says


def test_an_empty_reply_is_not_shown_to_the_judge(talks, tmp_path, server):
    task = multi_turn(source=talks, tagger="none", judge="llm")
    system = Recorder(lambda n, messages: "").model()
    log = run(task, system, tmp_path, model_roles={"grader": server.model()})
    assert server.requests == []
    assert metrics(log)["unscored"] == 1


def test_without_a_grader_the_task_is_refused_before_anything_is_asked(talks, tmp_path):
    arguments = {"source": talks, "tagger": "none", "judge": "llm"}
    system = Recorder(lambda n, messages: "I see.")
    with pytest.raises(PrerequisiteError, match="role grader has no model"):
        run("mint_bench/multi_turn", system.model(), tmp_path, task_args=arguments)
    log = run(multi_turn(**arguments), system.model(), tmp_path)
    assert log.status == "error"
    assert "role grader has no model; add --model-role grader=" in log.error.message
    assert system.seen == []


def joint(model, system, user):
    reply = reply_in(user)
    name = model.rpartition("/")[2]
    return json.dumps({d: meant(reply, d, name) for d in DIMENSIONS})


@pytest.fixture
def joint_record(talks, tmp_path):
    with JudgeServer(joint).running() as server:
        log = held(talks, tmp_path, server.model(), judge="llm-joint")
        assert len(server.requests) == 6
    for reply, turn in zip(replies(log), turns(log), strict=True):
        assert turn["ratings"] == [meant(reply, d, "large") for d in DIMENSIONS]
    return record_from_log(log)


def test_one_call_for_all_six_is_not_ranked_unless_its_agreement_is_shown(
    joint_record, monkeypatch
):
    from mint_bench.judging import joint as module

    [judge] = joint_record.board.judges
    assert judge.settings["form"] == "joint"

    def said(*entries, least=0.6):
        shown = module.JointAgreement(least_kappa=least, models=entries)
        monkeypatch.setattr(module, "joint_agreement", lambda: shown)
        [table] = board_tables([joint_record])
        return " ".join(line for line in standing(table) if "one call for all" in line)

    assert "not shown to agree with one each for openai-api/judge/large" in said()
    entry = module.ShownAgreement(
        model=judge.name, prompt_sha=judge.prompt_sha,
        settings={"temperature": 0, "reason": False}, kappa=[0.9] * 6, low=[0.8] * 6,
        replies=300, conversations=50, logs=["0" * 64, "1" * 64],
    )  # fmt: skip
    assert not said(entry)
    assert "agrees too little" in said(entry, least=0.95)
    assert "not shown" in said(entry.model_copy(update={"settings": {"temperature": 0}}))
    assert "not shown" in said(entry.model_copy(update={"prompt_sha": "beefbeef"}))


def test_one_call_for_six_counts_only_with_all_six(talks, tmp_path):
    def five(model, system, user):
        return json.dumps(dict.fromkeys(DIMENSIONS[:5], 3))

    with JudgeServer(five).running() as server:
        log = held(talks, tmp_path, server.model(), judge="llm-joint", limit=1)
    assert {t["unscored"]["ratings"] for t in turns(log)} == {"JSON without `dismissing_emotions`"}
