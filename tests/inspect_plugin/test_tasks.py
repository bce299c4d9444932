"""One sample is one conversation, through real runs of Inspect."""

import pytest
from inspect_ai._util.error import PrerequisiteError

from mint_bench import gold_history, human, multi_turn
from mint_bench.inspect_plugin.board import BOARD
from mint_bench.inspect_plugin.metrics import FIGURES
from mint_bench.replay.chat import SILENCE
from mint_bench.replay.definition import load_task
from mint_bench.resources import sha256_text

from .runs import RULES, Recorder, metrics, output, run

PROMPT = load_task("multi_turn").prompt()


def figures(sample):
    return sample.scores["conversation_figures"].metadata[FIGURES]


@pytest.mark.parametrize("task", [multi_turn, gold_history, human])
def test_every_task_runs_end_to_end_against_the_mock_model(task, tmp_path):
    model = Recorder(lambda n, messages: "I see.").model()
    log = run(task(source="starter", max_turns=2, **RULES), model, tmp_path, limit=2)
    assert log.status == "success"
    assert metrics(log)["unscored"] == 0


def test_the_conversations_are_the_samples_under_their_own_ids(talks, tmp_path):
    log = run(multi_turn(source=talks, **RULES), "mint/silence", tmp_path)
    assert [sample.id for sample in log.samples] == ["dog", "exam", "flat"]
    assert log.eval.dataset.sample_ids == ["flat", "exam", "dog"]
    assert [len(figures(sample)["turns"]) for sample in log.samples] == [1, 2, 3]


def test_limit_takes_the_first_conversations_of_the_source(talks, tmp_path):
    log = run(multi_turn(source=talks, **RULES), "mint/silence", tmp_path, limit=2)
    assert [sample.id for sample in log.samples] == ["exam", "flat"]


def test_in_own_history_the_model_sees_its_own_replies(talks, tmp_path):
    recorder = Recorder(lambda n, messages: f"reply {n}")
    log = run(multi_turn(source=talks, **RULES), recorder.model(), tmp_path, limit=1)
    assert recorder.seen[2] == [
        ("system", PROMPT),
        ("user", "My flat burned down."),
        ("assistant", "reply 1"),
        ("user", "On a friend's sofa."),
        ("assistant", "reply 2"),
        ("user", "Nobody."),
    ]
    assert [m.text for m in log.samples[0].messages[-3:]] == ["reply 2", "Nobody.", "reply 3"]


def test_in_gold_history_the_model_sees_what_the_human_said(talks, tmp_path):
    recorder = Recorder(lambda n, messages: f"reply {n}")
    run(gold_history(source=talks, **RULES), recorder.model(), tmp_path, limit=1)
    longest = max(recorder.seen, key=len)
    assert longest == [
        ("system", PROMPT),
        ("user", "My flat burned down."),
        ("assistant", "I am so sorry. Where do you sleep now?"),
        ("user", "On a friend's sofa."),
        ("assistant", "Who else knows?"),
        ("user", "Nobody."),
    ]
    assert all("reply" not in text for lines in recorder.seen for _, text in lines[1:])


def test_gold_replies_stand_at_their_own_turn_however_late_they_come(talks, tmp_path):
    recorder = Recorder(lambda n, messages: f"I answer {len(messages)} lines.")
    log = run(gold_history(source=talks, **RULES), recorder.model(), tmp_path, limit=1)
    held = {reply["t"]: reply["text"] for reply in log.samples[0].store["Held:replies"]}
    assert held == {t: f"I answer {2 * t} lines." for t in (1, 2, 3)}


def test_the_human_task_asks_no_model_and_scores_the_real_turns(talks, tmp_path):
    with pytest.raises(PrerequisiteError, match="not known to be human"):
        human(source=talks, **RULES)
    log = run(human(source="starter", **RULES), None, tmp_path, limit=2)
    turns = [turn for sample in log.samples for turn in figures(sample)["turns"]]
    assert all(turn["tactics"] == turn["human_tactics"] for turn in turns)
    assert not log.stats.model_usage


def test_max_turns_cuts_every_conversation(talks, tmp_path):
    log = run(multi_turn(source=talks, max_turns=1, **RULES), "mint/silence", tmp_path)
    assert [len(figures(sample)["turns"]) for sample in log.samples] == [1, 1, 1]


def test_another_system_prompt_is_sent_and_named_by_its_hash(talks, tmp_path):
    path = tmp_path / "prompt.md"
    path.write_text("Be brief.")
    recorder = Recorder(lambda n, messages: "Yes.")
    task = multi_turn(source=talks, system_prompt=str(path), **RULES)
    log = run(task, recorder.model(), tmp_path, limit=1)
    assert recorder.seen[0][0] == ("system", "Be brief.")
    assert log.eval.metadata[BOARD]["system_prompt_sha"] == sha256_text("Be brief.")


