"""Empathy of replies: the rubric, and the judges that rate by it."""

from pathlib import Path
from typing import TYPE_CHECKING

from mint_bench.errors import MintError, suggestion
from mint_bench.judging.judge import Judge

if TYPE_CHECKING:
    from mint_bench.encoder import Encoder

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
    from mint_bench.resources import resource

    return read_judge(name, resource("scorers", "judges", name), shipped())


def read_judge(name: str, folder: Path, encoder: "Encoder") -> Judge:
    """The embedded judge of that name with the weights that lie in a folder.

    Raises:
        MintError: If its weights are missing, damaged, or made with another encoder.
    """
    from mint_bench.judging.embedded import EmbeddedJudge, JudgeModel
    from mint_bench.judging.second import SECOND, SecondModel

    model = SecondModel if name == SECOND else JudgeModel
    return EmbeddedJudge(name, folder, encoder, model.from_arrays)
