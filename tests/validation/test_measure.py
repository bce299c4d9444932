"""A card is of the scorer that lies beside it, wherever that is."""

import json
import shutil

import numpy as np
import pytest

from mint_bench.conversation import Message, Speaker, Turn
from mint_bench.encoder import (
    FOLDER,
    HEAD_FILE,
    NETWORK_FILE,
    TOKENIZER_FILE,
    Encoder,
    beside,
    shipped,
)
from mint_bench.errors import MintError
from mint_bench.judging.judge import Exchange
from mint_bench.resources import resource, sha256_file
from mint_bench.validation import measure, train_judge
from mint_bench.validation.steps import Steps
from mint_bench.weights import read_arrays, write_arrays

HISTORY = (Turn(Speaker.SEEKER, (Message(Speaker.SEEKER, "I lost my job today."),)),)
EXCHANGE = Exchange(HISTORY, "That sounds so hard. What happened, if I may ask?")


class StoppedError(Exception):
    """The work is not done: what it was given is looked at."""


@pytest.fixture
def scorers(tmp_path):
    """A folder with the shipped judge, changed so that it always rates 5, and its card."""
    folder = tmp_path / "judges" / "embedded"
    shutil.copytree(resource("scorers", "judges", "embedded"), folder)
    path = folder / "weights.npz"
    arrays = read_arrays(path)
    write_arrays(path, {**arrays, "intercepts": np.full_like(arrays["intercepts"], 99)})
    return tmp_path


def judged(monkeypatch):
    """The judges that cards were made of, in place of measuring them."""
    seen = []

    def figures(judge, *_):
        seen.append(judge)
        return {}

    monkeypatch.setattr(measure, "judge_figures", figures)
    return seen


def test_the_judge_that_is_measured_is_the_one_in_the_folder(scorers, monkeypatch):
    path = scorers / "judges" / "embedded" / "card.json"
    card = json.loads(path.read_text("utf-8"))
    card["weights_sha256"] = sha256_file(path.with_name("weights.npz"))
    path.write_text(json.dumps(card), "utf-8")
    seen = judged(monkeypatch)
    measure.write_card("judges/embedded", scorers)
    [judge] = seen
    assert judge.rate([EXCHANGE])[0].ratings == (5.0,) * 6


@pytest.mark.parametrize("gone", [False, True], ids=["other weights", "no weights"])
def test_a_card_of_other_weights_is_refused_and_left_as_it_is(scorers, monkeypatch, gone):
    folder = scorers / "judges" / "embedded"
    if gone:
        (folder / "weights.npz").unlink()
    before = (folder / "card.json").read_bytes()
    seen = judged(monkeypatch)
    with pytest.raises(MintError, match=r"not the card of weights\.npz beside it; run: mint-bench"):
        measure.write_card("judges/embedded", scorers)
    assert not seen
    assert (folder / "card.json").read_bytes() == before


@pytest.fixture
def own_encoder(tmp_path):
    """The hash of an encoder in `tmp_path` that is not the shipped one."""
    home = tmp_path / "taggers" / "embedded"
    home.mkdir(parents=True)
    for name in (NETWORK_FILE, HEAD_FILE, TOKENIZER_FILE):
        shutil.copyfile(resource(*FOLDER, name), home / name)
    arrays = read_arrays(home / HEAD_FILE)
    write_arrays(home / HEAD_FILE, {**arrays, "outer_bias": arrays["outer_bias"] + 1})
    return Encoder(home).sha


def test_the_encoder_is_that_of_the_folder_or_the_shipped_one(tmp_path, own_encoder):
    assert beside(tmp_path).sha == own_encoder != shipped().sha
    assert beside(tmp_path / "empty") is shipped()


@pytest.mark.parametrize(
    ("name", "fitter"),
    [("train", train_judge.fit_judge), ("train_second", train_judge.fit_second)],
)
def test_a_judge_is_learned_with_the_encoder_of_its_folder(
    name, fitter, tmp_path, own_encoder, monkeypatch
):
    monkeypatch.setattr(train_judge, "_replies", lambda data, steps: [])

    def prepare(replies, encoder, progress):
        raise StoppedError(encoder.sha)

    monkeypatch.setattr(fitter, "prepare", prepare)
    steps = Steps(1, lambda what, share: None)
    with pytest.raises(StoppedError, match=own_encoder):
        getattr(train_judge, name)(tmp_path, tmp_path / "judges" / "any", steps, None)


def test_a_taggers_card_gets_speed_and_size_and_what_n_grams_lose(tmp_path):
    scorers = tmp_path / "scorers"
    for name in ("embedded", "embedded-fast"):
        shutil.copytree(resource("scorers", "taggers", name), scorers / "taggers" / name)
    path = scorers / "taggers" / "embedded" / "card.json"
    off = {"value": 0.0161, "low": 0.0142, "high": 0.0183, "n": 50}
    means = ("macro_f1", "macro_f1_both_classes", "macro_f1_common", "macro_f1_both_classes_common")
    lost = {
        "systems": dict.fromkeys(means, off),
        "people": dict.fromkeys(means, off | {"n": 25}),
        "errors": {"density": off | {"n": 18}},
    }
    card = json.loads(path.read_text("utf-8")) | {"ngrams_lose": lost, "megabytes": 1}
    path.write_text(json.dumps(card), "utf-8")
    (tmp_path / "benchmarks").mkdir()
    speeds = {
        "tag_embedded": {"value": 299.6, "unit": "sentences/s", "against": 300.0},
        "tag_embedded-fast": {"value": 31163.2, "unit": "sentences/s", "against": 5000.0},
    }
    (tmp_path / "benchmarks" / "latest.json").write_text(json.dumps(speeds), "utf-8")
    fast = measure.write_card("taggers/embedded-fast", scorers).read_text("utf-8")
    assert "| F1 of *present*, systems left out | 0.016 [0.014, 0.018] | 50 |" in fast
    assert "| mean error of density, so much larger | 0.016 [0.014, 0.018] | 18 |" in fast
    assert "- sentences a second on one core: 31163, aim at least 5000: met" in fast
    encoder = measure.write_card("taggers/embedded", scorers).read_text("utf-8")
    assert "- sentences a second on one core: 300, aim at least 300: **missed**" in encoder
    assert "(23.8 of them the encoder's): 28.1, aim at most 25: **missed**" in encoder


def test_a_folder_without_measurements_gives_a_card_without_speed(tmp_path):
    folder = tmp_path / "scorers" / "taggers" / "embedded-fast"
    shutil.copytree(resource("scorers", "taggers", "embedded-fast"), folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    for elsewhere in ("speed", "loses"):
        card.pop(elsewhere, None)
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    text = measure.write_card("taggers/embedded-fast", tmp_path / "scorers").read_text("utf-8")
    assert "sentences a second" not in text
    assert "## What it loses" not in text
    assert "under *What was tried*" in text
