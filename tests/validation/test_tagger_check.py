"""A tagger against people and against published tags, with taggers whose faults are known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from mint_bench.conversation import Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.tactics.tagger import TACTICS, SplitReply, Tagging
from mint_bench.validation import tagger_check
from mint_bench.validation.labels import (
    HUMAN,
    LabelledReply,
    LabelledSentence,
    read_annotations,
    read_systems,
)
from tests.annotations import annotations
from tests.data_folder import data_folder

RNG = np.random.default_rng(0)


class Knowing:
    """Finds what is written in a sentence's brackets, such as `[1 7]`; refuses `[!]`."""

    name, sha = "knowing", "0"

    def tag(self, replies):
        return [self._one(reply) for reply in replies]

    @staticmethod
    def _one(reply: SplitReply):
        if "[!]" in reply.text:
            return Tagging(reply.sentences, np.zeros((0, 10), dtype=bool), "no answer")
        rows = [
            [str(k) in sentence[sentence.index("[") + 1 :].rstrip("]").split() for k in range(10)]
            for sentence in reply.sentences
        ]
        return Tagging(reply.sentences, np.array(rows, dtype=bool))


def written(row):
    return f"Said so [{' '.join(str(k) for k in np.flatnonzero(row))}]"


def people(found, present, per_response=4):
    """Sentences whose text says what the tagger finds, labelled otherwise."""
    sentences = []
    for i, label in enumerate(present):
        start = i - i % per_response
        within = tuple(written(row) for row in found[start : start + per_response])
        sentences.append(
            LabelledSentence(
                response=i // per_response,
                text=within[i % per_response],
                place=(i % per_response, len(within)),
                present=label,
                context=" ".join(within),
                within=within,
            )
        )
    return sentences


def labels(count=120, share=0.3):
    present = RNG.random((count, 10)) < share
    return present ^ (RNG.random((count, 10)) < 0.1), present


def figures(sentences):
    return tagger_check.figures(Knowing(), sentences)["people"]


def test_f1_is_that_of_scikit_learn():
    found, present = labels()
    ours = figures(people(found, present))
    both = [f1_score(present[:, k], found[:, k], average="macro") for k in range(10)]
    assert ours["macro_f1_both_classes"]["value"] == pytest.approx(np.mean(both))
    assert ours["f1_both_classes"]["advice"]["value"] == pytest.approx(both[2])
    positive = f1_score(present, found, average=None)
    assert ours["macro_f1"]["value"] == pytest.approx(positive.mean())
    assert ours["positives"] == dict(zip(TACTICS, present.sum(axis=0), strict=True))
    assert (ours["sentences"], ours["responses"]) == (120, 30)


def test_the_interval_is_that_of_resampled_responses():
    found, present = labels()
    ours = figures(people(found, present))["macro_f1"]
    rng = np.random.default_rng(5)
    drawn = []
    for _ in range(400):
        picks = (rng.integers(0, 30, 30)[:, None] * 4 + np.arange(4)).ravel()
        drawn.append(f1_score(present[picks], found[picks], average="macro", zero_division=0))
    assert (ours["low"], ours["high"]) == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]), abs=0.015
    )
    assert ours["low"] < ours["value"] < ours["high"]


