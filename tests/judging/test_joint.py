"""What keeps one call for all dimensions out of a ranking, and how an entry gets into the file."""

import pytest
from pydantic import ValidationError

from mint_bench.judging import joint
from mint_bench.judging.joint import ShownAgreement, joint_agreement, save, why_not_joint
from mint_bench.judging.judge import DIMENSIONS

SETTINGS = {"temperature": 0, "reason": False, "form": "joint"}
LOGS = ["0" * 64, "1" * 64]


def entry(low=0.9, lows=None, **changed):
    lows = lows or [low] * 6
    given = {
        "model": "openai/large", "prompt_sha": "0123abcd",
        "settings": {"temperature": 0, "reason": False},
        "kappa": [None if end is None else min(1, end + 0.05) for end in lows],
        "low": lows, "replies": 315, "conversations": 50, "logs": LOGS, **changed,
    }  # fmt: skip
    return ShownAgreement(**given)


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The shipped file, where it may be written."""
    path = tmp_path / "joint_agreement.yaml"
    path.write_bytes(joint.resource(*joint.FILE).read_bytes())
    monkeypatch.setattr(joint, "resource", lambda *parts: path)
    joint_agreement.cache_clear()
    yield path
    joint_agreement.cache_clear()


def why():
    return why_not_joint("openai/large", "0123abcd", SETTINGS)


def test_nothing_was_shown_yet_of_any_model(file):
    assert joint_agreement().models == ()
    assert why() == (
        "not shown to agree with one each for openai/large (`mint-bench judge joint` shows whether "
        "it does)"
    )


def test_an_entry_at_the_bar_lets_its_judge_be_ranked_and_no_other(file):
    save(entry(joint_agreement().least_kappa))
    assert why() is None
    assert "not shown" in why_not_joint("openai/small", "0123abcd", SETTINGS)
    assert "not shown" in why_not_joint("openai/large", "beefbeef", SETTINGS)
    assert "not shown" in why_not_joint("openai/large", None, SETTINGS)
    assert "not shown" in why_not_joint(
        "openai/large", "0123abcd", {**SETTINGS, "reasoning_effort": "low"}
    )


@pytest.mark.parametrize(("low", "told"), [(0.59, "0.59"), (-0.2, "-0.20"), (None, "undefined")])
def test_one_dimension_below_the_bar_is_enough_to_keep_it_out(file, low, told):
    save(entry(lows=[0.9, 0.9, 0.9, low, 0.9, 0.9]))
    assert why() == (
        "agrees too little with one each for openai/large (lower end of kappa at least 0.60; "
        f"advice_giving {told})"
    )


def test_a_high_kappa_without_an_interval_shows_nothing(file):
    save(entry(kappa=[0.9] * 6, lows=[None, 0.8, 0.8, 0.8, 0.8, 0.8]))
    assert "; validating_emotions without an interval)" in why()


def test_fewer_conversations_than_an_interval_needs_show_nothing(file):
    save(entry(conversations=20))
    assert why() is None
    save(entry(conversations=19))
    assert why() == (
        "agrees too little with one each for openai/large (lower end of kappa at least 0.60; "
        "19 of at least 20 conversations)"
    )
    found = entry(kappa=[0.9, 0.5, 0.9, 0.9, 0.9, 0.9], lows=[None] * 6, conversations=1)
    assert found.misses(0.6) == ["1 of at least 20 conversations", f"{DIMENSIONS[1]} 0.50"]


def test_a_new_entry_takes_the_place_of_the_same_judges_and_the_remarks_stay(file):
    remarks = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    save(entry(0.1))
    save(entry(0.8, model="openai/small"))
    save(entry(0.7))
    assert [(one.model, one.low[0]) for one in joint_agreement().models] == [
        ("openai/small", 0.8), ("openai/large", 0.7),
    ]  # fmt: skip
    lines = file.read_text("utf-8").splitlines()
    assert lines[: len(remarks)] == remarks
    assert len(remarks) > 3


@pytest.mark.parametrize(
    "fault", [{"lows": [0.9] * 5}, {"low": 1.1}, {"logs": LOGS[:1]}, {"prompt_sha": ""}]
)
def test_an_entry_out_of_form_is_refused(fault):
    with pytest.raises(ValidationError):
        entry(**fault)


def test_the_dimensions_that_miss_are_named():
    found = entry(lows=[0.9, 0.2, 0.9, 0.9, 0.9, None]).misses(0.6)
    assert found == [f"{DIMENSIONS[1]} 0.20", f"{DIMENSIONS[5]} undefined"]
