"""Empathy of replies: the rubric, and the judges that rate by it."""

import difflib

from mint_bench.errors import MintError
from mint_bench.judging.judge import Judge

JUDGES: tuple[str, ...] = ("embedded",)


def load_judge(name: str) -> Judge:
    """The embedded judge of that name, ready to rate.

    Raises:
        MintError: If there is no such judge, or its weights are missing or damaged.
    """
    if name not in JUDGES:
        close = difflib.get_close_matches(name, JUDGES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(JUDGES)}"
        raise MintError(f"no embedded judge is called {name!r}; {hint}")
    from mint_bench.judging.embedded import EmbeddedJudge
    from mint_bench.resources import resource

    return EmbeddedJudge(name, resource("scorers", "judges", name))
