"""Figures that keep a record out or ask for a look, and what is said to be unseen."""

import pytest

from mint_bench.records.schema import JudgeRef, Settings
from mint_bench.records.seeker import audit_rates
from mint_bench.records.store import read_all
from mint_bench.resources import resource
from mint_bench.submissions.known import Known
from tests.submissions.checking import faults, found
from tests.submissions.made import IDS, human, on_board, submitted, turn

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
