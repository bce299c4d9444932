"""What a reply is made of, from what Inspect returns."""

import pytest
from inspect_ai.model import ContentReasoning, ContentText, ModelOutput, ModelUsage

from mint_bench.inspect_plugin.generation import to_messages, to_reply
from mint_bench.replay.chat import ChatLine

from .runs import output


class Words:
    """A tokenizer whose tokens are words."""

    def __call__(self, text, *, add_special_tokens):
        assert not add_special_tokens
        return {"input_ids": text.split()}


def test_roles_become_messages():
    lines = [ChatLine("system", "s"), ChatLine("user", "u"), ChatLine("assistant", "a")]
    assert [(m.role, m.text) for m in to_messages(lines)] == [
        ("system", "s"),
        ("user", "u"),
        ("assistant", "a"),
    ]


def test_reasoning_content_is_left_out_and_counted_apart():
    result = ModelOutput.from_content(
        "m", [ContentReasoning(reasoning="They are sad."), ContentText(text="I hear you.")]
    )
    result.usage = ModelUsage(output_tokens=12, reasoning_tokens=8)
    reply = to_reply(result)
    assert (reply.text, reply.tokens, reply.reasoning_tokens) == ("I hear you.", 4, 8)


def test_tokens_are_unknown_where_reasoning_is_hidden_among_them():
    reply = to_reply(output("<think>Hm, hm.</think>I hear you.", tokens=9))
    assert (reply.text, reply.tokens, reply.reasoning_tokens) == ("I hear you.", None, None)


@pytest.mark.parametrize(
    ("result", "failure"),
    [
        (ModelOutput(), "the model returned nothing"),
        (output(""), "the model returned nothing"),
        (output(" \n\u0000"), "nothing visible in the reply"),
        (output("<think>Hm."), "the reply holds reasoning only"),
        (
            output("<think>Hm.", stop="max_tokens"),
            "the token limit was reached within the reasoning",
        ),
        (
            output("", stop="content_filter"),
            "the model's provider withheld the reply (content filter)",
        ),
    ],
)
def test_a_reply_with_nothing_visible_says_why(result, failure):
    reply = to_reply(result)
    assert reply.text == ""
    assert reply.failure == failure


def test_an_error_message_of_the_provider_is_kept_in_one_line():
    result = output("")
    result.error = "refused\nfor reasons"
    assert to_reply(result).failure == "the model returned nothing: refused for reasons"


def test_a_local_batch_reports_its_padded_length_so_tokens_are_counted_here():
    """Two words in a batch that ran for five tokens: not cut off; five words: cut off."""
    short = to_reply(output("I hear", tokens=5), Words())
    long = to_reply(output("I hear you very well", tokens=5), Words())
    assert (short.tokens, short.cut_off) == (2, False)
    assert (long.tokens, long.cut_off) == (5, True)
