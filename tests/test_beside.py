"""Figures beside the ranking: from a conversation with replies to a number or a reason a turn."""

import pytest

from mint_bench.beside import (
    TEXT_FIGURES,
    follow_ups,
    measure_replies,
    text_figure,
    with_figure,
)
from mint_bench.conversation import Conversation, Message, Reply, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.metrics.measured import Measured
from mint_bench.scoring import Transcript, score


def talk(*texts, language="en"):
    who = (Speaker.SEEKER, Speaker.SUPPORTER)
    return Conversation(
        "c", merge_messages(Message(who[i % 2], t) for i, t in enumerate(texts)), language
    )


TALK = talk("My flat burned down.", "Oh no.", "I sleep on a sofa.", "Whose?", "A friend's.")
REPLIES = (Reply("That is awful."), Reply("<think>Ask.</think>I am glad. 💛"))


def held(replies=REPLIES, history="own", conversation=TALK, **more):
    return Transcript(conversation, tuple(replies), history, **more)


@pytest.mark.parametrize("name", TEXT_FIGURES)
def test_each_reply_has_a_number(name):
    found = measure_replies(held(), text_figure(name))
    assert [type(m.value) for m in found] == [float, float]
    assert all(m.reason is None for m in found)


def test_what_the_seeker_does_not_see_is_not_measured():
    assert measure_replies(held(), text_figure("polarity"))[1].value == pytest.approx(0.4588)


@pytest.mark.parametrize("name", TEXT_FIGURES)
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(""), "there is no reply"),
        (Reply("half", failure="timed out"), "there is no reply"),
        (Reply("<think>only</think>"), "there is no reply"),
        (Reply("💛🌱"), "in the reply"),
        (Reply("…"), "in the reply"),
        (Reply("我听到你了，这很难。"), "language not supported"),
    ],
)
def test_a_reply_that_has_no_number_says_why(name, reply, reason):
    [found] = measure_replies(held([reply]), text_figure(name))
    assert found.value is None
    assert reason in found.reason


@pytest.mark.parametrize("name", TEXT_FIGURES)
def test_the_sources_language_counts(name):
    german = talk("Mein Hund ist tot.", "Oh.", language="de")
    [found] = measure_replies(held([Reply("Hello.")], conversation=german), text_figure(name))
    assert found.reason == "language not supported: de"


def test_what_produced_a_figure_names_library_and_version():
    assert TEXT_FIGURES["polarity"].how.startswith("mean compound valence of sentences, vader")
    assert "textstat 0." in TEXT_FIGURES["readability"].how


def test_an_unknown_figure_is_one_line():
    with pytest.raises(MintError, match="'shine' is not known; there are: readability, polarity"):
        text_figure("shine")


def test_under_own_history_a_follow_up_has_the_systems_earlier_replies_before_it():
    first, second = follow_ups(held())
    assert (first.reply, first.next_line) == ("That is awful.", "I sleep on a sofa.")
    assert [t.text for t in second.history] == [
        "My flat burned down.", "That is awful.", "I sleep on a sofa.",
    ]  # fmt: skip
    assert (second.reply, second.next_line) == ("I am glad. 💛", "A friend's.")


def test_under_gold_history_it_has_the_real_ones():
    assert [t.text for t in follow_ups(held(history="gold"))[1].history][1] == "Oh no."


def test_the_last_turn_has_no_next_line():
    ending = talk("My flat burned down.", "Oh no.", "I sleep on a sofa.", "Whose?")
    assert [f.next_line for f in follow_ups(held(conversation=ending))][1] is None


def test_a_simulated_seeker_has_no_real_next_line():
    other = talk("My flat burned down.", "Oh no.", "It was dark.", "Whose?", "Mine.")
    assert [f.next_line for f in follow_ups(held(held=other))] == [None, None]
    assert follow_ups(held(held=TALK))[0].next_line == "I sleep on a sofa."


def test_a_conversation_that_ended_early_has_as_many_follow_ups_as_replies():
    assert len(follow_ups(held(REPLIES[:1]))) == 1


def test_figures_are_put_beside_and_leave_the_ranked_parts_alone():
    [scored] = score([held([*REPLIES[:1], Reply("")])], None, None)
    put = with_figure(scored, "shine", [Measured(2.0), Measured(None, "too dull")])
    assert put.turns[0].also == {"shine": 2.0}
    assert put.turns[1] == scored.turns[1]  # no reply: its own reason says it all
    dull = with_figure(scored, "shine", [Measured(None, "too dull"), Measured(1.0)])
    assert dull.turns[0].unscored == {"also.shine": "too dull"}
    assert not dull.turns[0].lacks_a_part
    assert dull.turns[0].words == scored.turns[0].words
