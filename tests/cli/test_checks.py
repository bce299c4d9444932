"""`mint-bench judge check` and `tagger check`: figures for people, JSON for machines."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from mint_bench import judge_check, tagger_check
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats import agreement
from mint_bench.stats.intervals import resampling_weights
from mint_bench.tactics.tagger import TACTICS
from tests.data_folder import data_folder
from tests.inspect_plugin.judge_server import JudgeServer
from tests.inspect_plugin.runs import run
from tests.inspect_plugin.wordings import heeding_the_words

from .typed import type_in


@pytest.fixture
def data(monkeypatch):
    folder = data_folder()
    monkeypatch.setattr(agreement, "resampling_weights", lambda n: resampling_weights(n, 200))
    return Path(folder)


def published_ratings(data):
    folder = data / "mint_empathy/evaluation/eval_outputs/gold_kappa_agreement"
    return folder / "gpt-oss-120b_turn_ratings.csv"


def test_the_embedded_judge_is_shown_beside_experts_and_others(data):
    done = type_in("judge", "check")
    assert done.code == 0
    assert "embedded against the median of 3 experts, 50 conversations, 315 ratings" in done.out
    assert "rated by the head that never saw it" in done.out
    for name in ("one expert", "gpt-oss-120b", "crowd", "20 words added", "demonstrating"):
        assert name in done.out
    assert re.search(r"\d\.\d\d (−?\d\.\d\d)–(−?\d\.\d\d)", done.out)
    assert "-0.00" not in done.out


def test_a_file_of_ratings_is_checked_as_a_judge_is(data):
    """The published judge's ratings by reply give the published figures."""
    done = type_in("judge", "check", "--ratings", published_ratings(data), "--json")
    found = json.loads(done.out)
    mine = found["agreement"][published_ratings(data).stem]
    assert mine["mean"]["spearman"]["value"] == pytest.approx(0.6908558369, abs=1e-9)
    assert mine["mean"]["kappa_levels"]["value"] == pytest.approx(0.5758154859, abs=1e-9)
    assert "bias" not in found


def test_ratings_of_a_user_need_no_more_than_seven_columns(data, tmp_path):
    with published_ratings(data).open(newline="") as handle:
        ids = sorted({row["conversation_id"] for row in csv.DictReader(handle)})[:30]
    path = tmp_path / "mine.csv"
    rows = [f"{name},{i % 5 + 1},2,2,3,3,{i % 3 + 1}" for i, name in enumerate(ids)]
    path.write_text("\n".join([",".join(("conversation_id", *DIMENSIONS)), *rows]))
    done = type_in("judge", "check", "--ratings", path)
    assert done.code == 0
    assert "mine against the median of 3 experts, 30 conversations" in done.out
    assert "–" in done.out  # four dimensions are always rated the same: undefined
    assert "never saw it" not in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--judge", "embeded"], "did you mean embedded?"),
        (["--ratings", "nowhere.csv"], "nowhere.csv: no such file"),
    ],
)
def test_faults_in_a_judges_check_are_one_line(data, words, message):
    done = type_in("judge", "check", *words)
    assert done.code == 2
    assert message in done.err
    assert len(done.err.strip().splitlines()) == 1


def a_log(folder, **options):
    """A finished check of a language model that rates by the rubric's words."""
    task = judge_check(judge="llm-joint", rewordings=True)
    with JudgeServer(heeding_the_words).running() as server:
        roles = {"grader": server.model()}
        return run(task, None, folder, limit=3, model_roles=roles, **options).location


def test_a_language_model_is_shown_from_the_log_of_its_check(data, tmp_path):
    path = a_log(tmp_path, epochs=2)
    done = type_in("judge", "check", "--log", path)
    assert done.code == 0
    assert "openai-api/judge/large against the median of 3 experts, 3 conversations" in done.out
    lines = [re.split(r"\s{2,}", line.strip()) for line in done.out.splitlines()]
    # The first dimension is 1, 2 and 3 by the three wordings, and the same in both epochs.
    assert ["validating emotions, again", "1.00", "0.00", "–", "0.00"] in lines
    first = lines.index(["validating emotions, again", "1.00", "0.00", "–", "0.00"])
    assert lines[first + 1][:3] == ["by other words", "0.00", "1.00"]
    found = json.loads(type_in("judge", "check", "--log", path, "--json").out)
    reworded = found["consistency"]["rewordings"]
    assert (reworded["validating_emotions"]["sd"], reworded["advice_giving"]["same"]) == (1, 1)
    assert found["consistency"]["repeats"]["validating_emotions"]["same"] == 1
    assert "bias" not in found


def test_a_log_of_another_task_is_told(data, tmp_path):
    log = run(tagger_check(tagger="embedded-fast"), None, tmp_path, limit=1)
    done = type_in("judge", "check", "--log", log.location)
    assert done.code == 2
    assert "a log of the task" in done.err
    assert "not of judge_check" in done.err


