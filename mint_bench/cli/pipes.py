"""`mint-bench tag` and `mint-bench rate`: JSON Lines in, JSON Lines out, for pipes."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

CHUNK = 512


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--tagger", "name", default="embedded", show_default=True, help="Which tagger.")
def tag(file: Path, name: str) -> None:
    """Find the tactics in replies.

    FILE holds one JSON object a line, - for standard input: {"id", "text"}, or with "sentences"
    already split, which are then kept as they are with "text" as their context. Out comes
    {"id", "sentences": [{"text", "tactics": […]}]}, or {"id", "unscored": reason}.

    \b
    Example:
      echo '{"id": 1, "text": "I hear you. What happened next?"}' | mint-bench tag -
    """  # noqa: D301 - \b is click's mark for lines to keep
    from mint_bench.tactics import load_tagger

    tagger = load_tagger(name)
    for rows in _chunks(_rows(file)):
        splits = [_split(row, where) for where, row in rows]
        for (_, row), tagging in zip(rows, tagger.tag(splits), strict=True):
            if tagging.unscored:
                _emit({"id": row.get("id"), "unscored": tagging.unscored})
                continue
            sentences = [
                {"text": text, "tactics": tactics}
                for text, tactics in zip(tagging.sentences, tagging.names(), strict=True)
            ]
            _emit({"id": row.get("id"), "sentences": sentences})


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--judge", "name", default="embedded", show_default=True, help="Which judge.")
def rate(file: Path, name: str) -> None:
    """Rate replies for empathy on six dimensions.

    FILE holds one JSON object a line, - for standard input: {"id", "messages": [{"role",
    "content"}, …]} with user = seeker, assistant = supporter; the last message is the reply to
    be rated. Out comes {"id", "ratings": {dimension: number}} or {"id", "unscored": reason}.
    """
    from mint_bench.judging import load_judge
    from mint_bench.judging.judge import DIMENSIONS

    judge = load_judge(name)
    for rows in _chunks(_rows(file)):
        exchanges = [_exchange(row, where) for where, row in rows]
        for (_, row), verdict in zip(rows, judge.rate(exchanges), strict=True):
            if verdict.ratings is None:
                _emit({"id": row.get("id"), "unscored": verdict.unscored})
                continue
            ratings = {
                d: round(float(r), 4) for d, r in zip(DIMENSIONS, verdict.ratings, strict=True)
            }
            flags = {"flags": list(verdict.flags)} if verdict.flags else {}
            _emit({"id": row.get("id"), "ratings": ratings, **flags})


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, object) of each line."""
    from mint_bench.errors import MintError
    from mint_bench.files import parse_json, read_json_lines

    lines: Iterable[tuple[int, Any]]
    if str(file) == "-":
        name = "standard input"
        lines = (
            (number, parse_json(line.strip(), f"{name}:{number}"))
            for number, line in enumerate(sys.stdin, 1)
            if line.strip()
        )
    else:
        name, lines = str(file), read_json_lines(file)
    for number, row in lines:
        if not isinstance(row, dict):
            raise MintError(f"{name}:{number}: expected a JSON object")
        yield f"{name}:{number}", row


def _chunks(
    rows: Iterator[tuple[str, dict[str, Any]]],
) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _split(row: dict[str, Any], where: str) -> "SplitReply":  # type: ignore[name-defined]  # noqa: F821
    from mint_bench.errors import MintError
    from mint_bench.scoring import split_reply
    from mint_bench.tactics.tagger import SplitReply

    text, sentences = row.get("text"), row.get("sentences")
    language = str(row.get("language", "en"))
    if sentences is not None:
        if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
            raise MintError(f"{where}: sentences: expected a list of strings")
        context = text if isinstance(text, str) else " ".join(sentences)
        return SplitReply(context, tuple(sentences), language)
    if not isinstance(text, str):
        raise MintError(f'{where}: text: expected a string; a line is {{"id", "text"}}')
    return split_reply(text, language)


def _exchange(row: dict[str, Any], where: str) -> "Exchange":  # type: ignore[name-defined]  # noqa: F821
    from mint_bench.conversation import Message, Speaker, merge_messages
    from mint_bench.errors import MintError
    from mint_bench.judging.judge import Exchange
    from mint_bench.tactics.sentences import visible_text

    speakers = {"user": Speaker.SEEKER, "assistant": Speaker.SUPPORTER}
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        raise MintError(f"{where}: messages: expected a list of role and content")
    spoken = []
    for number, message in enumerate(messages):
        field = f"{where}: messages.{number}"
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise MintError(f"{field}: expected role and content, both text")
        if message.get("role") == "system":
            continue
        if message.get("role") not in speakers:
            raise MintError(f"{field}.role: {message.get('role')!r} is neither user nor assistant")
        spoken.append(Message(speakers[message["role"]], message["content"]))
    if not spoken or spoken[-1].speaker is not Speaker.SUPPORTER:
        raise MintError(f"{where}: messages: the last message must be the supporter's reply")
    identity = row.get("conversation_id", row.get("id"))
    return Exchange(
        merge_messages(spoken[:-1]),
        visible_text(spoken[-1].text),
        str(identity) if identity is not None else None,
        str(row.get("language", "en")),
    )


def _emit(row: dict[str, Any]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))
