"""What a trained scorer is worth, for its card: experts, biases, probes; a tagger's speed and size.

Beside the held-out figures, which come with the training of its weights.
"""

from pathlib import Path
from typing import Any

from mint_bench.encoder import Encoder, beside
from mint_bench.errors import MintError
from mint_bench.files import read_json, write_json, write_text
from mint_bench.judging import read_judge
from mint_bench.judging.judge import Judge
from mint_bench.resources import sha256_file
from mint_bench.sources import load
from mint_bench.validation import far_check, judge_check, probes
from mint_bench.validation.card_figures import rounded
from mint_bench.validation.cards import render_card
from mint_bench.validation.probe_cases import load_probes
from mint_bench.validation.ratings import read_experts, read_other_judges
from mint_bench.validation.steps import Steps, Tell
from mint_bench.validation.train import TRAINERS
from mint_bench.validation.train_encoder import megabytes

Figures = dict[str, Any]


def write_card(
    name: str, scorers: Path, tell: Tell = lambda _what, _share: None, data: Path | None = None
) -> Path:
    """Measure a scorer as it lies in a folder, and write its card anew; returns the card.

    Args:
        name: Such as `judges/embedded`.
        scorers: The folder that holds `taggers/` and `judges/`.
        tell: Told what is being done and the share that is done.
        data: Folder that holds `mint_empathy/`; without it, what the card says of replies far
            from training stays as it is.

    Raises:
        MintError: If there is no such scorer, it was never trained, its card is of other weights,
            or references are missing.
    """
    if name not in TRAINERS:
        raise MintError(f"no scorer {name!r}; there are: {', '.join(TRAINERS)}")
    folder = scorers / name
    card: Figures = read_json(folder / "card.json")
    weights = folder / TRAINERS[name].weights
    if not weights.is_file() or sha256_file(weights) != card["weights_sha256"]:
        raise MintError(
            f"{folder / 'card.json'}: not the card of {weights.name} beside it; "
            f"run: mint-bench scorers train {name}"
        )
    if name.startswith("judges/"):
        encoder = beside(scorers)
        judge = read_judge(name.removeprefix("judges/"), folder, encoder)
        card |= judge_figures(judge, encoder, tell, data)
    else:
        card |= tagger_figures(name, scorers)
    text = render_card(card)
    write_json(folder / "card.json", card)
    write_text(folder / "CARD.md", text)
    return folder / "CARD.md"


def tagger_figures(name: str, scorers: Path) -> Figures:
    """What is known of a tagger elsewhere: its speed, its size, and what n-grams alone lose.

    Speed was measured (`make bench`) of the project's own scorers, beside which its figures lie.
    """
    figures: Figures = {}
    speeds = scorers.parent / "benchmarks" / "latest.json"
    if speeds.is_file():
        figures["speed"] = read_json(speeds).get(f"tag_{name.removeprefix('taggers/')}")
    if name == "taggers/embedded":
        return figures | megabytes(scorers / name)
    blended = scorers / "taggers" / "embedded" / "card.json"
    lost = read_json(blended).get("ngrams_lose") if blended.is_file() else None
    return figures | ({"loses": lost} if lost else {})


def judge_figures(judge: Judge, encoder: Encoder, tell: Tell, data: Path | None = None) -> Figures:
    """Agreement with experts, biases, how often a judge is fooled, and what its mark is worth."""
    steps = Steps(2 + (far_check.STEPS if data else 0), tell)
    steps.begin("against experts")
    conversations = load("lend_an_ear").conversations
    checked = judge_check.check(judge, conversations, read_experts(), read_other_judges())
    steps.begin("adversarial probes")
    cases = load_probes()
    report = probes.run(judge, cases)
    far = {"far": far_check.figures(judge, encoder, data, report, steps)} if data else {}
    figures: Figures = rounded({
        **far,
        "check": checked,
        "probes": probes.figures(report),
        "probe_misses": probes.misses(report),
        "probes_sha": report.probes_sha,
    })
    return figures
