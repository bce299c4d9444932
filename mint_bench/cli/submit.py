"""`mint-bench submit`: a record on its way into the repository, from both ends."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mint_bench.errors import MintError

if TYPE_CHECKING:
    from mint_bench.records.schema import Record
    from mint_bench.submissions.comment import Answer
    from mint_bench.submissions.findings import Finding

SIGNS = {"fault": "FAULT  ", "look": "look   ", "unchecked": "unseen "}
ASKED: dict[str, tuple[str, str]] = {
    "open_weights": ("Can anyone have the weights?", "--open-weights or --closed-weights"),
    "revision": ("Which commit or hash pins the weights?", "--revision"),
    "hardware": ("What did it run on (such as 1 x A100 80 GB)?", "--hardware"),
    "corrects": ("A record stands in its place already. Why is it replaced?", "--corrects"),
}
results_option = click.option(
    "--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True,
    help="Folder of records.",
)  # fmt: skip


@click.group()
def submit() -> None:
    """Send in a record: prepare it, check a change that holds some, withdraw one."""


@submit.command()
@click.argument("given", metavar="LOG|RECORD", type=click.Path(path_type=Path))
@click.option("--title", default=None, help="Name as people read it. Default: the record's.")
@click.option("--system", default=None, help="Short name, also the folder. Default: the record's.")
@click.option("--open-weights/--closed-weights", default=None,
              help="Whether anyone can have the weights.")  # fmt: skip
@click.option("--revision", default=None, help="Commit or hash that pins open weights.")
@click.option("--hardware", default=None, help="What the model ran on.")
@click.option("--note", "notes", multiple=True,
              help="What a reader must know, such as training on these conversations.")  # fmt: skip
@click.option("--corrects", default=None, metavar="WHY",
              help="Why an earlier record in the same place is replaced.")  # fmt: skip
@results_option
@click.option("--text", type=click.Path(path_type=Path), default=Path("submission.md"),
              show_default=True, help="Where the pull request's text goes.")  # fmt: skip
def prepare(given: Path, results: Path, text: Path, **told: Any) -> None:  # noqa: ANN401 - see Told
    """Make a record ready for a pull request.

    LOG is a finished log of Inspect (.eval), RECORD a record that `mint-bench run`, `score` or
    `import` wrote. What only you know is asked for in a terminal; elsewhere the flag that is
    missing is named. Then all checks run that the project's CI runs, and on a log also those that
    need its text. If none fails, the record goes to its place under --results and the pull
    request's text, with the record's card, to --text. Nothing is sent anywhere.

    \b
    Examples:
      mint-bench submit prepare logs/2026-11-24T10-00-00_multi-turn_x.eval
      mint-bench submit prepare my-record.json --open-weights --revision 1a2b3c4 \\
        --hardware '1 x A100 80 GB'
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.files import write_text
    from mint_bench.records.store import read_all, write
    from mint_bench.submissions.comment import pull_request
    from mint_bench.submissions.markdown import one_line
    from mint_bench.submissions.prepare import Told, checked, filled, was_withdrawn

    record, of_text = _given(given)
    record = filled(record, Told(**told))
    record = _ask(record, results)
    if why := was_withdrawn(record, results):
        raise MintError(f"{given}: this very record was withdrawn ({why})")
    accepted = read_all(results) if results.is_dir() else []
    findings = [*of_text, *checked(record, accepted)]
    for one in findings:
        click.echo(f"{SIGNS[one.level]} {one.check}: {one_line(one.text)}", err=True)
    if any(one.level == "fault" for one in findings):
        raise MintError("nothing was written: put right what is marked FAULT and prepare again")
    path = write(record, results)
    write_text(text, pull_request(record, path.as_posix(), findings))
    click.echo(path)
    click.echo(
        f"The pull request's text is in {text}. Commit {path} on a branch of your fork and open "
        "the pull request with that text.",
        err=True,
    )


