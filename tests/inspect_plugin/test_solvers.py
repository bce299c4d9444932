"""How a sample's replies come about, solver by solver."""

import pytest
from inspect_ai import Task

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.inspect_plugin.held import sample_of
from mint_bench.inspect_plugin.scorer import conversation_figures
from mint_bench.inspect_plugin.solvers import (
    hold_conversation,
    leave_as_it_is,
    repeat_human,
    reply_to_real_turns,
)

from .runs import RULES, Recorder, run

TALK = Conversation(
    "flat",
    merge_messages([
        Message(Speaker.SEEKER, "My flat burned."),
        Message(Speaker.SUPPORTER, "Oh no."),
        Message(Speaker.SEEKER, "On Monday."),
        Message(Speaker.SUPPORTER, "Where are you now?"),
        Message(Speaker.SEEKER, "At a friend's."),
    ]),
)


def solve(solver, tmp_path):
    """The sample after one solver, and what the model was asked."""
    recorder = Recorder(lambda n, messages: f"I see, {len(messages)}.")
    task = Task(
        dataset=[sample_of(TALK, "own", None, has_human=True)],
        solver=solver,
        scorer=conversation_figures(**RULES),
    )
    return run(task, recorder.model(), tmp_path).samples[0], recorder.seen


@pytest.mark.parametrize(
    ("solver", "replies", "asked"),
    [
        (hold_conversation(), ["I see, 1.", "I see, 3."], 2),
        (reply_to_real_turns(), ["I see, 1.", "I see, 3."], 2),
        (repeat_human(), ["Oh no.", "Where are you now?"], 0),
    ],
)
def test_every_solver_leaves_one_reply_a_scored_turn_in_the_store(solver, replies, asked, tmp_path):
    sample, seen = solve(solver, tmp_path)
    held = sorted(sample.store["Held:replies"], key=lambda reply: reply["t"])
    assert [reply["text"] for reply in held] == replies
    assert len(seen) == asked


def test_the_log_shows_the_conversation_as_it_was_held(tmp_path):
    sample, _ = solve(hold_conversation("Be kind."), tmp_path)
    assert [message.text for message in sample.messages] == [
        "Be kind.", "My flat burned.", "I see, 2.", "On Monday.", "I see, 4.",
    ]  # fmt: skip


@pytest.mark.parametrize("solver", [reply_to_real_turns(), repeat_human()])
def test_the_log_shows_the_real_conversation_where_it_was_not_held_anew(solver, tmp_path):
    sample, _ = solve(solver, tmp_path)
    assert [message.text for message in sample.messages] == [t.text for t in TALK.turns]


async def test_where_all_is_there_already_the_solver_changes_nothing():
    state = object()
    assert await leave_as_it_is()(state, None) is state
