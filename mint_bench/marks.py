r"""Characters that act where text is shown: they end lines, drive terminals, turn directions.

What others wrote loses them before people see it. Markup is no matter of this module: each
writer escapes its own.
"""

import re

# C0 and C1 control characters, line and paragraph separators, marks that turn the direction.
ACTING = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_ACTING = re.compile(f"[{ACTING}]")


def plain(text: str) -> str:
    r"""A text on one line in which nothing acts: each such character becomes a dot.

    >>> plain("a\x1b[31mb\u202ec")
    'a·[31mb·c'
    """
    return _ACTING.sub("·", text)
