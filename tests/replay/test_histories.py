"""What a system sees before each reply, under either history."""

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mint_bench.conversation import Conversation, Message, Reply, Speaker, merge_messages
from mint_bench.replay.chat import SILENCE, ChatLine, human_replies
from mint_bench.replay.histories import gold_history, gold_prompts, own_history

SEEKER, SUPPORTER = Speaker.SEEKER, Speaker.SUPPORTER


def talk(*lines, identifier="talk"):
    """A conversation from texts; those that start with > are the supporter's."""
    return Conversation(
        identifier,
        merge_messages(
            Message(SUPPORTER if line.startswith(">") else SEEKER, line.lstrip("> "))
            for line in lines
        ),
    )


FLAT = talk(
    "My flat burned.", "> Oh no.", "Yes, on Monday.", "> Where do you sleep?", "A friend's."
)


class Recording:
    """A system that answers with a number and remembers what it was sent."""

    def __init__(self, replies=None):
        self.seen = []
        self._replies = replies

    async def __call__(self, lines):
        self.seen.append(list(lines))
        number = len(self.seen)
        return self._replies[number - 1] if self._replies else Reply(f"reply {number}")


async def test_own_history_shows_the_system_its_own_earlier_replies():
    system = Recording()
    replies = await own_history(FLAT, system, "Be kind.")
    assert [reply.text for reply in replies] == ["reply 1", "reply 2"]
    assert system.seen[1] == [
        ChatLine("system", "Be kind."),
        ChatLine("user", "My flat burned."),
        ChatLine("assistant", "reply 1"),
        ChatLine("user", "Yes, on Monday."),
    ]


async def test_own_history_never_sends_what_the_human_supporter_said():
    system = Recording()
    await own_history(FLAT, system)
    sent = {line.text for lines in system.seen for line in lines}
    assert not sent & {"Oh no.", "Where do you sleep?"}


async def test_a_seekers_line_after_the_last_scored_turn_is_not_sent():
    system = Recording()
    await own_history(FLAT, system)
    assert all(line.text != "A friend's." for lines in system.seen for line in lines)


async def test_a_supporter_turn_before_the_seeker_is_kept_but_neither_generated_nor_scored():
    greeted = talk("> Hi, I am Ada.", "> What is up?", "Nothing works.", "> Tell me.")
    system = Recording()
    replies = await own_history(greeted, system)
    assert len(replies) == 1
    assert system.seen == [
        [ChatLine("assistant", "Hi, I am Ada.\nWhat is up?"), ChatLine("user", "Nothing works.")]
    ]
    assert gold_prompts(greeted)[0] == tuple(system.seen[0])


async def test_reasoning_is_not_part_of_the_history():
    system = Recording([Reply("<think>A fire!</think>How awful."), Reply("I see.")])
    await own_history(FLAT, system)
    assert system.seen[1][1] == ChatLine("assistant", "How awful.")


async def test_a_reply_that_was_not_given_leaves_silence_and_the_conversation_goes_on():
    system = Recording([Reply("", failure="the model returned nothing"), Reply("I see.")])
    replies = await own_history(FLAT, system)
    assert [reply.failure for reply in replies] == ["the model returned nothing", None]
    assert system.seen[1][1] == ChatLine("assistant", SILENCE)


async def test_max_turns_ends_the_conversation():
    system = Recording()
    assert len(await own_history(FLAT, system, max_turns=1)) == 1
    assert len(gold_prompts(FLAT, max_turns=1)) == 1
    assert len(human_replies(FLAT, max_turns=1)) == 1


async def test_gold_history_shows_the_real_conversation_up_to_the_turn():
    system = Recording()
    await gold_history(FLAT, system, "Be kind.")
    assert system.seen[1] == [
        ChatLine("system", "Be kind."),
        ChatLine("user", "My flat burned."),
        ChatLine("assistant", "Oh no."),
        ChatLine("user", "Yes, on Monday."),
    ]


async def test_gold_history_asks_for_all_replies_together_and_keeps_their_order():
    both_asked = asyncio.Barrier(2)

    async def slow_first(lines):
        await both_asked.wait()
        await asyncio.sleep(0.02 if len(lines) == 1 else 0)
        return Reply(f"{len(lines)} lines")

    replies = await asyncio.wait_for(gold_history(FLAT, slow_first), 5)
    assert [reply.text for reply in replies] == ["1 lines", "3 lines"]


async def test_a_conversation_in_which_nobody_answers_has_no_replies():
    assert await own_history(talk("Hello?"), Recording()) == ()
    assert await gold_history(talk("Hello?"), Recording()) == ()


def test_the_human_supporters_turns_can_stand_as_replies():
    assert [r.text for r in human_replies(FLAT)] == ["Oh no.", "Where do you sleep?"]


@given(
    st.lists(st.sampled_from(["s", "> p"]), min_size=1, max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
async def test_whatever_is_said_or_fails_roles_alternate_and_the_seeker_speaks_last(kinds, fails):
    conversation = talk(*kinds)
    system = Recording([Reply("", failure="none") if fail else Reply("ok") for fail in fails])
    await own_history(conversation, system)
    for lines in [*system.seen, *gold_prompts(conversation)]:
        roles = [line.role for line in lines]
        assert roles[-1] == "user"
        assert all(a != b for a, b in pairwise(roles))
        assert all(line.text for line in lines)
