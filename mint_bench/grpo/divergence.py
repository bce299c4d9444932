"""When looks at held-out conversations say that a training does harm: one rule, told in words.

No rise of the reward is asked for. Its terms have no common unit, whether they rose shows in the
curves, and a figure that has become worse is worth a warning in either case.
"""

from collections.abc import Sequence

from mint_bench.grpo.watch import WATCH, Log, looks_of

TOLERATED = {
    "empathy": -0.2,
    "repetition": 0.1,
    "density": 1.0,
    "labels": 0.05,
    "openings": -0.2,
}
"""How much worse than its best each figure may be, in its bad direction.

Two looks at 20 conversations of a model that does not change (SmolLM2, the epochs of its record)
differ by up to 0.17 in empathy, 0.1 in repetition and 0.5 in density in 19 of 20 pairs; shares of
their 160 replies by up to 0.11, and near none by 0.03. Density is allowed more: the published best
gained half a tactic a turn, the known failures two and more.
"""


def divergence(history: Sequence[Log], patience: int) -> str | None:
    """Plain words on the first figure that stays worse than it was; None where there is none.

    They say what the reward of training did meanwhile: where it rose, it may be gamed.

    Args:
        history: The trainer's log.
        patience: Looks in a row that must be worse than the best one before them.
    """
    looks = looks_of(history)
    before, last = looks[:-patience], looks[-patience:]
    for name, tolerated in TOLERATED.items():
        values = [look.get(WATCH + name) for look in before]
        known = [value for value in values if value is not None]
        if not known:
            continue
        best = max(known) if tolerated < 0 else min(known)
        if all(_worse(look.get(WATCH + name), best, tolerated) for look in last):
            now = last[-1][WATCH + name]
            return (
                f"held-out {name} has been worse than its best, {best:.2f}, by more than "
                f"{abs(tolerated):g} at {patience} looks in a row, now {now:.2f}: "
                f"{_reward_since(history)}"
            )
    return None


def _reward_since(history: Sequence[Log]) -> str:
    """What the reward did meanwhile: its mean over the first and the last half of the steps."""
    rewards = [entry["reward"] for entry in history if entry.get("reward") is not None]
    half = len(rewards) // 2
    if not half:
        return "the model may be harmed"
    first, last = (sum(part) / half for part in (rewards[:half], rewards[-half:]))
    if last > first:
        return f"the reward, which rose from {first:.2f} to {last:.2f}, may be gamed"
    return f"the model may be harmed; the reward went from {first:.2f} to {last:.2f}"


def _worse(value: float | None, best: float, tolerated: float) -> bool:
    return value is not None and (best - value if tolerated < 0 else value - best) > abs(tolerated)
