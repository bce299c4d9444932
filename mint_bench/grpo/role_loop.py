"""Language models asked from a training step: an event loop in which Inspect knows their roles.

Rewards are called from plain functions, Inspect's models are not; what they are asked stands with
whoever asks.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from inspect_ai.model import Model

T = TypeVar("T")


class RoleLoop:
    """One loop for good: clients of servers belong to theirs.

    Args:
        role: `grader` or `seeker`.
        models: As `--model-role ROLE=` takes them: PROVIDER/MODEL.

    Raises:
        MintError: If a model cannot be had.
    """

    def __init__(self, role: str, models: str) -> None:
        from mint_bench.engines.roles import role_models

        self.roles: Mapping[str, list[Model]] = role_models([f"{role}={models}"], [role])
        self._runner = asyncio.Runner()

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do the work where the roles are known."""

        async def known() -> T:
            from inspect_ai.model._model import (  # inspect-evals-lint: ignore[IECQ001] -- private
                init_model_roles,
            )

            init_model_roles(dict(self.roles))
            return await work()

        return self._runner.run(known())
