"""How far a long piece of work has come: steps of like weight, and the share within each."""

from collections.abc import Callable

Tell = Callable[[str, float], None]  # what is being done, and the share of the whole that is done


class Steps:
    """Counts steps and tells of them.

    >>> Steps(2, lambda what, share: print(what, share)).begin("reading")
    reading 0.0
    """

    def __init__(self, total: int, tell: Tell) -> None:
        self._total = total
        self._tell = tell
        self._begun = 0
        self._what = ""

    def begin(self, what: str) -> None:
        """The next step begins."""
        self._begun += 1
        self._what = what
        self.share(0.0)

    def share(self, done: float) -> None:
        """So much of this step is done, from 0 to 1."""
        self._tell(self._what, min(1.0, (self._begun - 1 + done) / self._total))
