"""The default tagger: networks for the held-out figures, one from all labels, its blend.

How networks learn stands in `local_models.encoder_fit`, from what in `fit_encoder`; this is the
order of the work and the card's figures. Each network is kept in the cache, so that an interrupted
run goes on and the judge's figures come from encoders that never saw a system.
"""

import shutil
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np

from mint_bench.encoder import COMMON_FILE, HEAD_FILE, NETWORK_FILE, TOKENIZER_FILE, Common, Encoder
from mint_bench.errors import MintError
from mint_bench.files import write_json
from mint_bench.resources import resource
from mint_bench.tactics import ngram
from mint_bench.tactics.encoded import BLEND_FILE
from mint_bench.validation import fit_encoder
from mint_bench.validation.agreement import Figures
from mint_bench.validation.blending import CANDIDATES, HeldOut, best
from mint_bench.validation.fit_encoder import FOLDS, Floats, Learn, Material, Workshop
from mint_bench.validation.own_labels import read_written
from mint_bench.validation.steps import Steps
from mint_bench.validation.tagger_figures import (
    data_figures,
    held_out_figures,
    people_figures,
)
from mint_bench.weights import write_arrays

STEPS = 1 + FOLDS + 1
SENTENCES = 1_500  # that the common part of vectors is taken from
DIRECTIONS = 8  # of 0 to 40 tried; 3 to 8 tell drift of simulated seekers about equally well


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
    held = HeldOut(material, voices, people, folds)
    tried = [held.row(weights) for weights in CANDIDATES]
    blend = held.blend(best(tried))
    write_json(folder / BLEND_FILE, blend.model_dump(mode="json"))
    nested = held.nested()
    tags = held.tags(nested)
    return {
        "kind": "encoder",
        "data": data_figures(material.replies, material.people, material.own),
        "settings": asdict(workshop.settings),
        **megabytes(folder),
        "weights": blend.weights,
        "thresholds": blend.thresholds,
        "directions": DIRECTIONS,
        "nested_weights": [dict(nested[fold]) for fold in sorted(nested)],
        "unseen_systems": held_out_figures(material.replies, tags[0], folds),
        "people": people_figures(material.people, tags[1]),
        "tried": tried,
        "ngrams_lose": held.lost(tags),
    }


def megabytes(folder: Path) -> Figures:
    """Size of all files that the tagger reads, and of the encoder's alone.

    Args:
        folder: Its own; the n-grams' lies beside it, or else is the shipped one.
    """
    beside = folder.parent / "embedded-fast" / ngram.WEIGHTS_FILE
    shipped = resource("scorers", "taggers", "embedded-fast") / ngram.WEIGHTS_FILE
    ngrams = beside if beside.is_file() else shipped
    rest = [folder / COMMON_FILE, folder / BLEND_FILE, ngrams]
    own = sum(path.stat().st_size for path in _files(folder))
    everything = own + sum(path.stat().st_size for path in rest)
    return {
        "megabytes": round(everything / 1e6, 1),
        "megabytes_of_encoder": round(own / 1e6, 1),
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
