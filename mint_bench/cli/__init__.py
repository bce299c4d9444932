"""The command line: one thin command a verb, each in a module of its own.

Verbs are named here with their one-line help and loaded only when used, so that
`mint-bench --help` answers at once.
"""

import difflib
import sys
from importlib import import_module

import click

from mint_bench import __version__
from mint_bench.errors import MintError

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Evaluate the embedded model and open a first page of results."),
    "run": ("run", "Evaluate a model and write its record."),
    "suite": ("suite", "Evaluate many systems on many tasks; plan, cost, resume."),
    "score": ("score", "Score transcripts that you already have."),
    "tag": ("pipes", "Find the tactics in replies: JSON Lines in, JSON Lines out."),
    "rate": ("pipes", "Rate replies for empathy: JSON Lines in, JSON Lines out."),
    "judge": ("judge", "Check a judge: against experts, for biases, by adversarial probes."),
    "tagger": ("tagger", "Check a tagger against people, and against published tags."),
    "table": ("table", "Print records as tables, one a board, with intervals."),
    "compare": ("compare", "Test whether systems of one board really differ."),
    "report": ("report", "Write a system's figures and LaTeX table for a paper."),
    "submit": ("submit", "Send in a record: prepare it, check a change, withdraw one."),
    "regrade": ("regrade", "Score finished logs again with another tagger or judge."),
    "card": ("card", "Print a record as a card for a model's page."),
    "register": ("register", "Write what registers of evaluations list, from the records."),
    "verify": ("verify", "Check records through and recompute what they say."),
    "import": ("import_", "Turn logs and published outputs into records."),
    "data": ("data", "List, fetch and find the conversations."),
    "train": ("train", "Train a supporter model, rewarded by the same scorers."),
    "scorers": ("scorers", "List and rebuild the embedded scorers."),
    "site": ("site", "Build the static page from records, or check a built one."),
    "nightly": ("nightly", "Evaluate what is due, check everything, compare with before."),
    "lm-eval": ("lm_eval", "Run lm-eval with the tasks of mint-bench added."),
    "path": ("path", "Print where the package's folders lie."),
}


class Verbs(click.Group):
    """A group that knows its verbs by name and loads one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs in the order in which people need them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a verb's module and return its command."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"mint_bench.cli.{VERBS[cmd_name][0]}")
        named = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        command: click.Command = getattr(module, named)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a verb; an unknown one is answered with the nearest known."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f"; did you mean `mint-bench {near[0]}`?" if near else "; see mint-bench --help"
            raise click.UsageError(f"no such command: {args[0]}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List verbs from the table above, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mint-bench")
def cli() -> None:
    """How well does a language model support a person through a whole conversation?

    Start with `mint-bench demo`, then `mint-bench run MODEL`. Every command explains itself with
    --help.
    """


def main() -> None:
    """Run the command line; faults of the user's become one line and exit code 2."""
    try:
        code = cli(standalone_mode=False)  # of a verb that ends with Exit; nothing otherwise
    except MintError as error:
        _fail(str(error), 2)
    except click.ClickException as error:
        _fail(error.format_message().replace("\n", " "), 2)
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            click.echo(err=True)  # a terminal shows ^C where the line had come to
        _fail("interrupted; the same command goes on from here", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    if isinstance(code, int):
        sys.exit(code)


def _fail(message: str, code: int) -> None:
    click.echo(f"mint-bench: {message}", err=True)
    sys.exit(code)
