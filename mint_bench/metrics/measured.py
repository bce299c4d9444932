"""One number about one reply, or the reason why there is none.

What figures beside the ranking give back, so that no missing number becomes a zero.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A number, or why there is none.

    Attributes:
        value: The number; None where there is none.
        reason: Why there is none; None where there is a number.
    """

    value: float | None
    reason: str | None = None


def missing(reason: str) -> Measured:
    """No number, for this reason."""
    return Measured(None, reason)
