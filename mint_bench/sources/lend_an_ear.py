"""Reads the 50 Lend-an-Ear conversations from their published CSV.

A conversation is one cell: a line `Seeker: …` or `Supporter: …` opens a message, any other line
goes on with the last one.
"""

import csv
import io
import re
from pathlib import Path

from mint_bench.conversation import Conversation, Message, Speaker, merge_messages
from mint_bench.errors import MintError
from mint_bench.files import read_text

_OPENING = re.compile(r"(Seeker|Supporter):(.*)")


def read_lend_an_ear(path: Path) -> tuple[Conversation, ...]:
    """The conversations, in the order of the file.

    Raises:
        MintError: If a column is missing or a conversation does not begin with a speaker.
    """
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
    missing = {"conversation_id", "full_conversation"} - set(rows.fieldnames or ())
    if missing:
        raise MintError(
            f"{path}:1: column {min(missing)!r} is missing; expected the published CSV of "
            "Lend-an-Ear"
        )
    return tuple(
        Conversation(
            row["conversation_id"],
            merge_messages(
                parse_script(row["full_conversation"], f"{path}: {row['conversation_id']}")
            ),
        )
        for row in rows
    )


def parse_script(script: str, where: str) -> tuple[Message, ...]:
    r"""The messages of a conversation written as a script; each line's edges are trimmed.

    >>> [m.text for m in parse_script("Seeker: I am lost.\nSupporter: Oh no. \n Why?", "here")]
    ['I am lost.', 'Oh no.\nWhy?']

    Raises:
        MintError: If the first line names no speaker; the message starts with `where`.
    """
    messages: list[tuple[Speaker, list[str]]] = []
    for line in script.strip().split("\n"):
        opening = _OPENING.match(line)
        if opening:
            messages.append((Speaker(opening[1].lower()), [opening[2].strip()]))
        elif messages:
            messages[-1][1].append(line.strip())
        else:
            raise MintError(f"{where}: begins with neither 'Seeker:' nor 'Supporter:'")
    return tuple(Message(speaker, "\n".join(lines).strip()) for speaker, lines in messages)
