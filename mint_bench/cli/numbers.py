"""Numbers as options take them."""

import math
from typing import Any

import click


class FiniteRange(click.FloatRange):
    """A number within bounds; click's own range lets nan through, and inf where it has no end."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number.

        Raises:
            BadParameter: If it is none, is not finite, or lies outside the bounds.
        """
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number
