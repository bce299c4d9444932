"""What a paired comparison can see: the smallest difference, and the conversations needed.

Two-sided tests at 5 % over conversations. From a standard error alone; runs no test itself.
"""

import math

from mint_bench.stats.intervals import t_quantile

POWER = 0.8
MOST_CONVERSATIONS = 1_000_000


def minimum_detectable(se_difference: float, n: int, power: float = POWER) -> float:
    """Smallest true difference that a two-sided 5 % test finds with the given power.

    (t_{0.975} + t_{power}) · SE of the difference, K − 1 degrees of freedom. NaN without a
    standard error.

    >>> round(minimum_detectable(0.05, 50), 3)
    0.143
    """
    from scipy.special import stdtrit

    if n < 2:
        return float("nan")
    return float((t_quantile(n - 1) + stdtrit(n - 1, power)) * se_difference)


def conversations_needed(
    se_difference: float, n: int, difference: float, power: float = POWER
) -> int | None:
    """Fewest conversations in which a two-sided 5 % test finds a difference with the given power.

    The standard error is taken to shrink as 1/√K from the `n` conversations it was measured on.

    Args:
        se_difference: Of the paired difference over `n` conversations.
        n: Conversations it was measured on.
        difference: The true difference to find, other than 0.
        power: Chance to find it.

    Returns:
        At least 2; None where it is unknown or above a million.

    >>> conversations_needed(0.05, 50, 0.14), conversations_needed(0.05, 50, 0.07)
    (53, 203)
    """
    if not difference or math.isnan(se_difference) or n < 2:
        return None

    def found(k: int) -> bool:
        return minimum_detectable(se_difference * math.sqrt(n / k), k, power) <= abs(difference)

    most = 2
    while not found(most):
        most *= 2
        if most > MOST_CONVERSATIONS:
            return None
    least = most // 2  # not enough, unless it is below 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if middle >= 2 and found(middle) else (middle, most)
    return most
