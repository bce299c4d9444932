"""The card beside each scorer's weights, written from its figures.

Every number comes from `card.json`; the sentences around them say how they were obtained and what
is assumed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.tactics.tagger import TACTICS

Card = dict[str, Any]

_SOURCE = (
    "Public release of Zhan et al. 2026 (arXiv 2604.11742), github.com/honglizhan/mint-empathy at"
    " commit a46182f8f48f1521a6443001c3573eda0d4d2ef2, MIT licence"
)


def render_card(card: Card) -> str:
    """The card as Markdown."""
    lines = _tagger_card(card) if card["kind"] == "tagger" else _judge_card(card)
    return "\n".join(lines).rstrip() + "\n"


def _tagger_card(card: Card) -> list[str]:
    data, methods, people = card["data"], card["unseen_methods"], card["people"]
    return [
        *_head(card, "n-gram tagger"),
        (
            "Ten logistic regressions on hashed word 1- to 3-grams and character 3- to 5-grams of a"
            " sentence, and on its place in the reply. English only; needs numpy and scipy."
        ),
        "",
        "## Learned from",
        "",
        (
            f"{_SOURCE}: {data['sentences']:,} sentences of {data['replies']:,} replies by"
            f" {data['systems']} systems with the tags of the paper's LoRA taggers, and"
            f" {data['sentences_from_people']} sentences that people labelled (each counts three"
            " times). The human supporters' replies are left out: their published tags come from"
            " another sheet. Emoji-only sentences are dropped, as is every reply whose published"
            f" number of sentences is not ours ({_percent(1 - data['same_sentence_count'])})."
        ),
        "",
        "## Against the LoRA taggers, on systems it never saw",
        "",
        (
            "Both sizes of a method are left out together, six folds of methods; thresholds from"
            " the other folds."
        ),
        "",
        *_table(
            ("tactic", "F1", "F1, other size", "labels", "threshold"),
            [
                (
                    name,
                    _number(methods["f1"][name]),
                    _number(card["unseen_size"]["f1"][name]),
                    f"{methods['positives'][name]:,}",
                    _number(card["thresholds"][name]),
                )
                for name in TACTICS
            ]
            + [
                (
                    "**mean**",
                    _number(methods["macro_f1"]),
                    _number(card["unseen_size"]["macro_f1"]),
                    f"{methods['sentences']:,} sentences",
                    "",
                )
            ],
        ),
        "*Other size*: all systems on one size of the base model left out, learned from the other.",
        "",
        *_tag_system_tables(card),
        "## Against people",
        "",
        (
            f"{people['sentences']} sentences of {people['responses']} responses, left out by"
            " response in five folds; thresholds as shipped. Mean of the F1 of *present* and"
            f" *absent* over the ten tactics: **{_number(people['macro_f1_both_classes'])}**;"
            f" F1 of *present* alone: {_number(people['macro_f1'])}. Several tactics have a handful"
            " of positive labels here, so their figures are coarse."
        ),
        "",
        *_table(
            ("tactic", "present and absent", "present", "labels"),
            [
                (
                    name,
                    _number(people["f1_both_classes"][name]),
                    _number(people["f1"][name]),
                    str(people["positives"][name]),
                )
                for name in TACTICS
            ],
        ),
        "## Known limits",
        "",
        (
            "- Learned on replies of one model family to 50 conversations and a few human labels;"
            " elsewhere it screens."
        ),
        f"- Found worst on unseen methods: {', '.join(_worst(methods['f1']))}.",
        (
            "- The LoRA taggers gave emoji-only sentences a tactic; here emoji are no sentence,"
            " so densities lie below the published ones where replies end in emoji."
        ),
        "- Thresholds make each tactic as frequent as its labels, not F1 as high as possible.",
        "- It sees one sentence at a time: neighbouring sentences were tried and did not help.",
        "",
        *_rebuild(card),
    ]


def _tag_system_tables(card: Card) -> list[str]:
    methods, size = card["unseen_methods"], card["unseen_size"]
    names = tuple(methods["mean_error"])
    rows = [
        (
            name,
            _number(methods["mean_error"][name]),
            _number(methods["worst_error"][name]),
            _number(methods["mean_error_without_emoji"][name]),
            _number(methods["spearman"][name]),
            _number(size["mean_error"][name]),
        )
        for name in names
    ]
    systems = [
        (system, *(f"{_number(f[name][0])} ({_number(f[name][1])})" for name in names))
        for system, f in methods["systems"].items()
    ]
    header = (
        "figure", "mean error", "worst", "emoji dropped from both", "Spearman", "mean, other size"
    )  # fmt: skip
    return [
        "Figures of whole systems when left out, against the same figures from the published tags:",
        "",
        *_table(header, rows),
        "Ours, in brackets the published:",
        "",
        *_table(("system", *names), systems),
    ]


def _judge_card(card: Card) -> list[str]:
    data, methods = card["data"], card["unseen_methods"]
    columns = (*DIMENSIONS, "aggregate")
    splits = (
        ("method", methods),
        ("model size", card["unseen_size"]),
        ("conversation only", card["unseen_conversations"]),
    )
    return [
        *_head(card, "embedded judge"),
        (
            "Ridge regressions on a reply's n-grams and what it shows besides (length, questions,"
            " persons, echo of the seeker's words, markers of style). English only; needs numpy and"
            " scipy."
        ),
        "",
        "## Learned from",
        "",
        (
            f"{_SOURCE}: {data['replies']:,} replies of {data['systems']} systems (human supporters"
            " among them) to the 50 Lend-an-Ear conversations, with the published judge's ratings"
            " (gpt-oss-120b). It imitates that judge, with its errors."
        ),
        "",
        (
            f"{card['heads']} heads, one a fold of conversations: one of Lend-an-Ear is rated"
            " by the head that never saw it, anything else by the mean of all heads."
        ),
        "",
        "## Assumptions",
        "",
        (
            f"- {data['written']} short replies written for this project (such as *Ok.* or *Sure.*)"
            " count as 1 on the first five dimensions and 4 on dismissing emotions."
        ),
        "- A reply without letters or digits (such as *…*) is rated 1, 1, 1, 1, 1, 5 by rule.",
        (
            f"- More than {card['limits']['words']:.0f} words, or more than"
            f" {_percent(card['limits']['unseen'])} unseen n-grams, flags it as far from training."
        ),
        "",
        "## Against the published judge",
        "",
        (
            "Whatever else is left out, the rated conversation always is. *Method*: both sizes of a"
            " method left out together, human supporters too. *Model size*: all systems on one size"
            " of the base model left out."
        ),
        "",
        *(line for title, figures in splits for line in _judge_split(title, figures, columns)),
        "Means of the systems, methods left out; in brackets the published:",
        "",
        *_table(
            ("system", *columns),
            [
                (
                    name,
                    *(f"{_number(f[column][0])} ({_number(f[column][1])})" for column in columns),
                )
                for name, f in methods["systems"].items()
            ],
        ),
        "## Known limits",
        "",
        (
            "- What only one method does (stories of its own life, say) is not learned when that"
            " method is left out: see the worst system under self_oriented."
        ),
        "- It counts cues and can be gamed; a reward made of it is no independent measure.",
        "- Outside these conversations it screens and does not rank.",
        "",
        *_rebuild(card),
    ]


def _judge_split(title: str, figures: Card, columns: Sequence[str]) -> list[str]:
    header = (
        title, "reply error", "system error", "worst", "worst system", "within 0.3", "Spearman"
    )  # fmt: skip
    rows = [
        (
            column,
            _number(figures["mean_error_of_replies"][column]),
            _number(figures["mean_error_of_systems"][column]),
            _number(figures["worst_error_of_systems"][column]),
            figures["worst_system"][column],
            _percent(figures["share_of_systems_close"][column]),
            _number(figures["spearman_over_systems"][column]),
        )
        for column in columns
    ]
    return [f"Left out: {title}, {figures['replies']:,} replies.", "", *_table(header, rows)]


def _worst(by_name: dict[str, float], count: int = 3) -> list[str]:
    """The names with the lowest figures."""
    return sorted(by_name, key=by_name.__getitem__)[:count]


def _head(card: Card, title: str) -> list[str]:
    return [
        f"# {card['name']}: {title}",
        "",
        "This file is generated from `card.json`; do not edit it.",
        "",
        f"Weights: sha256 `{card['weights_sha256']}`, {card['columns']:,} n-grams.",
        "",
    ]


def _rebuild(card: Card) -> list[str]:
    return [
        "## Rebuild",
        "",
        (
            f"`mint-bench scorers train {card['name']}` with MINT_BENCH_DATA set to a folder that"
            " holds the release as `mint_empathy/`. There is no chance in it: same machine and"
            " versions, same bytes."
        ),
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(header) - 1)]
    return [f"| {' | '.join(row)} |" for row in (header, rule, *rows)] + [""]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"
