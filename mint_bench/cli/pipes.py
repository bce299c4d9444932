"""`mint-bench tag` and `mint-bench rate`: JSON Lines in, JSON Lines out, for pipes."""

import json
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mint_bench.judging.judge import Exchange
    from mint_bench.tactics.tagger import SplitReply

CHUNK = 512
Item = TypeVar("Item")


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

    def answer(splits: "list[SplitReply]") -> list[dict[str, Any]]:
        return [
            {"unscored": tagging.unscored}
            if tagging.unscored
            else {
                "sentences": [
                    {"text": text, "tactics": tactics}
                    for text, tactics in zip(tagging.sentences, tagging.names(), strict=True)
                ]
            }
            for tagging in tagger.tag(splits)
        ]

    _pipe(file, _split, answer)


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

    def answer(exchanges: "list[Exchange]") -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = []
        for verdict in judge.rate(exchanges):
            if verdict.ratings is None:
                answers.append({"unscored": verdict.unscored})
                continue
            rounded = (round(float(rating), 4) for rating in verdict.ratings)
            flags = {"flags": list(verdict.flags)} if verdict.flags else {}
            answers.append({"ratings": dict(zip(DIMENSIONS, rounded, strict=True)), **flags})
        return answers

    _pipe(file, _exchange, answer)


def _pipe(
    file: Path,
    parse: Callable[[dict[str, Any], str], Item],
    answer: Callable[[list[Item]], list[dict[str, Any]]],
) -> None:
    """Answer each line in order; a faulty one is told on stderr, and the others go on.

    Raises:
        Exit: With code 2 at the end, if any line was faulty.
    """
    from mint_bench.errors import MintError

    lines, faults = _lines(file), 0
    while chunk := list(islice(lines, CHUNK)):
        identities, items = [], []
        for where, line in chunk:
            try:
                row = _row(line, where)
                item = parse(row, where)
            except MintError as error:
                faults += 1
                click.echo(f"mint-bench: {error}", err=True)
            else:
                identities.append(row.get("id"))
                items.append(item)
        for identity, answered in zip(identities, answer(items), strict=True):
            _emit({"id": identity, **answered})
    if faults:
        raise click.exceptions.Exit(2)


def _lines(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (place, line) of a file or of standard input; empty lines are passed over."""
    from mint_bench.errors import MintError
    from mint_bench.files import lines_of

    piped = str(file) == "-"
    try:
        stream = sys.stdin.buffer if piped else file.open("rb")
    except FileNotFoundError:
        raise MintError(f"{file}: no such file") from None
    except OSError as error:
        raise MintError(f"{file}: cannot be read ({error.strerror})") from None
    name = "standard input" if piped else str(file)
    with stream:
        for number, line in lines_of(stream, name):
            if line.strip():
                yield f"{name}:{number}", line.strip()


def _row(line: bytes, where: str) -> dict[str, Any]:
    from mint_bench.errors import MintError
    from mint_bench.files import parse_json

    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MintError(f"{where}: not UTF-8 ({error.reason}); convert the file") from None
    row = parse_json(text, where)
    if not isinstance(row, dict):
        raise MintError(f"{where}: expected a JSON object")
    return row


def _split(row: dict[str, Any], where: str) -> "SplitReply":
    from mint_bench.errors import MintError
    from mint_bench.scoring import split_reply
    from mint_bench.tactics.tagger import SplitReply

    text, sentences = row.get("text"), row.get("sentences")
    language = str(row.get("language") or "en")
    if sentences is not None:
        if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
            raise MintError(f"{where}: sentences: expected a list of strings")
        context = text if isinstance(text, str) else " ".join(sentences)
        return SplitReply(context, tuple(sentences), language)
    if not isinstance(text, str):
        raise MintError(f'{where}: text: expected a string; a line is {{"id", "text"}}')
    return split_reply(text, language)


def _exchange(row: dict[str, Any], where: str) -> "Exchange":
    from mint_bench.conversation import Message, Speaker, merge_messages
    from mint_bench.errors import MintError
    from mint_bench.judging.judge import Exchange
    from mint_bench.sentences import visible_text

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
        str(row.get("language") or "en"),
    )


def _emit(row: dict[str, Any]) -> None:
    text = json.dumps(row, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate can be written only as an escape
        text = json.dumps(row)
    click.echo(text)
