"""How long work takes, so that a busy machine fails no test: seconds of this process alone."""

import time


def seconds(work, repeats=3, enough=1.0):
    """CPU seconds of a call: the least of some, of fewer where they take long."""
    taken = []
    while len(taken) < repeats and sum(taken) < enough:
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def grows_no_faster_than_length(prepare, text, length):
    """Eight times the length takes less than twenty times as long, or next to nothing.

    In linear time it would be eight times, in quadratic time sixty-four.
    """
    short, whole = (seconds(prepare(text(size))) for size in (length // 8, length))
    assert whole < max(20 * short, 0.5)
