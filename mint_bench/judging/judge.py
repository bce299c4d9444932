"""What a judge is: a reply and the conversation before it in, six ratings from 1 to 5 out.

Only the shape; the embedded judge stands in a module of its own, and judges that need a
language model live in `inspect_plugin`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mint_bench.conversation import Turn

DIMENSIONS: tuple[str, ...] = (
    "validating_emotions",
    "encouraging_elaboration",
    "demonstrating_understanding",
    "advice_giving",
    "self_oriented",
    "dismissing_emotions",
)
HIGHER_IS_BETTER: tuple[bool, ...] = (True, True, True, False, False, False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A reply to be rated, with the conversation that led to it.

    Attributes:
        history: Turns before the reply, ending with the seeker's.
        reply: The supporter's words, reasoning removed.
        conversation_id: The conversation's id, where known: a judge that learned from this
            conversation then uses a head that never saw it.
        language: ISO 639-1 code of the conversation.
    """

    history: tuple[Turn, ...]
    reply: str
    conversation_id: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ratings of one reply.

    Attributes:
        ratings: Six numbers from 1 to 5 in the order of `DIMENSIONS`; None where unscored.
        unscored: Why there are no ratings, if there are none.
        failed: Whether there are none because a call was lost or its answer not in form; else the
            judge itself would not rate the reply.
        flags: What to know about a rating that was given, such as `far_from_training`.
        panel: Of a panel, each judge's own six numbers; None for one that gave none.
    """

    ratings: tuple[float, ...] | None
    unscored: str | None = None
    failed: bool = False
    flags: tuple[str, ...] = ()
    panel: tuple[tuple[float, ...] | None, ...] = ()


class Judge(Protocol):
    """Rates replies on six dimensions.

    Attributes:
        name: As the user writes it, such as `embedded`.
        prompt_sha: SHA-256 of everything that shapes the ratings (rubric, prompt, weights).
        settings: What else shapes them (model, temperature), as JSON-ready values.
    """

    name: str
    prompt_sha: str
    settings: dict[str, str | int | float]

    def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """Rate each reply; one that cannot be rated comes back unscored with a reason."""
        ...
