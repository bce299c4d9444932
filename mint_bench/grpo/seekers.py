"""Who answers the model in whole conversations: the real seeker's lines, or a persona.

The persona is that of the bench (`replay.simulated`), so that what is rewarded and what is
evaluated are one. Tokens and masks are the business of `rollout`.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from mint_bench.conversation import Turn
from mint_bench.errors import MintError, on_one_line
from mint_bench.grpo.data import Case
from mint_bench.grpo.recipe import RolloutSettings
from mint_bench.grpo.role_loop import RoleLoop
from mint_bench.metrics.measured import Measured, missing
from mint_bench.replay.chat import SILENCE, ChatLine, as_line
from mint_bench.replay.course import SeekerLine
from mint_bench.replay.profiles import Profile, profile_of
from mint_bench.replay.seekers import check_language
from mint_bench.replay.simulated import Persona


class Seekers(Protocol):
    """The seekers' side of a batch of conversations."""

    def meet(self, cases: Sequence[Case]) -> None:
        """Begin one conversation for each case; its prompt ends with the real seeker's words."""
        ...

    def answer(
        self, places: Sequence[int], held: Sequence[Sequence[Turn]], *, last: bool
    ) -> list[str | None]:
        """Hear the reply that each conversation ends with, and say the next line.

        Args:
            places: Of the conversations among those that were begun.
            held: Each of them as it was held so far.
            last: Whether no reply will follow, so that no line is wanted.

        Returns:
            None where the conversation is over.
        """
        ...

    def emotions(self) -> list[Measured] | None:
        """Each seeker's last emotion, 0 to 100; None for seekers that have none."""
        ...


class Scripted:
    """The real seeker's lines, whatever it was told, up to the last that was answered."""

    def meet(self, cases: Sequence[Case]) -> None:
        """Begin."""
        self._cases = list(cases)

    def answer(
        self, places: Sequence[int], held: Sequence[Sequence[Turn]], *, last: bool
    ) -> list[str | None]:
        """The next real line of each."""
        return [
            None if last else _next_real(self._cases[place], len(turns))
            for place, turns in zip(places, held, strict=True)
        ]

    def emotions(self) -> None:
        """None: nobody asked the real seekers."""
        return


def _next_real(case: Case, position: int) -> str | None:
    real = case.conversation
    answered = position + 1 in real.scored_turns
    return real.turns[position].text if answered else None


class Personas:
    """Seekers that a language model plays: they hear each reply, feel, and answer (after RLVER).

    All replies of a group begin from the same words of the real seeker; from there each persona
    goes where its conversation goes. One whose model fails ends its conversation without an
    emotion: no reply is blamed for it.

    Args:
        cases: All that it may meet.
        models: The role `seeker`: PROVIDER/MODEL as Inspect has it.

    Raises:
        MintError: If the model cannot be had, or a case tells too little of its seeker.
    """

    def __init__(self, cases: Sequence[Case], models: str) -> None:
        from mint_bench.inspect_plugin.roles import SEEKER

        self._profiles: dict[str, Profile] = {}
        for case in cases:
            check_language(case.conversation.language)
            self._profiles[case.conversation.id] = profile_of(case.conversation)
        self._loop = RoleLoop(SEEKER, models)
        self._personas: list[Persona] = []

    def meet(self, cases: Sequence[Case]) -> None:
        """Begin, each persona with its starting emotion."""

        async def begun() -> list[Persona]:
            return [self._persona(case) for case in cases]

        self._personas = self._loop.run(begun)

    def _persona(self, case: Case) -> Persona:
        from mint_bench.inspect_plugin.seekers import seeker_model, seeker_side

        side = seeker_side("persona", seeker_model(), case.conversation.language)
        persona = Persona(self._profiles[case.conversation.id], side)
        first = case.conversation.turns[case.position - 1].text
        side.said(SeekerLine(t=1, text=first, simulated=False))
        return persona

    def answer(
        self, places: Sequence[int], held: Sequence[Sequence[Turn]], *, last: bool
    ) -> list[str | None]:
        """Ask all at once, under Inspect's own limits."""

        async def answers() -> list[str | None]:
            return await asyncio.gather(
                *(
                    self._answer(self._personas[place], turns, last=last)
                    for place, turns in zip(places, held, strict=True)
                )
            )

        return self._loop.run(answers)

    @staticmethod
    async def _answer(persona: Persona, turns: Sequence[Turn], *, last: bool) -> str | None:
        lines = [as_line(turn) for turn in turns]
        said = [ChatLine(line.role, line.text or SILENCE) for line in lines]
        try:
            goes_on = await persona.hear(said, len(persona.seeker.course.lines))
            return await persona.speak(said) if goes_on and not last else None
        except MintError:
            raise
        except Exception as error:  # noqa: BLE001 - each provider fails in its own way
            persona.seeker.ended("broken", f"the seeker's model failed: {on_one_line(error)}")
            return None

    def emotions(self) -> list[Measured]:
        """Each persona's emotion after the last reply that it heard."""
        return [
            missing(course.broken or "the seeker broke off")
            if course.ending == "broken"
            else Measured(float(course.feelings[-1].emotion))
            for course in (persona.seeker.course for persona in self._personas)
        ]


def open_seekers(settings: RolloutSettings, cases: Sequence[Case]) -> Seekers:
    """The seekers that a recipe names.

    Raises:
        MintError: If they cannot be had.
    """
    if settings.seeker == "persona":
        return Personas(cases, str(settings.seeker_model))
    return Scripted()
