"""Weights of the voices are chosen in some folds and measured in another."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from mint_bench.conversation import Message, Speaker, merge_messages
from mint_bench.files import read_json
from mint_bench.resources import resource
from mint_bench.validation import fit_encoder, train, train_encoder
from mint_bench.validation.agreement import TAG_FIGURES
from mint_bench.validation.blending import CANDIDATES, CHOSEN_BY, NGRAMS, HeldOut, best
from mint_bench.validation.fit_encoder import FOLDS, Material, Settings, system_folds
from mint_bench.validation.labels import HUMAN, LabelledReply, LabelledSentence
from mint_bench.validation.own_labels import read_written

SYSTEMS = tuple(f"m{i}_Qwen3-{size}" for i in range(3) for size in ("1.7B", "4B"))
BY_PEOPLE = {"adapters": 0.0, "people": 1.0, "ngrams": 0.0}


def reply(system, talk, turn, present):
    said = [Message(Speaker(s), "x") for s in ("seeker", "supporter") * turn + ("seeker",)]
    nothing = np.full(6, np.nan)
    return LabelledReply(
        system, talk, merge_messages(said), "x", ("x", "y"), present, present.any(axis=0), nothing
    )


def held(good="people", seed=4):
    """Voices of three folds: one is nearly right, the others are noise."""
    rng = np.random.default_rng(seed)

    def voices(present):
        right = np.where(present, 1.0, -1.0) + rng.normal(0, 0.6, present.shape)
        noise = [rng.normal(0, 1, present.shape) for _ in range(2)]
        place = ("adapters", "people", "ngrams").index(good)
        return np.stack([*noise[:place], right, *noise[place:]], axis=-2).astype(np.float32)

    replies = [
        reply(system, f"c{talk:02}", turn, rng.random((2, 10)) < 0.3)
        for system in (HUMAN, *SYSTEMS)
        for talk in range(22)
        for turn in range(3)
    ]
    people = [
        LabelledSentence(number // 2, "x", (0, 1), rng.random(10) < 0.3, "x", ("x",))
        for number in range(120)
    ]
    folds = system_folds([HUMAN, *SYSTEMS])
    asked = [i for i, one in enumerate(replies) if one.system != HUMAN]
    return HeldOut(
        Material(tuple(replies), tuple(people), tuple(read_written()[:3])),
        {i: voices(replies[i].present) for i in asked},
        {i: voices(one.present) for i, one in enumerate(people)},
        folds,
    )


def spoilt(found, fold):
    """The same with all labels of a fold turned round."""
    material = found.material
    replies = [
        replace(one, present=~one.present) if found.folds[one.system] == fold else one
        for one in material.replies
    ]
    people = [
        replace(one, present=~one.present) if one.response % FOLDS == fold else one
        for one in material.people
    ]
    return replace(found, material=replace(material, replies=tuple(replies), people=tuple(people)))


def test_the_voice_that_is_right_is_chosen():
    assert held("people").choose() == BY_PEOPLE
    assert held("ngrams").choose() == NGRAMS


def test_a_folds_weights_and_tags_know_nothing_of_its_labels():
    found = held()
    other = spoilt(found, fold=1)
    weights = found.nested()
    assert sorted(weights) == [0, 1, 2]
    assert other.nested()[1] == weights[1]
    ours, theirs = found.tags(weights), other.tags(weights)
    for i, rows in ours[0].items():
        if found.folds[found.material.replies[i].system] == 1:
            assert np.array_equal(theirs[0][i], rows)
    for i, row in ours[1].items():
        if found.material.people[i].response % FOLDS == 1:
            assert np.array_equal(theirs[1][i], row)


def test_every_held_out_sentence_is_tagged():
    found = held()
    in_replies, by_people = found.tags(found.nested())
    assert set(in_replies) == set(found.replies)
    assert set(by_people) == set(found.people)


def test_a_row_has_the_three_figures_with_intervals():
    row = held().row(BY_PEOPLE)
    for name in ("macro_f1", "people_both_classes", "people"):
        ends = row["intervals"][name]
        assert ends["low"] < row[name] < ends["high"]
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_n_grams_lose_by_what_they_are_worse_on_the_same_sentences():
    found = held()
    lost = found.lost(found.tags_by(BY_PEOPLE))
    apart = found.row(BY_PEOPLE)["macro_f1"] - found.row(NGRAMS)["macro_f1"]
    assert lost["systems"]["macro_f1"]["value"] == pytest.approx(apart, abs=2e-4)
    assert 0 < lost["systems"]["macro_f1"]["low"] < apart < lost["systems"]["macro_f1"]["high"]
    assert (lost["systems"]["macro_f1"]["n"], lost["people"]["macro_f1_common"]["n"]) == (22, 60)
    assert set(lost["errors"]) == set(TAG_FIGURES)
    assert lost["errors"]["density"]["n"] == len(SYSTEMS)


def test_n_grams_lose_nothing_against_themselves():
    found = held()
    lost = found.lost(found.tags_by(NGRAMS))
    for name in ("macro_f1", "macro_f1_both_classes_common"):
        assert (lost["people"][name]["low"], lost["people"][name]["high"]) == (0.0, 0.0)
    assert lost["errors"]["density"]["value"] == 0


def test_people_count_by_the_tactics_that_they_found_often():
    def row(weights, people, common):
        shown = {"macro_f1": 0.8, "people_both_classes": 0.9, "people": common}
        intervals = {name: {"value": value} for name, value in shown.items()}
        return {"weights": weights, "macro_f1": 0.8, "people": people, "intervals": intervals}

    assert best([row(NGRAMS, 0.9, 0.7), row(BY_PEOPLE, 0.6, None), row(BY_PEOPLE, 0.6, 0.8)]) == (
        BY_PEOPLE
    )


def test_a_further_interval_of_a_row_has_no_say():
    def row(weights, value, further):
        shown = {name: {"value": value} for name in CHOSEN_BY}
        return {"weights": weights, "intervals": {**shown, "further": {"value": further}}}

    assert best([row(NGRAMS, 0.7, 9.0), row(BY_PEOPLE, 0.8, 0.0)]) == BY_PEOPLE


def test_the_shipped_weights_are_the_choice_over_all_folds():
    folder = resource("scorers", "taggers", "embedded")
    shipped = read_json(folder / "blend.json")["weights"]
    rows = read_json(folder / "card.json")["tried"]
    assert best(rows) == shipped
    assert [row["weights"] for row in rows] == [dict(one) for one in CANDIDATES]


class Learned:
    """A workshop whose every network is the shipped one."""

    settings = Settings()

    def network(self, material, progress):
        return resource("scorers", "taggers", "embedded")


def test_a_trained_taggers_card_measures_each_fold_by_the_choice_of_the_others(
    tmp_path, monkeypatch
):
    found = held()
    monkeypatch.setattr(train_encoder, "workshop_of", lambda learn: Learned())
    monkeypatch.setattr(train_encoder, "SENTENCES", 20)
    monkeypatch.setattr(Material, "read", lambda data: found.material)

    def voices(workshop, material, folds, fold, progress):
        of = found.within([fold])
        return dict(of.replies), dict(of.people)

    monkeypatch.setattr(fit_encoder, "held_out", voices)
    folder = train.train("taggers/embedded", tmp_path, tmp_path)
    card, text = read_json(folder / "card.json"), (folder / "CARD.md").read_text("utf-8")
    assert read_json(folder / "blend.json")["weights"] == card["weights"] == BY_PEOPLE
    assert card["nested_weights"] == [BY_PEOPLE] * FOLDS
    ours = found.tags(found.nested())
    assert card["ngrams_lose"] == found.lost(ours)
    assert card["unseen_systems"]["macro_f1"] == found.row(BY_PEOPLE)["macro_f1"]
    [row] = [line for line in text.splitlines() if line.startswith("| 1 people (shipped) |")]
    assert re.fullmatch(
        r"\| 1 people \(shipped\)( \|.* 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]){3} \|", row
    )
    assert "over the tactics common among these (1 people; 1 people; 1 people)" in text
    assert "weights of the sum and thresholds from the other folds" in text
