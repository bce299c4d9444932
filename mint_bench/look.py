"""The colours and fonts that page, figures and badges share: the names at the head of style.css.

One look, written down once; who draws takes it from here.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from mint_bench.resources import resource


@cache
def look(scheme: Literal["light", "dark"] = "light") -> Mapping[str, str]:
    """The style's own names and what they stand for, such as `ink` and `accent`.

    Args:
        scheme: What is not named anew for the dark is there as in the light.

    >>> look()["accent"] != look("dark")["accent"], look()["font"] == look("dark")["font"]
    (True, True)
    """
    style = resource("leaderboard", "style.css").read_text("utf-8")
    found: dict[str, str] = {}
    for head in re.findall(r":root \{([^}]*)\}", style)[: 1 if scheme == "light" else 2]:
        found |= re.findall(r"--([\w-]+):\s*([^;]+);", head)
    return MappingProxyType(found)
