"""Whether a command could be what it says: known to its program, with options that exist.

Nothing is run. Programs that are not ours are only known by name, except where our own names stand
in their arguments: Inspect's tasks and roles, lm-eval's arguments, our extras, our make targets.
"""

import re
import shlex
import tomllib

import click

from tests.docs.pages import ROOT

FOREIGN = {
    "accelerate",
    "cat",
    "cd",
    "cp",
    "diff",
    "export",
    "gh",
    "git",
    "head",
    "less",
    "ls",
    "mkdir",
    "python",
    "python3",
    "ray",
}
FOREIGN |= {"tensorboard", "trl", "vllm", "zcat"}
ENDS = {"|", "||", "&&", ";", "&"}


def faults(text):
    """What is wrong with a line of shell, one word a fault; empty if nothing is."""
    return [fault for words in simple_commands(text) for fault in [_fault(words)] if fault]


def simple_commands(text):
    """The commands that pipes and the like join, without redirections and assignments."""
    inner = re.findall(r"\$\(([^()]*)\)", text)
    lexer = shlex.shlex(
        re.sub(r"\$\([^()]*\)", "SUBSTITUTED", text), posix=True, punctuation_chars="|&;<>"
    )
    lexer.whitespace_split, lexer.commenters = True, ""
    found, words, skip = [], [], False
    for token in lexer:
        if skip:
            skip = False
        elif token in ENDS:
            found, words = [*found, words], []
        elif token and set(token) <= set("<>&"):
            skip = True
            words = words[:-1] if words and words[-1] in {"1", "2"} else words
        else:
            words.append(token)
    found = [_without_assignments(one) for one in [*found, words]]
    return [one for one in found if one] + [c for one in inner for c in simple_commands(one)]


def _without_assignments(words):
    while words and re.match(r"^[A-Z_][A-Z0-9_]*=", words[0]):
        words = words[1:]
    return words


def _fault(words):
    program, arguments = words[0], words[1:]
    check = CHECKS.get(program.removeprefix(".venv/bin/"))
    if check:
        return check(arguments)
    return None if program in FOREIGN else f"no such program: {program}"


def parsed(command, name, arguments):
    """Let click read the arguments, down to the last command, and run none of it."""
    context = command.make_context(name, list(arguments))
    if isinstance(command, click.Group):
        rest = [*getattr(context, "_protected_args", []), *context.args]
        if not rest and command.invoke_without_command:
            return
        inner, found, left = command.resolve_command(context, rest)
        parsed(found, f"{name} {inner}", left)


def click_fault(command, name, arguments):
    try:
        parsed(command, name, arguments)
    except click.exceptions.Exit:
        return None  # --help and --version
    except click.ClickException as error:
        return f"{name}: {error.format_message()}"
    return None


def mint_bench(arguments):
    from mint_bench.cli import cli

    if arguments[:1] == ["lm-eval"] and len(arguments) > 1:
        return lm_eval([a for a in arguments[1:] if a != "…"])
    return click_fault(cli, "mint-bench", arguments)


def lm_eval(arguments):
    """lm-eval's own parser says whether it knows the arguments."""
    import contextlib
    import io

    try:
        from lm_eval._cli.harness import HarnessCLI
    except ImportError:
        return None  # the extra is not installed here; the slow tests have it
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
            parser = HarnessCLI()._parser
            parser.parse_args(list(arguments))
    except SystemExit as end:
        return f"lm-eval: {told.getvalue().splitlines()[-1]}" if end.code else None
    return None


def inspect(arguments):
    """Inspect's own parser, and our tasks with their options."""
    from inspect_ai._cli.main import inspect as program

    fault = click_fault(program, "inspect", arguments)
    if fault or arguments[:1] != ["eval"]:
        return fault
    return _task_fault(arguments)


def _task_fault(arguments):
    import inspect as python
    from itertools import pairwise

    from mint_bench.inspect_plugin import registry

    tasks = [a.partition("/")[2] for a in arguments if a.startswith(("mint_bench/", "mint/"))]
    options = [b.partition("=")[0] for a, b in pairwise(arguments) if a == "-T"]
    for name in tasks[:1]:
        task = getattr(registry, name, None)
        if task is None:
            return f"no task {name}"
        known = python.signature(task).parameters
        unknown = [option for option in options if option not in known]
        return f"task {name} has no option {unknown[0]}" if unknown else None
    return "no task of mint_bench"


def make(arguments):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = [a for a in arguments if "=" not in a and not a.startswith("-") and a not in targets]
    return f"make has no target {unknown[0]}" if unknown else None


def pip(arguments):
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = [e for a in arguments for e in re.findall(r"\[([^]]+)\]", a)]
    unknown = [e for one in named for e in one.split(",") if e.strip() not in known]
    return f"no extra {unknown[0]}" if unknown else None


CHECKS = {
    "mint-bench": mint_bench,
    "inspect": inspect,
    "make": make,
    "pip": pip,
    "lm_eval": lm_eval,
}
