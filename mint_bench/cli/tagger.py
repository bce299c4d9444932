"""`mint-bench tagger`: how far a tagger can be trusted."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from mint_bench.validation.labels import LabelledReply


@click.group()
def tagger() -> None:
    """Check a tagger before you trust its tactics."""


@tagger.command("check")
@click.option("--tagger", "name", default="embedded", show_default=True, help="Which tagger.")
@click.option(
    "--people", type=click.Path(path_type=Path, file_okay=False),
    help="Folder with sentences that people labelled, <tactic>.jsonl for each of the ten. "
    "Default: the published ones, from which the embedded taggers learned.",
)  # fmt: skip
@click.option(
    "--systems", type=click.Path(path_type=Path),
    help="Tagged systems to compare with: a conversations_tagged.json, or a folder of "
    "<system>/conversations_tagged.json. Default: none.",
)  # fmt: skip
@click.option(
    "--log", type=click.Path(path_type=Path, dir_okay=False),
    help="Show the tagger of this log of a finished run of the task tagger_check.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")
def check(
    name: str, people: Path | None, systems: Path | None, log: Path | None, as_json: bool
) -> None:
    """Compare a tagger with people's labels, and with published tags of whole systems.

    Against people: F1 of "present" for each tactic, and its mean with that of "absent". Against
    systems: F1 of "present", and what becomes of each system's stickiness, repetition and
    density under this tagger.

    On labels that the tagger learned from or was chosen by, figures are no test; the output says
    where that is so. The figures on labels it never saw stand in its card:
    scorers/taggers/<name>/CARD.md.

    A tagger that asks models runs as a task, whose log is then shown here. It is compared with
    people alone; epochs tag every sentence several times:

    \b
      inspect eval mint_bench/tagger_check -T tagger=llm --epochs 2 --model-role tagger=MODEL
      mint-bench tagger check --log logs/….eval

    \b
    Examples:
      mint-bench tagger check --people my_labels
      mint-bench tagger check --tagger embedded-fast --systems outputs --json > check.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    if log is not None:
        if people or systems:
            raise click.UsageError("give --log, or --people and --systems, not both")
        from mint_bench.inspect_plugin.check_logs import tagger_check_of_log

        found = tagger_check_of_log(log)
    else:
        found = _figures(name, people, systems)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    _show(found)


def _figures(name: str, people: Path | None, systems: Path | None) -> dict[str, Any]:
    """Tag what people labelled, and systems' replies, and compare."""
    from rich.console import Console

    from mint_bench.tactics import load_tagger
    from mint_bench.validation import learned, tagger_check
    from mint_bench.validation.labels import read_annotations

    instrument = load_tagger(name)
    files = learned.annotation_files(people)
    sentences, replies = read_annotations(files), _replies(systems)
    with Console(stderr=True).status("Tagging") as status:
        found = tagger_check.figures(
            instrument, sentences, replies, lambda what: status.update(f"Tagging {what}")
        )
    found["people"]["learned_from"] = learned.not_held_out(name, files)
    if found["systems"]:
        asked = found["systems"]["f1_by_system"]
        found["systems"]["learned_from"] = learned.learned_from_systems(name, asked)
    return found


def _replies(path: Path | None) -> "list[LabelledReply]":
    """Replies of the systems, with those of the human supporters fetched where they lack."""
    from mint_bench.sources.references import HUMAN_TAGS, reference
    from mint_bench.validation.labels import HUMAN, read_systems, read_tagged

    if path is None:
        return []
    replies = read_systems(path)
    if any(reply.system == HUMAN for reply in replies):
        return replies
    return [*replies, *read_tagged(reference(HUMAN_TAGS), HUMAN)]


def _show(found: dict[str, Any]) -> None:
    from mint_bench.cli.checks import note, wide_console

    console = wide_console()
    _show_people(found, console)
    if found.get("consistency"):
        _show_repeats(found["consistency"]["repeats"], console)
    if found["systems"]:
        _show_systems(found, console)
    console.print()
    note(
        console,
        "F1 both: mean of the F1 of present and of absent. Intervals: 95%, percentiles of 10,000 "
        "resamples of whole responses (people) or conversations (systems); none for a tactic in "
        "fewer than 10 of them, nor with fewer than 20, nor for a mean with such a tactic in it. "
        "Common are the tactics labelled in at least 10, untagged ones counted. Over systems: t "
        "(error) and Fisher's z (Spearman). – : neither labelled nor found.",
    )


