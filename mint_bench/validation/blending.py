"""How much each voice of the default tagger counts: chosen in some folds, measured in another.

The voices are held out (`fit_encoder.held_out`). Weights chosen by all of them would be measured
where they were chosen; so each fold is tagged with weights and thresholds from the others.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench import encoder
from mint_bench.tactics.encoded import Blend
from mint_bench.validation.agreement import TAG_FIGURES, Figures
from mint_bench.validation.card_figures import error_gap, rounded
from mint_bench.validation.fit_encoder import FOLDS, Floats, Material
from mint_bench.validation.tagger_check import f1_lost
from mint_bench.validation.tagger_figures import (
    aligned,
    f1_figures,
    held_out_figures,
    on_people,
    thresholds_by_name,
    thresholds_of,
)

Bools = npt.NDArray[np.bool_]
Weights = Mapping[str, float]
Found = dict[int, Bools]

CHOSEN_BY = ("macro_f1", "people_both_classes", "people")
"""Of a row, the intervals whose values choose the weights."""

NGRAMS: Weights = {"adapters": 0.0, "people": 0.0, "ngrams": 1.0}
CANDIDATES: tuple[Weights, ...] = (
    {"adapters": 0.75, "people": 0.25, "ngrams": 0.5},
    {"adapters": 1.0, "people": 0.0, "ngrams": 0.0},
    {"adapters": 0.0, "people": 1.0, "ngrams": 0.0},
    NGRAMS,
    {"adapters": 0.5, "people": 0.5, "ngrams": 0.0},
    {"adapters": 0.75, "people": 0.25, "ngrams": 0.0},
    {"adapters": 0.75, "people": 0.25, "ngrams": 0.25},
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Voices of replies and of people's sentences, from models that saw neither.

    Attributes:
        material: All labels.
        replies: By position in `material.replies`, shape (S, 3, 10).
        people: By position in `material.people`, shape (3, 10).
        folds: Of systems; a response of people's is in the fold of its number.
    """

    material: Material
    replies: Mapping[int, Floats]
    people: Mapping[int, Floats]
    folds: Mapping[str, int]

    def numbers(self) -> list[int]:
        """The folds that there are."""
        return sorted({self._of_reply(index) for index in self.replies})

    def within(self, folds: Collection[int]) -> "HeldOut":
        """The same of some folds alone."""
        return HeldOut(
            self.material,
            {i: voice for i, voice in self.replies.items() if self._of_reply(i) in folds},
            {i: voice for i, voice in self.people.items() if self._of_sentence(i) in folds},
            self.folds,
        )

    def blend(self, weights: Weights) -> Blend:
        """The blend of these weights that makes each tactic as frequent as its labels."""
        plain = Blend(version=encoder.VERSION, weights=dict(weights), thresholds={})
        sums = {index: plain.sums(voice) for index, voice in self.replies.items()}
        limits = thresholds_of(self.material.replies, sums)
        return plain.model_copy(update={"thresholds": thresholds_by_name(limits, 4)})

    def tags(self, weights: Mapping[int, Weights]) -> tuple[Found, Found]:
        """What is found in replies and in people's sentences.

        Args:
            weights: Of each fold; its thresholds come from the other folds.
        """
        in_replies: Found = {}
        by_people: Found = {}
        for fold in self.numbers():
            own = self.within([fold])
            blend = self.within(set(self.numbers()) - {fold}).blend(weights[fold])
            limits = blend.limits()
            in_replies |= {i: blend.sums(voice) > limits for i, voice in own.replies.items()}
            by_people |= {i: blend.sums(voice) > limits for i, voice in own.people.items()}
        return in_replies, by_people

    def tags_by(self, weights: Weights) -> tuple[Found, Found]:
        """The same with one set of weights for all folds."""
        return self.tags(dict.fromkeys(self.numbers(), weights))

    def row(self, weights: Weights) -> Figures:
        """What these weights come to, as a card's table has it."""
        in_replies, by_people = self.tags_by(weights)
        systems = f1_figures(aligned(self.material.replies, in_replies))
        people = f1_figures(on_people(self.material.people, by_people))
        return {
            "weights": dict(weights),
            "macro_f1": systems["macro_f1"],
            "people_both_classes": people["macro_f1_both_classes"],
            "people": people["macro_f1"],
            "intervals": {
                "macro_f1": systems["intervals"]["macro_f1"],
                "people_both_classes": people["intervals"]["macro_f1_both_classes_common"],
                "people": people["intervals"]["macro_f1_common"],
            },
        }

    def choose(self) -> Weights:
        """The candidate whose row is best."""
        return best([self.row(weights) for weights in CANDIDATES])

    def nested(self) -> dict[int, Weights]:
        """For each fold the weights that are best in the others, by tactics common among these."""
        numbers = set(self.numbers())
        return {fold: self.within(numbers - {fold}).choose() for fold in sorted(numbers)}

    def lost(self, found: tuple[Found, Found]) -> Figures:
        """What n-grams alone lose against tags of the same sentences.

        Returns:
            `systems` and `people` as `f1_lost`, `errors` by figure of whole systems.
        """
        replies, people = self.material.replies, self.material.people
        alone = self.tags_by(NGRAMS)
        held, held_alone = (
            held_out_figures(replies, tags, self.folds) for tags in (found[0], alone[0])
        )
        figures: Figures = rounded({
            "systems": f1_lost(*(aligned(replies, tags) for tags in (found[0], alone[0]))),
            "people": f1_lost(*(on_people(people, tags) for tags in (found[1], alone[1]))),
            "errors": {name: error_gap(held, held_alone, name) for name in TAG_FIGURES},
        })
        return figures

    def _of_reply(self, index: int) -> int:
        return self.folds[self.material.replies[index].system]

    def _of_sentence(self, index: int) -> int:
        return self.material.people[index].response % FOLDS


def best(rows: list[Figures]) -> Weights:
    """The weights of the row with the highest mean of its three F1; the first of equals.

    People's are over common tactics: over all ten, one label of a rare tactic decides.
    """

    def mean(row: Figures) -> float:
        return sum(row["intervals"][name]["value"] or 0.0 for name in CHOSEN_BY)

    chosen = max(rows, key=mean)
    weights: Weights = chosen["weights"]
    return weights
