"""What is learned from: cases, prompts, the split, and that nothing leaks."""

import pytest

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.grpo.data import (
    RUN,
    Case,
    conversation_cases,
    leaking,
    order,
    prompt_of,
    runs,
    seeker_lines,
    split,
    system_prompt,
    training_data,
    turn_cases,
)
from mint_bench.tactics import load_tagger
from mint_bench.tactics.taxonomy import load_taxonomy
from tests.grpo.talks import talk, talks


@pytest.fixture(scope="module")
def tagger():
    return load_tagger("embedded-fast")


def words_in(prompt):
    return sum(len(message["content"].split()) for message in prompt)


def test_every_scored_turn_is_a_case_with_the_tactics_before_it(tagger):
    cases, left_out = turn_cases(talks(2), tagger)
    assert [(c.conversation.id, c.position) for c in cases[:3]] == [
        ("talk-0", 1), ("talk-0", 3), ("talk-0", 5),
    ]  # fmt: skip
    assert [case.previous is None for case in cases] == [True, False, False] * 2
    assert left_out == {}


def test_a_case_whose_previous_turn_could_not_be_tagged_is_left_out_and_counted(tagger):
    said = [(Speaker.SEEKER, "Hallo."), (Speaker.SUPPORTER, "Das ist sehr traurig für Sie, oder?"),
            (Speaker.SEEKER, "Yes."), (Speaker.SUPPORTER, "What happened then?")]  # fmt: skip
    mixed = Conversation("c", merge_messages([Message(*one) for one in said]))
    cases, left_out = turn_cases([mixed], tagger)
    assert [case.position for case in cases] == [1]
    assert left_out == {"the previous turn could not be tagged": 1}


def test_whole_conversations_begin_at_their_first_scored_turn():
    opened = Conversation(
        "c", (*merge_messages([Message(Speaker.SUPPORTER, "Hi.")]), *talk("c").turns)
    )
    assert [case.position for case in conversation_cases([opened])] == [2]


def test_a_prompt_ends_with_the_seekers_last_words():
    prompt = prompt_of(Case(talk("c"), 3), "vanilla")
    assert [message["role"] for message in prompt] == ["system", "user", "assistant", "user"]
    assert prompt[-1]["content"].startswith("I keep lying awake")


def test_a_prompt_is_as_the_models_template_takes_it():
    def joined(lines):
        return [{"role": "user", "content": " | ".join(line.text for line in lines)}]

    case = Case(talk("c"), 1)
    whole = f"{system_prompt('vanilla')} | My landlord wants me out by May. (c)"
    assert prompt_of(case, "vanilla", joined) == [{"role": "user", "content": whole}]
    data = training_data([case], "vanilla", words_in, 1000, joined)
    assert data.prompts == [prompt_of(case, "vanilla", joined)]


def test_the_three_styles_say_more_and_more():
    plain, told = system_prompt("vanilla"), system_prompt("tactics")
    history = system_prompt("tactics_history", [1, 0, 0, 0, 0, 0, 0, 2, 0, 0])
    titles = [tactic.title for tactic in load_taxonomy().tactics]
    assert told.startswith(plain)
    assert all(f"- {title}: " in told for title in titles)
    assert history.startswith(told)
    assert history.removeprefix(told).count(",") >= 1
    assert "Information, Questioning" in history
    assert "not answered them yet" in system_prompt("tactics_history", None)
    assert "none of the ten" in system_prompt("tactics_history", [0] * 10)


def test_the_split_is_by_conversation_and_by_id_alone():
    learned, held = split(talks(400), 0.1, 7)
    assert 20 < len(held) < 60
    assert {one.id for one in learned}.isdisjoint(one.id for one in held)
    again, _ = split(talks(200), 0.1, 7)
    assert {one.id for one in again} <= {one.id for one in learned}
    assert split(talks(400), 0.1, 8)[1] != held
    assert split(talks(3), 0.0, 7)[1] == []


def test_a_shared_run_of_a_seekers_words_is_a_leak_and_a_supporters_is_none():
    long = "i have been told by my own mother that she will never speak to me again"
    mine = Conversation("a", merge_messages([Message(Speaker.SEEKER, f"Well, {long}!")]))
    theirs = Conversation("b", merge_messages([Message(Speaker.SEEKER, long.upper())]))
    spoken = Conversation("c", merge_messages([Message(Speaker.SUPPORTER, long)]))
    assert leaking([mine, spoken], [theirs]) == {"a"}
    assert leaking([theirs], [spoken]) == set()


def test_training_and_evaluation_conversations_share_no_run_of_words():
    from mint_bench.sources import load

    try:
        train, evaluation = load("mint_train"), load("lend_an_ear")
    except MintError:
        pytest.skip("needs mint_train and lend_an_ear")
    said = [line for one in evaluation.conversations for line in seeker_lines(one)]
    assert len(runs(said, 8)) > 1000  # there is something to find
    assert leaking(train.conversations, evaluation.conversations, 8) == set()
    texts = (turn.text for one in train.conversations for turn in one.turns)
    everything = (turn.text for one in evaluation.conversations for turn in one.turns)
    assert runs(texts, RUN).isdisjoint(runs(everything, RUN))
    assert sum(len(one.scored_turns) for one in train.conversations) == 1719


def test_longer_prompts_are_left_out_and_counted(tagger):
    cases, _ = turn_cases(talks(1), tagger)
    sizes = [words_in(prompt_of(case, "vanilla")) for case in cases]
    data = training_data(cases, "vanilla", words_in, sizes[1])
    assert len(data.cases) == len(data.prompts) == 2
    assert data.left_out == {f"longer than {sizes[1]} tokens": 1}


def test_nothing_to_learn_from_is_said(tagger):
    cases, _ = turn_cases(talks(1), tagger)
    with pytest.raises(MintError, match="all 3 prompts are longer than 16 tokens"):
        training_data(cases, "vanilla", words_in, 16)
    with pytest.raises(MintError, match="no supporter turn"):
        training_data([], "vanilla", words_in, 16)


def test_the_order_is_whole_epochs_and_the_seeds_alone():
    drawn = order(50, 2, 3)
    assert sorted(drawn[:50]) == sorted(drawn[50:]) == list(range(50))
    assert drawn[:50] != drawn[50:]
    assert drawn == order(50, 2, 3) != order(50, 2, 4)
    assert order(50, 1, 3) == drawn[:50]
