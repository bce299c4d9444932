"""Whether a judge favours its own family: what was planted comes out, like is held with like."""

import numpy as np
import pytest

from mint_bench.errors import MintError
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.records.family import favour
from mint_bench.records.schema import JudgeRef
from mint_bench.scoring import ScoredConversation, ScoredTurn
from tests.records.release import a_record

OURS = JudgeRef(name="qwen/judge", prompt_sha="0123abcd")
THEIRS = JudgeRef(name="other/judge", prompt_sha="0123abcd")
THIRD = JudgeRef(name="third/judge", prompt_sha="0123abcd")
TALKS, TURNS = 22, 3


def truth(system):
    """What a fair judge gives a system's replies."""
    seed = sum(map(ord, system))
    return np.random.default_rng(seed).integers(2, 5, (TALKS, TURNS, 6)).astype(float)


def record(system, judges, ratings, model=None, kind="model", words=12):
    """A record of a system; `ratings` by judge, each of shape (talks, turns, 6)."""
    plain = a_record()
    talks = []
    for c in range(TALKS):
        turns = []
        for t in range(TURNS):
            each = [given[c, t].tolist() for given in ratings]
            panel = each if len(each) > 1 else []
            turns.append(
                ScoredTurn(
                    t=t + 1, ratings=np.median(each, axis=0).tolist(), panel=panel, words=words
                )
            )
        talks.append(ScoredConversation(id=f"c{c:02}", turns=turns))
    return plain.model_copy(
        update={
            "system": system,
            "kind": kind,
            "settings": plain.settings.model_copy(update={"model": model or f"hub/{system}"}),
            "board": plain.board.model_copy(update={"judges": judges}),
            "conversations": talks,
        }
    )


def panel(system, lift=0.0, **given):
    fair = truth(system)
    ours = fair.copy()
    ours[..., 0] += 0.25 + lift
    return record(system, [OURS, THEIRS], [ours, fair], **given)


def test_in_a_panel_the_favour_that_was_planted_comes_out():
    found = favour(
        [panel("Qwen3-4B", 0.5), panel("Llama-8B"), panel("Gemma-9B")], OURS.name, ["qwen"]
    )
    assert found["favour"]["validating_emotions"]["value"] == pytest.approx(0.5)
    assert found["favour"]["aggregate"]["value"] == pytest.approx(0.5 / 6)
    assert found["favour"]["validating_emotions"]["n"] == TALKS
    for name in DIMENSIONS[1:]:
        assert found["favour"][name]["value"] == pytest.approx(0)
    assert (found["own"], found["others"]) == (["Qwen3-4B"], ["Gemma-9B", "Llama-8B"])
    assert found["replies"] == {"own": TALKS * TURNS, "others": 2 * TALKS * TURNS}
    assert found["against"] == [THEIRS.name]


def test_a_judge_that_is_milder_to_all_favours_nobody():
    found = favour([panel("Qwen3-4B"), panel("Llama-8B")], OURS.name, ["qwen"])
    assert found["favour"]["validating_emotions"]["value"] == pytest.approx(0)


def regraded(system, lift=0.0):
    """The same replies on two boards, one a judge."""
    fair = truth(system)
    return [record(system, [OURS], [fair + lift]), record(system, [THEIRS], [fair])]


def test_one_log_scored_by_two_judges_is_compared_reply_by_reply():
    records = [*regraded("Qwen3-4B", 0.5), *regraded("Llama-8B", 0.1)]
    found = favour(records, OURS.name, ["QWEN"])
    assert found["favour"]["advice_giving"]["value"] == pytest.approx(0.4)
    assert found["unmatched"] == 0


def test_of_several_others_the_mean_counts_unless_one_is_chosen():
    def three(system, lift):
        fair = truth(system)
        return record(system, [OURS, THEIRS, THIRD], [fair + lift, fair, fair + lift])

    records = [three("Qwen3-4B", 0.8), three("Llama-8B", 0.0)]
    assert favour(records, OURS.name, ["qwen"])["favour"]["self_oriented"]["value"] == (
        pytest.approx(0.4)
    )
    chosen = favour(records, OURS.name, ["qwen"], [THEIRS.name])
    assert chosen["favour"]["self_oriented"]["value"] == pytest.approx(0.8)


def test_people_and_trivial_baselines_are_of_no_family():
    records = [panel("Qwen3-4B", 0.5), panel("Llama-8B"), panel("silence", kind="trivial")]
    assert favour(records, OURS.name, ["qwen"])["others"] == ["Llama-8B"]


def test_other_replies_under_the_same_name_are_refused():
    mine, theirs = regraded("Qwen3-4B")
    other = record("Qwen3-4B", [THEIRS], [truth("Qwen3-4B")], words=13)
    with pytest.raises(MintError, match="these are not the same replies"):
        favour([mine, other, *regraded("Llama-8B")], OURS.name, ["qwen"])
    with pytest.raises(MintError, match=r"rated twice by qwen/judge; choose one board"):
        favour([mine, mine, theirs, *regraded("Llama-8B")], OURS.name, ["qwen"])


def test_what_one_of_the_judges_did_not_rate_is_left_out_and_counted():
    records = [*regraded("Qwen3-4B", 0.5), *regraded("Llama-8B"), regraded("Gemma-9B")[0]]
    found = favour(records, OURS.name, ["qwen"])
    assert found["unmatched"] == TALKS * TURNS
    assert found["others"] == ["Llama-8B"]


@pytest.mark.parametrize(
    ("judge", "own", "against", "told"),
    [
        ("qwen/judgr", ["qwen"], [], "did you mean qwen/judge?"),
        (OURS.name, ["qwen"], ["othr/judge"], "did you mean other/judge?"),
        (OURS.name, ["qwen"], [OURS.name], "no other one is given"),
        (OURS.name, ["mistral"], [], "no system with mistral in its model's name"),
        (OURS.name, ["qwen", "llama"], [], "no system of another family"),
    ],
)
def test_faults_are_told_in_one_line(judge, own, against, told):
    with pytest.raises(MintError, match=told.replace("?", r"\?")):
        favour([panel("Qwen3-4B"), panel("Llama-8B")], judge, own, against)


def test_a_judge_alone_cannot_be_compared():
    with pytest.raises(MintError, match="no other one is given"):
        favour([record("Qwen3-4B", [OURS], [truth("Qwen3-4B")])], OURS.name, ["qwen"])
