"""From conversations to figures: what the judge sees, what is unscored, what is compared."""

import numpy as np
import pytest

from mint_bench.conversation import Conversation, Message, Reply, Speaker, merge_messages
from mint_bench.judging.judge import Verdict
from mint_bench.scoring import Transcript, exchanges, score
from mint_bench.tactics.tagger import TACTICS, Tagging


def conversation(*lines, name="c1", language="en"):
    """Lines by seeker and supporter in turns, the seeker first."""
    speakers = (Speaker.SEEKER, Speaker.SUPPORTER)
    messages = [Message(speakers[i % 2], text) for i, text in enumerate(lines)]
    return Conversation(name, merge_messages(messages), language)


REAL = conversation(
    "I lost my keys.", "Oh dear. Where?", "In the park.", "How sad.", "Yes.", "Go look."
)
REPLIES = (Reply("That is bad luck."), Reply("Which park?", tokens=4), Reply("Sleep first."))


class Tagger:
    """A question mark is questioning; "sad" is validation; keeps what it was given."""

    name, sha = "t", "0" * 8

    def __init__(self, fails_on=()):
        self.fails_on, self.calls = fails_on, []

    def tag(self, replies):
        self.calls.append(list(replies))
        return [
            Tagging((), np.zeros((0, 10), dtype=bool), "no answer")
            if reply.text in self.fails_on
            else Tagging(
                reply.sentences,
                np.array([
                    [("?" in s and name == "questioning") or ("sad" in s and name == "validation")
                     for name in TACTICS]
                    for s in reply.sentences
                ], dtype=bool).reshape(-1, 10),
            )
            for reply in replies
        ]  # fmt: skip


class Judge:
    """All 4; keeps what it was shown."""

    name, prompt_sha, settings = "j", "0" * 8, {}

    def __init__(self, fails_on=()):
        self.fails_on, self.shown = fails_on, []

    def rate(self, shown):
        self.shown += shown
        return [
            Verdict(None, "no number in the answer")
            if e.reply in self.fails_on
            else Verdict((4,) * 6, flags=("far",) if "park" in e.reply else ())
            for e in shown
        ]


def held(**other):
    return Transcript(**{"conversation": REAL, "replies": REPLIES, "history": "own", **other})


def said(exchange):
    return [turn.text for turn in exchange.history]


def test_under_gold_history_the_judge_sees_the_real_conversation():
    shown = exchanges(held(history="gold"))
    assert said(shown[2]) == ["I lost my keys.", "Oh dear. Where?", "In the park.", "How sad.",
                              "Yes."]  # fmt: skip
    assert [e.reply for e in shown] == [r.text for r in REPLIES]


def test_under_own_history_the_judge_sees_the_systems_own_earlier_replies():
    shown = exchanges(held())
    assert said(shown[0]) == ["I lost my keys."]
    assert said(shown[2]) == ["I lost my keys.", "That is bad luck.", "In the park.",
                              "Which park?", "Yes."]  # fmt: skip


def test_a_simulated_seekers_own_words_are_shown_where_it_did_not_follow_the_source():
    other = conversation("My keys are gone.", "That is bad luck.", "Never mind.", "Which park?")
    shown = exchanges(held(replies=REPLIES[:2], held=other))
    assert said(shown[1]) == ["My keys are gone.", "That is bad luck.", "Never mind."]


def test_reasoning_is_shown_to_no_one():
    replies = (Reply("<think>He wants keys.</think>Which park?"), Reply("I see."))
    tagger, judge = Tagger(), Judge()
    [scored] = score([held(replies=replies)], tagger, judge)
    assert judge.shown[0].reply == "Which park?"
    assert said(judge.shown[1])[1] == "Which park?"
    assert tagger.calls[0][0].text == "Which park?"
    assert scored.turns[0].words == 2


def test_id_and_language_reach_judge_and_tagger():
    talk = conversation("Hallo.", "Wie geht es?", name="de-7", language="de")
    tagger, judge = Tagger(), Judge()
    score([Transcript(talk, (Reply("Gut."),), "own")], tagger, judge)
    assert (judge.shown[0].conversation_id, judge.shown[0].language) == ("de-7", "de")
    assert {reply.language for reply in tagger.calls[0]} == {"de"}


