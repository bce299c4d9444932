"""A stranger's words in Markdown that a forge renders: they stay words.

Beyond Markdown's own marks, a forge turns `@name` into a notice to that person, `#1` and hashes
into links, bare addresses into links, `$x$` into mathematics and `:name:` into a picture; text may
also turn its direction or be very long.
"""

import re

from mint_bench.records.tables import markdown_text

JOINER = "\u2060"  # a word joiner: has no width, and ends what a forge would take for a link
LONGEST = 200
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\x00-\x08\x0b-\x1f\x7f-\x9f]"
    "|[\U000e0000-\U000e0fff]"
)
# Of a picture's name the underscore is escaped when this is looked for.
_LINKED = re.compile(r"[@#]|://|www\.|GH-|:(?=[\w+\\-]+:)", re.IGNORECASE)


def one_line(text: str, most: int = 600) -> str:
    r"""Text on one line without marks that hide or turn it, for a terminal and a CI's log.

    >>> one_line("a\n::error::\x1b[2Jb")
    'a ::error::·[2Jb'
    """
    plain = " ".join(_HIDDEN.sub("·", text).split())
    return f"{plain[: most - 1]}…" if len(plain) > most else plain


def inert(text: str, most: int = LONGEST) -> str:
    r"""Text on one line that a forge shows as it is, and makes nothing of.

    >>> inert("<b>hi</b> | @you")
    '\\<b\\>hi\\</b\\> \\| @\u2060you'
    """
    safe = markdown_text(one_line(text, most)).replace("$", "\\$")
    return _LINKED.sub(lambda found: found[0] + JOINER, safe)


def code(text: str, most: int = 400) -> str:
    """Text as code, in which a forge makes no link and no notice.

    >>> code("a`b|c")
    '`a·b|c`'
    """
    return f"`{one_line(text.replace('`', '·'), most) or '·'}`"
