"""Reading and writing files so that a fault is one clear line and nothing is half-written.

Only the mechanics of JSON, JSON Lines, YAML, pydantic models and atomic replacement; no
knowledge of what files mean.
"""

import json
import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO, TypeVar

from mint_bench.errors import MintError
from mint_bench.misfits import told

if TYPE_CHECKING:
    from pydantic import BaseModel

ModelT = TypeVar("ModelT", bound="BaseModel")
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes (characters, where text is read) of one line; a whole conversation takes some thousands."""
_LARGE_EXPONENT = re.compile(r"[eE]\+?[0-9]{3,}(?![0-9A-Za-z\"])")
"""In any text with a number whose exponent is large; hardly ever in a hash."""
_MANY_DIGITS = b"0" * 200
_DIGITS_ALIKE = bytes(48 if chr(code).isdecimal() else code for code in range(128)) + bytes(128)
"""What shows a number of many digits far sooner than a search for any."""
LARGEST_TEXT = 1024 * 1024 * 1024
"""Bytes of a file that is read in one piece."""

MOST_VALUES = 1_000_000
"""Of a YAML file, its aliases written out; ours have some hundreds."""


def typed_folder(text: str) -> Path | None:
    """The folder that a user typed, `~` and all; None where what was typed is none.

    >>> typed_folder("~nobody-of-that-name/x"), typed_folder("a" * 9_999), typed_folder("/")
    (None, None, PosixPath('/'))
    >>> typed_folder("~" + chr(0)) is None
    True
    """
    try:
        folder = Path(text).expanduser()
        return folder if folder.is_dir() else None
    except (RuntimeError, OSError, ValueError):  # unknown users; names that no file can have
        return None


def read_text(path: Path) -> str:
    """The file's text, as UTF-8 with an optional byte-order mark.

    Raises:
        MintError: If the file is missing, unreadable, no UTF-8, or too large to be read whole.
    """
    try:
        if path.stat().st_size > LARGEST_TEXT:
            raise MintError(
                f"{path}: more than {LARGEST_TEXT // 1024**2:,} MB in one piece; write JSON Lines, "
                "or several files"
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MintError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise MintError(f"{path}: is a folder, expected a file") from None
    except OSError as error:
        raise MintError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise MintError(f"{path}: not UTF-8 at byte {error.start}; convert the file") from None


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """The file's JSON value.

    Raises:
        MintError: If the file is missing or no JSON; the message names the line.
    """
    return parse_json(read_text(path), str(path))


def parse_json(text: str, where: str) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """A JSON value from text, which must have one meaning only.

    NaN, infinities, numbers too large for a float, and an object with a name twice (of which
    readers keep the one or the other) are refused.

    Raises:
        MintError: If the text is no such JSON; the message starts with `where`.
    """
    with _told_of_json(text, where):
        return _decoder(where, large=_maybe_large(text)).decode(text)


def json_values(text: str, start: int, where: str) -> tuple[Any, int]:
    """The JSON value that begins at `start`, by the rules of `parse_json`, and where it ends.

    Raises:
        MintError: If there is none; the message starts with `where`.
    """
    with _told_of_json("", where):
        return _decoder(where).raw_decode(text, start)


def _decoder(where: str, *, large: bool = True) -> json.JSONDecoder:
    """By our rules; `large` says whether a number in the text may be too large for a float."""
    return json.JSONDecoder(
        parse_constant=partial(_refuse_constant, where),
        parse_float=partial(_finite, where) if large else None,
        object_pairs_hook=partial(_once, where),
    )


def _maybe_large(text: str) -> bool:
    """Whether a number in the text may be too large for a float; nearly all texts have none."""
    if _LARGE_EXPONENT.search(text):
        return True
    return _MANY_DIGITS in text.encode(errors="replace").translate(_DIGITS_ALIKE)


def _refuse_constant(where: str, constant: str) -> None:
    raise MintError(f"{where}: {constant} is not allowed in JSON")


def _finite(where: str, text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise MintError(f"{where}: the number {text[:40]} is too large")
    return value


def _once(where: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MintError(f"{where}: {twice[:60]!r} stands twice in one object; remove one")
    return value


@contextmanager
def _told_of_json(text: str, where: str) -> Iterator[None]:
    try:
        yield
    except json.JSONDecodeError as error:
        line = f", line {error.lineno}" if "\n" in text else ""
        raise MintError(f"{where}{line}: not JSON ({error.msg}); truncated or damaged?") from None
    except RecursionError:
        raise MintError(f"{where}: JSON nested too deeply") from None
    except ValueError as error:  # an integer of thousands of digits
        raise MintError(f"{where}: not readable as JSON ({error})") from None


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (line number, value) of a JSON Lines file; empty lines are passed over.

    Raises:
        MintError: At the first line that is no JSON or is too long; the message names file and
            line.
    """
    try:
        with path.open(encoding="utf-8-sig") as handle:
            for number, line in lines_of(handle, str(path)):
                if line.strip():
                    yield number, parse_json(line.strip(), f"{path}:{number}")
    except FileNotFoundError:
        raise MintError(f"{path}: no such file") from None
    except OSError as error:
        raise MintError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise MintError(f"{path}: not UTF-8 ({error.reason}); convert the file") from None


AnyStr = TypeVar("AnyStr", str, bytes)


