"""The trivial systems as models of Inspect."""

import pytest
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser, get_model

from mint_bench import multi_turn
from mint_bench.replay.trivial import TRIVIAL

from .runs import RULES, run


@pytest.mark.parametrize("name", TRIVIAL)
async def test_every_trivial_system_answers_and_counts_its_words_as_tokens(name):
    output = await get_model(f"mint/{name}").generate([ChatMessageUser(content="I lost my job.")])
    assert output.usage.output_tokens == len(output.completion.split())
    assert output.usage.input_tokens == 4


async def test_the_history_reaches_the_system_with_its_roles():
    output = await get_model("mint/copy_last").generate([
        ChatMessageSystem(content="Be kind."),
        ChatMessageUser(content="Hi."),
        ChatMessageAssistant(content="My own words."),
        ChatMessageUser(content="So?"),
    ])
    assert output.completion == "My own words."


def test_an_unknown_one_is_a_line_that_lists_those_there_are():
    with pytest.raises(PrerequisiteError) as caught:
        get_model("mint/oracle")
    assert "mint/silence" in str(caught.value.message)


def test_the_parrot_gives_back_each_line_of_a_conversation(talks, tmp_path):
    log = run(multi_turn(source=talks, **RULES), "mint/parrot", tmp_path, limit=1)
    texts = [m.text for m in log.samples[0].messages if m.role != "system"]
    assert texts[0::2] == texts[1::2]


def test_copy_last_repeats_its_first_line_through_the_conversation(talks, tmp_path):
    log = run(multi_turn(source=talks, **RULES), "mint/copy_last", tmp_path, limit=1)
    said = {m.text for m in log.samples[0].messages if m.role == "assistant"}
    assert len(said) == 1
