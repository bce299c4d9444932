"""Reading and writing files so that a fault is one clear line and nothing is half-written.

Only the mechanics of JSON, JSON Lines, YAML, pydantic models and atomic replacement; no
knowledge of what files mean.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mint_bench.errors import MintError

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

ModelT = TypeVar("ModelT", bound="BaseModel")


def read_text(path: Path) -> str:
    """The file's text, as UTF-8 with an optional byte-order mark.

    Raises:
        MintError: If the file is missing, unreadable or no UTF-8.
    """
    try:
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
    """A JSON value from text; NaN and infinities are refused.

    Raises:
        MintError: If the text is no JSON; the message starts with `where`.
    """

    def refuse(constant: str) -> None:
        raise MintError(f"{where}: {constant} is not allowed in JSON")

    try:
        return json.loads(text, parse_constant=refuse)
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
        MintError: At the first line that is no JSON; the message names file and line.
    """
    try:
        with path.open(encoding="utf-8-sig") as handle:
            for number, line in enumerate(handle, 1):
                if line.strip():
                    yield number, parse_json(line.strip(), f"{path}:{number}")
    except FileNotFoundError:
        raise MintError(f"{path}: no such file") from None
    except OSError as error:
        raise MintError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise MintError(f"{path}: not UTF-8 ({error.reason}); convert the file") from None


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML has no narrower type
    """The file's YAML value, plain data only: tags that build Python objects are refused.

    A key given twice in one mapping is refused too; YAML would silently keep the last.

    Raises:
        MintError: If the file is missing or no such YAML; the message names the line.
    """
    import yaml  # here, as it costs more to import than the rest of the command line

    text = read_text(path)
    try:
        _refuse_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader), path)
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise MintError(f"{path}{line}: not plain YAML ({error.problem})") from None
    except (yaml.YAMLError, ValueError) as error:
        raise MintError(f"{path}: not plain YAML ({error})") from None
    except RecursionError:
        raise MintError(f"{path}: YAML nested too deeply") from None


def _refuse_repeated_keys(root: Any, path: Path) -> None:  # noqa: ANN401 - a yaml.Node
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
                raise MintError(f"{path}, line {line}: {key.value!r} stands here a second time")
            keys.add(str(key.value))
            waiting.append(value)


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
    from pydantic import ValidationError  # here, as it is slow to import

    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # A list with a bad item is also called too short: the item is the fault.
        spoilt = {fault["loc"][:end] for fault in faults for end in range(len(fault["loc"]))}
        first, *others = [
            fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in spoilt
        ]
        more = f" (and {len(others)} more)" if others else ""
        raise MintError(f"{where}: {_describe(first)}{more}") from None


def _describe(fault: "ErrorDetails") -> str:
    """One fault as "field.path: message", with the value at fault where it is short."""
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing":
        message = "missing"
    elif fault["type"] == "extra_forbidden":
        message = "unknown field; check its spelling or remove it"
    elif fault["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        message = f"expected named fields, found {fault['input']!r:.40}"
    elif isinstance(fault["input"], str | int | float | bool | None):
        message += f", found {fault['input']!r:.40}"
    path = ".".join(str(part) for part in fault["loc"])
    return f"{path}: {message}" if path else message


def write_text(path: Path, text: str) -> None:
    """Write the file in one step: beside it first, then moved over it.

    Raises:
        MintError: If the folder cannot be written; the old file, if any, is untouched.
    """
    handle = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed before it is moved
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        )
        with handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        Path(handle.name).chmod(0o644)
        Path(handle.name).replace(path)
    except OSError as error:
        if handle is not None:
            Path(handle.name).unlink(missing_ok=True)
        raise MintError(f"{path}: cannot be written ({error.strerror or error})") from None
    except BaseException:
        if handle is not None:
            Path(handle.name).unlink(missing_ok=True)
        raise


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON, in one step."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