def lines_of(handle: IO[AnyStr], where: str) -> Iterator[tuple[int, AnyStr]]:
    """Yield (number from 1, line) of an open file, holding never more than one allowed line.

    Raises:
        MintError: At a line of more than `LONGEST_LINE`.
    """
    number = 0
    while line := handle.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise MintError(too_long(f"{where}:{number}"))
        yield number, line


def too_long(where: str) -> str:
    """What to say of a line of more than `LONGEST_LINE`."""
    return (
        f"{where}: a line of more than {LONGEST_LINE / 1024**2:,.3g} MB; put each item on its own"
    )


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML has no narrower type
    """The file's YAML value, by the rules of `parse_yaml`.

    Raises:
        MintError: If the file is missing or no such YAML; the message names the line.
    """
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, where: str) -> Any:  # noqa: ANN401 - YAML has no narrower type
    """A YAML value from text, plain data only: tags, which build anything else, are refused.

    A key given twice in one mapping is refused too; YAML would silently keep the last. So is what
    some lines make endless by naming parts of them again and again.

    Raises:
        MintError: If the text is no such YAML; the message starts with `where`.
    """
    import yaml  # here, as it costs more to import than the rest of the command line

    try:
        if "!" in text:
            _refuse_tags(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(root, where)
        if root is not None and _written_out(root, {}) > MOST_VALUES:
            raise MintError(
                f"{where}: its aliases (*name) stand for more than {MOST_VALUES:,} values, or one "
                "for itself; write less"
            )
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise MintError(f"{where}{line}: not plain YAML ({error.problem})") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise MintError(f"{where}: not plain YAML ({error})") from None
    except RecursionError:
        raise MintError(f"{where}: YAML nested too deeply") from None


def _refuse_tags(text: str) -> None:
    """A value that does not suit its tag ends the loader in errors of any kind."""
    import yaml

    events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        if tag := getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(
                problem=f"remove the tag {tag[:60]}", problem_mark=event.start_mark
            )


def _refuse_repeated_keys(root: Any, where: str) -> None:  # noqa: ANN401 - a yaml.Node
    """Walk the composed nodes once; an alias is not followed a second time."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen or isinstance(node.value, str):
            continue
        seen.add(id(node))
        if node.id == "sequence":
            waiting.extend(node.value)
            continue
        keys = set()
        for key, value in node.value:
            if isinstance(key.value, str) and key.value in keys:
                line = key.start_mark.line + 1
                raise MintError(f"{where}, line {line}: {key.value!r} stands here a second time")
            keys.add(str(key.value))
            waiting.append(value)


def _written_out(node: Any, known: dict[int, int]) -> int:  # noqa: ANN401 - a yaml.Node
    """How many values a node has if every alias is written out; endless for one within itself."""
    if isinstance(node.value, str):
        return 1
    if id(node) not in known:
        known[id(node)] = MOST_VALUES + 1  # as long as it is open
        parts = (
            node.value if node.id == "sequence" else [part for pair in node.value for part in pair]
        )
        known[id(node)] = 1 + sum(_written_out(part, known) for part in parts)
    return known[id(node)]


def read_model(path: Path, model: type[ModelT]) -> ModelT:
    """The JSON or YAML file (by its suffix) as a pydantic model.

    Raises:
        MintError: If the file cannot be read or its content is not such a model.
    """
    if path.suffix == ".json":
        return validate_model(read_json(path), model, str(path))
    if path.suffix in {".yaml", ".yml"}:
        return validate_model(read_yaml(path), model, str(path))
    raise MintError(f"{path}: expected a name that ends in .json, .yaml or .yml")


def validate_model(value: object, model: type[ModelT], where: str) -> ModelT:
    """A decoded value as a pydantic model.

    Raises:
        MintError: "where: field.path: message" of the first fault, and how many follow.
    """
    with fits_the_model(where, model):
        return model.model_validate(value)


@contextmanager
def fits_the_model(where: str, model: "type[BaseModel] | None" = None) -> Iterator[None]:
    """Tell what does not fit a pydantic model in one line that starts with `where`.

    Args:
        where: File, line or field.
        model: By which a field with a typo is told with its right name.

    Raises:
        MintError: As `validate_model`.
    """
    from pydantic import ValidationError  # here, as it is slow to import

    try:
        yield
    except ValidationError as error:
        raise MintError(told(error, where, model)) from None


def write_text(path: Path, text: str) -> None:
    """Write the file in one step: beside it first, then moved over it.

    What a killed process left beside it is used again, so that nothing of it stays.

    Raises:
        MintError: If the folder cannot be written; the old file, if any, is untouched.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _for_this_process_alone(part) as handle:
            try:
                handle.write(text)
                handle.flush()
                os.fsync(handle.fileno())
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise MintError(f"{path}: cannot be written ({error.strerror or error})") from None


@contextmanager
def _for_this_process_alone(part: Path) -> Iterator[TextIO]:
    """The file, empty; another process that wants it waits until it is moved or removed."""
    while True:
        with open(part, "w", encoding="utf-8", opener=_without_emptying) as held:
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(held, fcntl.LOCK_EX)
            if part.exists() and part.stat().st_ino == os.fstat(held.fileno()).st_ino:
                held.truncate()
                yield held
                return


def _without_emptying(path: str, _: int) -> int:
    """Another process may be writing it. A link is not followed: the folder may be a stranger's."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON, in one step."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
