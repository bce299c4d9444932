"""`mint-bench run`: evaluate a model and write its record."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("model")
@click.option(
    "--task", type=click.Choice(["multi_turn", "gold_history"]), default="multi_turn",
    show_default=True, help="Own history (the headline) or the real conversation at each turn.",
)  # fmt: skip
@click.option("--source", default=None,
              help="Conversations: a name of `mint-bench data list` or file:PATH. "
              "Default: lend_an_ear.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), default=None,
              help="Only the first so many conversations.")  # fmt: skip
@click.option("--epochs", type=click.IntRange(1), default=1, show_default=True,
              help="Repetitions of each conversation.")  # fmt: skip
@click.option("--max-turns", type=click.IntRange(1), default=None,
              help="Replies after which a conversation ends.")  # fmt: skip
@click.option("--tagger", default="embedded", show_default=True,
              help="Which tagger: `embedded`, `embedded-fast`, `llm` or `llm-binary` (ask the role "
              "tagger); `none` leaves tactics out.")  # fmt: skip
@click.option("--judge", default="embedded", show_default=True,
              help="Which judge: `embedded`, or `llm`, `llm-reason`, `llm-joint`, "
              "`llm-joint-reason` (ask the role grader); `none` leaves ratings out.")  # fmt: skip
@click.option("--model-role", "model_roles", multiple=True, metavar="ROLE=MODEL[,MODEL]",
              help="Models that measure: `grader` (several are a panel) and `tagger`, as Inspect "
              "names them. Never the model under test unless named here.")  # fmt: skip
@click.option("--also", default=None, metavar="NAME[,NAME]",
              help="Scorers beside the ranking: readability, polarity (need the extra `also`), "
              "follow_up_likelihood (the extra `hf`), safety, persona_consistency, relevance (ask "
              "the role grader).")  # fmt: skip
@click.option("--temperature", type=click.FloatRange(0, 2), default=None,
              help="Other than the task's 0.7.")  # fmt: skip
@click.option("--max-tokens", type=click.IntRange(1), default=None,
              help="New tokens a reply, other than the task's 2048.")  # fmt: skip
@click.option("--seed", type=int, default=None, help="For engines that take one.")
@click.option("--max-connections", type=click.IntRange(1), default=None,
              help="Requests at a time; for local models the batch.")  # fmt: skip
@click.option("--log-dir", type=click.Path(path_type=Path), default=Path("logs"),
              show_default=True, help="Folder for Inspect's logs.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"),
              show_default=True, help="Folder of records.")  # fmt: skip
def run(model: str, log_dir: Path, out: Path, **options: object) -> None:
    """Evaluate MODEL and write its record.

    MODEL is `embedded` (SmolLM2-135M, fetched once, needs the extra `hf`), `human` (the human
    supporters of the same conversations), a trivial system (`mint/silence`,
    `mint/always_validate`, `mint/copy_last`, `mint/random_tactics`, `mint/parrot`), or any model
    as Inspect names it.

    The same command goes on where it was stopped, and gives the finished result again where it
    was not; a new sample of the same needs another --log-dir.

    \b
    Examples:
      mint-bench run embedded --source starter --max-tokens 128
      mint-bench run openai/NAME
      mint-bench run human --task gold_history
      mint-bench run openai/NAME --judge llm --model-role grader=openai/A,google/B
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.engines.run import RunRequest
    from mint_bench.engines.run import run as evaluate

    request = RunRequest(model, **options)  # type: ignore[arg-type]
    result = evaluate(request, log_dir, out, "rich" if sys.stdout.isatty() else "plain")
    click.echo(f"log: {result.log}", err=True)
    click.echo(f"record: {result.path}", err=True)
    if result.failed:
        click.echo(
            f"mint-bench: {result.failed} conversations failed; the record names them and holds "
            "them as unscored; the same command tries them again",
            err=True,
        )
        raise click.exceptions.Exit(1)
