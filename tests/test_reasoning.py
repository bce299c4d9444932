"""What a model thinks is told from what it says, however it marks its thoughts."""

import pytest

from mint_bench.reasoning import holds_reasoning, without_reasoning
from tests.timing import seconds

HEARD = "I hear you."
CHANNEL = "<|end|><|start|>assistant<|channel|>"
SPELLINGS = [
    "<think>secret</think>", "<thinking>secret</thinking>", "<THINK>secret</Think>",
    "<think>\nsecret\n</think>\n\n", "< think >secret</ think >",
    "<think type='deep'>secret</think>",
    "<thought>secret</thought>", "<thoughts>secret</thoughts>", "<reasoning>secret</reasoning>",
    "<reflection>secret</reflection>", "<analysis>secret</analysis>",
    "<scratchpad>secret</scratchpad>", "<inner_monologue>secret</inner_monologue>",
    "<internal_thoughts>secret</internal_thoughts>", "<chain_of_thought>secret</chain_of_thought>",
    "<seed:think>secret</seed:think>", "<|think|>secret<|/think|>",
    "&lt;think&gt;secret&lt;/think&gt;",
    "[THINK]secret[/THINK]", "◁think▷secret◁/think▷",
    "<|begin_of_thought|>secret<|end_of_thought|><|begin_of_solution|>",
    "<|START_THINKING|>secret<|END_THINKING|><|START_RESPONSE|>",
    "<|channel|>analysis<|message|>secret<|end|><|start|>assistant<|channel|>final<|message|>",
    f"{CHANNEL}analysis<|message|>secret{CHANNEL}commentary<|message|>secret{CHANNEL}final<|message|>",
    "analysisWe need secret.assistantfinal",
    "<think>secret</thinking>", "<think><think>secret</think>", "<think>\n<think>\nsecret</think>",
    "<think>secret <think>secret</think> secret</think>",
    "<think>secret <reflection>secret</think>",
    "<think>secret <reflection>secret</reflection>secret</think>",
    "secret</think>", "secret</reasoning>", "secret[/THINK]", "secret◁/think▷",
    "secret <think>secret</think></think>",
]  # fmt: skip
UNCLOSED = [
    "<think>secret", "<reasoning>secret", "[THINK]secret", "◁think▷secret",
    "<|channel|>analysis<|message|>secret", "<|START_THINKING|>secret",
    "<think>secret <think>secret</think> secret",
    "<think>secret <reflection>secret</reflection> secret",
    "<think>secret</think",
]  # fmt: skip


@pytest.mark.parametrize("thought", SPELLINGS)
def test_only_what_stands_outside_is_left(thought):
    assert without_reasoning(f"{thought}{HEARD}").strip() == HEARD
    assert holds_reasoning(f"{thought}{HEARD}")


@pytest.mark.parametrize("thought", UNCLOSED)
def test_what_never_closes_hides_all_that_follows(thought):
    assert without_reasoning(f"{HEARD} {thought}").strip() == HEARD


@pytest.mark.parametrize(
    "said",
    [
        "I think <3 you", "What do you think?", "[thinking] Hm.", "5 < 6 and 7 > 3",
        "<b>I hear</b>",
        "analysis is what they call it, assistant or not, and it is final",
        "A thought: rest.", "I [THINK so", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_stays(said):
    assert without_reasoning(said) == said


@pytest.mark.parametrize("mark", ["<think/>", "<think />"])
def test_an_empty_block_in_one_mark_hides_nothing(mark):
    assert without_reasoning(f"{mark}{HEARD}") == HEARD


def test_marks_around_the_answer_go_with_the_reasoning_and_no_others_do():
    said = "<|begin_of_thought|>x<|end_of_thought|><|begin_of_solution|>Yes.<|end_of_solution|>"
    assert without_reasoning(said) == "Yes."
    assert without_reasoning("Yes.<|end|>") == "Yes.<|end|>"


@pytest.mark.parametrize(
    "unit",
    ["<think>", "</think>", "<think>a", "<think>a</thought>", "<reflection>a<think>a</reflection>",
     "<think ", "< ", "&lt;", "[THINK]a", "<|channel|>analysis", "analysisA assistant ", "<a:"],
)  # fmt: skip
def test_time_is_linear_on_100_000_characters(unit):
    assert seconds(lambda: without_reasoning((unit * 100_000)[:100_000])) < 2.0
