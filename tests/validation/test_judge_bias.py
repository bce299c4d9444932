"""What moves a judge although it should not: judges whose bias is known show just that bias."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.judging import load_judge
from mint_bench.judging.judge import DIMENSIONS, Exchange, Verdict
from mint_bench.sentences import has_words
from mint_bench.validation import judge_bias
from mint_bench.validation.ratings import Ratings

ADDITIONS = judge_bias.load_additions()
SEEKER = (Turn(Speaker.SEEKER, (Message(Speaker.SEEKER, "I am tired of waiting."),)),)


def exchanges(conversations=25, replies=3):
    return [
        Exchange(SEEKER, f"Waiting wears one out. Reply {i} of {c}.", f"c{c:02}")
        for c in range(conversations)
        for i in range(replies)
    ]


@dataclass
class Counting:
    """Rates by the length of a reply, its emoji, its place in the batch or in the conversation."""

    by: str
    name: str = "counting"
    prompt_sha: str = "0"
    settings: dict = field(default_factory=dict)

    def rate(self, batch):
        return [Verdict((1 + self._extra(i, e),) * 3 + (2.0,) * 3) for i, e in enumerate(batch)]

    def _extra(self, place, exchange):
        return {
            "words": len(exchange.reply.split()) / 20,
            "emoji": float(any(emoji in exchange.reply for emoji in ADDITIONS.emoji)),
            "place": float(place % 5) / 2,
            "turn": len(exchange.history) / 4,
        }[self.by]


class Forgetful(Counting):
    """Gives no answer to replies that end in a `2`."""

    def rate(self, batch):
        return [
            Verdict(None, unscored="no answer") if "Reply 2" in e.reply else verdict
            for e, verdict in zip(batch, super().rate(batch), strict=True)
        ]


def measured(judge):
    return judge_bias.measure(judge, exchanges(), ADDITIONS)


def test_the_added_texts_are_about_twenty_words_or_no_words():
    assert all(17 <= len(text.split()) <= 25 for text in ADDITIONS.words)
    assert not any("?" in text or " you" in text.lower() for text in ADDITIONS.words)
    assert not any(has_words(emoji) for emoji in ADDITIONS.emoji)


def test_a_judge_that_counts_words_is_moved_by_words_alone():
    found = measured(Counting("words"))
    expected = np.mean([len(text.split()) for text in ADDITIONS.words]) / 20
    moved = found["words_added"]["validating_emotions"]
    assert moved["value"] == pytest.approx(expected, abs=0.01)
    assert moved["low"] <= moved["value"] <= moved["high"]
    assert moved["n"] == 25
    assert found["words_added"]["aggregate"]["value"] == pytest.approx(moved["value"] / 2)
    assert found["words_added"]["advice_giving"]["value"] == 0
    assert found["order"]["validating_emotions"]["same"] == 1


def test_a_judge_that_likes_emoji_is_moved_by_emoji_alone():
    found = measured(Counting("emoji"))
    assert found["emoji_added"]["validating_emotions"]["value"] == 1
    assert found["words_added"]["validating_emotions"]["value"] == 0


def test_a_judge_that_minds_the_turn_is_moved_by_a_greeting_alone():
    found = measured(Counting("turn"))
    assert found["turn_later"]["validating_emotions"]["value"] == 0.5
    assert found["turn_later"]["advice_giving"]["value"] == 0
    assert found["words_added"]["validating_emotions"]["value"] == 0
    assert measured(Counting("words"))["turn_later"]["validating_emotions"]["value"] == 0


@pytest.mark.parametrize("first", list(Speaker))
def test_greetings_leave_speakers_to_take_turns(first):
    other = next(speaker for speaker in Speaker if speaker is not first)
    talk = tuple(Turn(who, (Message(who, "Well."),)) for who in (first, other))
    [later] = judge_bias.passes([Exchange(talk, "I see.")], ADDITIONS)["later"].exchanges
    assert [turn.speaker for turn in later.history] == [first, other, first, other]
    assert later.history[2:] == talk
    assert later.reply == "I see."


def test_a_judge_that_minds_the_place_in_the_batch_is_found_out():
    found = measured(Counting("place"))
    assert found["order"]["validating_emotions"]["same"] < 0.5
    assert found["order"]["validating_emotions"]["largest"] == 2
    assert found["repeat"]["validating_emotions"]["same"] == 1


def test_unscored_replies_are_left_out_and_not_guessed():
    found = measured(Forgetful("emoji"))
    assert found["emoji_added"]["validating_emotions"]["value"] == 1
    assert found["repeat"]["validating_emotions"]["n"] == 50


def test_the_embedded_judge_repeats_itself_in_any_order():
    found = measured(load_judge("embedded"))
    for name in DIMENSIONS:
        assert found["repeat"][name]["same"] == found["order"][name]["same"] == 1


def test_a_shuffled_batch_comes_back_in_its_first_order():
    batch = judge_bias.passes(exchanges(), ADDITIONS)["shuffled"]
    assert [e.reply for e in batch.exchanges] != [e.reply for e in exchanges()]
    marks = np.array([[int(e.conversation_id[1:])] for e in batch.exchanges])
    assert batch.restored(marks)[:, 0].tolist() == [c for c in range(25) for _ in range(3)]


def test_consistency_over_three_repeats():
    """One of four replies moves by 2 in one repeat; the SD of (3, 3, 5) is 1.1547."""
    repeats = np.tile(np.arange(1.0, 5.0)[None, :, None], (3, 1, 6))
    repeats[2, 2, 0] = 5
    first, second = (judge_bias.consistency(repeats)[name] for name in DIMENSIONS[:2])
    assert first["same"] == 0.75
    assert first["largest"] == 2
    assert first["sd"] == pytest.approx(1.1547 / 4, abs=1e-4)
    assert first["alpha"] < second["alpha"] == 1


def test_equal_ratings_everywhere_have_no_alpha():
    found = judge_bias.consistency(np.full((2, 4, 6), 3.0))["self_oriented"]
    assert found == {"same": 1.0, "largest": 0.0, "sd": 0.0, "alpha": None, "n": 4}


def test_nothing_rated_twice_is_undefined():
    found = judge_bias.consistency(np.full((2, 4, 6), np.nan))["self_oriented"]
    assert found == {"same": None, "largest": None, "sd": None, "alpha": None, "n": 0}


def test_length_beyond_what_the_experts_value():
    ids = [f"c{i:02}" for i in range(30)]
    rng = np.random.default_rng(0)
    truth = rng.integers(1, 6, (30, 6)).astype(float)
    words = {name: float(w) for name, w in zip(ids, rng.permutation(30) + 10, strict=True)}
    biased = truth.copy()
    biased[:, 0] += np.array(list(words.values())) / 100
    experts = [Ratings("e", dict(zip(ids, truth, strict=True)), 30)] * 3
    judge = Ratings("j", dict(zip(ids, biased, strict=True)), 30)
    found = judge_bias.length_residual(judge, experts, words)
    assert found["validating_emotions"]["value"] == pytest.approx(1)
    assert found["encouraging_elaboration"]["value"] is None


def test_a_judge_that_favours_its_own_family():
    rng = np.random.default_rng(0)
    other = rng.integers(1, 5, (200, 6)).astype(float)
    own = np.arange(200) % 2 == 0
    ours = other + 0.25 + own[:, None] * 0.5
    conversations = [f"c{i // 4}" for i in range(200)]
    found = judge_bias.own_family(ours, other, conversations, own)
    assert found["validating_emotions"]["value"] == pytest.approx(0.5)
    assert found["aggregate"]["value"] == pytest.approx(0, abs=1e-12)
    assert found["validating_emotions"]["n"] == 50
