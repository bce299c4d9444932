"""Scorers, conversations and turns that nobody knows keep a record out, or ask for a look."""

import pytest

from mint_bench.records.schema import JudgeRef, SeekerRef, SourceRef, TaggerRef
from mint_bench.records.store import read_all
from mint_bench.resources import ids_sha, resource
from mint_bench.submissions import known as module
from mint_bench.submissions.known import Known
from mint_bench.tactics import LLM_TAGGERS, published
from tests.annotations import annotations
from tests.submissions.checking import faults, found
from tests.submissions.made import IDS, TURNS, human, on_board, submitted, turn

pytestmark = pytest.mark.usefixtures("conversations")


def test_scorers_that_nobody_has_keep_it_out():
    board = submitted().board
    tagger = TaggerRef(name="embedded", sha="9" * 64)
    judge = JudgeRef(name="openai/x", prompt_sha="8" * 64)
    strange = board.model_copy(update={"tagger": tagger, "judges": [judge]})
    told = faults(submitted(board=strange))
    assert "no tagger of this version" in told["tagger"]
    assert "none of this version" in told["judge"]
    nameless = board.model_copy(
        update={"tagger": TaggerRef(name="t"), "judges": [JudgeRef(name="j")]}
    )
    assert set(faults(submitted(board=nameless))) == {"tagger", "judge"}


def test_a_model_cannot_join_a_board_of_imported_ratings():
    board = submitted().board.model_copy(
        update={"tagger": TaggerRef(name="t"), "judges": [JudgeRef(name="j")]}
    )
    imported = submitted("paper", kind="published", board=board, shift=2)
    told = faults(submitted(board=board), Known((human(), imported)))
    assert "only published outputs may lack one" in told["judge"]


def test_the_scorers_of_this_version_are_known_without_any_record():
    from mint_bench.inspect_plugin.llm_judge import LlmJudge
    from mint_bench.tactics import load_tagger

    tagger = load_tagger("embedded")
    judge = LlmJudge(joint=False, reason=True)
    board = submitted().board.model_copy(
        update={
            "tagger": TaggerRef(name=tagger.name, sha=tagger.sha),
            "judges": [JudgeRef(name="openai/x", prompt_sha=judge.prompt_sha)],
        }
    )
    assert faults(submitted(board=board), Known(())) == {}
    assert ("look", "board") in [one[:2] for one in found(submitted(board=board), Known(()))]


@pytest.mark.parametrize("name", LLM_TAGGERS)
def test_a_model_that_tags_as_this_version_asks_it_needs_no_look(name, tmp_path, monkeypatch):
    from inspect_ai.model import get_model

    from mint_bench.inspect_plugin import llm_tagger

    files = annotations(tmp_path)
    monkeypatch.setattr(llm_tagger, "people_files", lambda: files)
    monkeypatch.setattr(published, "PROMPT_SHA", published.frames_sha(published.read_frames(files)))
    monkeypatch.setattr(llm_tagger, "models_of", lambda _: [get_model("mockllm/model")])
    ref = llm_tagger.llm_tagger(name).ref()
    board = submitted().board
    for sha, looks in ((ref.sha, 0), ("9" * 64, 1)):
        tagger = TaggerRef(name=ref.name, sha=sha)
        told = found(submitted(board=board.model_copy(update={"tagger": tagger})))
        assert [one[:2] for one in told].count(("look", "tagger")) == looks
        assert ("fault", "tagger") not in [one[:2] for one in told]


@pytest.mark.parametrize("temperature", [0, None])
def test_a_tagger_that_asks_a_model_is_known_by_its_usual_settings(temperature, monkeypatch):
    from mint_bench.inspect_plugin import llm_tagger

    shaping = {"temperature": temperature}
    monkeypatch.setattr(llm_tagger, "models_of", lambda role: ["openai/x"])
    monkeypatch.setattr(llm_tagger, "named", str)
    monkeypatch.setattr(llm_tagger, "shaping", lambda model: shaping)

    def told():
        tagger = llm_tagger.llm_tagger("llm").ref()
        board = submitted().board.model_copy(update={"tagger": tagger})
        return [one for one in found(submitted(board=board), Known(())) if one[1] == "tagger"]

    assert told() == []
    shaping["seed"] = 3
    assert [one[0] for one in told()] == ["look"]


def test_conversations_that_are_not_the_sources_keep_it_out():
    ids = [*IDS[:-1], "made-up"]
    assert "1 of 24 conversations are not in starter" in faults(submitted(ids=ids))["data"]
    part = submitted(ids=IDS[:20])
    assert ("look", "data", "20 of the 24 conversations of starter: shown, not ranked") in found(
        part
    )