def test_on_labels_that_it_learned_from_the_tagger_is_said_to_remember(data):
    done = type_in("tagger", "check")
    assert done.code == 0
    assert "286 sentences of 25 responses" in done.out
    assert "Not held out: embedded learned from these sentences, so these figures" in done.out
    assert "chosen" not in done.out
    assert "CARD.md" in done.out
    found = json.loads(type_in("tagger", "check", "--json").out)
    assert found["people"]["learned_from"] is True
    assert found["systems"] is None
    assert list(found["people"]["positives"]) == list(TACTICS)


def test_other_peoples_labels_are_taken_as_held_out(data, tmp_path):
    folder = data / "mint_empathy" / "data" / "tagger_annotations" / "val"
    for tactic in TACTICS:
        lines = (folder / f"{tactic}.jsonl").read_text().splitlines()
        (tmp_path / f"{tactic}.jsonl").write_text("\n".join(lines[:40]) + "\n")
    done = type_in("tagger", "check", "--people", tmp_path, "--tagger", "embedded-fast", "--json")
    found = json.loads(done.out)
    assert found["tagger"] == "embedded-fast"
    assert found["people"]["sentences"] == 40
    assert found["people"]["learned_from"] is False


def test_systems_come_with_their_figures_and_the_human_turns_are_fetched(data):
    outputs = data / "mint_empathy" / "evaluation" / "outputs"
    one = outputs / "baseline1_vanilla_Qwen3-4B"
    found = json.loads(type_in("tagger", "check", "--systems", one, "--json").out)["systems"]
    assert found["learned_from"] == [one.name]
    assert set(found["systems"]) == {one.name}
    assert found["spearman"]["density"]["value"] is None  # of one system there is none
    done = type_in("tagger", "check", "--systems", one)
    assert "learned from 1 of these 1 systems" in done.out
    assert "repetition vs self" in done.out


def a_taggers_log(folder, answer, **options):
    with JudgeServer(answer).running() as server:
        roles = {"tagger": server.model()}
        return run(tagger_check(tagger="llm"), None, folder, model_roles=roles, **options).location


def test_a_language_model_that_tags_is_shown_from_the_log_of_its_check(data, tmp_path):
    """It finds advice everywhere when it is asked first, and nothing when it is asked again."""
    asked = Counter()

    def wavering(model, system, user):
        asked[user] += 1
        names = re.findall(r'^\{"(s\d+)": ', user, re.MULTILINE)
        return json.dumps(dict.fromkeys(names, ["advice"] if asked[user] == 1 else []))

    path = a_taggers_log(tmp_path, wavering, limit=21, epochs=2)
    found = json.loads(type_in("tagger", "check", "--log", path, "--json").out)
    repeats, people = found["consistency"]["repeats"], found["people"]
    assert {name: row["same"] for name, row in repeats.items() if row["same"] != 1} == {"advice": 0}
    assert people["sentences"] == 2 * repeats["advice"]["n"]
    assert people["responses"] == people["f1"]["advice"]["n"] == 21
    advice = people["f1"]["advice"]
    assert advice["low"] < advice["value"] < advice["high"]
    assert people["learned_from"] is False
    done = type_in("tagger", "check", "--log", path)
    assert done.code == 0
    assert "llm:openai-api/judge/large against people" in done.out
    assert "How alike tactics of the same sentences are" in done.out


def test_the_published_adapters_are_said_to_be_chosen_by_the_labels_not_taught(data, tmp_path):
    with JudgeServer(lambda *asked: "<score>0</score>").running() as server:
        roles = {"tagger": server.model()}
        task = tagger_check(tagger="llm-published")
        path = run(task, None, tmp_path, limit=1, model_roles=roles).location
    done = type_in("tagger", "check", "--log", path)
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "llm-published:openai-api/judge/large was chosen by these sentences" in said
    assert "remembers" not in said
    assert "CARD.md" not in said


def test_a_language_model_that_never_tags_in_form_is_shown_with_its_reason(data, tmp_path):
    path = a_taggers_log(tmp_path, lambda *asked: "Advice, I think.", limit=1)
    done = type_in("tagger", "check", "--log", path)
    assert done.code == 0
    assert "0 sentences of 0 responses" in done.out
    assert "(prose instead of tactics)" in done.out


def test_a_log_that_is_not_of_a_taggers_check_is_told(data, tmp_path):
    path = run(judge_check(), None, tmp_path, limit=1).location
    done = type_in("tagger", "check", "--log", path)
    assert done.code == 2
    assert "not of tagger_check" in done.err
    done = type_in("tagger", "check", "--log", path, "--people", tmp_path)
    assert done.code == 2
    assert "give --log, or --people and --systems" in done.err


@pytest.mark.parametrize("option", ["--people", "--systems"])
def test_an_empty_folder_says_what_is_missing(data, tmp_path, option):
    done = type_in("tagger", "check", option, tmp_path)
    assert done.code == 2
    assert str(tmp_path) in done.err
    assert ".json" in done.err


@pytest.mark.parametrize("words", [("judge", "check"), ("tagger", "check")])
def test_help_teaches_by_example(words):
    done = type_in(*words, "--help")
    assert done.code == 0
    assert f"mint-bench {' '.join(words)}" in done.out
    assert "Examples" in done.out
