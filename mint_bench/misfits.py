"""What does not fit a pydantic model, in words that a person understands: field, fault, value.

Imports no pydantic: that costs time, and every command would pay for it.
"""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mint_bench.errors import shortly, suggestion

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

Place = tuple[int | str, ...]

_LIST, _TEXT, _WHOLE, _NUMBER = "a list", "text", "a whole number", "a number"
_EXPECTED = {
    "tuple_type": _LIST, "list_type": _LIST, "set_type": _LIST, "frozen_set_type": _LIST,
    "string_type": _TEXT,
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE,
    "float_type": _NUMBER, "float_parsing": _NUMBER, "finite_number": "a finite number",
    "bool_type": "true or false", "bool_parsing": "true or false",
    "model_type": "named fields", "model_attributes_type": "named fields",
    "dict_type": "named fields", "mapping_type": "named fields",
}  # fmt: skip
"""What is expected, by the kind of fault."""

_BOUND: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda known: f"must be at least {known['ge']:g}",
    "greater_than": lambda known: f"must be more than {known['gt']:g}",
    "less_than_equal": lambda known: f"must be at most {known['le']:g}",
    "less_than": lambda known: f"must be less than {known['lt']:g}",
    "string_too_short": lambda known: _at_least(known["min_length"], "character"),
    "string_too_long": lambda known: f"must have at most {known['max_length']} characters",
    "too_short": lambda known: _at_least(known["min_length"], "entry", "entries"),
    "too_long": lambda known: f"must have at most {known['max_length']} entries",
}
"""What is asked of a value, by the kind of fault."""


def told(error: "ValidationError", where: str, model: "type[BaseModel] | None" = None) -> str:
    """The first fault of a value, in one line that starts with `where`, and how many follow.

    Args:
        error: What pydantic found.
        where: File, line or field.
        model: What the value should be; with it, a field that is not known is told with the
            nearest one that is.
    """
    faults = error.errors(include_url=False)
    # A list with a bad item is also called too short: the item is the fault.
    spoilt = {fault["loc"][:end] for fault in faults for end in range(len(fault["loc"]))}
    kept = [f for f in faults if f["type"] != "too_short" or f["loc"] not in spoilt]
    # A field that is missing and stands there with a typo is one fault.
    typos = {
        (*fault["loc"][:-1], near): fault
        for fault in kept
        if fault["type"] == "extra_forbidden" and (near := _near(fault["loc"], model))
    }
    wrong = [f for f in kept if f["type"] == "missing" and f["loc"] in typos]
    misspelt = [typos[fault["loc"]] for fault in wrong]
    told_of = {id(fault) for fault in wrong + misspelt}
    first, *rest = misspelt + [fault for fault in kept if id(fault) not in told_of]
    more = f" (and {len(rest)} more)" if rest else ""
    return f"{where}: {_described(first, model)}{more}"


def _described(fault: "ErrorDetails", model: "type[BaseModel] | None") -> str:
    """One fault as "field.path: message", with the value at fault where it is short."""
    kind, known = fault["type"], fault.get("ctx") or {}
    message = fault["msg"].removeprefix("Value error, ")
    found = isinstance(fault["input"], str | int | float | bool | None)
    if kind == "missing":
        message, found = "missing", False
    elif kind == "extra_forbidden":
        near = _near(fault["loc"], model)
        message = f"unknown field; {f'did you mean {near}?' if near else _CHECK}"
        found = False
    elif kind in _EXPECTED:
        message, found = f"expected {_EXPECTED[kind]}", True
    elif kind in _BOUND:
        message = _BOUND[kind](known)
    elif kind in {"literal_error", "enum"}:
        message = f"expected {known['expected']}"
    elif kind == "string_pattern_mismatch":
        message = f"is not in form (`{known['pattern']}`)"
    if found:
        message += f", found {shortly(fault['input'])}"
    path = ".".join(str(part) for part in fault["loc"])
    return f"{path}: {message}" if path else message


_CHECK = "check its spelling or remove it"


def _at_least(count: int, one: str, many: str | None = None) -> str:
    if count == 1:
        return "must not be empty"
    return f"must have at least {count} {many or f'{one}s'}"


def _near(place: Place, model: "type[BaseModel] | None") -> str | None:
    """The field that is nearest to one that is not known; None where none is near."""
    owner = _model_at(place[:-1], model)
    fields = [] if owner is None else [f.alias or name for name, f in owner.model_fields.items()]
    near = suggestion(str(place[-1]), fields)
    return near.removeprefix("did you mean ").removesuffix("?") if near.startswith("did") else None


def _model_at(place: Place, kind: Any) -> "type[BaseModel] | None":  # noqa: ANN401 - any annotation
    """The model at a place within a value of some kind; None where it cannot be told."""
    found: type[BaseModel] | None = next(
        (one for one in _members(kind) if hasattr(one, "model_fields")), None
    )
    if not place:
        return found
    part, *rest = place
    if isinstance(part, str) and found is not None and part in found.model_fields:
        return _model_at(tuple(rest), found.model_fields[part].annotation)
    inner = [arg for one in _members(kind) for arg in typing.get_args(one)]
    return next((there for one in inner if (there := _model_at(tuple(rest), one))), None)


def _members(kind: Any) -> Sequence[Any]:  # noqa: ANN401 - any annotation
    """The kinds that an annotation allows, each by itself."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _members(typing.get_args(kind)[0])
    if origin in {typing.Union, types.UnionType}:
        return [one for member in typing.get_args(kind) for one in _members(member)]
    return [kind]
