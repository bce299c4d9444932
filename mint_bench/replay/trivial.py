"""Systems without weights, as pure functions of what they see: floors and traps for the figures.

Their words stand in `tasks/trivial.yaml`. Nothing here pretends to help anyone.
"""

import random
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mint_bench.errors import MintError
from mint_bench.files import read_model
from mint_bench.replay.chat import ChatLine
from mint_bench.resources import resource, sha256_text
from mint_bench.tactics.tagger import TACTICS

TRIVIAL: tuple[str, ...] = ("silence", "always_validate", "copy_last", "random_tactics", "parrot")
MOVES = (1, 2, 2, 3)
"""How many moves a random reply makes, drawn evenly: two on average, as people do."""

Line = Annotated[str, Field(min_length=1)]


class TrivialTexts(BaseModel):
    """The words of the trivial systems, as `tasks/trivial.yaml` has them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    silence: Line
    copy_last: Line
    always_validate: tuple[Line, ...] = Field(min_length=4)
    random_tactics: dict[str, Annotated[tuple[Line, ...], Field(min_length=4)]]

    @model_validator(mode="after")
    def _every_tactic(self) -> Self:
        if set(self.random_tactics) != set(TACTICS):
            odd = ", ".join(sorted(set(self.random_tactics) ^ set(TACTICS)))
            raise ValueError(f"random_tactics must have exactly the ten tactics; at odds: {odd}")
        return self


@cache
def trivial_texts() -> TrivialTexts:
    """The shipped words.

    Raises:
        MintError: If the file does not fit.
    """
    return read_model(resource("tasks", "trivial.yaml"), TrivialTexts)


def trivial_reply(name: str, seen: Sequence[ChatLine]) -> str:
    """What a trivial system answers to what it sees; the same for the same lines.

    - `silence`: "…", always.
    - `always_validate`: one validating sentence, the next in the list at each turn.
    - `copy_last`: a warm line first, then the previous supporter turn once more: its own under
      own history, the human's under gold history.
    - `random_tactics`: one to three moves drawn evenly from the ten, a sentence each, seeded by
      the conversation's text and the turn.
    - `parrot`: the seeker's last turn.

    Args:
        name: One of `TRIVIAL`.
        seen: The history, ending with the seeker's turn.

    Raises:
        MintError: If there is no such system.

    >>> trivial_reply("parrot", [ChatLine("user", "I lost my job.")])
    'I lost my job.'
    """
    texts = trivial_texts()
    seeker = [line.text for line in seen if line.role == "user"]
    match name:
        case "silence":
            return texts.silence
        case "always_validate":
            return texts.always_validate[(len(seeker) - 1) % len(texts.always_validate)]
        case "copy_last":
            return _previous_answer(seen) or texts.copy_last
        case "random_tactics":
            return _random_moves(seen, len(seeker))
        case "parrot":
            return seeker[-1] if seeker else texts.silence
    raise MintError(f"mint/{name} is not known; choose one of mint/{', mint/'.join(TRIVIAL)}")


def _previous_answer(seen: Sequence[ChatLine]) -> str | None:
    """The last supporter turn that answered a seeker, if there is one."""
    roles = [line.role for line in seen]
    start = roles.index("user") if "user" in roles else len(roles)
    answers = [line.text for line in seen[start:] if line.role == "assistant"]
    return answers[-1] if answers else None


def _random_moves(seen: Sequence[ChatLine], turn: int) -> str:
    seed = sha256_text(*(line.text for line in seen if line.role == "user"), str(turn))
    draw = random.Random(seed)  # noqa: S311 - reproducible, not secret
    tactics = draw.sample(TACTICS, draw.choice(MOVES))
    return " ".join(draw.choice(trivial_texts().random_tactics[tactic]) for tactic in tactics)
