"""What keeps a record out, what asks for a look, and what is said to be unseen."""

import pytest

from mint_bench.records.schema import JudgeRef, SeekerRef, Settings, SourceRef, TaggerRef
from mint_bench.records.seeker import audit_rates
from mint_bench.records.store import read_all
from mint_bench.resources import ids_sha, resource
from mint_bench.submissions import known as module
from mint_bench.submissions.known import Known
from mint_bench.tactics import LLM_TAGGERS, published
from tests.annotations import annotations
from tests.submissions.checking import faults, found
from tests.submissions.made import IDS, TURNS, human, submitted, turn

pytestmark = pytest.mark.usefixtures("conversations")


def test_an_honest_record_has_no_fault_and_says_what_text_would_have_shown():
    assert [(level, name) for level, name, _ in found(submitted())] == [("unchecked", "text")]


def test_replies_that_repeat_the_turn_before_keep_it_out():
    same = {"rougeL_vs_self": 1.0, "bigram_vs_self": 1.0}
    record = submitted(change=lambda c, t: {"surface": same} if t > 1 else {})
    assert "48 of 48 replies are those of the turn before" in faults(record)["replies"]


def test_a_few_repeated_replies_ask_for_a_look():
    same = {"rougeL_vs_self": 1.0, "bigram_vs_self": 1.0}
    record = submitted(change=lambda c, t: {"surface": same} if (c, t) == (3, 2) else {})
    assert ("look", "replies", "1 of 48 replies are those of the turn before") in found(record)


def test_the_same_script_in_every_conversation_keeps_it_out():
    record = submitted(
        change=lambda c, t: {"words": 30 + t, "tokens": 50 + t, "tactics": [t, 0] * 5}
    )
    assert "the same text each time?" in faults(record)["replies"]


def test_replies_as_long_as_the_humans_everywhere_keep_it_out():
    record = submitted(change=lambda c, t: {"words": 7 + (c * 11 + t * 5) % 29})
    assert "72 of 72 replies are as long as the human's" in faults(record)["human"]


def test_the_humans_tactics_everywhere_keep_it_out_where_no_human_record_is_there():
    record = submitted(change=lambda c, t: {"human_tactics": turn(c, t).tactics})
    assert "exactly the tactics of the human's" in faults(record)["human"]


def test_a_handful_of_replies_dealt_out_at_random_keeps_it_out():
    dealt = [(30, 50, 0), (41, 66, 1), (35, 70, 2)]

    def canned(c, t):
        words, tokens, k = dealt[(c * 5 + t * t) % 3]
        return {"words": words, "tokens": tokens, "tactics": [int(i == k) for i in range(10)]}

    told = faults(submitted(change=canned))["replies"]
    assert "72 replies have only 3 different counts" in told


def test_the_humans_replies_with_a_word_more_keep_it_out():
    record = submitted(change=lambda c, t: {"words": 8 + (c * 11 + t * 5) % 29})
    assert "72 of 72 replies have 1 words more than the human's" in faults(record)["human"]


def test_another_systems_replies_with_two_words_more_keep_it_out():
    theirs = submitted("theirs", shift=2)
    longer = {(c.id, turn.t): turn.words + 2 for c in theirs.conversations for turn in c.turns}
    record = submitted(
        "new", shift=2, change=lambda c, t: {"words": longer[IDS[c], t], "tokens": 90}
    )
    assert "of theirs: is it the same system?" in faults(record)["copy"]


def test_the_same_figures_under_the_same_name_and_other_settings_ask_for_a_look():
    settings = Settings(model="org/other", provider="openai", open_weights=False)
    again = submitted("theirs", shift=2, settings=settings)
    assert ("look", "copy") in [one[:2] for one in found(again)]


def test_epochs_that_are_the_first_one_again_ask_for_a_look_unless_nothing_was_sampled():
    once = submitted().conversations
    twice = [*once, *(c.model_copy(update={"epoch": 2}) for c in once)]
    told = [one[:2] for one in found(submitted(conversations=twice))]
    assert ("look", "epochs") in told
    greedy = Settings(
        model="m", provider="openai", open_weights=False, epochs=2, sampling={"temperature": 0}
    )
    told = [one[:2] for one in found(submitted(conversations=twice, settings=greedy))]
    assert ("look", "epochs") not in told


def test_replies_without_their_overlap_ask_for_a_look():
    told = found(submitted(change=lambda c, t: {"surface": {}}))
    assert any("48 of 48 replies lack their overlap" in text for _, _, text in told)


def test_another_systems_figures_under_a_new_name_keep_it_out():
    assert "of theirs: is it the same system?" in faults(submitted("new", shift=2))["copy"]
    assert "copy" not in faults(submitted("theirs", shift=2))


def test_what_is_not_there_is_said_to_be_unchecked():
    record = submitted(change=lambda c, t: {"tokens": None, "surface": {}, "words": 5})
    unchecked = [(name, text) for level, name, text in found(record) if level == "unchecked"]
    assert ("tokens", "no reply has a token count") in unchecked
    assert [name for name, _ in unchecked].count("replies") == 2


def few_others(c, t):
    return {"ratings": [3, 3, 3, 2, 2, 2]} if c < 2 else {"ratings": [5, 5, 5, 1, 1, 1]}


