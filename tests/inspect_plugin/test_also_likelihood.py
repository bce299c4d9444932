"""Follow-up likelihood beside the ranking, in real runs with a small random model."""

import pytest
from inspect_ai import score
from inspect_ai._util.error import PrerequisiteError

from mint_bench import gold_history, multi_turn
from mint_bench.beside import FollowUp
from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.inspect_plugin.also import SCORERS
from mint_bench.inspect_plugin.logs import record_from_log
from mint_bench.inspect_plugin.registry import follow_up_likelihood
from tests.local_models.tiny import build

from .runs import RULES, Recorder, run

pytestmark = pytest.mark.slow  # torch and transformers are loaded
pytest.importorskip("transformers")

from mint_bench.local_models.likelihood import FollowUpLikelihood  # noqa: E402

NAME = "follow_up_likelihood"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build(tmp_path_factory.mktemp("models") / "tiny")


def held(task, talks, tmp_path):
    return run(task(source=talks, **RULES), Recorder(lambda n, m: f"I see, {n}.").model(), tmp_path)


def turns(log):
    return {c.id: c.turns for c in record_from_log(log).conversations}


def said(*texts):
    who = (Speaker.SEEKER, Speaker.SUPPORTER)
    return tuple(Turn(who[i % 2], (Message(who[i % 2], t),)) for i, t in enumerate(texts))


def test_a_finished_log_is_scored_with_a_model_of_ones_own(folder, talks, tmp_path):
    log = held(multi_turn, talks, tmp_path)
    log = score(log, follow_up_likelihood(model=str(folder)), action="append", display="none")
    found = turns(log)
    first, second, last = found["flat"]
    replies = next(s for s in log.samples if s.id == "flat").store["Held:replies"]
    [expected] = FollowUpLikelihood(folder)([
        FollowUp(
            said("My flat burned down.", replies[0]["text"], "On a friend's sofa."),
            replies[1]["text"],
            "Nobody.",
        )
    ])
    assert second.also[NAME] == pytest.approx(expected.value, abs=2e-4)
    assert NAME in first.also
    assert last.also == {}
    assert last.unscored == {f"also.{NAME}": "no real line of the seeker's follows"}
    assert "under tiny" in record_from_log(log).provenance.also[NAME]


def test_as_an_option_of_a_task(folder, talks, tmp_path, monkeypatch):
    monkeypatch.setitem(SCORERS, NAME, lambda: follow_up_likelihood(str(folder)))
    log = run(gold_history(source=talks, also=NAME, **RULES), "mint/silence", tmp_path)
    found = turns(log)
    assert found["flat"][0].also == {NAME: 0.0}  # silence is what a reply is compared with
    assert log.results.scores[1].metrics[NAME].value == 0


def test_a_folder_without_a_model_is_one_line(tmp_path):
    with pytest.raises(PrerequisiteError, match="not loaded as a language model"):
        follow_up_likelihood(model=str(tmp_path))
