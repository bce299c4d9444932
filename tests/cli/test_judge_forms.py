"""`mint-bench judge joint` and `judge family`, from runs of a language model to what is ranked."""

import hashlib
import json

import pytest
from inspect_ai.log import read_eval_log, write_eval_log

from mint_bench import judge_check, multi_turn
from mint_bench.inspect_plugin.checked import CHECKED
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.judging import joint
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.store import write
from mint_bench.records.tables import board_tables
from mint_bench.records.wording import standing
from tests.data_folder import data_folder
from tests.inspect_plugin.judge_server import PROSE, JudgeServer, reply_in
from tests.inspect_plugin.runs import Recorder, run

from .typed import type_in

NOT_RANKED = "one call for all dimensions"


@pytest.fixture
def data():
    data_folder()


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The shipped file of what was shown, where it may be written."""
    path = tmp_path / "joint_agreement.yaml"
    found = joint.resource
    path.write_bytes(found(*joint.FILE).read_bytes())
    monkeypatch.setattr(
        joint, "resource", lambda *parts: path if parts == joint.FILE else found(*parts)
    )
    joint.joint_agreement.cache_clear()
    yield path
    joint.joint_agreement.cache_clear()


def level(reply, dimension):
    """What the model means by a reply, 1 to 5."""
    return hashlib.sha256(f"{reply}{dimension}".encode()).digest()[0] % 5 + 1


class TwoForms:
    """Rates alike in both forms, but for a dimension that one call for all turns around."""

    def __init__(self, turned=None, dumb=()):
        self.turned, self.dumb = turned, dumb

    def __call__(self, model, system, user):
        reply = reply_in(user)
        if "on one thing alone" in user:
            [asked] = [name for name in DIMENSIONS if f'by the scale "{name}"' in user]
            return json.dumps({"score": level(reply, asked)})
        if len(reply) in self.dumb:
            return PROSE
        rated = {name: level(reply, name) for name in DIMENSIONS}
        if self.turned:
            rated[self.turned] = 6 - rated[self.turned]
        return json.dumps(rated)


def checked(server, judge, folder, name="large", limit=3):
    roles = {"grader": server.model(name)}
    task = judge_check(judge=judge)
    return run(task, None, folder, limit=limit, model_roles=roles).location


def as_many(log, times=7):
    """The log as if each of its conversations had been so many, all rated alike."""
    whole = read_eval_log(log)
    samples = [(n, sample) for n in range(times) for sample in whole.samples]
    whole.samples = []
    for n, sample in samples:
        one = sample.model_copy(update={"id": f"{sample.id}-{n}"}, deep=True)
        one.scores["judge_agreement"].metadata[CHECKED]["id"] = one.id
        whole.samples.append(one)
    write_eval_log(whole, log)
    return log


def standing_of(server, talks, folder):
    """What a table says of a run that the joint form rated."""
    system = Recorder(lambda n, messages: f"I hear you, {len(messages)} lines, {n}.").model()
    task = multi_turn(source=talks, tagger="none", judge="llm-joint")
    log = run(task, system, folder, model_roles={"grader": server.model()})
    [table] = board_tables([record_from_log(log)])
    return [line for line in standing(table) if NOT_RANKED in line]


@pytest.fixture
def talks(tmp_path):
    said = [
        {"role": "user", "content": "The dog died."},
        {"role": "assistant", "content": "Oh no. How old was she?"},
    ]
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps({"id": "dog", "messages": said}) + "\n")
    return f"file:{path}"


def test_once_shown_the_joint_form_is_no_longer_refused_for_it(data, file, talks, tmp_path):
    with JudgeServer(TwoForms()).running() as server:
        [refused] = standing_of(server, talks, tmp_path)
        assert "not shown to agree" in refused
        assert "`mint-bench judge joint` shows whether it does" in refused
        logs = [checked(server, judge, tmp_path) for judge in ("llm-joint", "llm")]
        done = type_in("judge", "joint", *logs, "--save")
        assert (done.code, done.err.strip()) == (0, f"saved in {file}")
        assert "in every dimension: 3 of at least 20 conversations." in " ".join(done.out.split())
        [refused] = standing_of(server, talks, tmp_path)
        assert "agrees too little with one each" in refused
        done = type_in("judge", "joint", *map(as_many, logs), "--save")
        assert "It passes the bar for ranked runs: lower end of kappa at least 0.60" in done.out
        assert standing_of(server, talks, tmp_path) == []
    [entry] = joint.joint_agreement().models
    assert (entry.model, entry.kappa, entry.low) == ("openai-api/judge/large", [1] * 6, [1] * 6)
    assert (entry.conversations, len(set(entry.logs))) == (21, 2)


def test_a_form_that_turns_a_dimension_around_stays_out_by_name(data, file, talks, tmp_path):
    with JudgeServer(TwoForms(turned="advice_giving")).running() as server:
        logs = [as_many(checked(server, judge, tmp_path)) for judge in ("llm", "llm-joint")]
        found = json.loads(type_in("judge", "joint", *logs, "--save", "--json").out)
        [refused] = standing_of(server, talks, tmp_path)
    assert [one.split()[0] for one in found["misses"]] == ["advice_giving"]
    assert found["agreement"]["advice_giving"]["kappa"]["value"] < 0
    assert found["agreement"]["self_oriented"]["same"] == 1
    assert "agrees too little with one each" in refused
    assert "advice_giving -" in refused


def test_without_save_nothing_is_written(data, file, tmp_path):
    before = file.read_bytes()
    with JudgeServer(TwoForms()).running() as server:
        logs = [checked(server, judge, tmp_path, limit=1) for judge in ("llm", "llm-joint")]
    assert type_in("judge", "joint", *logs).code == 0
    assert file.read_bytes() == before


def test_logs_that_differ_in_more_than_the_form_are_refused(data, file, tmp_path):
    with JudgeServer(TwoForms()).running() as server:
        each = checked(server, "llm", tmp_path, limit=1)
        other = checked(server, "llm-joint", tmp_path, name="small", limit=1)
        reasoned = checked(server, "llm-joint-reason", tmp_path, limit=1)
    for first, second, told in (
        (each, other, "only the form may differ"),
        (each, reasoned, "only the form may differ"),
        (each, each, "give one log of judge=llm and one of judge=llm-joint"),
        (each, tmp_path / "nowhere.eval", "no such log"),
    ):
        done = type_in("judge", "joint", first, second)
        assert (done.code, done.out) == (2, "")
        assert told in done.err
        assert len(done.err.strip().splitlines()) == 1


@pytest.fixture
def rated_by_a_panel(talks, tmp_path):
    """Records of two systems, rated by two judges of which one favours the first."""

    def partial(model, system, user):
        liked = model.endswith("qwen-judge") and "qwen says" in reply_in(user)
        return json.dumps(dict.fromkeys(DIMENSIONS, 4 if liked else 3))

    folder = tmp_path / "results"
    with JudgeServer(partial).running() as server:
        for name in ("qwen", "llama"):
            system = Recorder(lambda n, messages, name=name: f"{name} says so.").model()
            panel = [server.model("qwen-judge"), server.model("other-judge")]
            task = multi_turn(source=talks, tagger="none", judge="llm-joint")
            log = run(task, system, tmp_path, model_roles={"grader": panel})
            record = record_from_log(log)
            settings = record.settings.model_copy(update={"model": f"hub/{name}-4b"})
            write(record.model_copy(update={"system": name, "settings": settings}), folder)
    return folder


def test_a_judge_that_favours_its_family_is_found_out_in_a_panels_records(rated_by_a_panel):
    words = ("judge", "family", rated_by_a_panel, "--own", "qwen")
    words = (*words, "--judge", "openai-api/judge/qwen-judge")
    found = json.loads(type_in(*words, "--json").out)
    assert found["against"] == ["openai-api/judge/other-judge"]
    assert (found["own"], found["others"]) == (["qwen"], ["llama"])
    assert {found["favour"][name]["value"] for name in DIMENSIONS} == {1}
    done = type_in(*words)
    assert done.code == 0
    assert "How openai-api/judge/qwen-judge rates its own family" in done.out
    assert "validating emotions 1.00" in " ".join(done.out.split())


def test_the_fair_member_of_the_panel_favours_its_own_less(rated_by_a_panel):
    words = ("judge", "family", "--results", rated_by_a_panel, "--own", "llama", "--json")
    found = json.loads(type_in(*words, "--judge", "openai-api/judge/other-judge").out)
    assert found["favour"]["advice_giving"]["value"] == 1  # the other one marks qwen up


def test_faults_of_the_users_are_one_line(rated_by_a_panel):
    done = type_in("judge", "family", rated_by_a_panel, "--own", "qwen", "--judge", "qwen-judge")
    assert (done.code, done.out) == (2, "")
    assert "no record is rated by 'qwen-judge'" in done.err
    assert len(done.err.strip().splitlines()) == 1
