"""The default tagger: networks for the held-out figures, one from all labels, its blend.

How networks learn stands in `local_models.encoder_fit`, from what in `fit_encoder`; this is the
order of the work and the card's figures. Each network is kept in the cache, so that an interrupted
run goes on and the judge's figures come from encoders that never saw a system.
"""

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np

from mint_bench import encoder
from mint_bench.encoder import COMMON_FILE, HEAD_FILE, NETWORK_FILE, TOKENIZER_FILE, Common, Encoder
from mint_bench.errors import MintError
from mint_bench.files import write_json
from mint_bench.tactics.encoded import BLEND_FILE, Blend
from mint_bench.validation import fit_encoder
from mint_bench.validation.agreement import Figures
from mint_bench.validation.fit_encoder import FOLDS, Floats, Learn, Material, Workshop
from mint_bench.validation.own_labels import read_written
from mint_bench.validation.steps import Steps
from mint_bench.validation.tagger_figures import (
    data_figures,
    held_out_figures,
    people_figures,
    thresholds_by_name,
    thresholds_of,
)
from mint_bench.weights import write_arrays

STEPS = 1 + FOLDS + 1
SENTENCES = 1_500  # that the common part of vectors is taken from
DIRECTIONS = 8  # of 0 to 40 tried; 3 to 8 tell drift of simulated seekers about equally well
WEIGHTS = {"adapters": 0.75, "people": 0.25, "ngrams": 0.5}  # best held out, of those in the card
OTHERS = (  # that were tried
    {"adapters": 1.0, "people": 0.0, "ngrams": 0.0},
    {"adapters": 0.0, "people": 1.0, "ngrams": 0.0},
    {"adapters": 0.0, "people": 0.0, "ngrams": 1.0},
    {"adapters": 0.5, "people": 0.5, "ngrams": 0.0},
    {"adapters": 0.75, "people": 0.25, "ngrams": 0.0},
    {"adapters": 0.75, "people": 0.25, "ngrams": 0.25},
)


def train(data: Path, folder: Path, steps: Steps, learn: Learn | None) -> Figures:
    """Write network, tokenizer and blend into the folder.

    Raises:
        MintError: If nothing is given that learns networks.
    """
    workshop = workshop_of(learn)
    steps.begin("reading labels")
    material = Material.read(data)
    folds = fit_encoder.system_folds([reply.system for reply in material.replies])
    voices: dict[int, Floats] = {}
    people: dict[int, Floats] = {}
    for fold in range(FOLDS):
        steps.begin("leaving out systems and human labels")
        found, said = fit_encoder.held_out(workshop, material, folds, fold, steps.share)
        voices, people = voices | found, people | said
    steps.begin("learning from all")
    _publish(workshop.network(material, steps.share), folder)
    write_arrays(folder / COMMON_FILE, asdict(common_of(Encoder(folder))))
    blend = blend_of(material, voices, WEIGHTS)
    write_json(folder / BLEND_FILE, blend.model_dump(mode="json"))
    logits = summed(voices, blend)
    return {
        "kind": "encoder",
        "data": data_figures(material.replies, material.people, material.own),
        "settings": asdict(workshop.settings),
        "megabytes": round(sum(path.stat().st_size for path in _files(folder)) / 1e6, 1),
        "weights": blend.weights,
        "thresholds": blend.thresholds,
        "directions": DIRECTIONS,
        "unseen_systems": held_out_figures(material.replies, logits, folds),
        "people": people_figures(material.people, summed(people, blend), blend.limits()),
        "other_weights": [_tried(material, voices, people, folds, weights) for weights in OTHERS],
    }


def common_of(network: Encoder) -> Common:
    """The common part of vectors, from the first sentences written for this project.

    The sign of a direction is chance, and without meaning here.
    """
    sentences = (sentence for text in read_written() for sentence in text.sentences)
    vectors = np.array([network.read((one,)).vector for one in islice(sentences, SENTENCES)])
    mean = vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(vectors - mean, full_matrices=False)
    return Common(mean, directions[:DIRECTIONS])


def blend_of(
    material: Material, voices: Mapping[int, Floats], weights: Mapping[str, float]
) -> Blend:
    """The blend of these weights, its thresholds from held-out voices."""
    plain = Blend(version=encoder.VERSION, weights=dict(weights), thresholds={})
    limits = thresholds_of(material.replies, summed(voices, plain))
    return plain.model_copy(update={"thresholds": thresholds_by_name(limits, 4)})


def summed(voices: Mapping[int, Floats], blend: Blend) -> dict[int, Floats]:
    """The blend's sums, of replies (shape (S, 3, 10)) or of single sentences (shape (3, 10))."""
    return {index: blend.sums(voice) for index, voice in voices.items()}


def _tried(
    material: Material,
    voices: Mapping[int, Floats],
    people: Mapping[int, Floats],
    folds: Mapping[str, int],
    weights: Mapping[str, float],
) -> Figures:
    blend = blend_of(material, voices, weights)
    held = held_out_figures(material.replies, summed(voices, blend), folds)
    said = people_figures(material.people, summed(people, blend), blend.limits())
    return {
        "weights": dict(weights),
        "macro_f1": held["macro_f1"],
        "people_both_classes": said["macro_f1_both_classes"],
        "people": said["macro_f1"],
    }


def workshop_of(learn: Learn | None) -> Workshop:
    """Where networks are learned.

    Raises:
        MintError: If nothing is given that learns them.
    """
    if learn is None:
        raise MintError("this scorer is learned with torch: use `mint-bench scorers train`")
    return Workshop.in_cache(learn)


def _files(folder: Path) -> list[Path]:
    return [folder / name for name in (NETWORK_FILE, HEAD_FILE, TOKENIZER_FILE)]


def _publish(network: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source, target in zip(_files(network), _files(folder), strict=True):
        shutil.copyfile(source, target)
