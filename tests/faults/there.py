"""The models behind HTTP on loopback: greedy ones, whose answer depends on the request alone.

They take their time, so that a run can be hit while it waits; and fail as they are told.
"""

import hashlib
import json
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager

from mint_bench.judging.judge import DIMENSIONS
from tests.faults.processes import Run
from tests.inspect_plugin.judge_server import BROKEN, CUT, HANG, TOO_MANY, JudgeServer

SMALL, LARGE = "small", "large"
"""The model under test, and the judge."""
SHAPE = '{"rating": [3, 3, 3, 3, 3, 3]}'
WAYS = {
    "429": TOO_MANY, "500": BROKEN, "hang": HANG, "cut JSON": CUT, "wrong shape": SHAPE,
}  # fmt: skip


class Models:
    """A model under test and a judge on one server.

    Attributes:
        fault: What the judge's failing calls get; one of `WAYS`' values, None for no fault.
        planted: How many calls failed.
        spoilt: Requests of the judge that failed, by how often.
        asked: What the model under test was asked: each request's first seeker line.
    """

    def __init__(self, seed: int = 0) -> None:
        self.server = JudgeServer(self._answer)
        self.seed = seed
        self.reset()

    def reset(self, fault: str | None = None, share: float = 0.3) -> None:
        """Forget what was asked, and from now on fail a share of the judge's calls."""
        self.fault, self.share = fault, share
        self.planted = 0
        self.spoilt: Counter[str] = Counter()
        self.server.requests.clear()
        self._chance = random.Random(f"{self.seed}{fault}")
        self._lock = threading.Lock()

    @contextmanager
    def running(self):
        with self.server.running():
            yield self

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> list[str]:
        return [
            next(m["content"] for m in body["messages"] if m["role"] == "user")
            for body in list(self.server.requests)
            if body["model"] == SMALL
        ]

    def until(self, count: int, run: Run) -> None:
        """Wait until so many requests have come, or the run is over."""
        while len(self.server.requests) < count and not run.ended:
            time.sleep(0.01)

    def _answer(self, model: str, system: str, user: str) -> str:
        digest = hashlib.sha256(user.encode()).digest()
        if model == SMALL:
            time.sleep(0.05 + digest[0] / 2560)
            words = " ".join(user.split()[:7])
            return f"That sounds heavy. You say: {words}. What would help you {digest[1]} times?"
        time.sleep(0.1 + digest[0] / 1280)
        if self.fault is not None:
            with self._lock:
                failing = self._chance.random() < self.share
                self.planted += failing
                self.spoilt[user] += failing
            if failing:
                return self.fault
        return json.dumps({name: 1 + digest[n] % 5 for n, name in enumerate(DIMENSIONS)})
