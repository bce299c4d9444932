"""A task of lm-eval whose documents bring their own system message, and options from `--metadata`.

lm-eval's `description` is one text a task, or stands in every document of the sample file.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from lm_eval.api.task import ConfigurableTask
from lm_eval.api.utils import maybe_delimit

from mint_bench.errors import MintError

BETWEEN = "\n\n"
"""Between a caller's `--system_instruction`, our system message, and a plain prompt."""

Kind = TypeVar("Kind", int, str)
Doc = Mapping[str, Any]


class InstructedTask(ConfigurableTask):  # type: ignore[misc]  # lm-eval has no types
    """A configurable task with a system message made from the document.

    Args:
        config: The task's YAML, as lm-eval read it.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config={name: part for name, part in config.items() if name != "class"})

    def system_of(self, doc: Doc) -> str | None:
        """The system message of a document; None for none."""
        raise NotImplementedError

    def system(self, doc: Doc, instruction: str | None) -> str:
        """The caller's instruction and the document's system message; empty without either."""
        return str(maybe_delimit(instruction, self.system_of(doc), BETWEEN))

    def fewshot_context(
        self,
        doc: Doc,
        num_fewshot: int,
        system_instruction: str | None = None,
        **how: Any,  # noqa: ANN401 - lm-eval's
    ) -> Any:  # noqa: ANN401 - a text, or what an API's model takes for one
        """The prompt of a document, as lm-eval makes it, with the system message before it."""
        system = self.system(doc, system_instruction)
        plain = not how.get("apply_chat_template")
        return super().fewshot_context(
            doc,
            num_fewshot=num_fewshot,
            system_instruction=f"{system}{BETWEEN}" if plain and system else system,
            **how,
        )


def option(given: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind | None:
    """One option of a task from `--metadata`; None where it is not given.

    lm-eval hands the arguments of the model on together with these, so that an unknown name
    says nothing.

    Raises:
        MintError: If it is of another kind, or a number below 1.
    """
    value = given.get(name)
    if value is None:
        return None
    if kind is int and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise MintError(f"--metadata {name}={value}: must be a whole number from 1")
    if not isinstance(value, kind):
        raise MintError(f"--metadata {name}={value}: must be a {kind.__name__}")
    return value
