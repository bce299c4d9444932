"""What a reply is made of, from what Inspect returns."""

import pytest
from inspect_ai.model import ContentReasoning, ContentText, ModelOutput, ModelUsage

from mint_bench.inspect_plugin.generation import ask, to_messages, to_reply
from mint_bench.replay.chat import ChatLine

from .runs import Recorder, output


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


def test_a_local_reply_that_ran_to_the_limit_in_opened_reasoning_is_none():
    thought = output("They are sad, so", tokens=4)
    reply = to_reply(thought, Words(), within_reasoning=True)
    assert (reply.text, reply.tokens, reply.reasoning_tokens, reply.cut_off) == ("", 0, 4, True)
    assert reply.failure == "the token limit was reached within the reasoning"
    ended = to_reply(output("They are sad.", tokens=5), Words(), within_reasoning=True)
    assert (ended.text, ended.failure) == ("They are sad.", None)


def test_what_a_provider_says_in_place_of_a_reply_is_no_reply():
    told = ModelOutput.from_content(
        "m", "This model's maximum context length is 2048 tokens.", stop_reason="model_length"
    )
    assert to_reply(told).text == ""
    assert to_reply(told).failure == (
        "the conversation and the reply are longer than the model's context"
    )
    withheld = ModelOutput.from_content("m", "It was blocked.", stop_reason="content_filter")
    assert to_reply(withheld).failure == (
        "the model's provider withheld the reply (content filter)"
    )


def test_the_context_reached_within_a_reply_is_a_reply_cut_off():
    reply = to_reply(output("I hear", stop="model_length"))
    assert (reply.text, reply.cut_off, reply.failure) == ("I hear", True, None)


class NoSystem(Recorder):
    """A model whose chat template knows no system message."""

    def __call__(self, messages, tools, tool_choice, config):
        if messages[0].role == "system":
            raise ValueError("System role not supported")
        return super().__call__(messages, tools, tool_choice, config)


async def test_a_template_without_a_system_role_gets_its_text_in_the_first_turn():
    asked = NoSystem(lambda n, messages: "I hear you.")
    lines = [ChatLine("system", "Be kind."), ChatLine("user", "I am sad.")]
    reply, _ = await ask(asked.model(), lines)
    assert reply.text == "I hear you."
    assert asked.seen == [[("user", "Be kind.\n\nI am sad.")]]


async def test_any_other_fault_of_a_model_is_passed_on():
    def away(n, messages):
        raise ConnectionError("no route to host")

    with pytest.raises(ConnectionError):
        await ask(Recorder(away).model(), [ChatLine("system", "s"), ChatLine("user", "u")])


async def test_a_server_that_counts_tokens_tells_reasoning_apart(monkeypatch):
    async def tokenize(text):
        return text.split()

    model = Recorder(lambda n, m: output("<think>Hm, hm.</think>I hear you.", tokens=9)).model()
    monkeypatch.setattr(model.api, "tokenize", tokenize)
    reply, _ = await ask(model, [ChatLine("user", "I am sad.")])
    assert (reply.text, reply.tokens, reply.reasoning_tokens) == ("I hear you.", 3, 6)
