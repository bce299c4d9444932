"""The one exception that users see: a clear line that says what is wrong and what to do.

Not for programming mistakes: those stay ordinary Python exceptions with a traceback.
"""

import difflib
import reprlib
from collections.abc import Iterable

from mint_bench.marks import plain
from mint_bench.secrecy import without_secrets

_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict, _SHORT.maxtuple = 3, 5, 5, 5
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 1_000  # whoever asks cuts at less


class MintError(Exception):
    """A fault in input, data or environment, told in one line that names what to do.

    The command line prints the message without a traceback and exits with code 2. A
    message names the file, line or field at fault. What it quotes of a file cannot act on a
    terminal, and holds no key.
    """

    def __init__(self, message: str) -> None:
        super().__init__(plain(without_secrets(" ".join(message.split()))))


def on_one_line(error: BaseException, most: int = 160) -> str:
    r"""What another library's error says, on one line of so many characters; else its kind.

    >>> on_one_line(ValueError("no such file\n  in line 3")), on_one_line(ValueError())
    ('no such file in line 3', 'ValueError')
    """
    return beginning(str(error), most) or type(error).__name__


def beginning(text: str, most: int) -> str:
    """So many characters of a text on one line; half a key would no longer be known for one.

    >>> beginning("GET http://me:sesame@box", 22)
    'GET http://[hidden]@bo'
    """
    return without_secrets(" ".join(text.split()))[:most]


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not known: the nearest one that is, else all of them.

    >>> suggestion("embeded", ["embedded", "llm"]), suggestion("x", ["embedded", "llm"])
    ('did you mean embedded?', 'there are: embedded, llm')
    """
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(names)}"


def shortly(value: object, most: int = 40) -> str:
    """The beginning of how a value is written, whatever a file made of it.

    Not all of it is written first: it may be a million values. A number can be too long to be
    written at all. Keys are hidden before it is cut.

    >>> shortly({"a": [1, 2]}), shortly("x" * 99, 5)
    ("{'a': [1, 2]}", "'xxxx")
    """
    try:
        return without_secrets(_SHORT.repr(value))[:most]
    except ValueError:
        return "a number of thousands of digits"
