"""The templates of `leaderboard/`, and what they all may use.

Every expression is escaped, and loses characters that would turn the text around it: a name can
neither become markup nor reorder its row.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mint_bench import __version__
from mint_bench.leaderboard.home import billions, weights
from mint_bench.leaderboard.talks import DIMENSION_WORDS
from mint_bench.look import look
from mint_bench.resources import resource
from mint_bench.tactics.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from jinja2 import Environment

# Marks that turn the direction of text, and control characters other than tab and line break.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """A text without marks that turn its direction; anything else, and markup, as it is.

    >>> plain("a\u202eb")
    'a·b'
    """
    if type(value) is str:
        return TURNING.sub("·", value)
    return value


def render(template: str, root: str = "", **values: Any) -> str:  # noqa: ANN401 - templates take anything
    """A page.

    Args:
        template: Name of its file.
        root: From the page to the site's folder, such as `../../../`.
        values: What the template may use beside the common names.
    """
    return _environment().get_template(template).render(root=root, **values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(resource("leaderboard"), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    taxonomy = load_taxonomy()
    environment.globals |= {
        "weights": weights,
        "billions": billions,
        "version": __version__,
        "tactics": taxonomy.tactics,
        "dimensions": DIMENSION_WORDS,
        "look": look(),
    }
    shown = [
        tuple(_tag(index, tactic.short, again=again) for again in (False, True))
        for index, tactic in enumerate(taxonomy.tactics)
    ]
    environment.filters["tags"] = lambda tags: Markup("").join(
        shown[tag.index][tag.again] for tag in tags
    )
    environment.filters["ratings"] = _ratings
    return environment


def _ratings(ratings: Iterable[tuple[str, str]]) -> Markup:
    """Dimensions and their ratings as a list's items; none of them was written by anyone else."""
    return Markup("".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in ratings))  # noqa: S704


def _tag(index: int, short: str, *, again: bool) -> Markup:
    """A tactic's short name in its colour; a page holds hundreds, so each is made once."""
    kind, sign = (" again", " ↻") if again else ("", "")
    return Markup('<span class="tag k{}{}">{}{}</span>').format(index, kind, short, sign)
