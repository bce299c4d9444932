"""The card beside each scorer's weights, from its figures and the templates of `scorers/cards`.

Every number comes from `card.json`; the sentences around them stand in the templates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats.intervals import wilson
from mint_bench.tactics.tagger import TACTICS
from mint_bench.templates import render
from mint_bench.validation.card_figures import (
    close_share,
    error_of,
    error_of_one,
    rank_of,
    worst_of,
)
from mint_bench.validation.labels import HUMAN

Card = dict[str, Any]
FOLDER = ("cards",)


@dataclass(frozen=True, slots=True)
class Target:
    """What was aimed at.

    Attributes:
        what: In words.
        aim: The bound.
        figure: What came out: `value`, with `low`, `high` and `n` where there is an interval.
        more: Whether more is better.
        digits: Of what came out.
    """

    what: str
    aim: float
    figure: Mapping[str, Any]
    more: bool = True
    digits: int = 3


def render_card(card: Card) -> str:
    """The card as Markdown."""
    text = render(
        FOLDER,
        f"{card['kind']}.md",
        card=card,
        tactics=TACTICS,
        dimensions=DIMENSIONS,
        columns=(*DIMENSIONS, "aggregate"),
        targets=[*map(_told, targets(card))],
        number=_number,
        count=_count,
        percent=_percent,
        interval=_interval,
        figure=_figure,
        error_of=error_of,
        worst_of=worst_of,
        close_share=close_share,
        rank_of=rank_of,
        wilson=wilson,
        worst=_worst,
        sum_of=_sum_of,
    )
    return text + "\n"


def targets(card: Card) -> list[Target]:
    """What a scorer was aimed at, and what came out."""
    if card["kind"] == "ngram":
        held = card["unseen_methods"]
        return [
            Target("F1 of *present* on methods left out", 0.79, _figure(held, "macro_f1")),
            *_speed(card),
        ]
    if card["kind"] == "encoder":
        people, held = card["people"], card["unseen_systems"]
        errors = {"stickiness_vs_human": 0.03, "repetition_vs_self": 0.04, "density": 0.15}
        ranks = [rank_of(held, name) for name in errors]
        return [
            Target("both classes, against people", 0.82, _figure(people, "macro_f1_both_classes")),
            Target("F1 of *present*, against people", 0.66, _figure(people, "macro_f1")),
            Target("F1 of *present* on systems left out", 0.87, _figure(held, "macro_f1")),
            *(
                Target(f"mean error of {name}", aim, error_of(held, [name]), more=False)
                for name, aim in errors.items()
            ),
            Target("lowest Spearman over systems", 0.97, min(ranks, key=_value)),
            Target(
                f"megabytes of all files that it reads ({card['megabytes_of_encoder']} of them the "
                "encoder's)",
                25,
                {"value": card["megabytes"]},
                more=False,
                digits=1,
            ),
            *_speed(card),
        ]
    splits = {"methods": card["unseen_methods"], "a model size": card["unseen_size"]}
    return [
        *(
            target
            for what, held in splits.items()
            for target in (
                Target(
                    f"mean error of a system's dimension mean, {what} left out", 0.15,
                    error_of(held, DIMENSIONS), more=False,
                ),
                Target(
                    f"Spearman of the aggregate over the 18 systems, {what} left out", 0.95,
                    rank_of(held, "aggregate", without=[HUMAN]),
                ),
            )
        ),
        Target(
            "mean error of the human supporters' dimension means, learned from systems alone", 0.15,
            error_of_one(card["unseen_methods"], HUMAN, DIMENSIONS), more=False,
        ),
    ]  # fmt: skip


def _speed(card: Card) -> list[Target]:
    """Sentences a second on one core, where they were measured."""
    row = card.get("speed")
    if row is None:
        return []
    return [Target("sentences a second on one core", row["against"], row, digits=0)]


def _told(target: Target) -> str:
    value = _value(target.figure)
    met = value >= target.aim if target.more else value <= target.aim
    bound = "at least" if target.more else "at most"
    found, n = _interval(target.figure, target.digits), target.figure.get("n")
    found += f" (n = {n})" if n else ""
    return f"{target.what}: {found}, aim {bound} {target.aim:g}: {'met' if met else '**missed**'}"


def _value(figure: Mapping[str, Any]) -> float:
    return float(figure["value"])


def _figure(figures: Mapping[str, Any], key: str, name: str | None = None) -> Mapping[str, Any]:
    """A figure of a split, one of several where it is named, with its interval if it has one."""
    whole = figures[key] if name is None else figures[key][name]
    found = figures.get("intervals", {}).get(key, {})
    return {**(found if name is None else found.get(name, {})), "value": whole}


def _worst(by_name: Mapping[str, float | None], count: int = 3) -> list[str]:
    """The names with the lowest figures, of those that have one."""
    known = {name: value for name, value in by_name.items() if value is not None}
    return sorted(known, key=known.__getitem__)[:count]


def _sum_of(weights: Mapping[str, float]) -> str:
    """Weighed parts as a sum: `0.75 adapters + 0.5 ngrams`."""
    return " + ".join(f"{weight:g} {name}" for name, weight in weights.items() if weight)


def _number(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _count(value: int) -> str:
    return f"{value:,}"


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"


def _interval(figure: Mapping[str, float | None] | None, digits: int = 2) -> str:
    """A value with its interval, as far as there is one."""
    if not figure or figure.get("value") is None:
        return "-"
    value, low, high = (_number(figure.get(end), digits) for end in ("value", "low", "high"))
    return value if "-" in {low, high} else f"{value} [{low}, {high}]"
