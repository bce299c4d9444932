"""What a check of the site found: how many figures it computed again, and which are wrong."""

import math
from dataclasses import dataclass, field

from mint_bench.nightly.shown import differs


@dataclass
class Findings:
    """Counts and faults, shared by all parts of the check.

    Attributes:
        checked: Figures that were computed again, an interval's ends each counted.
        faults: What is wrong where, one line each.
    """

    checked: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        """Something is wrong that is no other figure than the records'."""
        self.faults.append(f"{where}: {what}")

    def value(self, where: str, shown: str, value: float | None) -> None:
        """A figure that a reader sees: `shown` must be `value`, rounded to the digits it has."""
        self.checked += 1
        if differs(shown, value):
            told = "nothing" if value is None or math.isnan(value) else f"{value:.4g}"
            self.fault(where, f"shows {shown.strip() or 'nothing'}, the records say {told}")

    def close(
        self, where: str, shown: float | None, value: float | None, within: float = 1e-9
    ) -> None:
        """A figure in a file: equal but for the last digits, relative or absolute."""
        self.checked += 1
        same = shown is value if None in (shown, value) else math.isclose(
            shown or 0.0, value or 0.0, rel_tol=within, abs_tol=within
        )  # fmt: skip
        if not same:
            self.fault(where, f"is {shown}, the records say {value}")

    def same(self, where: str, shown: object, expected: object) -> None:
        """Anything that has one form only, such as a rank or its letters."""
        self.checked += 1
        if shown != expected:
            self.fault(where, f"is {shown!r:.60}, the records say {expected!r:.60}")

    def drawn(self, where: str, shown: float, expected: float, within: float) -> None:
        """A place in a drawing, in its own units."""
        self.checked += 1
        if not abs(shown - expected) <= within:
            self.fault(where, f"is drawn at {shown:g}, the records say {expected:.1f}")