def test_a_source_that_is_not_here_is_known_by_accepted_records_or_unchecked(monkeypatch):
    monkeypatch.setattr(module, "turns_at_hand", lambda _: None)
    assert faults(submitted()) == {}
    assert "data" in faults(submitted(ids=[*IDS[:-1], "made-up"]))
    alone = [one for one in found(submitted(), Known(())) if one[1] == "data"]
    assert alone[0][0] == "unchecked"


def without_turns(record, wanted):
    """The record with the turns of each conversation that are wanted, and no others."""
    kept = [
        one.model_copy(update={"turns": [turn for turn in one.turns if wanted(one.id, turn.t)]})
        for one in record.conversations
    ]
    return record.model_copy(update={"conversations": kept})


GOLD = {"history": "gold", "judge_view": "gold", "seeker": None}


@pytest.mark.parametrize(
    "board",
    [GOLD, {}, {"seeker": SeekerRef(name="anchored", model="m", prompt_sha="4" * 64)}],
    ids=["gold history", "scripted seeker", "anchored seeker"],
)
@pytest.mark.parametrize("at_hand", [True, False], ids=["source at hand", "accepted records"])
def test_turns_that_are_left_out_keep_it_out(monkeypatch, board, at_hand):
    if not at_hand:
        monkeypatch.setattr(module, "turns_at_hand", lambda _: None)
    whole = on_board(submitted(), **board)
    assert "data" not in faults(whole)
    for wanted in (lambda _, t: t == 2, lambda one, t: one != "c07" or t < TURNS):
        assert "not exactly the turns of starter" in faults(without_turns(whole, wanted))["data"]
    told = faults(without_turns(whole, lambda one, t: one != "c07" or t < TURNS))["data"]
    assert told.startswith("1 of 24 conversations")
    assert "c07, epoch 1: 2 for 3; a turn that failed must stand, unscored" in told


def test_turns_that_the_source_has_not_keep_it_out():
    more = submitted(ids=IDS).conversations
    more = [one.model_copy(update={"turns": [*one.turns, turn(0, 4)]}) for one in more]
    assert "24 of 24" in faults(submitted(conversations=more))["data"]


def test_a_board_of_fewer_turns_has_these_and_is_no_measure_for_longer_ones(monkeypatch):
    short = on_board(without_turns(submitted(), lambda _, t: t <= 2), max_turns=2)
    assert "data" not in faults(short)
    assert "data" in faults(on_board(submitted(), max_turns=2))
    monkeypatch.setattr(module, "turns_at_hand", lambda _: None)
    assert "data" not in faults(short)
    assert "data" not in faults(submitted(), Known((short,)))


def test_a_persona_may_end_when_it_will():
    persona = {"seeker": SeekerRef(name="persona", model="m", prompt_sha="4" * 64)}
    brief = without_turns(on_board(submitted(), **persona), lambda one, t: one != "c07" or t < 2)
    assert "data" not in faults(brief)


def test_a_conversation_that_is_left_out_of_an_epoch_keeps_it_out():
    once = submitted().conversations
    again = [c.model_copy(update={"epoch": 2}) for c in once[1:]]
    settings = submitted().settings.model_copy(update={"epochs": 2})
    told = faults(submitted(conversations=[*once, *again], settings=settings))
    assert told["data"] == "1 conversations are left out of an epoch, such as c00 of 2"


def test_the_best_turn_of_each_conversation_alone_is_no_record(monkeypatch):
    monkeypatch.setattr(module, "turns_at_hand", lambda _: None)
    records = read_all(resource("results"))
    honest = next(
        one for one in records
        if one.system == "SmolLM2-135M-Instruct" and one.board.history == "gold"
    )  # fmt: skip
    best = {
        one.id: max((t for t in one.turns if t.ratings), key=lambda t: sum(t.ratings[:3])).t
        for one in honest.conversations
    }
    others = Known(tuple(one for one in records if one is not honest))
    assert "data" not in faults(honest, others)
    chosen = without_turns(honest, lambda one, t: best[one] == t)
    assert "50 of 50 conversations" in faults(chosen, others)["data"]


def test_conversations_of_ones_own_ask_for_a_look():
    source = SourceRef(name="file:talks.jsonl", revision="sha256-1", ids_sha=ids_sha(IDS))
    board = submitted().board.model_copy(update={"source": source})
    assert ("look", "data") in [one[:2] for one in found(submitted(board=board))]