def _given(path: Path) -> "tuple[Record, list[Finding]]":
    """The record, and what the text of its log shows."""
    from mint_bench.records.store import read

    if path.suffix == ".json":
        return read(path), []
    from mint_bench.inspect_plugin.logs import record_from_log
    from mint_bench.submissions.texts import of_log

    record = record_from_log(path)  # first: says what is wrong with a log that is none of ours
    return record, of_log(path)


def _ask(record: "Record", results: Path) -> "Record":
    """The record with what was missing, asked for in a terminal; what does not fit is asked again.

    Raises:
        MintError: Outside a terminal, naming the flag.
    """
    from mint_bench.submissions.prepare import Told, filled, missing

    while names := missing(record, results):
        question, flag = ASKED[names[0]]
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise MintError(f"{record.system}: {question} Say it by {flag}")
        if names[0] == "open_weights":  # no default: Enter alone must not answer it
            answer: Any = click.confirm(question, default=None, err=True)
        else:
            answer = click.prompt(question, err=True).strip()
        try:
            record = filled(record, Told(**{names[0]: answer}))
        except MintError as error:
            click.echo(str(error), err=True)
    return record


@submit.command()
@click.option("--base", default="origin/main", show_default=True, metavar="REF",
              help="Commit that the change will join.")  # fmt: skip
@results_option
@click.option("--comment", type=click.Path(path_type=Path), default=None,
              help="Write the answer to the pull request here, as Markdown.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(base: str, results: Path, comment: Path | None, as_json: bool) -> None:
    """Check the records that a change adds, alters, withdraws or removes.

    The change is what the working tree holds beyond --base. Each touched record is verified; its
    signature and data must be known, at most 5 % of it unscored, and its figures believable.
    What a record cannot show, as it holds no text, is said to be unseen. Exits with 1 on a fault.

    \b
    Examples:
      mint-bench submit check
      mint-bench submit check --base origin/main --comment comment.md
    """  # noqa: D301 - \b is click's mark for lines to keep
    from rich.console import Console

    from mint_bench.files import write_text
    from mint_bench.submissions.change import change
    from mint_bench.submissions.comment import answer
    from mint_bench.submissions.comment import comment as in_words

    with Console(stderr=True).status("checking"):
        found = answer(change(results, base))
        if comment is not None:
            write_text(comment, in_words(found))
    if as_json:
        _as_json(found)
    else:
        _as_lines(found)
    if found.faults:
        raise click.exceptions.Exit(1)


def _as_lines(found: "Answer") -> None:
    from mint_bench.submissions.markdown import one_line

    for one, findings in found.findings:
        click.echo(f"{one.what}  {one_line(one.path)}")
        for finding in findings:
            click.echo(f"  {SIGNS[finding.level]} {finding.check}: {one_line(finding.text)}")
    for fault in found.change.faults:
        click.echo(f"{SIGNS['fault']} {one_line(fault)}")
    for name in found.change.elsewhere:
        click.echo(f"{SIGNS['look']} outside the records: {one_line(name)}")
    click.echo(found.verdict, err=True)


def _as_json(found: "Answer") -> None:
    import json
    from dataclasses import asdict

    value = {
        "verdict": found.verdict,
        "faults": found.faults,
        "records": [
            {
                "path": one.path,
                "what": one.what,
                "system": one.record.system if one.record else None,
                "findings": [asdict(finding) for finding in findings],
            }
            for one, findings in found.findings
        ],
        "other_faults": list(found.change.faults),
        "elsewhere": list(found.change.elsewhere),
    }
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@submit.command()
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--why", required=True, help="The reason, as the site will show it.")
@results_option
def withdraw(record: Path, why: str, results: Path) -> None:
    """Mark RECORD as withdrawn: its file stays, tables and site leave it out and say why.

    The mark goes to withdrawn.yaml in the folder of records, with today's date.

    \b
    Example:
      mint-bench submit withdraw results/my-model/372a164f-1bb12430.json --why "Wrong prompt."
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.records.withdrawn import FILE
    from mint_bench.records.withdrawn import withdraw as mark

    mark(record, results, why, datetime.now(UTC).date())
    click.echo(results / FILE)
