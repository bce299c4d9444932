"""The page of all commands, made of what each says of itself by `--help`."""

import inspect
from collections.abc import Iterator

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from mint_bench.cli import cli

HEAD = """# Commands

What `mint-bench COMMAND --help` says, of every command. This page is made from the commands
themselves when the documentation is built.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name, a group before those in it."""

    def walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                if found is not None and not found.hidden:
                    yield from walk(f"{name} {inner}", found)

    yield from walk("mint-bench", cli)


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *(described(name, command) for name, command in commands())])


def described(name: str, command: click.Command) -> str:
    """One command: how it is written, what it says, its options."""
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    depth = len(name.split())
    parts = [
        *([f"{'#' * depth} {name}"] if depth > 1 else []),
        f"```text\n{usage}\n```",
        *_paragraphs(inspect.cleandoc(command.help or "")),
    ]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        parts.append("\n".join(["| option | |", "| --- | --- |", *map(_option, options)]))
    return "\n\n".join(parts) + "\n"


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs flow, except those that click is told to leave as they are."""
    for block in text.split("\n\n"):
        lines = block.splitlines()
        if lines and lines[0].strip() == "\b":
            heading, *examples = lines[1:]
            told = heading.strip()
            if told.startswith("Example"):
                yield told
                yield "```text\n" + inspect.cleandoc("\n".join(["", *examples])) + "\n```"
            else:
                yield "```text\n" + inspect.cleandoc("\n".join(["", *lines[1:]])) + "\n```"
        elif block.startswith("  "):
            yield "```text\n" + inspect.cleandoc(block) + "\n```"
        else:
            yield " ".join(line.strip() for line in lines)


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if not option.is_flag:
        names += f" {_kind(option)}"
    told = " ".join((option.help or "").split())
    if option.multiple:
        told += " May be repeated."
    if option.required:
        told += " Required."
    if option.show_default and option.default not in {None, ()}:
        told += f" Default: `{option.default}`."
    return f"| {names} | {told.replace('|', '&#124;')} |"


def _kind(option: click.Option) -> str:
    if option.metavar:
        return f"`{option.metavar}`"
    if isinstance(option.type, click.Choice):
        return " or ".join(f"`{choice}`" for choice in option.type.choices)
    return f"`{option.type.name.upper().replace(' RANGE', '')}`"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    files.append(File.generated(config, "reference.md", content=page()))
    return files
