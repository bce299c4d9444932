"""Where a figure's spread comes from: conversations, epochs, judges.

`variance_split(values)` gives a `VarianceSplit`. On arrays of one mean a conversation, epoch and
judge; what a mean is of is the caller's.
"""

from dataclasses import dataclass

import numpy as np

from mint_bench.stats.intervals import Interval, bootstrap
from mint_bench.stats.statistic import Floats


@dataclass(frozen=True, slots=True)
class VarianceSplit:
    """Variance components of a conversation's mean, each with its interval over conversations.

    Attributes:
        conversation: Between conversations.
        epoch: Between epochs of one conversation; None where only one was run: it is then part
            of `conversation`.
        judge: Between judges of one epoch, what is constant to a judge left out; None where only
            one judged: it is then part of `epoch`, or of `conversation`.
        n: Conversations that count: those complete in all epochs and judges.
        epochs: Epochs of each.
        judges: Judges of each.
    """

    conversation: Interval
    epoch: Interval | None
    judge: Interval | None
    n: int
    epochs: int
    judges: int

    @property
    def shares(self) -> dict[str, float]:
        """Each component's share of the sum of all, components below 0 taken as 0."""
        found = {
            name: max(0.0, part.value)
            for name, part in (
                ("conversation", self.conversation),
                ("epoch", self.epoch),
                ("judge", self.judge),
            )
            if part is not None
        }
        total = sum(found.values())
        return {name: value / total if total else float("nan") for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Component:
    """A variance component from columns (1, x, x², w, v) summed over K conversations.

    x is a conversation's mean, w and v the mean squares within it. The component is
    a · (Σx² − (Σx)²/K)/(K − 1) + b · Σw/K + c · Σv/K.

    Attributes:
        between: a, weight of the variance between conversations.
        epochs: b, weight of the mean square between epochs.
        judges: c, weight of the mean square between judges.
    """

    between: float
    epochs: float
    judges: float

    def value(self, sums: Floats) -> Floats:
        """The component; may fall below 0."""
        k, x, xx, w, v = np.moveaxis(sums, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = (xx - x * x / k) / (k - 1)
            return np.asarray(self.between * spread + self.epochs * w / k + self.judges * v / k)

    def gradient(self, sums: Floats) -> Floats:
        """Derivatives by the five columns."""
        k, x, xx, w, v = np.moveaxis(sums, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = (xx - x * x / k) / (k - 1)
            by_count = (x * x / (k * k) - spread) / (k - 1)
            return np.stack(
                [
                    self.between * by_count - (self.epochs * w + self.judges * v) / (k * k),
                    self.between * -2 * x / (k * (k - 1)),
                    self.between / (k - 1),
                    self.epochs / k,
                    self.judges / k,
                ],
                axis=-1,
            )


def variance_split(values: Floats) -> VarianceSplit | None:
    """Split the variance of conversations' means by the method of moments.

    Model: x_cej = μ + judge_j + conversation_c + epoch_ce + rest_cej; the mean squares of a
    balanced nested design give the components.

    Args:
        values: Shape (K, E, J): conversations, epochs, judges. A conversation with a NaN does
            not count.

    Returns:
        None where fewer than two conversations are complete.
    """
    whole = values[~np.isnan(values).any(axis=(1, 2))]
    k, epochs, judges = whole.shape
    if k < 2:
        return None
    rows = _rows(whole)
    e, j = float(epochs), float(judges)
    several, panel = epochs > 1, judges > 1
    by_judge = 1 / j if panel else 0.0
    between = Component(1.0, -1 / e if several else 0.0, 0.0 if several else -by_judge)
    return VarianceSplit(
        bootstrap(between, rows),
        bootstrap(Component(0.0, 1.0, -by_judge), rows) if several else None,
        bootstrap(Component(0.0, 0.0, 1.0), rows) if panel else None,
        k,
        epochs,
        judges,
    )


def _rows(whole: Floats) -> Floats:
    """Columns (1, x, x², w, v) of complete conversations, centred so that little is lost."""
    centred = whole - whole.mean(axis=(0, 1))  # each judge's own level is no spread
    _, epochs, judges = centred.shape
    by_epoch = centred.mean(axis=2)
    x = by_epoch.mean(axis=1)
    w = by_epoch.var(axis=1, ddof=1) if epochs > 1 else np.zeros_like(x)
    v = centred.var(axis=2, ddof=1).mean(axis=1) if judges > 1 else np.zeros_like(x)
    return np.stack([np.ones_like(x), x, x * x, w, v], axis=1)
