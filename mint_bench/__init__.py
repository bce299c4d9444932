"""mint-bench: how well a language model supports a person through a whole conversation.

Layers, each importing only from those above it: `conversation`, `resources`, `stats`;
`sources`, `metrics`, `tactics`, `judging`; `scoring`, `beside`, `replay`, `validation`;
`records`; `local_models`; `inspect_plugin`, `leaderboard`; `engines`; `cli`.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "gold_history",
    "human",
    "judge_check",
    "judge_probes",
    "multi_turn",
    "tagger_check",
]

gold_history: Any
human: Any
judge_check: Any
judge_probes: Any
multi_turn: Any
tagger_check: Any

_TASKS = frozenset(__all__) - {"__version__"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - tasks of Inspect, which is not imported here
    """The tasks by name, loaded when they are asked for: Inspect is slow to import."""
    if name in _TASKS:
        return getattr(import_module("mint_bench.inspect_plugin.registry"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
