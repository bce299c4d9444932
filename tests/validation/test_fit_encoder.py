"""What the encoder learns from: systems, responses and labels, each left out where it must be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mint_bench.encoder import Labeller, SentenceReader
from mint_bench.local_models.encoder_fit import EncoderLearner
from mint_bench.resources import resource
from mint_bench.tactics.ngram import read_ngrams
from mint_bench.validation import fit_encoder
from mint_bench.validation.fit_encoder import (
    FOLDS,
    STRETCH,
    Material,
    Settings,
    Workshop,
    people_texts,
    system_folds,
)
from mint_bench.validation.labels import HUMAN
from mint_bench.validation.own_labels import read_written
from tests.data_folder import data_folder


@pytest.fixture(scope="module")
def material():
    folder = data_folder()
    return Material.read(Path(folder))


def test_the_two_sizes_of_a_method_are_in_different_folds(material):
    folds = system_folds([reply.system for reply in material.replies])
    assert folds[HUMAN] == -1
    for system, fold in folds.items():
        other = folds.get(system.replace("1.7B", "4B"))
        assert not system.endswith("1.7B") or other is None or other != fold
    sizes = np.bincount([fold for fold in folds.values() if fold >= 0], minlength=FOLDS)
    assert sizes.min() >= 4


def test_what_is_left_out_is_not_learned_from(material):
    left = material.without(frozenset({"ours1_q_dkl_Qwen3-4B"}), frozenset({0, 1}))
    assert not any(reply.system == "ours1_q_dkl_Qwen3-4B" for reply in left.replies)
    learned = {text.text for text, *_ in left.texts()}
    assert not learned & {s.context for s in material.people if s.response in {0, 1}}


def test_human_supporters_are_never_learned_from(material):
    theirs = {reply.text for reply in material.replies if reply.system == HUMAN}
    others = {reply.text for reply in material.replies if reply.system != HUMAN}
    assert not {text.text for text, *_ in material.texts()} & (theirs - others)


def test_each_text_is_learned_as_the_view_of_who_labelled_it(material):
    found = {id(text): labeller for text, labeller, _ in material.texts()}
    assert {found[id(text)] for text in material.own} == {Labeller.PEOPLE}
    adapters = sum(labeller is Labeller.ADAPTERS for labeller in found.values())
    aligned = [r for r in material.replies if r.present is not None and r.system != HUMAN]
    assert adapters == len(aligned)


def test_people_count_more_than_models(material):
    weights = {weight for *_, weight in material.texts()}
    assert weights == {1.0, fit_encoder.PEOPLE_WEIGHT}
    texts = people_texts(material.people)
    assert sum(len(text.sentences) for text in texts) == len(material.people)


@pytest.mark.slow
def test_long_replies_are_learned_in_stretches():
    text = read_written()[0]
    many = replace(
        text,
        sentences=text.sentences * 20,
        present=np.tile(text.present, (20, 1)),
    )
    reader = SentenceReader(EncoderLearner().tokenizer())
    examples = Material((), (), (many,)).examples(reader)
    assert {len(example.sentences) for example in examples[:-1]} == {STRETCH}
    assert sum(len(example.sentences) for example in examples) == len(many.sentences)


@pytest.mark.slow
def test_a_network_is_learned_once_and_anew_from_other_labels(tmp_path):
    calls = []

    class Counting(EncoderLearner):
        def __call__(self, examples, settings, folder, progress):
            calls.append(len(examples))
            super().__call__(examples, settings, folder, progress)

    workshop = Workshop(Counting(), Settings(epochs=1), tmp_path)
    few = Material((), (), tuple(read_written()[:3]))
    first = workshop.network(few)
    assert workshop.network(few) == first
    other = workshop.network(Material((), (), tuple(read_written()[:2])))
    assert other != first
    assert calls == [3, 2]
    ngrams, _ = read_ngrams(resource("scorers", "taggers", "embedded-fast"))
    [voices] = workshop.voices(first, ngrams, [("I see. Why?", ["Why?"])])
    assert voices.shape == (1, 3, 10)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_byte_for_byte(tmp_path):
    learn = EncoderLearner()
    examples = Material((), (), tuple(read_written()[:4])).examples(
        SentenceReader(learn.tokenizer())
    )
    for name in "ab":
        learn(examples, Settings(epochs=1), tmp_path / name, lambda _: None)
    for name in ("encoder.onnx", "head.npz", "tokenizer.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