def _show_people(found: dict[str, Any], console: "Console") -> None:
    from mint_bench.cli.checks import plain, show

    people = found["people"]
    rows = [
        (f"{plain(tactic)} ({people['positives'][tactic]})", "",
         [people["f1_both_classes"][tactic], figure])
        for tactic, figure in people["f1"].items()
    ]  # fmt: skip
    means = ("macro_f1_both_classes", "macro_f1")
    rows.append(("mean", "bold", [people[name] for name in means]))
    rows.append(("mean of common", "bold", [people[f"{name}_common"] for name in means]))
    show(
        console,
        f"{found['tagger']} against people, {people['sentences']} sentences of "
        f"{people['responses']} responses",
        ("tactic (labels)", "F1 both", "F1 present"),
        rows,
    )
    if people["learned_from"]:
        _warn(console, found["tagger"], "these sentences")
    for reason, count in people["unscored"].items():
        console.print(f"Untagged: {count} ({reason}).", style="dim")


def _show_repeats(repeats: dict[str, Any], console: "Console") -> None:
    from mint_bench.cli.checks import note, plain, show

    names = ("same", "alpha")
    rows = [
        (f"{plain(tactic)} ({row['n']})", "", [{"value": row[name]} for name in names])
        for tactic, row in repeats.items()
    ]
    show(
        console, "How alike tactics of the same sentences are", ("tactic (sentences)", *names), rows
    )
    note(
        console,
        "same: share of sentences whose answer is the same in all epochs. alpha: Krippendorff. "
        "Above, a sentence counts once in each epoch.",
    )


def _show_systems(found: dict[str, Any], console: "Console") -> None:
    from mint_bench.cli.checks import note, plain, show

    systems = found["systems"]
    names, compared = tuple(systems["mean_error"]), len(systems["systems"])
    rows = [
        (name, "", [
            systems["f1_by_system"][name],
            *({"value": value} for figure in names for value in figures[figure][:2]),
        ])
        for name, figures in systems["systems"].items()
    ]  # fmt: skip
    blank = [None] * (2 * len(names))
    rows.append(("all", "bold", [systems["macro_f1"], *blank]))
    show(
        console,
        f"{found['tagger']} against published tags, {systems['sentences']:,} sentences",
        ("system", "F1 present", *(
            title for name in names for title in (plain(name), "published")
        )),
        rows,
    )  # fmt: skip
    for key in ("mean_error", "worst_error", "spearman"):
        shown = (f"{plain(name)} {_three(figure)}" for name, figure in systems[key].items())
        note(console, f"{plain(key).capitalize()} over {compared} systems: {', '.join(shown)}.")
    for system, reason in systems["left_out"].items():
        note(console, f"Left out: {system}, some of whose replies could not be tagged ({reason}).")
    if systems["learned_from"]:
        count, asked = len(systems["learned_from"]), len(systems["f1_by_system"])
        _warn(console, found["tagger"], f"{count} of these {asked} systems")


def _three(figure: dict[str, Any] | float | None) -> str:
    """Three decimals, with the interval where there is one."""
    if not isinstance(figure, dict):
        return "–" if figure is None else f"{figure:.3f}"
    if figure["value"] is None or figure["low"] is None:
        return _three(figure["value"])
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def _warn(console: "Console", tagger: str, what: str) -> None:
    """Say that labels taught an embedded tagger, or chose the published adapters."""
    from rich.text import Text

    from mint_bench.tactics import TAGGERS

    told = (
        f"{tagger} learned from {what}, so these figures say what it remembers, not how well it "
        f"tags. Held-out figures: scorers/taggers/{tagger}/CARD.md."
        if tagger in TAGGERS
        else f"{tagger} was chosen by {what} as the best of several, so these figures flatter it."
    )
    console.print(Text(f"Not held out: {told}", style="bold"))
