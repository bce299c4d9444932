"""How the check of a judge looks in a terminal: beside the experts, beside others, its biases."""

from typing import Any

from rich.console import Console

from mint_bench.cli.checks import note, plain, show, wide_console
from mint_bench.judging import JUDGES
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.stats.agreement import COEFFICIENTS
from mint_bench.validation.judge_check import AGAINST_TWO, MEAN, PAIRS, TOGETHER

OVER = {"repeats": "again", "rewordings": "by other words"}
"""What was varied, as a table says it."""


def show_judge(found: dict[str, Any]) -> None:
    """Print the figures of a judge's check, with what must be known of them."""
    console = wide_console()
    _show_agreement(found, console)
    if found.get("consistency"):
        _show_consistency(found["consistency"], console)
    if "bias" in found:
        _show_bias(found, console)
    console.print()
    interval = found["interval"]
    note(
        console,
        "kappa: quadratic weights on the scale from 1 to 5, means not rounded. alpha: "
        "Krippendorff, ordinal. kappa, levels: over the positions of all different ratings, as "
        "the published judge's figures were made.",
        f"Intervals: {interval['level']:.0%}, from {interval['resamples']:,} resamples of whole "
        "conversations. – : undefined, or always the same rating.",
    )
    if found["judge"] in JUDGES:
        note(
            console,
            "The embedded judge learned from replies to these conversations; each is rated by the "
            "head that never saw it, by the conversation's id.",
        )
    for reason, count in found["unscored"].items():
        note(console, f"Unscored: {count} ({reason}).")
    for flag, count in found["flags"].items():
        note(console, f"Flagged {flag}: {count} of {found['replies']}.")


def _show_agreement(found: dict[str, Any], console: Console) -> None:
    names = tuple(COEFFICIENTS)
    agreement, name, experts = found["agreement"], found["judge"], found["experts"]
    rows = []
    for dimension, figures in agreement[name].items():
        style = "bold" if dimension == MEAN else ""
        rows.append((plain(dimension), style, [figures[c] for c in names]))
        other = agreement[AGAINST_TWO][dimension]
        rows.append(("  one expert", "dim", [other[c] for c in names]))
    head = ("kappa", "Spearman", "alpha", "kappa, levels")
    show(
        console,
        f"{name} against the median of {experts['raters']} experts, "
        f"{found['conversations']} conversations, {found['replies']} ratings averaged",
        ("dimension", *head),
        rows,
    )
    titles = {
        PAIRS: "experts, in pairs",
        AGAINST_TWO: "one expert, others' median",
        TOGETHER: "experts, all at once",
    }
    show(
        console,
        "Mean over the six dimensions, beside others",
        ("rater", *head),
        [
            (titles.get(rater, rater), "bold" if rater == name else "", [
                figures[MEAN].get(c) for c in names
            ])
            for rater, figures in agreement.items()
        ],
    )  # fmt: skip


def _show_consistency(consistency: dict[str, Any], console: Console) -> None:
    """How alike the ratings of the same replies are, what was varied row by row."""
    names = ("same", "sd", "alpha", "largest")
    parts = [(part, OVER[part]) for part in OVER if part in consistency]
    rows = [
        (
            f"  {title}" if n else f"{plain(dimension)}, {title}",
            "dim" if n else "",
            [{"value": consistency[part][dimension][name]} for name in names],
        )
        for dimension in DIMENSIONS
        for n, (part, title) in enumerate(parts)
    ]
    show(console, "How alike ratings of the same replies are", ("dimension", *names), rows)
    counts = [
        f"{max(row['n'] for row in consistency[part].values())} replies {title}"
        for part, title in parts
    ]
    note(
        console,
        f"Rated: {', '.join(counts)}. same: share of replies whose ratings do not differ. sd: mean "
        "standard deviation of a reply's ratings. alpha: Krippendorff, ordinal. largest: "
        "difference.",
    )


def _show_bias(found: dict[str, Any], console: Console) -> None:
    bias = found["bias"]
    show(
        console,
        "What should not move a rating",
        ("dimension", "20 words added", "emoji added", "a turn later", "residual with length"),
        [
            (plain(dimension), "", [
                figure, *(bias[part][dimension] for part in ("emoji_added", "turn_later")),
                bias["length"].get(dimension),
            ])
            for dimension, figure in bias["words_added"].items()
        ],
    )  # fmt: skip
    for title, part in (("again", bias["repeat"]), ("in another order", bias.get("order", {}))):
        same = [row["same"] for row in part.values() if row["same"] is not None]
        largest = max((row["largest"] or 0.0 for row in part.values()), default=0.0)
        if same:
            share = sum(same) / len(same)
            note(
                console,
                f"Rated {title}: {share:.1%} of ratings the same, largest change {largest:.2f}.",
            )
    note(
        console,
        "Added, later: mean change of a rating, in points; later is after a greeting of each "
        "speaker. Residual with length: Spearman's correlation "
        "of (judge − experts' median) with words a reply, over conversations.",
    )
