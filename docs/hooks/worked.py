"""The worked examples of the metrics' page: a test checks them, and the pictures draw from them."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "metrics.md"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class DisagreementError(Exception):
    """The page says something else than the code computes."""


def run() -> dict[str, object]:
    """Run every example of the page, in order.

    Returns:
        What they called by a name.

    Raises:
        DisagreementError: If one gives another answer than the page says.
    """
    text = "\n".join(found[1] for found in FENCE.finditer(PAGE.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    # A runner that is not told to clear them leaves the names in the test.
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(
        test, out=told.append, clear_globs=False
    )
    if told:
        raise DisagreementError("".join(told))
    return test.globs
