"""The LLM tagger against a real server: one call a reply, or one a sentence and tactic."""

import json
import re

import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench import multi_turn
from mint_bench.inspect_plugin import llm_tagger
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.tactics.tagger import TACTICS
from tests.annotations import annotations

from .judge_server import BROKEN, JudgeServer
from .runs import Recorder, metrics, run

SAID = "I am sorry. Where do you sleep now? You should rest."
SENTENCES = re.compile(r'^\{"s\d+": (".*")\}$', re.MULTILINE)
SENTENCE = re.compile(r'^\{"sentence": (".*")\}$', re.MULTILINE)
TACTIC = re.compile(r'carry out the tactic "(\w+)"\?')
LOOKED_FOR = re.compile(r"You look for (\w+)\.")
FRAMED = re.compile(
    r"Is it (\w+)\?\n\n### Input:\n- Context \(Full Empathic Response\):\n(.+)"
    r"\n\n- Sentence to Evaluate:\n(.+)\n\nAnswer:"
)


def tactics_of(sentence):
    found = {"sorry": "emotional_expression", "?": "questioning", "should": "advice"}
    return [name for sign, name in found.items() if sign in sentence]


def per_reply(model, system, user):
    sentences = [json.loads(text) for text in SENTENCES.findall(user)]
    return json.dumps({f"s{n}": tactics_of(s) for n, s in enumerate(sentences, 1)})


def binary(model, system, user):
    sentence, tactic = json.loads(SENTENCE.search(user)[1]), TACTIC.search(user)[1]
    return f"<score>{int(tactic in tactics_of(sentence))}</score>"


def held(talks, tmp_path, tagger, models, said=SAID, **options):
    task = multi_turn(source=talks, tagger=tagger, judge="none")
    system = Recorder(lambda n, messages: said).model()
    return run(task, system, tmp_path, model_roles={"tagger": models}, **options)


def turns(log):
    return [
        t for s in log.samples for t in s.scores["conversation_figures"].metadata[FIGURES]["turns"]
    ]


def counts(*names):
    return [names.count(name) for name in TACTICS]


EXPECTED = counts("emotional_expression", "questioning", "advice")


def test_one_call_tags_all_sentences_of_a_reply(talks, tmp_path):
    with JudgeServer(per_reply).running() as server:
        log = held(talks, tmp_path, "llm", server.model(), limit=1)
    assert [turn["tactics"] for turn in turns(log)] == [EXPECTED] * 3
    assert turns(log)[0]["human_tactics"] is None  # a user's file: its supporters may be programs
    assert len(server.requests) == 3
    schema = server.requests[0]["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["s1", "s2", "s3"]
    assert schema["properties"]["s1"]["items"]["enum"] == list(TACTICS)
    assert server.requests[0]["temperature"] == 0


def test_human_turns_are_tagged_by_the_same_model(tmp_path):
    with JudgeServer(per_reply).running() as server:
        log = held("starter", tmp_path, "llm", server.model(), limit=1)
    assert all(turn["human_tactics"] is not None for turn in turns(log))
    assert len(server.requests) == 2 * len(turns(log))


def test_the_binary_form_asks_each_sentence_for_each_tactic(talks, tmp_path):
    with JudgeServer(binary).running() as server:
        log = held(talks, tmp_path, "llm-binary", server.model(), sample_id=["dog"])
    assert [turn["tactics"] for turn in turns(log)] == [EXPECTED]
    assert len(server.requests) == 3 * len(TACTICS)


def test_ten_models_are_one_a_tactic_in_the_taxonomys_order(talks, tmp_path):
    def expert(model, system, user):
        assert model == f"base-{TACTIC.search(user)[1]}"
        return binary(model, system, user)

    with JudgeServer(expert).running() as server:
        models = [server.model(f"base-{name}") for name in TACTICS]
        log = held(talks, tmp_path, "llm-binary", models, sample_id=["dog"])
        tagger = record_from_log(log).board.tagger
    assert [turn["tactics"] for turn in turns(log)] == [EXPECTED]
    assert tagger.name == "llm-binary:openai-api/judge/base-information+9"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """The release's annotations, as this test has them."""
    files = annotations(tmp_path)
    monkeypatch.setattr(llm_tagger, "people_files", lambda: files)
    return files


def test_the_published_adapters_are_asked_in_the_words_of_their_annotations(
    talks, tmp_path, published
):
    def adapter(model, system, user):
        if SENTENCE.search(user):
            return binary(model, system, user)
        tactic = LOOKED_FOR.fullmatch(system)[1]
        assert model == f"base-{tactic}"
        framed, reply, sentence = FRAMED.fullmatch(user).groups()
        assert (framed, reply) == (tactic, SAID)
        return f"<score>{int(tactic in tactics_of(sentence))}</score>"

    with JudgeServer(adapter).running() as server:
        models = [server.model(f"base-{name}") for name in TACTICS]
        log = held(talks, tmp_path, "llm-published", models, sample_id=["dog"])
        tagger = record_from_log(log).board.tagger
        log_of_own_words = held(talks, tmp_path, "llm-binary", models, sample_id=["dog"])
        other = record_from_log(log_of_own_words).board.tagger
    assert [turn["tactics"] for turn in turns(log)] == [EXPECTED]
    assert tagger.name == "llm-published:openai-api/judge/base-information+9"
    assert tagger.sha != other.sha


def test_without_the_annotations_the_published_words_are_missed_before_anything_is_asked(
    talks, published
):
    published["advice"].unlink()
    with pytest.raises(PrerequisiteError, match=r"advice\.jsonl: no such file"):
        multi_turn(source=talks, tagger="llm-published", judge="none")


@pytest.mark.parametrize(
    ("tagger", "number", "said"),
    [("llm", 2, "has 2 models; tagger llm takes one"), ("llm-binary", 3, "one or 10")],
)
def test_another_number_of_models_is_refused(talks, tmp_path, tagger, number, said):
    with JudgeServer(per_reply).running() as server:
        models = [server.model(str(n)) for n in range(number)]
        log = held(talks, tmp_path, tagger, models, limit=1)
    assert log.status == "error"
    assert said in log.error.message
    assert server.requests == []


@pytest.mark.parametrize("tagger", ["llm", "llm-binary"])
def test_a_reply_whose_tags_are_not_in_form_is_unscored_with_the_reason(talks, tmp_path, tagger):
    with JudgeServer(lambda *asked: "Advice, I think.").running() as server:
        log = held(talks, tmp_path, tagger, server.model(), limit=1)
    assert all(turn["tactics"] is None for turn in turns(log))
    assert all("prose instead of" in turn["unscored"]["tactics"] for turn in turns(log))
    assert metrics(log)["unscored"] == 1


def test_one_lost_call_of_the_binary_form_costs_its_reply(talks, tmp_path):
    def failing(model, system, user):
        lost = TACTIC.search(user)[1] == "advice" and "sorry" in SENTENCE.search(user)[1]
        return BROKEN if lost else binary(model, system, user)

    with JudgeServer(failing).running() as server:
        log = held(talks, tmp_path, "llm-binary", server.model(), sample_id=["dog"])
    [turn] = turns(log)
    assert turn["tactics"] is None
    assert turn["unscored"]["tactics"].startswith("1 of 30 calls: the call failed (")


def test_a_reply_without_sentences_has_no_tactics_and_costs_no_call(talks, tmp_path):
    with JudgeServer(per_reply).running() as server:
        log = held(talks, tmp_path, "llm", server.model(), said="…", limit=1)
    assert [turn["tactics"] for turn in turns(log)] == [[0] * 10] * 3
    assert server.requests == []
