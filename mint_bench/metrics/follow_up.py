"""Follow-up likelihood: how much better a reply lets one foresee the seeker's real next line.

Only the arithmetic; the log-probabilities come from `local_models.likelihood`.
"""

from collections.abc import Sequence
from itertools import accumulate


def follow_up_gain(after_reply: Sequence[float], after_silence: Sequence[float]) -> float:
    """(1/n) Σ_i [ln p(u_i | h, r, u_<i) − ln p(u_i | h, …, u_<i)], in nats a token.

    u is the seeker's real next line of n tokens, h the conversation before the reply r. 0 says
    that the line is as likely as after silence ("…", which keeps speakers in turn, as chat
    templates want it); above 0, that the reply led to it or said it beforehand.

    After Zhang et al. 2025, "Aligning Language Models Using Follow-up Likelihood as Reward
    Signal" (arXiv 2409.13948), who reward a reply r to h by how likely p(f | h, r) a model finds
    set follow-ups f, the mean over f's tokens, that stand for a content and for a discontented
    user. Here f is what the real seeker said, so what makes that line likely without any reply
    is taken off; among replies to one h this changes no order.

    Args:
        after_reply: ln p of each of the line's tokens, in order.
        after_silence: The same tokens with silence in the reply's place.

    Raises:
        ValueError: If there is no token, or not as many on both sides.

    >>> follow_up_gain([-1.0, -2.0], [-2.0, -4.0])
    1.5
    """
    if not after_reply:
        raise ValueError("a line needs a token")
    pairs = zip(after_reply, after_silence, strict=True)
    return sum(with_reply - without for with_reply, without in pairs) / len(after_reply)


def first_that_fits(lengths: Sequence[int], budget: int) -> int:
    """Position from which on the turns fit into the budget, the newest first.

    Args:
        lengths: Tokens of each turn, the oldest first.
        budget: Tokens that there is room for.

    Returns:
        0 if all fit, `len(lengths)` if not even the newest does.

    >>> first_that_fits([5, 3, 4], 8)
    1
    """
    return len(lengths) - sum(total <= budget for total in accumulate(reversed(lengths)))


def shared(first: Sequence[int], second: Sequence[int]) -> int:
    """How many elements both begin with in common.

    >>> shared([1, 2, 3], [1, 2, 4, 5])
    2
    """
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
