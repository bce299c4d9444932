"""The card beside each scorer's weights, from its figures and the templates of `scorers/cards`.

Every number comes from `card.json`; the sentences around them stand in the templates.
"""

from collections.abc import Mapping
from typing import Any

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS
from mint_bench.templates import render

Card = dict[str, Any]
FOLDER = ("cards",)


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
        worst=_worst,
        sum_of=_sum_of,
    )
    return text + "\n"


def targets(card: Card) -> list[tuple[str, float, float, bool]]:
    """What a scorer was aimed at: the figure, the aim, what came out, whether more is better."""
    if card["kind"] == "ngram":
        return [
            ("F1 of *present* on methods left out", 0.79, card["unseen_methods"]["macro_f1"], True),
        ]
    if card["kind"] == "encoder":
        people, held = card["people"], card["unseen_systems"]
        errors = held["mean_error"]
        return [
            ("both classes, against people", 0.82, people["macro_f1_both_classes"], True),
            ("F1 of *present*, against people", 0.66, people["macro_f1"], True),
            ("F1 of *present* on systems left out", 0.87, held["macro_f1"], True),
            ("mean error of stickiness_vs_human", 0.03, errors["stickiness_vs_human"], False),
            ("mean error of repetition_vs_self", 0.04, errors["repetition_vs_self"], False),
            ("mean error of density", 0.15, errors["density"], False),
            ("lowest Spearman over systems", 0.97, min(held["spearman"].values()), True),
        ]
    figures = card["unseen_methods"]
    of_dimensions = [figures["mean_error_of_systems"][name] for name in DIMENSIONS]
    error = sum(of_dimensions) / len(of_dimensions)
    spearman = figures["spearman_over_systems"]["aggregate"]
    return [
        ("mean error of a system's dimension mean", 0.15, error, False),
        ("Spearman of the aggregate over systems", 0.95, spearman, True),
    ]


def _told(target: tuple[str, float, float, bool]) -> str:
    what, aim, value, more = target
    met = value >= aim if more else value <= aim
    bound = "at least" if more else "at most"
    return f"{what}: {value:.3f}, aim {bound} {aim:.2f}: {'met' if met else '**missed**'}"


def _worst(by_name: Mapping[str, float], count: int = 3) -> list[str]:
    """The names with the lowest figures."""
    return sorted(by_name, key=by_name.__getitem__)[:count]


def _sum_of(weights: Mapping[str, float]) -> str:
    """Weighed parts as a sum: `0.75 adapters + 0.5 ngrams`."""
    return " + ".join(f"{weight:g} {name}" for name, weight in weights.items() if weight)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _count(value: int) -> str:
    return f"{value:,}"


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"


def _interval(figure: Mapping[str, float | None] | None) -> str:
    """A value with its interval, as far as there is one."""
    if not figure or figure.get("value") is None:
        return "-"
    if figure.get("low") is None or figure.get("high") is None:
        return _number(figure["value"])
    return f"{_number(figure['value'])} [{_number(figure['low'])}, {_number(figure['high'])}]"
