"""The default tagger: networks for the held-out figures, one from all labels, its thresholds.

How networks learn stands in `local_models.encoder_fit`, from what in `fit_encoder`; this is the
order of the work and the card's figures. Each network is kept in the cache, so that an interrupted
run goes on and the judge's figures come from encoders that never saw a system.
"""

import shutil
from dataclasses import asdict
from pathlib import Path

from mint_bench import encoder
from mint_bench.encoder import HEAD_FILE, NETWORK_FILE, TOKENIZER_FILE
from mint_bench.errors import MintError
from mint_bench.files import write_json
from mint_bench.tactics.encoded import THRESHOLDS_FILE, Thresholds
from mint_bench.validation import fit_encoder, fit_tagger
from mint_bench.validation.agreement import Figures
from mint_bench.validation.fit_encoder import FOLDS, Floats, Learn, Material, Workshop
from mint_bench.validation.steps import Steps
from mint_bench.validation.tagger_figures import (
    data_figures,
    held_out_figures,
    people_figures,
    thresholds_by_name,
    thresholds_of,
)

SIZES = 2
STEPS = 1 + FOLDS + SIZES + 1


def train(data: Path, folder: Path, steps: Steps, learn: Learn | None) -> Figures:
    """Write network, tokenizer and thresholds into the folder.

    Raises:
        MintError: If nothing is given that learns networks.
    """
    workshop = workshop_of(learn)
    steps.begin("reading labels")
    material = Material.read(data)
    systems = [reply.system for reply in material.replies]
    folds, sizes = fit_encoder.system_folds(systems), fit_tagger.size_folds(material.replies)
    logits: dict[int, Floats] = {}
    people: dict[int, Floats] = {}
    for fold in range(FOLDS):
        steps.begin("leaving out systems and human labels")
        found, said = fit_encoder.held_out(workshop, material, folds, fold, steps.share)
        logits, people = logits | found, people | said
    by_size: dict[int, Floats] = {}
    for size in range(SIZES):
        steps.begin("leaving out a model size")
        by_size |= fit_encoder.held_out(workshop, material, sizes, size, steps.share, people=False)[
            0
        ]
    steps.begin("learning from all")
    _publish(workshop.network(material, steps.share), folder)
    thresholds = thresholds_of(material.replies, logits)
    _write_thresholds(folder, thresholds)
    return {
        "kind": "encoder",
        "data": data_figures(material.replies, material.people, material.own),
        "settings": asdict(workshop.settings),
        "megabytes": round((folder / NETWORK_FILE).stat().st_size / 1e6, 1),
        "thresholds": thresholds_by_name(thresholds, 3),
        "unseen_systems": held_out_figures(material.replies, logits, folds),
        "unseen_size": held_out_figures(material.replies, by_size, sizes),
        "people": people_figures(material.people, people, thresholds),
    }


def workshop_of(learn: Learn | None) -> Workshop:
    """Where networks are learned.

    Raises:
        MintError: If nothing is given that learns them.
    """
    if learn is None:
        raise MintError("this scorer is learned with torch: use `mint-bench scorers train`")
    return Workshop.in_cache(learn)


def _publish(network: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in (NETWORK_FILE, HEAD_FILE, TOKENIZER_FILE):
        shutil.copyfile(network / name, folder / name)


def _write_thresholds(folder: Path, thresholds: Floats) -> None:
    named = thresholds_by_name(thresholds, 4)
    limits = Thresholds(version=encoder.VERSION, thresholds=named)
    write_json(folder / THRESHOLDS_FILE, limits.model_dump(mode="json"))
