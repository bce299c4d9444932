"""One question to a model: what is told of an answer that did not come."""

import pytest

from mint_bench.inspect_plugin.asking import ask_in_form
from mint_bench.judging.parsing import NoAnswer, parse_rating

from .judge_server import TOO_LONG, JudgeServer


@pytest.mark.parametrize(
    ("answer", "finish", "told"),
    [
        (TOO_LONG, "stop", "the prompt is longer than the model's context"),
        ('{"score": ', "length", "the answer reached the token limit"),
        ("", "stop", "an empty answer"),
    ],
)
async def test_a_prompt_that_is_too_long_is_no_answer_that_was_cut_off(answer, finish, told):
    with JudgeServer(lambda *asked: answer, finish=finish).running() as server:
        found = await ask_in_form(server.model(), "Rate.", "I hear you.", None, parse_rating)
    assert found == NoAnswer(told)
