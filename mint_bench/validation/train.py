"""Rebuilding the embedded scorers: labels in, weights and card out.

The held-out figures of a card come from the same run that makes the weights. What each scorer
learns stands in `train_ngram`, `train_encoder` and `train_judge`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mint_bench.encoder import NETWORK_FILE
from mint_bench.errors import MintError
from mint_bench.files import write_json, write_text
from mint_bench.judging import embedded
from mint_bench.resources import sha256_file
from mint_bench.tactics import ngram
from mint_bench.validation import train_encoder, train_judge, train_ngram
from mint_bench.validation.agreement import Figures
from mint_bench.validation.cards import render_card
from mint_bench.validation.fit_encoder import Learn
from mint_bench.validation.steps import Steps, Tell


@dataclass(frozen=True, slots=True)
class Trainer:
    """How one scorer is rebuilt.

    Attributes:
        run: From the data folder to weights in the given folder, and the figures of the card.
        steps: How many steps `run` begins.
        weights: The file whose hash stands in the card.
        needs_torch: Whether it learns networks.
    """

    run: Callable[[Path, Path, Steps, Learn | None], Figures]
    steps: int
    weights: str
    needs_torch: bool = True


TRAINERS: Mapping[str, Trainer] = {
    "taggers/embedded-fast": Trainer(
        train_ngram.train, train_ngram.STEPS, ngram.WEIGHTS_FILE, needs_torch=False
    ),
    "taggers/embedded": Trainer(train_encoder.train, train_encoder.STEPS, NETWORK_FILE),
    "judges/embedded": Trainer(
        train_judge.train, train_judge.STEPS, embedded.WEIGHTS_FILE, needs_torch=False
    ),
    "judges/embedded-second": Trainer(
        train_judge.train_second, train_judge.STEPS, embedded.WEIGHTS_FILE, needs_torch=False
    ),
}


def train(
    name: str, data: Path, out: Path, tell: Tell = lambda _what, _share: None,
    learn: Learn | None = None,
) -> Path:  # fmt: skip
    """Rebuild one scorer; returns the folder with its weights and card.

    Args:
        name: A key of `TRAINERS`.
        data: Folder that holds `mint_empathy/`, as MINT_BENCH_DATA names it.
        out: Folder that gets `taggers/…` or `judges/…`.
        tell: Told what is being done and the share that is done.
        learn: Learns a network, for those that need one (`local_models.encoder_fit`).

    Raises:
        MintError: If labels are missing or damaged, or the folder cannot be written.
    """
    if name not in TRAINERS:
        raise MintError(f"no scorer {name!r} to train; there are: {', '.join(TRAINERS)}")
    trainer = TRAINERS[name]
    folder = out / name
    figures = trainer.run(data, folder, Steps(trainer.steps, tell), learn)
    weights = folder / trainer.weights
    card = {"name": name, "weights_sha256": sha256_file(weights), **figures}
    write_json(folder / "card.json", card)
    write_text(folder / "CARD.md", render_card(card))
    return folder
