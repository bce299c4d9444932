"""`mint_tactics`: whether a model finds the tactic in a sentence, by which word it holds likelier.

A document is one sentence that people labelled, and one of the ten tactics. Intervals are over
the replies that the sentences come from.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from datasets import Dataset

from mint_bench.lm_eval_plugin.aggregation import Figured, Item, end_of, three, thrice
from mint_bench.lm_eval_plugin.instructed import Doc, InstructedTask
from mint_bench.sources.references import people_files
from mint_bench.tactics.prompts import binary_prompt
from mint_bench.tactics.tagger import TACTICS, SplitReply
from mint_bench.tactics.taxonomy import load_taxonomy
from mint_bench.templates import as_material
from mint_bench.validation.labels import read_annotations
from mint_bench.validation.tagger_check import Tagged, sentence_figures

MEANS = ("macro_f1", "macro_f1_both_classes")
COMMON = tuple(f"{name}_common" for name in MEANS)  # over tactics labelled in at least 10 replies


def documents(**given: Any) -> dict[str, Dataset]:  # noqa: ANN401, ARG001 - lm-eval's metadata
    """Every labelled sentence with every tactic; the ten of a sentence follow one another.

    Raises:
        MintError: If the labels are not on this machine and cannot be fetched.
    """
    return {
        "test": Dataset.from_list([
            {
                "id": f"{sentence.response}/{number}/{tactic}",
                "response": str(sentence.response),
                "number": number,
                "tactic": tactic,
                "reply": as_material(supporter=sentence.context),
                "sentence": as_material(sentence=sentence.text),
                "label": int(label),
            }
            for number, sentence in enumerate(read_annotations(people_files()))
            for tactic, label in zip(TACTICS, sentence.present, strict=True)
        ])
    }


class TacticQuestion(InstructedTask):
    """Asks for one tactic at a time, with its definition as the system message."""

    def system_of(self, doc: Doc) -> str | None:
        """The tactic's definition, rules and examples."""
        return _definition(doc["tactic"])


@cache
def _definition(name: str) -> str:
    [tactic] = [tactic for tactic in load_taxonomy().tactics if tactic.name == name]
    return binary_prompt(SplitReply("", ("",)), "", tactic).system


def process_results(doc: Doc, results: Sequence[tuple[float, bool]]) -> dict[str, Item]:
    """Whether yes is likelier than no, beside the label."""
    (no, _), (yes, _) = results
    item = {
        "response": doc["response"],
        "number": doc["number"],
        "tactic": doc["tactic"],
        "found": bool(yes > no),
        "present": bool(doc["label"]),
    }
    return {
        **dict.fromkeys(MEANS, item),
        **{key: item for name in COMMON for key in thrice(name, item)},
        **{f"f1_{tactic}": item for tactic in TACTICS},
    }


def _tagged(items: Sequence[Item]) -> Tagged:
    """The sentences that were asked for all ten tactics."""
    asked: dict[int, dict[str, Item]] = {}
    for item in items:
        asked.setdefault(int(item["number"]), {})[str(item["tactic"])] = item
    whole = [rows for rows in asked.values() if len(rows) == len(TACTICS)]

    def table(part: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        rows = [[bool(row[name][part]) for name in TACTICS] for row in whole]
        return np.array(rows, dtype=np.bool_).reshape(-1, len(TACTICS))

    units = tuple(str(row[TACTICS[0]]["response"]) for row in whole)
    return Tagged(table("found"), table("present"), units)


def _mean(name: str) -> Figured:
    def figure(items: Sequence[Item]) -> Mapping[str, Any]:
        tagged = _tagged(items)
        return dict(sentence_figures(tagged)[name]) if tagged.unit else {}

    return figure


def _of(tactic: str) -> Figured:
    def figure(items: Sequence[Item]) -> Mapping[str, Any]:
        tagged = _tagged(items)
        return dict(sentence_figures(tagged)["f1"][tactic]) if tagged.unit else {}

    return figure


macro_f1, macro_f1_both_classes = (end_of(_mean(name), "value") for name in MEANS)
macro_f1_common, macro_f1_common_low, macro_f1_common_high = three(_mean(COMMON[0]))
(
    macro_f1_both_classes_common, macro_f1_both_classes_common_low,
    macro_f1_both_classes_common_high,
) = three(_mean(COMMON[1]))  # fmt: skip
(
    f1_information, f1_assistance, f1_advice, f1_validation, f1_emotional_expression,
    f1_paraphrasing, f1_self_disclosure, f1_questioning, f1_reappraisal, f1_empowerment,
) = (end_of(_of(tactic), "value") for tactic in TACTICS)  # fmt: skip
