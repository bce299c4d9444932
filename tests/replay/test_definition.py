"""Tasks are data that can be read without code."""

from pathlib import Path

import pytest

from mint_bench.errors import MintError
from mint_bench.replay.definition import TASKS, load_task
from mint_bench.sources import SOURCES


@pytest.mark.parametrize("name", TASKS)
def test_every_task_names_itself_a_history_and_a_known_source(name):
    task = load_task(name)
    assert task.name == name
    assert task.source in SOURCES
    assert (task.seeker is None) == (task.history == "gold")


def test_the_two_tasks_that_ask_a_system_share_prompt_and_sampling():
    own, gold = load_task("multi_turn"), load_task("gold_history")
    assert own.prompt() == gold.prompt()
    assert own.sampling == gold.sampling
    assert (own.sampling.temperature, own.sampling.max_tokens) == (0.7, 2048)


def test_no_system_is_asked_in_the_human_task():
    task = load_task("human")
    assert task.prompt() is None
    assert task.sampling is None


def test_another_prompt_can_be_given_as_a_file(tmp_path):
    path = tmp_path / "prompt.md"
    path.write_text("  Be brief.\n")
    assert load_task("multi_turn").prompt(path) == "Be brief."


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_missing_or_empty_prompt_is_named(tmp_path, content):
    path = tmp_path / "prompt.md"
    if content is not None:
        path.write_text(content)
    with pytest.raises(MintError, match=r"prompt\.md"):
        load_task("multi_turn").prompt(Path(path))


def test_an_unknown_task_lists_those_there_are():
    with pytest.raises(MintError, match="multi_turn, gold_history, human"):
        load_task("multiturn")
