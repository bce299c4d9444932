"""Recipe files: found by name, one extending another, changed by `--set`, unknown keys refused.

A key that is not known is refused with the nearest one that is. What settings there are stands in
`recipe`, and which of them count when in `idle`.
"""

import re
from functools import reduce
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from mint_bench.errors import MintError, shortly, suggestion
from mint_bench.files import parse_yaml, read_yaml, validate_model
from mint_bench.grpo.idle import refuse_idle
from mint_bench.grpo.recipe import NAME, Recipe
from mint_bench.resources import resource


def recipe_names() -> list[str]:
    """The shipped recipes."""
    return sorted(path.stem for path in resource("recipes").glob("*.yaml"))


def load_recipe(name: str, overrides: tuple[str, ...] = ()) -> Recipe:
    """A shipped recipe by name, or one in a file; `extends: NAME` takes over another's settings.

    Args:
        name: `tiny_cpu`, `recipes/tiny_cpu.yaml`, or a path.
        overrides: `training.max_steps=3` and so on, values as YAML.

    Raises:
        MintError: If there is none, a key or value does not fit, or a setting changes nothing.
    """
    path = _path(name)
    layers = [*_files(path, ()), *map(_override, overrides)]
    value = reduce(_merged, layers)
    _refuse_unknown(value, Recipe, str(path), "")
    recipe = validate_model(value, Recipe, str(path))
    refuse_idle(recipe, layers, str(path))
    return recipe


def _path(name: str) -> Path:
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        if path.exists():
            return path
        name = path.stem
    if name not in recipe_names():
        raise MintError(f"no recipe is called {name!r}; {suggestion(name, recipe_names())}")
    return resource("recipes", f"{name}.yaml")


def _files(path: Path, seen: tuple[Path, ...]) -> list[dict[str, Any]]:
    """What a file says, after what each that it extends does."""
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise MintError(f"{path}: expected named settings")
    if path in seen:
        raise MintError(f"{path}: extends itself")
    base = value.pop("extends", None)
    if base is None:
        return [value]
    if not (isinstance(base, str) and re.fullmatch(NAME, base)):
        raise MintError(f"{path}: extends: {shortly(base, 60)} is no recipe's name")
    beside = path.with_name(f"{base}.yaml")
    return [*_files(beside if beside.exists() else _path(base), (*seen, path)), value]


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The base's settings with the other's over them, mapping by mapping."""
    merged = dict(base)
    for key, value in over.items():
        inner = merged.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        merged[key] = _merged(inner, value) if both else value  # type: ignore[arg-type]
    return merged


def _override(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise MintError(f"--set {text}: write KEY=VALUE, such as training.max_steps=3")
    found: Any = parse_yaml(value, f"--set {text}")
    for part in reversed(key.strip().split(".")):
        found = {part: found}
    return dict(found)


def _refuse_unknown(value: object, model: type[BaseModel], where: str, place: str) -> None:
    """Raise for the first key, at any depth, that its part of the recipe does not have."""
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key not in model.model_fields:
            hint = suggestion(str(key), model.model_fields)
            raise MintError(f"{where}: {place}{key}: no such setting; {hint}")
        for part in _models(model.model_fields[key].annotation):
            _refuse_unknown(inner, part, where, f"{place}{key}.")


def _models(annotation: object) -> list[type[BaseModel]]:
    if get_origin(annotation) in {Union, UnionType}:
        return [model for part in get_args(annotation) for model in _models(part)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return []
