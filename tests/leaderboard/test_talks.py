"""Conversations: what came back is marked, failures are explained, and no licence is broken."""

from mint_bench.leaderboard.build import build
from mint_bench.leaderboard.talks import sentences, talks, telling
from mint_bench.records.told import Told, ToldTurn
from mint_bench.tactics.tagger import TACTICS
from tests.leaderboard.records import REPLY, SEEKER, MadeUp, record

NUMBERS = {f"c{c}": c + 1 for c in range(24)}
ASK, CARE = TACTICS.index("questioning"), TACTICS.index("validation")


def test_esconv_s_words_never_reach_a_page(tmp_path):
    out = tmp_path / "site"
    build([record(source="esconv:test")], out, MadeUp())
    assert not any(SEEKER.encode() in p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert not list(out.rglob("talk-*.html"))


def test_a_users_own_file_is_not_passed_on_either():
    assert talks(record(source="file:talks.jsonl"), NUMBERS, MadeUp()) == []


def test_words_of_a_free_source_are_shown_with_tactics(tmp_path):
    out = tmp_path / "site"
    build([record()], out, MadeUp())
    page = next(out.rglob("talk-1.html")).read_text("utf-8")
    assert SEEKER in page
    assert '<mark class="k7' in page
    assert "What the human said here" in page


def test_sentences_keep_every_character_of_the_reply():
    turn = ToldTurn(SEEKER, "That is hard.  \n\nWhat helps? 🙂", None, (("validation",), ()))
    pieces = sentences(turn, frozenset({CARE}))
    assert "".join(p.text + p.tail for p in pieces) == turn.reply
    assert [(t.index, t.again) for t in pieces[0].tags] == [(CARE, True)]


def test_a_reply_that_does_not_split_as_tagged_is_shown_whole():
    [only] = sentences(ToldTurn(SEEKER, REPLY, None, (("advice",),) * 7), frozenset())
    assert only.text == REPLY


def test_a_tactic_of_the_turn_before_is_marked_as_again():
    [talk, *_] = talks(record(), NUMBERS, MadeUp(tags=None))
    for before, turn in zip(talk.turns, talk.turns[1:], strict=False):
        earlier = {tag.index for tag in before.tags}
        assert all(tag.again == (tag.index in earlier) for tag in turn.tags)
    signs = dict(talk.map)
    assert all(len(line.split()) == 4 for line in signs.values())


def test_an_unscored_turn_says_why(tmp_path):
    whole = record()
    first = whole.conversations[0]
    broken = first.turns[0].model_copy(
        update={"tactics": None, "ratings": None, "unscored": {"reply": "timed out"}}
    )
    first = first.model_copy(update={"turns": [broken, *first.turns[1:]]})
    whole = whole.model_copy(update={"conversations": [first, *whole.conversations[1:]]})
    out = tmp_path / "site"
    build([whole], out, MadeUp(reply="", tags=None))
    assert "reply unscored: timed out" in next(out.rglob("talk-1.html")).read_text("utf-8")


def test_the_most_repetitive_conversation_is_offered_first():
    found = talks(record(), NUMBERS, MadeUp())
    [(what, most), *_] = telling(found)
    assert "return most" in what
    assert most.again == max(talk.again for talk in found)


def test_a_conversation_that_nobody_tells_is_left_out():
    class Half(MadeUp):
        def tell(self, record):
            return {("c3", 1): Told("c3", (ToldTurn(SEEKER, REPLY),) * 4)}

    assert [talk.id for talk in talks(record(), NUMBERS, Half())] == ["c3"]
