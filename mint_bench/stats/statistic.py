"""A statistic as a smooth function of column sums, with its gradient.

Each conversation contributes one row of sums; a system's figure is a function of the rows'
total. With the gradient come, from one definition, the linearised standard error, the
studentised bootstrap and the paired comparison. Holds no intervals.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Statistic(Protocol):
    """A figure that depends on the rows of all conversations only through their sum."""

    def value(self, sums: Floats) -> Floats:
        """The figure from sums of shape (..., d); NaN where it is undefined."""
        ...

    def gradient(self, sums: Floats) -> Floats:
        """Derivative of the figure by each column, shape (..., d)."""
        ...


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient, NaN where the denominator is zero."""
    out = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=out, where=np.abs(denominator) > 1e-12)
    return out


@dataclass(frozen=True, slots=True)
class Ratio:
    """θ = Σy / Σm over two columns (y, m): means over turns, and every rate.

    >>> float(Ratio().value(np.array([3.0, 4.0])))
    0.75
    """

    def value(self, sums: Floats) -> Floats:
        """Σy / Σm."""
        return divide(sums[..., 0], sums[..., 1])

    def gradient(self, sums: Floats) -> Floats:
        """(1 / Σm, −θ / Σm)."""
        inverse = divide(np.ones(sums.shape[:-1]), sums[..., 1])
        return np.stack([inverse, -self.value(sums) * inverse], axis=-1)


@dataclass(frozen=True, slots=True)
class MacroRatio:
    """Plain mean of T ratios over columns (h_1 … h_T, n_1 … n_T), as macro stickiness.

    A ratio without denominator is left out of the mean (Zhan et al. 2026, stickiness).

    >>> float(MacroRatio().value(np.array([1.0, 3.0, 0.0, 2.0, 4.0, 0.0])))
    0.625
    """

    def value(self, sums: Floats) -> Floats:
        """Mean over k of h_k / n_k; NaN where no n_k is above 0."""
        h, n = np.split(sums, 2, axis=-1)
        ratios = divide(h, n)
        present = ~np.isnan(ratios)
        return divide(np.where(present, ratios, 0.0).sum(-1), present.sum(-1).astype(float))

    def gradient(self, sums: Floats) -> Floats:
        """(1 / (T n_k), −s_k / (T n_k)), zero for a k without denominator."""
        h, n = np.split(sums, 2, axis=-1)
        present = n > 0
        inverse = np.where(present, divide(np.ones_like(n), n), 0.0)
        share = divide(inverse, present.sum(-1, keepdims=True).astype(float))
        return np.concatenate([share, -np.where(present, h * inverse, 0.0) * share], axis=-1)


@dataclass(frozen=True, slots=True)
class Difference:
    """First statistic minus the second, each on its own block of columns."""

    first: Statistic
    second: Statistic
    split: int

    def value(self, sums: Floats) -> Floats:
        """Value of the first block minus value of the second."""
        return self.first.value(sums[..., : self.split]) - self.second.value(
            sums[..., self.split :]
        )

    def gradient(self, sums: Floats) -> Floats:
        """The two gradients side by side, the second negated."""
        return np.concatenate(
            [
                self.first.gradient(sums[..., : self.split]),
                -self.second.gradient(sums[..., self.split :]),
            ],
            axis=-1,
        )


def influence(statistic: Statistic, rows: Floats) -> Floats:
    """What each conversation adds to the figure, linearised: u_c = ∇f(Σx) · x_c.

    For a ratio this is (y_c − θ m_c) / Σm. The u_c of a figure that does not depend on the
    number of conversations sum to 0.

    Args:
        statistic: The figure.
        rows: Shape (K, d), one row a conversation.

    Returns:
        Shape (K,).
    """
    return np.asarray(rows @ statistic.gradient(rows.sum(axis=0)), dtype=np.float64)
