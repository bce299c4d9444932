"""Who answers in whole conversations: the real lines, or a persona that hears what it is told."""

import pytest

from mint_bench.conversation import Conversation, Message, Speaker, Turn
from mint_bench.errors import MintError
from mint_bench.grpo.data import conversation_cases
from mint_bench.grpo.recipe import RolloutSettings
from mint_bench.grpo.seekers import Personas, Scripted, open_seekers
from tests.grpo.talks import talk

SCENE = "The landlord wants the flat back, and there is nowhere to go."


def told(name, **more):
    """A conversation whose source says what happened to its seeker."""
    return Conversation(name, talk(name).turns, "en", {"situation": SCENE} | more)


def replied(case, text="I am listening."):
    reply = Turn(Speaker.SUPPORTER, (Message(Speaker.SUPPORTER, text),))
    return [*case.conversation.turns[: case.position], reply]


def mood(change):
    return f'{{"reason": "It heard me.", "change": {change}}}'


@pytest.fixture
def personas():
    """Personas over one case, whose model answers in this order."""
    pytest.importorskip("inspect_ai")
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    def build(*answers, cases=None):
        left = list(answers)

        def answer(*_, **__):
            text = left.pop(0)
            if isinstance(text, Exception):
                raise text
            output = ModelOutput.from_content("mockllm/model", text)
            output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
            return output

        cases = cases or conversation_cases([told("c")])
        found = Personas(cases, "mockllm/model")
        found._loop.roles = {"seeker": [get_model("mockllm/model", custom_outputs=answer)]}
        found.meet(cases)
        return found, cases[0]

    return build


def test_the_scripted_seeker_says_its_own_lines_and_stops_before_one_nobody_answers():
    case = conversation_cases([talk("c", 2)])[0]
    real, seekers = case.conversation.turns, Scripted()
    seekers.meet([case])
    assert seekers.answer([0], [real[:2]], last=False) == [real[2].text]
    assert seekers.answer([0], [real[:4]], last=False) == [None]
    assert seekers.answer([0], [real[:2]], last=True) == [None]
    assert seekers.emotions() is None


def test_a_persona_feels_each_reply_and_answers_it(personas):
    seekers, case = personas(mood(10), "He only wants more rent.", mood(-4))
    held = replied(case)
    assert seekers.answer([0], [held], last=False) == ["He only wants more rent."]
    assert [one.value for one in seekers.emotions()] == [50.0]
    assert seekers.answer([0], [[*held, *held[-1:]]], last=True) == [None]
    assert [one.value for one in seekers.emotions()] == [46.0]


def test_a_persona_that_says_goodbye_keeps_its_emotion(personas):
    seekers, case = personas(mood(10), "Thank you, goodbye!")
    assert seekers.answer([0], [replied(case)], last=False) == [None]
    assert [one.value for one in seekers.emotions()] == [50.0]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (("fine, thanks",), "emotion"),
        ((mood(5), ""), "gave nothing"),
        ((RuntimeError("server gone"),), "server gone"),
    ],
)
def test_a_persona_that_breaks_off_leaves_no_emotion_and_a_reason(personas, answers, reason):
    seekers, case = personas(*answers)
    assert seekers.answer([0], [replied(case)], last=False) == [None]
    [found] = seekers.emotions()
    assert found.value is None
    assert reason in found.reason


def test_a_case_without_a_situation_is_refused_before_training():
    settings = RolloutSettings(mode="conversation", seeker="persona", seeker_model="mockllm/model")
    with pytest.raises(MintError, match="tells no situation"):
        open_seekers(settings, conversation_cases([talk("c")]))