def test_each_turn_has_its_figures():
    [scored] = score([held(replies=(*REPLIES[:2], Reply("Ok.", 3, 9, cut_off=True)))],
                     Tagger(), Judge())  # fmt: skip
    first, second, third = scored.turns
    assert (scored.id, [t.t for t in scored.turns]) == ("c1", [1, 2, 3])
    assert second.tactics[TACTICS.index("questioning")] == 1
    assert first.human_tactics[TACTICS.index("questioning")] == 1
    assert second.human_tactics[TACTICS.index("validation")] == 1
    assert first.ratings == [4] * 6
    assert (second.words, second.tokens, second.flags) == (2, 4, ["far"])
    assert (third.tokens, third.reasoning_tokens, third.flags) == (3, 9, ["cut_off"])
    assert first.surface == {}
    assert {"bigram_vs_self", "bigram_vs_human"} <= set(second.surface)
    assert set(scored.surface) == {"gzip", "mattr"}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("", failure="content filter"), "content filter"),
        (Reply("Half a wor", failure="connection lost"), "connection lost"),
        (Reply(" \n"), "nothing visible in the reply"),
        (Reply("<think>Only thoughts.</think>"), "nothing visible in the reply"),
    ],
)
def test_a_reply_that_is_not_there_is_unscored_never_zero(reply, reason):
    [scored] = score([held(replies=(REPLIES[0], reply, REPLIES[2]))], Tagger(), Judge())
    _, silent, after = scored.turns
    assert silent.unscored == {"reply": reason}
    assert (silent.tactics, silent.ratings, silent.words) == (None, None, None)
    assert silent.surface == {}
    assert silent.human_tactics is not None
    assert "bigram_vs_self" not in after.surface
    assert "bigram_vs_human" in after.surface


def test_a_failed_tagger_or_judge_leaves_its_part_unscored_only():
    [scored] = score([held()], Tagger(["Which park?"]), Judge(["Sleep first."]))
    _, second, third = scored.turns
    assert (second.tactics, second.unscored) == (None, {"tactics": "no answer"})
    assert second.ratings == [4] * 6
    assert (third.ratings, third.unscored) == (None, {"ratings": "no number in the answer"})
    assert third.tactics is not None


def test_a_human_turn_that_cannot_be_tagged_is_unknown():
    [scored] = score([held()], Tagger(["How sad."]), None)
    assert [t.human_tactics is None for t in scored.turns] == [False, True, False]
    assert not any(t.unscored for t in scored.turns)


def test_without_a_human_there_is_nothing_of_the_human():
    tagger = Tagger()
    [scored] = score([held(has_human=False)], tagger, None)
    assert len(tagger.calls[0]) == 3
    for turn in scored.turns:
        assert turn.human_tactics is None
        assert not any("human" in name for name in turn.surface)


def test_without_tagger_and_judge_there_are_neither_tags_nor_reasons():
    [scored] = score([held()], None, None)
    for turn in scored.turns:
        assert (turn.tactics, turn.human_tactics, turn.ratings, turn.unscored) == (
            None, None, None, {})  # fmt: skip
        assert turn.words


def test_several_conversations_and_epochs_keep_their_own_and_are_tagged_in_one_batch():
    other = conversation("Hi.", "Hello?", name="c2")
    tagger = Tagger()
    scored = score(
        [held(has_human=False), held(epoch=2), Transcript(other, (Reply("Why?"),), "gold")],
        tagger, Judge(),
    )  # fmt: skip
    assert [(c.id, c.epoch, len(c.turns)) for c in scored] == [("c1", 1, 3), ("c1", 2, 3),
                                                               ("c2", 1, 1)]  # fmt: skip
    assert len(tagger.calls) == 1
    place = TACTICS.index("questioning")
    assert scored[2].turns[0].tactics[place] == scored[2].turns[0].human_tactics[place] == 1
    assert [t.human_tactics is None for c in scored for t in c.turns] == [True] * 3 + [False] * 4


def test_a_conversation_that_ended_early_has_as_many_turns_as_replies():
    [scored] = score([held(replies=REPLIES[:1])], Tagger(), Judge())
    assert len(scored.turns) == 1


def test_supporter_words_before_the_seekers_first_are_not_scored():
    turns = merge_messages([
        Message(Speaker.SUPPORTER, "Welcome."), Message(Speaker.SEEKER, "Hi."),
        Message(Speaker.SUPPORTER, "Hello?"),
    ])  # fmt: skip
    [shown] = exchanges(Transcript(Conversation("c", turns), (Reply("Tell me."),), "own"))
    assert said(shown) == ["Welcome.", "Hi."]


def test_no_conversations_no_figures():
    assert score([], Tagger(), Judge()) == []


class WithVectors:
    """Finds nothing, and gives each turn the vector that the table has for its text."""

    def __init__(self, vectors):
        self.vectors = vectors

    def tag(self, replies):
        return [
            Tagging(
                reply.sentences,
                np.zeros((len(reply.sentences), 10), dtype=bool),
                vector=np.float32(self.vectors[reply.text]),
            )
            for reply in replies
        ]


def test_embedding_similarity_is_to_the_turn_before_own_and_human():
    talk = conversation("One.", "Human one.", "Two.", "Human two.")
    vectors = {"A one.": [1, 0], "A two.": [1, 1], "Human one.": [0, 2], "Human two.": [9, 9]}
    transcript = Transcript(talk, (Reply("A one."), Reply("A two.")), "own")
    [scored] = score([transcript], WithVectors(vectors), None)
    first, second = (turn.surface for turn in scored.turns)
    assert not any("embedding" in name for name in first)
    assert second["embedding_vs_self"] == pytest.approx(0.707107)
    assert second["embedding_vs_human"] == pytest.approx(0.707107)
