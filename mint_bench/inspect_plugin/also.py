"""Scorers beside the ranking, added to a task by `-T also=NAME,NAME`; off by default.

Their figures stand in the record and never in its rank. Each scorer has a module of its own and
reports through `per_turn`; here is only which there are.
"""

from collections.abc import Callable

from inspect_ai.scorer import Scorer

from mint_bench.errors import MintError, suggestion
from mint_bench.inspect_plugin.also_likelihood import follow_up_likelihood
from mint_bench.inspect_plugin.also_text import polarity, readability
from mint_bench.inspect_plugin.by_rubric import (
    rubric_persona_consistency,
    rubric_relevance,
    rubric_safety,
)
from mint_bench.inspect_plugin.roles import GRADER
from mint_bench.judging.also_rubric import RUBRICS

SCORERS: dict[str, Callable[[], Scorer]] = {
    "readability": readability,
    "polarity": polarity,
    "follow_up_likelihood": follow_up_likelihood,
    "safety": rubric_safety,
    "persona_consistency": rubric_persona_consistency,
    "relevance": rubric_relevance,
}
"""Name, as the option takes it, to what makes the scorer."""


NEEDS_ROLE: dict[str, str] = dict.fromkeys(RUBRICS, GRADER)
"""Names of those that ask a model, to the role whose models they ask."""


def also_scorers(names: str | list[str] | None) -> list[Scorer]:
    """The scorers of these names; none for None.

    Args:
        names: Separated by commas, or already a list: Inspect's command line splits at commas.

    Raises:
        MintError: If a name is not known, or stands twice.
    """
    return [SCORERS[name]() for name in _listed(names)]


def also_roles(names: str | list[str] | None) -> list[str]:
    """The roles that must have a model for the scorers of these names.

    Raises:
        MintError: If a name is not known, or stands twice.
    """
    return [NEEDS_ROLE[name] for name in _listed(names) if name in NEEDS_ROLE]


def also_rubrics(names: str | list[str] | None) -> list[str]:
    """Those of these names that ask a model, by a rubric of the same name.

    Raises:
        MintError: If a name is not known, or stands twice.
    """
    return [name for name in _listed(names) if name in RUBRICS]


def _listed(names: str | list[str] | None) -> list[str]:
    given = names.split(",") if isinstance(names, str) else names or []
    listed = [name.strip() for name in map(str, given) if name.strip()]
    for name in listed:
        if name not in SCORERS:
            raise MintError(f"also={name!r} is not known; {suggestion(name, SCORERS)}")
        if listed.count(name) > 1:
            raise MintError(f"also={names!r} names {name} twice")
    return listed
