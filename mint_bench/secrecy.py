"""Keys and passwords out of what is told, logged or kept; sends none and reads none from files."""

import os
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

HIDDEN = "[hidden]"
SHORTEST = 8
"""Characters of a value that is taken for a secret: `none` and `1` are no keys."""
_NAMES = re.compile(
    r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$"
    # As a word of its own it may stand anywhere, unless the name is of a place or a kind.
    r"|(?<![A-Z0-9])(?:KEY|TOKEN|SECRET|PASS(?:WORD|WD|PHRASE)?|PAT|AUTH|CREDENTIAL)S?[0-9]*(?:$|_)"
    r"(?!(?:.*_)?(?:FILE|PATH|DIR|SOCK|TYPE|METHOD|MODE)$)",
    re.IGNORECASE,
)
_BEFORE_HOST = re.compile(r"(?<=://)[^/\s]*@")
"""Up to the last `@`: a password may hold quotes, and `@` itself."""
_IN_QUERY = re.compile(
    r"([?&](?:api[_-]?key|key|[a-z_]*token|secret|password|sig|signature)=)[^&\s'\"<>]+",
    re.IGNORECASE,
)


def without_secrets(text: str, *known: str | None) -> str:
    """A text without what stands in it of the environment's keys and of addresses' passwords.

    Args:
        text: For people or a file.
        known: Further secrets.

    >>> without_secrets("GET http://me:word@box/v1?key=abc failed; tried sesame-42", "sesame-42")
    'GET http://[hidden]@box/v1?key=[hidden] failed; tried [hidden]'
    """
    for value in sorted({*_environments(), *filter(None, known)}, key=len, reverse=True):
        if len(value) >= SHORTEST:
            text = text.replace(value, HIDDEN)
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _BEFORE_HOST.sub(f"{HIDDEN}@", text))


def _environments() -> Iterator[str]:
    """Values of variables that are named like a key, and passwords in addresses of any."""
    for name, value in os.environ.items():
        if _NAMES.search(name):
            yield value
        for user_and_password in _BEFORE_HOST.findall(value):
            password = user_and_password[:-1].partition(":")[2]
            yield from (password, unquote(password))


def has_secret(address: str) -> bool:
    """Whether an address carries a user, a password, a query or a fragment, as logs would keep it.

    >>> has_secret("http://me:word@box/v1"), has_secret("http://box:8000/v1")
    (True, False)
    """
    before_host = _BEFORE_HOST.search(address) or "@" in _user_and_host(address)
    return bool(before_host) or "?" in address or "#" in address


def _user_and_host(address: str) -> str:
    """This part as clients read it; all of an address that none can read."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        known = parts.port != 0
    except ValueError:  # a bracket left open, a port that is no number
        return address
    return parts.netloc if known else address
