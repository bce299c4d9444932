"""A number as a page shows it, back to a number, and whether it is another one rounded."""

import math
import re

NONE = "–"


def number(text: str) -> float:
    """The number that a text shows; NaN where it shows none.

    >>> number("−0.45†"), number("1,204"), number("12.5 %"), number("+0.10*")
    (-0.45, 1204.0, 12.5, 0.1)
    """
    found = re.fullmatch(r"([+-]?[\d,]*\.?\d+)\s*%?[†*]?", text.strip().replace("−", "-"))
    return float(found[1].replace(",", "")) if found else math.nan


def differs(text: str, value: float | None) -> bool:
    """Whether a text shows anything else than the value, rounded to the digits that it has.

    >>> differs("3.14", 3.1401), differs("3.14", 3.151), differs("–", None), differs("–", 1.0)
    (False, True, False, True)
    """
    if value is None or math.isnan(value):
        return text.strip() != NONE
    shown = number(text)
    digits = len(re.sub(r"[^\d.]", "", text).partition(".")[2])
    return math.isnan(shown) or abs(shown - value) > 0.5 * 10**-digits + 1e-9
