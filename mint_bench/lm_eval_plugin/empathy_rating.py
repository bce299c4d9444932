"""`mint_empathy_rating`: how far a model that rates empathy agrees with three experts.

A document is one of the human supporters' turns and one of the six dimensions, asked in the words
of the LLM judge. Ratings are averaged over a conversation, which is what the experts rated.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from datasets import Dataset

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.parsing import NoAnswer, parse_rating
from mint_bench.judging.prompts import (
    empathy_questions,
    exchange_text,
    instructions,
    question_text,
)
from mint_bench.judging.rubric import load_rubric
from mint_bench.lm_eval_plugin.aggregation import Figured, Item, end_of, three, thrice
from mint_bench.lm_eval_plugin.instructed import Doc, InstructedTask
from mint_bench.sentences import visible_text
from mint_bench.sources import load
from mint_bench.validation.judge_check import MEAN, against_experts
from mint_bench.validation.ratings import Doubles, conversation_means, exchanges_of, read_experts

SOURCE = "lend_an_ear"
"""The conversations that the experts rated."""

COEFFICIENTS = ("kappa", "spearman")


def documents(**given: Any) -> dict[str, Dataset]:  # noqa: ANN401, ARG001 - lm-eval's metadata
    """Every human reply with every dimension; the six of a reply follow one another.

    Raises:
        MintError: If conversations or experts are not on this machine and cannot be fetched.
    """
    experts = read_experts()
    questions = [question_text(q, reason=False) for q in empathy_questions(load_rubric())]
    rows = []
    for conversation in load(SOURCE).conversations:
        people = np.stack([expert.table([conversation.id])[0] for expert in experts])
        for t, exchange in enumerate(exchanges_of([conversation]), 1):
            rows += [
                {
                    "id": f"{conversation.id}/{t}/{dimension}",
                    "conversation": conversation.id,
                    "t": t,
                    "dimension": dimension,
                    "exchange": exchange_text(exchange),
                    "question": question,
                    "experts": people[:, k].tolist(),
                    "median": float(np.median(people[:, k])),
                }
                for k, (dimension, question) in enumerate(zip(DIMENSIONS, questions, strict=True))
            ]
    return {"test": Dataset.from_list(rows)}


class EmpathyQuestion(InstructedTask):
    """Asks for one dimension at a time, with all scales as the system message."""

    def system_of(self, doc: Doc) -> str | None:  # noqa: ARG002 - the same for all
        """Instructions and the six scales, as the LLM judge has them."""
        return _instructions()


@cache
def _instructions() -> str:
    rubric = load_rubric()
    return instructions(rubric.general, empathy_questions(rubric))


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Item]:
    """The rating, or none where the answer is not in form; never a guess."""
    answer = parse_rating(visible_text(results[0]))
    item = {
        "conversation": doc["conversation"],
        "t": doc["t"],
        "dimension": doc["dimension"],
        "rating": None if isinstance(answer, NoAnswer) else answer,
        "unrated": answer.reason if isinstance(answer, NoAnswer) else None,
        "experts": list(doc["experts"]),
    }
    return {
        **{key: item for name in COEFFICIENTS for key in thrice(name, item)},
        **{f"kappa_{dimension}": item for dimension in DIMENSIONS},
        "unrated": item,
    }


def _replies(items: Sequence[Item]) -> list[tuple[str, Doubles]]:
    """Six ratings by reply that was asked for all six; NaN throughout where one is missing."""
    given: dict[tuple[str, int], dict[str, Item]] = {}
    for item in items:
        place = str(item["conversation"]), int(item["t"])
        given.setdefault(place, {})[str(item["dimension"])] = item
    found = []
    for (conversation, _), rated in given.items():
        if len(rated) == len(DIMENSIONS):
            row = np.array([rated[name]["rating"] for name in DIMENSIONS], dtype=np.float64)
            found.append((conversation, np.where(np.isnan(row).any(), np.nan, row)))
    return found


def _experts(items: Sequence[Item], ids: Sequence[str]) -> Doubles:
    """What the experts gave, shape (experts, conversations, 6)."""
    by_place = {(item["conversation"], item["dimension"]): item["experts"] for item in items}
    rows = [[by_place[name, dimension] for dimension in DIMENSIONS] for name in ids]
    return np.moveaxis(np.array(rows, dtype=np.float64), -1, 0)


def _agreement(coefficient: str, row: str = MEAN) -> Figured:
    def figure(items: Sequence[Item]) -> Mapping[str, Any]:
        means = conversation_means(_replies(items))
        ids = sorted(means)
        if not ids:
            return {}
        table = np.stack([means[name] for name in ids])
        found = against_experts(table, _experts(items, ids), (coefficient,))
        return dict(found[row][coefficient])

    return figure


def _unrated(items: Sequence[Item]) -> Mapping[str, Any]:
    replies = _replies(items)
    missing = sum(bool(np.isnan(row).any()) for _, row in replies)
    return {"value": missing / len(replies)} if replies else {}


kappa, kappa_low, kappa_high = three(_agreement("kappa"))
spearman, spearman_low, spearman_high = three(_agreement("spearman"))
(
    kappa_validating_emotions, kappa_encouraging_elaboration, kappa_demonstrating_understanding,
    kappa_advice_giving, kappa_self_oriented, kappa_dismissing_emotions,
) = (end_of(_agreement("kappa", dimension), "value") for dimension in DIMENSIONS)  # fmt: skip
unrated = end_of(_unrated, "value")