def test_a_tagger_that_finds_just_the_labels_reaches_one():
    _, present = labels()
    ours = figures(people(present, present))
    assert ours["macro_f1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 30}


def test_a_tactic_that_is_neither_labelled_nor_found_is_undefined():
    found, present = labels()
    found[:, 3] = present[:, 3] = False
    ours = figures(people(found, present))
    others = [ours["f1"][name]["value"] for k, name in enumerate(TACTICS) if k != 3]
    assert ours["f1"]["validation"]["value"] is None
    assert ours["macro_f1"]["value"] == pytest.approx(np.mean(others))


def test_a_rare_tactic_has_no_interval_and_few_responses_have_none_at_all():
    found, present = labels()
    found[:, 0] = present[:, 0] = np.arange(120) < 20  # in 5 responses
    ours = figures(people(found, present))
    assert ours["f1"]["information"] == {"value": 1.0, "low": None, "high": None, "n": 30}
    assert ours["f1"]["advice"]["low"] is not None
    few = figures(people(found[:40], present[:40]))
    assert few["macro_f1"]["value"] is not None
    assert few["macro_f1"]["low"] is None


def test_a_mean_with_a_rare_tactic_is_a_point_and_that_of_common_ones_has_an_interval():
    found, present = labels()
    found[:, 6] = False
    present[:, 6] = np.arange(120) == 7  # one label, never found: it drops out of many resamples
    ours = figures(people(found, present))
    kept = [k for k in range(10) if k != 6]
    f1 = f1_score(present, found, average=None)
    assert ours["common"] == [TACTICS[k] for k in kept]
    assert ours["macro_f1"]["value"] == pytest.approx(f1.mean())
    assert ours["macro_f1"]["low"] is None
    assert ours["macro_f1_common"]["value"] == pytest.approx(f1[kept].mean())
    assert ours["macro_f1_common"]["low"] < f1[kept].mean() < ours["macro_f1_common"]["high"]
    absent = f1_score(~present, ~found, average=None)
    assert ours["macro_f1_both_classes_common"]["value"] == pytest.approx(
        (f1[kept].mean() + absent[kept].mean()) / 2
    )


@pytest.mark.parametrize("finds", ["nothing", "everything", "the labels"])
def test_which_tactics_are_common_is_the_same_for_each_tagger(finds):
    _, present = labels()
    present[:, 6] = np.arange(120) == 7
    found = {"nothing": ~np.ones_like(present), "everything": np.ones_like(present)}
    ours = figures(people(found.get(finds, present), present))
    assert ours["common"] == [name for k, name in enumerate(TACTICS) if k != 6]


def partly_scored(unscored):
    """30 responses, a tactic labelled in 12 of them; the first so many are left unscored."""
    found, present = labels()
    present[:, 4] = found[:, 4] = np.arange(120) < 48
    rows = [(None if i < 4 * unscored else found[i], present[i], str(i // 4)) for i in range(120)]
    return tagger_check.sentence_figures(tagger_check.Tagged.of(rows)), found, present


def test_what_a_tagger_leaves_unscored_does_not_change_which_tactics_are_common():
    ours, found, present = partly_scored(unscored=6)
    scored = f1_score(present[24:], found[24:], average=None)
    assert ours["common"] == list(TACTICS)
    assert ours["macro_f1_common"]["value"] == pytest.approx(scored.mean())
    assert ours["macro_f1_common"]["low"] is None, "of the twelve, six are left to resample"


def test_a_mean_of_common_tactics_is_null_where_one_of_them_is_wholly_unscored():
    ours, *_ = partly_scored(unscored=12)
    assert ours["common"] == list(TACTICS)
    assert ours["f1"][TACTICS[4]]["value"] is None
    assert ours["macro_f1_common"]["value"] is None
    assert ours["macro_f1_both_classes_common"]["value"] is None
    assert ours["macro_f1"]["value"] is not None


def test_labels_of_untagged_replies_still_say_which_tactics_are_common():
    found, present = labels()
    present[:, 4] = np.arange(120) < 40  # in 10 responses
    sentences = people(found, present)
    untagged = [replace(one, context="[!]") if one.response < 6 else one for one in sentences]
    ours = figures(untagged)
    assert (ours["responses"], ours["unscored"]) == (24, {"no answer": 24})
    assert ours["common"] == figures(sentences)["common"] == list(TACTICS)


def test_the_order_of_sentences_changes_nothing():
    sentences = people(*labels())
    mixed = [sentences[i] for i in RNG.permutation(len(sentences))]
    ours, theirs = figures(sentences), figures(mixed)
    assert ours["macro_f1"]["value"] == pytest.approx(theirs["macro_f1"]["value"])
    assert ours["f1"]["advice"] == theirs["f1"]["advice"]


def test_untagged_replies_are_counted_and_left_out():
    found, present = labels()
    sentences = people(found, present)
    spoilt = LabelledSentence(99, "No [!]", (0, 1), present[0], "No [!]", ("No [!]",))
    ours = figures([*sentences, spoilt])
    assert ours["unscored"] == {"no answer": 1}
    assert ours["f1"] == figures(sentences)["f1"]


def reply(system, conversation, t, found, present=None):
    """Turn `t` of a system; the tagger finds `found`, published is `present`."""
    said = [Message(Speaker(s), "x") for s in ("seeker", "supporter") * (t - 1) + ("seeker",)]
    present = found if present is None else present
    sentences = tuple(written(row) for row in found)
    return LabelledReply(
        system, conversation, merge_messages(said), " ".join(sentences), sentences, present,
        present.any(axis=0), np.full(6, np.nan),
    )  # fmt: skip


def systems(*names, flip=0.0):
    rows = []
    for name in (HUMAN, *names):
        for conversation in range(25):
            for t in (1, 2, 3):
                present = RNG.random((2, 10)) < 0.3
                found = present ^ (RNG.random((2, 10)) < flip)
                rows.append(reply(name, f"c{conversation}", t, found, present))
    return rows


def test_systems_tagged_as_published_have_no_error():
    found = tagger_check.figures(Knowing(), [], systems("one", "two", "three"))["systems"]
    assert found["macro_f1"]["value"] == 1
    assert {figure["value"] for figure in found["mean_error"].values()} == {0.0}
    assert {figure["value"] for figure in found["spearman"].values()} == {1.0}
    assert set(found["f1_by_system"]) == {"one", "two", "three"}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_errors_and_ranks_of_systems_have_intervals_over_them():
    names = ("one", "two", "three", "four", "five")
    found = tagger_check.figures(Knowing(), [], systems(*names, flip=0.2))["systems"]
    for figure, error in found["mean_error"].items():
        assert error["low"] < error["value"] < error["high"]
        assert error["value"] <= found["worst_error"][figure]["value"]
        assert error["n"] == 5
    assert all(rank["n"] == 5 and rank["low"] < rank["high"] for rank in found["spearman"].values())


def test_the_human_supporters_are_not_tagged_anew():
    rows = systems("one", flip=0.2)
    spoilt = [
        LabelledReply(r.system, r.conversation, r.history, "[!]", r.sentences, r.present,
                      r.published, r.ratings) if r.system == HUMAN else r
        for r in rows
    ]  # fmt: skip
    assert tagger_check.systems_figures(Knowing(), spoilt) == tagger_check.systems_figures(
        Knowing(), rows
    )


def test_a_system_with_untagged_replies_is_left_out_and_named():
    rows = systems("one", "two")
    first = next(i for i, r in enumerate(rows) if r.system == "two")
    rows[first] = LabelledReply(
        "two", "c0", rows[first].history, "No [!]", ("No [!]",), rows[first].present[:1],
        rows[first].published, rows[first].ratings,
    )  # fmt: skip
    found = tagger_check.systems_figures(Knowing(), rows)
    assert found["left_out"] == {"two": "no answer"}
    assert set(found["systems"]) == {"one"}


def test_published_tags_of_untagged_replies_still_say_which_tactics_are_common():
    rows = systems("one", "two")
    for i, one in enumerate(rows):
        present = one.present.copy()
        present[:, 4] = one.conversation in {f"c{k}" for k in range(10)} and one.system == "two"
        rows[i] = replace(one, present=present)
    first = next(i for i, one in enumerate(rows) if one.system == "two")
    unscored = [
        replace(one, text="[!]") if i in {first, first + 1, first + 2} else one
        for i, one in enumerate(rows)
    ]
    whole, partly = (tagger_check.systems_figures(Knowing(), each) for each in (rows, unscored))
    assert whole["sentences"] - partly["sentences"] == 6
    assert partly["common"] == whole["common"] == list(TACTICS)


def test_systems_need_the_human_supporters():
    with pytest.raises(MintError, match="none of the human supporters"):
        tagger_check.systems_figures(Knowing(), [r for r in systems("one") if r.system != HUMAN])


def test_progress_names_what_is_tagged():
    told = []
    tagger_check.figures(Knowing(), people(*labels(8)), systems("one", "two"), told.append)
    assert told == ["people's sentences", "one", "two"]


def test_annotations_of_any_folder_are_read_with_their_whole_reply(tmp_path):
    first, second = read_annotations(annotations(tmp_path))
    assert tagger_check.split_of(second) == SplitReply(
        "That stings. Who knows of it?", ("That stings.", "Who knows of it?")
    )
    assert [TACTICS[s.present.argmax()] for s in (first, second)] == ["validation", "questioning"]
    rows = np.eye(10, dtype=bool)[[4, 7]]
    assert tagger_check.tags_of(second, Tagging(second.within, rows)).tolist() == rows[1].tolist()


def test_systems_are_read_from_a_file_or_a_folder_of_systems(tmp_path):
    entry = {
        "conversation_id": "c1",
        "conversation_history": [{"role": "user", "content": "I failed."}],
        "model_response": "That stings.",
        "sentence_tactics": [["validation"]],
    }
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "conversations_tagged.json").write_text(json.dumps([entry]))
    assert [r.system for r in read_systems(tmp_path)] == ["one", "two"]
    assert [r.system for r in read_systems(tmp_path / "two")] == ["two"]
    assert [r.system for r in read_systems(tmp_path / "one" / "conversations_tagged.json")] == [
        "one"
    ]
    with pytest.raises(MintError, match="neither conversations_tagged"):
        read_systems(tmp_path / "three")


def test_the_published_figures_of_a_system_are_those_of_the_golden_table():
    import csv

    folder = data_folder()
    golden = folder.parent / "golden" / "mint_empathy_systems.csv"
    if not golden.is_file():
        pytest.skip("the golden table is not at hand")
    from mint_bench.tactics import load_tagger

    outputs = folder / "mint_empathy" / "evaluation" / "outputs"
    with golden.open() as handle:
        table = {row["system"]: row for row in csv.DictReader(handle)}
    name = "baseline1_vanilla_Qwen3-4B"
    replies = [*read_systems(outputs / name), *read_systems(outputs / HUMAN)]
    found = tagger_check.systems_figures(load_tagger("embedded"), replies)
    for figure, (_, published, _) in found["systems"][name].items():
        assert published == pytest.approx(float(table[name][figure]), abs=1e-4)
