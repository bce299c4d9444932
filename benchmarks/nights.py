"""How often the nightly test errs and how soon it finds a fall: `python -m benchmarks.nights`.

Prints the tables of `docs/nightly.md`. Nights have the noise of each conversation, and beside it
what all conversations of a night share.
"""

from collections.abc import Callable

import numpy as np

from mint_bench.stats.sequential import change
from mint_bench.stats.statistic import Floats

Noise = Callable[[np.random.Generator, tuple[int, int]], Floats]

LEVEL = 0.05
TESTS = 14  # that share the level where it is asked how soon a fall is found
NIGHTS, AFTER = 60, 14
SHARED = (0.0, 0.05, 0.1, 0.2)
NOISE = 0.4  # of a conversation, from night to night
QUIET = (1, 5, 10, 40)


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """The usual noise."""
    return rng.normal(0, NOISE, shape)


def skewed(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Most nights nothing, now and then a reply that fails: long tail to one side."""
    return -2.0 * (rng.random(shape) < 0.05)


def uneven(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Half of the conversations never vary, a few vary much."""
    return rng.normal(0, 1, shape) * np.linspace(-1, 1, shape[1]).clip(0) ** 2


def drawn(
    rng: np.random.Generator, nights: int, conversations: int, noise: Noise, shared: float = 0.0
) -> Floats:
    """Conversations differ much from one another, and each a little from night to night."""
    whole = rng.normal(3, 1, conversations) + noise(rng, (nights, conversations))
    return whole + rng.normal(0, shared, (nights, 1))


def ever(nights: Floats, level: float = LEVEL) -> bool:
    """Whether a change is told on any night."""
    return any(change(nights[:n], level).found(level) for n in range(2, len(nights) + 1))


def alarms(
    streams: int, conversations: int, noise: Noise, shared: float = 0.0, seed: int = 8
) -> int:
    """In how many series of nights without a change one is told."""
    rng = np.random.default_rng(seed)
    return sum(ever(drawn(rng, NIGHTS, conversations, noise, shared)) for _ in range(streams))


def waits(streams: int, quiet: int, shared: float = 0.0, seed: int = 3) -> list[float]:
    """After how many nights a fall by one conversation's noise is told; infinite where not."""
    rng = np.random.default_rng(seed)
    level, found = LEVEL / TESTS, []
    for _ in range(streams):
        nights = drawn(rng, quiet + AFTER, 50, normal, shared)
        nights[quiet:] -= NOISE
        after = range(quiet + 1, quiet + AFTER + 1)
        told = (n - quiet for n in after if change(nights[:n], level).found(level))
        found.append(next(told, np.inf))
    return found


def main(streams: int = 200) -> None:
    """Print both tables."""
    print("| noise of a conversation | shared by a night (sd) | conversations | ever alarmed |")
    print("| --- | ---: | ---: | ---: |")
    for told, noise in (
        ("normal, sd 0.4", normal),
        ("rare failures, skewed", skewed),
        ("few conversations vary", uneven),
    ):
        for shared in SHARED:
            for count in (24, 50):
                share = alarms(streams, count, noise, shared) / streams
                print(f"| {told} | {shared:g} | {count} | {share:.1%} |".replace("%", " %"))
    print()
    print(f"| shared by a night (sd) | {' | '.join(f'{q} before' for q in QUIET)} |")
    print(f"| ---: |{' ---: |' * len(QUIET)}")
    for shared in SHARED:
        cells = []
        for quiet in QUIET:
            found = waits(streams // 2, quiet, shared)
            middle = np.median(found)
            wait = f"{middle:g}" if np.isfinite(middle) else f"over {AFTER}"
            cells.append(f"{wait} ({np.mean(np.isfinite(found)):.0%})".replace("%", " %"))
        print(f"| {shared:g} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
