"""Systems without weights: each does one thing, and always the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mint_bench.errors import MintError
from mint_bench.replay.chat import ChatLine
from mint_bench.replay.trivial import TRIVIAL, trivial_reply, trivial_texts
from mint_bench.tactics.tagger import TACTICS


def user(text):
    return ChatLine("user", text)


def assistant(text):
    return ChatLine("assistant", text)


def test_silence_says_nothing_in_a_visible_way():
    assert trivial_reply("silence", [user("Help.")]) == "…"


def test_parrot_gives_back_the_seekers_last_turn():
    assert trivial_reply("parrot", [user("a"), assistant("b"), user("c")]) == "c"


def test_copy_last_opens_warmly_and_then_repeats_itself_verbatim():
    opening = trivial_reply("copy_last", [user("Hi.")])
    assert opening == trivial_texts().copy_last
    assert trivial_reply("copy_last", [user("Hi."), assistant("x y"), user("So?")]) == "x y"


def test_copy_last_does_not_copy_a_greeting_that_came_before_the_seeker():
    seen = [ChatLine("system", "Be kind."), assistant("I am Ada."), user("Hi.")]
    assert trivial_reply("copy_last", seen) == trivial_texts().copy_last


def test_always_validate_says_another_sentence_at_each_turn():
    seen, said = [], []
    for _ in range(len(trivial_texts().always_validate)):
        seen.append(user("It hurts."))
        said.append(trivial_reply("always_validate", seen))
        seen.append(assistant(said[-1]))
    assert len(set(said)) == len(said)


def test_random_tactics_depend_on_conversation_and_turn_only():
    first = [user("I failed.")]
    second = [*first, assistant("whatever"), user("Again.")]
    assert trivial_reply("random_tactics", first) == trivial_reply("random_tactics", list(first))
    other = [*first, assistant("something else"), user("Again.")]
    assert trivial_reply("random_tactics", second) == trivial_reply("random_tactics", other)


def test_random_tactics_use_all_ten_about_equally_and_two_a_turn():
    said = [trivial_reply("random_tactics", [user(f"Line {i}")]) for i in range(600)]
    texts = trivial_texts().random_tactics
    counts = {
        tactic: sum(any(sentence in reply for sentence in texts[tactic]) for reply in said)
        for tactic in TACTICS
    }
    assert all(80 < count < 160 for count in counts.values())
    assert 1.8 < sum(counts.values()) / 600 < 2.2


def test_an_unknown_system_lists_those_there_are():
    with pytest.raises(MintError, match="mint/parrot"):
        trivial_reply("oracle", [user("Hi.")])


@given(st.sampled_from(TRIVIAL), st.lists(st.text(min_size=1), min_size=1, max_size=6))
def test_every_system_answers_anything(name, texts):
    seen = [user(text) if i % 2 == 0 else assistant(text) for i, text in enumerate(texts)]
    assert trivial_reply(name, seen)
