"""What stands in the documentation's pages: their blocks of code, and the commands in them.

Reads only. Whether a command is right is `checking`'s matter, what it does `running`'s.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
SHELLS = {"bash", "console"}
NEEDS = ("gpu", "key", "hours", "network")
MARK = re.compile(r"needs:\s*((?:\w+)(?:,\s*\w+)*)")
TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its `title=` if it has one, its text, and what it needs."""

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    needs: tuple[str, ...]

    @property
    def where(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One command of a block, its continued lines joined."""

    block: Block
    text: str
    needs: tuple[str, ...]

    def __str__(self):
        return f"{self.block.where}: {self.text}"


def pages():
    """README and every page of the docs, whichever there are."""
    docs = ROOT / "docs"
    others = (ROOT / name for name in ("SECURITY.md", "VERSIONING.md"))
    found = [ROOT / "README.md", *sorted(docs.glob("*.md")), *sorted(docs.glob("howto/*.md"))]
    return [*found, *(page for page in others if page.is_file())]


@cache
def blocks(page: Path) -> tuple[Block, ...]:
    """A page's blocks of code in order; a mark in the comment right before one holds for it."""
    found, marked = [], ()
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type in {"fence", "code_block"}:
            language, _, rest = token.info.strip().partition(" ")
            title = TITLE.search(rest)
            found.append(Block(page, token.map[0] + 1, language, title and title[1],
                               token.content, marked))  # fmt: skip
        marked = needs_of(token.content) if token.type == "html_block" else ()
    return tuple(found)


def needs_of(text):
    """What a comment says that a command needs."""
    mark = MARK.search(text)
    return tuple(re.findall(r"\w+", mark[1])) if mark else ()


def commands(page: Path) -> Iterator[Command]:
    """Every command of a page's shell blocks, in order."""
    for block in blocks(page):
        if block.language in SHELLS:
            yield from commands_of(block)


def commands_of(block: Block) -> Iterator[Command]:
    """The commands of one block: lines, of a session with prompts only those after `$ `."""
    lines = block.text.splitlines()
    if any(line.startswith("$ ") for line in lines):
        lines = [line.removeprefix("$ ") for line in lines if line.startswith(("$ ", "  "))]
    whole = ""
    for line in lines:
        whole += line
        if line.endswith("\\"):
            whole = whole[:-1]
            continue
        text, comment = uncommented(whole)
        if text:
            yield Command(block, text, block.needs or needs_of(comment))
        whole = ""


def uncommented(line):
    """A line of shell without its comment, and the comment."""
    quote = None
    for at, character in enumerate(line):
        if quote:
            quote = None if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (at == 0 or line[at - 1].isspace()):
            return line[:at].strip(), line[at:]
    return line.strip(), ""