def test_epochs_are_summed_within_a_conversation(talks, tmp_path):
    """Epoch 1 asks in all three turns, epoch 2 in none: density 0.5 over six turns of one talk."""
    recorder = Recorder(lambda n, messages: "How so?" if n <= 3 else "I see.")
    task = multi_turn(source=talks, **RULES)
    log = run(task, recorder.model(), tmp_path, limit=1, epochs=2, max_samples=1)
    assert [sample.epoch for sample in log.samples] == [1, 2]
    assert metrics(log)["density"] == pytest.approx(0.5)
    assert metrics(log)["repetition_vs_self"] == pytest.approx(1.0)


def test_turns_weigh_alike_whatever_the_conversations_length(talks, tmp_path):
    """One talk of three turns says sorry, one of one turn does not: validation (3·5 + 1·3)/4."""
    recorder = Recorder(
        lambda n, m: "I am sorry." if any("flat" in x.text for x in m) else "I see."
    )
    log = run(
        multi_turn(source=talks, **RULES), recorder.model(), tmp_path, sample_id=["flat", "dog"]
    )
    assert metrics(log)["validating_emotions"] == pytest.approx((3 * 5 + 3) / 4)


def test_a_model_that_returns_nothing_is_unscored_and_counted(talks, tmp_path):
    recorder = Recorder(lambda n, messages: "")
    log = run(multi_turn(source=talks, **RULES), recorder.model(), tmp_path)
    turns = [turn for sample in log.samples for turn in figures(sample)["turns"]]
    assert log.status == "success"
    assert all(turn["unscored"] == {"reply": "the model returned nothing"} for turn in turns)
    assert all(turn["tactics"] is None and turn["ratings"] is None for turn in turns)
    assert metrics(log)["unscored"] == 1.0
    assert metrics(log)["empathy"] != metrics(log)["empathy"]  # NaN


def test_one_empty_reply_costs_one_turn(talks, tmp_path):
    recorder = Recorder(lambda n, messages: "" if n == 1 else "I see.")
    log = run(multi_turn(source=talks, **RULES), recorder.model(), tmp_path, limit=1)
    assert recorder.seen[1][2] == ("assistant", SILENCE)
    assert [bool(t["unscored"]) for t in figures(log.samples[0])["turns"]] == [True, False, False]
    assert metrics(log)["unscored"] == pytest.approx(1 / 3)


def test_reasoning_is_neither_scored_nor_sent_back(talks, tmp_path):
    thought = "<think>What should I say? I am sorry?</think>I see."
    recorder = Recorder(lambda n, messages: output(thought, tokens=20, reasoning=15))
    log = run(multi_turn(source=talks, **RULES), recorder.model(), tmp_path, limit=1)
    first = figures(log.samples[0])["turns"][0]
    assert recorder.seen[1][2] == ("assistant", "I see.")
    assert (first["words"], first["tokens"], first["reasoning_tokens"]) == (2, 5, 15)
    assert first["tactics"] == [0] * 10


def test_a_reply_at_the_token_limit_is_scored_and_flagged(talks, tmp_path):
    recorder = Recorder(lambda n, messages: output("I am so", stop="max_tokens"))
    log = run(multi_turn(source=talks, **RULES), recorder.model(), tmp_path, limit=1)
    assert figures(log.samples[0])["turns"][0]["flags"] == ["cut_off"]
    assert figures(log.samples[0])["turns"][0]["words"] == 3


def test_a_conversation_stopped_by_a_limit_keeps_its_turns_as_unscored(talks, tmp_path):
    recorder = Recorder(lambda n, messages: "I see.")
    task = multi_turn(source=talks, **RULES)
    log = run(task, recorder.model(), tmp_path, limit=1, message_limit=4)
    turns = figures(log.samples[0])["turns"]
    assert [turn["t"] for turn in turns] == [1, 2, 3]
    assert ["reply" in turn["unscored"] for turn in turns] == [False, True, True]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"source": "lend_an_eer"}, "lend_an_eer"),
        ({"tagger": "nobody"}, "nobody"),
        ({"judge": "nobody"}, "nobody"),
        ({"max_turns": 0}, "max_turns=0"),
        ({"system_prompt": "missing.md"}, "missing.md"),
    ],
)
def test_a_wrong_argument_is_one_line_that_names_it(talks, arguments, named):
    with pytest.raises(PrerequisiteError) as caught:
        multi_turn(**{"source": talks, **RULES, **arguments})
    assert named in str(caught.value.message)
    assert "\n" not in str(caught.value.message)
