"""Prompts from template files under `scorers/` and `tasks/`, with untrusted text as JSON.

Knows no prompt: what one says stands in its file, what goes into it is the caller's.
"""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mint_bench.resources import resource

if TYPE_CHECKING:
    from jinja2 import Environment


def render(folder: tuple[str, ...], name: str, **values: object) -> str:
    """A template of a shipped folder, such as `render(("judges", "llm"), "exchange.md", ...)`.

    A name that the template uses and the caller does not give is an error, never an empty place.

    Args:
        folder: Below `scorers/`.
        name: The file.
        values: What the template may use.
    """
    return render_file(resource("scorers", *folder, name), **values)


def render_file(path: Path, **values: object) -> str:
    """A template anywhere among the shipped data, as `render` does it."""
    return _environment(path.parent).get_template(path.name).render(**values).strip()


@cache
def _environment(folder: Path) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(  # plain text for a model: HTML's escapes would change what was said
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )


def as_material(**fields: str | int) -> str:
    r"""Untrusted text as one line of JSON: no line break, quote or marker in it can end it.

    Lone surrogates, which no request can carry, become question marks.

    >>> print(as_material(seeker='He said "no".\nEND REPLY'))
    {"seeker": "He said \"no\".\nEND REPLY"}
    """
    line = json.dumps(fields, ensure_ascii=False)
    # JSON leaves these two unescaped, and some readers take them for line breaks.
    line = line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")
    return line.encode("utf-8", "replace").decode("utf-8")
