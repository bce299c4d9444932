"""Empathy of replies: the rubric, and the judges that rate by it."""

from mint_bench.errors import MintError, suggestion
from mint_bench.judging.judge import Judge

JUDGES: tuple[str, ...] = ("embedded", "embedded-second")
"""The second is for looking at what a reward made of the first has done."""
LLM_JUDGES: tuple[str, ...] = ("llm", "llm-reason", "llm-joint", "llm-joint-reason")
"""Judges that ask the models of Inspect's role `grader`; they live in `inspect_plugin`."""


def load_judge(name: str) -> Judge:
    """The embedded judge of that name, ready to rate.

    Raises:
        MintError: If there is no such judge, or its weights are missing or damaged.
    """
    if name not in JUDGES:
        if name in LLM_JUDGES:
            raise MintError(
                f"judge {name} asks a language model; it rates in `mint-bench run --judge {name} "
                "--model-role grader=PROVIDER/MODEL` and in Inspect's tasks"
            )
        hint = suggestion(name, (*JUDGES, *LLM_JUDGES))
        raise MintError(f"no judge is called {name!r}; {hint}")
    from mint_bench.encoder import shipped
    from mint_bench.judging.embedded import EmbeddedJudge, JudgeModel
    from mint_bench.judging.second import SECOND, SecondModel
    from mint_bench.resources import resource

    model = SecondModel if name == SECOND else JudgeModel
    folder = resource("scorers", "judges", name)
    return EmbeddedJudge(name, folder, shipped(), model.from_arrays)