def shaken(c, t):
    return {"ratings": [5, 5, 5, 1, 1, 1 + (c * 3 + t) / 10_000]}


@pytest.mark.parametrize(("figures", "count"), [(few_others, 66), (shaken, 72)])
def test_nearly_the_same_ratings_everywhere_ask_for_a_look(figures, count):
    told = found(submitted(change=figures))
    assert (
        "look",
        "ratings",
        f"{count} of 72 rated replies have the same ratings, rounded",
    ) in told


def test_a_system_that_is_often_rated_best_is_not_asked_why():
    often = submitted(change=lambda c, t: {"ratings": [5, 5, 5, 1, 1, 1]} if (c + t) % 4 else {})
    assert "ratings" not in {name for _, name, _ in found(often)}


def rated_finely(c, t):
    return {"ratings": [1 + (c * 7 + t * 3 + d * 5) % 31 / 10.33 for d in range(6)]}


def copied(theirs, change):
    """Another's figures with some of them altered, a turn at a time, under a new name."""
    turns = {(c.id, turn.t): turn for c in theirs.conversations for turn in c.turns}

    def figures(c, t):
        one = turns[IDS[c], t]
        return one.model_dump(exclude={"t"}) | change(c, one)

    return submitted("new", change=figures)


@pytest.mark.parametrize(
    "altered",
    [
        lambda c, one: {"tactics": one.tactics[::-1]},
        lambda c, one: {"words": one.words + (c * 5 + one.t) % 3, "tokens": 90},
        lambda c, one: {
            "tactics": one.tactics[::-1],
            "words": one.words + (c * 5 + one.t) % 3,
            "surface": {name: value * 1.1 for name, value in one.surface.items()},
            "tokens": 90,
        },
        lambda c, one: {
            "tactics": one.tactics[::-1],
            "ratings": [2, *one.ratings[1:5], 2],
            "surface": {},
        },
        lambda c, one: {"tactics": one.tactics[::-1], "ratings": [3] * 6, "words": 25 + c},
        lambda c, one: {"tactics": one.tactics[::-1], "words": 7, "tokens": 9},
    ],
    ids=["tactics", "words", "but ratings", "but most ratings", "but overlaps", "short"],
)  # fmt: skip
def test_a_copy_is_seen_whatever_else_was_altered(altered):
    theirs = submitted("theirs", shift=2, change=rated_finely)
    copy = copied(theirs, altered)
    assert "is it the same system?" in faults(copy, Known((human(), theirs)))["copy"]


def test_whole_ratings_are_equal_by_chance_and_are_no_copy():
    best = submitted("best", shift=2, change=lambda c, t: {"ratings": [5, 5, 5, 1, 1, 1.5]})
    record = submitted(change=lambda c, t: {"ratings": [5, 5, 5, 1, 1, 1.5]})
    assert "copy" not in faults(record, Known((human(), best)))


def test_replies_that_share_nothing_or_all_with_others_are_no_copy():
    plain = {"rougeL_vs_self": 0.0, "bigram_vs_self": 0.0, "bleu2_vs_self": 0.0}
    other = submitted("other", shift=2, change=lambda c, t: {"surface": plain} if t > 1 else {})
    record = submitted(change=lambda c, t: {"surface": plain} if t > 1 else {})
    assert "copy" not in faults(record, Known((human(), other)))


def test_the_same_replies_on_another_board_ask_for_a_look_and_say_so():
    judge = JudgeRef(name="embedded", prompt_sha="5" * 64)
    before = on_board(submitted(), judges=[judge])
    told = [
        text for _, name, text in found(submitted(), Known((human(), before))) if name == "copy"
    ]
    assert [one.endswith("of mine on another board") for one in told] == [True]


def test_more_than_the_cap_unscored_keeps_it_out():
    gone = {"tactics": None, "ratings": None, "words": None, "tokens": None, "surface": {}}
    lost = submitted(change=lambda c, t: gone | {"unscored": {"reply": "x"}} if c < 2 else {})
    assert "8.3% of its turns are unscored, the cap is 5%" in faults(lost)["unscored"]


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


def on_board(record, **other):
    return record.model_copy(update={"board": record.board.model_copy(update=other)})


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


def test_a_model_must_say_what_its_weights_are():
    untold = submitted(settings=Settings(model="m", provider="openai"))
    assert set(faults(untold)) == {"weights"}
    unpinned = submitted(settings=Settings(model="m", provider="vllm", open_weights=True))
    assert set(faults(unpinned)) == {"revision"}


def test_a_record_that_calls_itself_human_asks_for_a_look():
    assert ("look", "kind") in [one[:2] for one in found(human(), Known(()))]


@pytest.mark.slow
def test_no_published_record_has_a_fault_of_plausibility(monkeypatch):
    monkeypatch.undo()
    records = read_all(resource("results"))
    for record in records:
        others = tuple(one for one in records if one is not record)
        told = set(faults(record, Known(others)))
        allowed = {"trivial": {"unscored"}, "human": {"tagger", "judge"}}.get(record.kind, set())
        audit = audit_rates(record.conversations)
        if audit and audit.unreliable:  # shown for its audit, never ranked: it breaks talks off
            allowed = {*allowed, "unscored"}
        assert told <= allowed, record.system
