"""The LLM judge: every model of the role `grader` rates, and their median is the panel's rating.

One call a dimension, or one call for all six. What it is asked stands in `scorers/judges/llm`.
A reply that any member of the panel could not rate has no rating: a median of those who answered
would be another panel's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from statistics import median

from inspect_ai.model import Model
from inspect_ai.util import collect

from mint_bench.inspect_plugin.asking import ask_in_form, object_schema, whole_numbers
from mint_bench.inspect_plugin.roles import GRADER, models_of, named, shaping
from mint_bench.judging.joint import FORM, JOINT
from mint_bench.judging.judge import DIMENSIONS, Exchange, Verdict
from mint_bench.judging.parsing import HIGHEST, LOWEST, NoAnswer, parse_joint, parse_rating
from mint_bench.judging.prompts import (
    Prompt,
    empathy_questions,
    exchange_text,
    instructions,
    joint_text,
    prompt_sha,
    question_text,
)
from mint_bench.judging.rubric import Rubric, load_rubric
from mint_bench.records.schema import JudgeRef

PER_DIMENSION = "per-dimension"
SHOWN_FAULTS = 3

Ratings = tuple[int, ...]


@dataclass(frozen=True)
class LlmJudge:
    """A panel of language models.

    Attributes:
        joint: One call for all six dimensions instead of one each.
        reason: Whether a written reason comes before the score.
        role: Whose models are asked.
        rubric: A file with another rubric than the shipped one.
        backwards: Whether one call for all has the dimensions from the last to the first.
    """

    joint: bool
    reason: bool
    role: str = GRADER
    rubric: Path | None = None
    backwards: bool = False

    def refs(self) -> list[JudgeRef]:
        """How a record names the panel: each member with its settings.

        Raises:
            MintError: If the role has no model.
        """
        form = JOINT if self.joint else PER_DIMENSION
        return [
            JudgeRef(
                name=named(model),
                prompt_sha=self.prompt_sha,
                settings={**shaping(model), FORM: form, "reason": self.reason},
            )
            for model in models_of(self.role)
        ]

    async def rate(self, exchanges: Sequence[Exchange]) -> list[Verdict]:
        """Rate each reply by each member, all at once under Inspect's own limits.

        Raises:
            MintError: If the role has no model.
        """
        panel = models_of(self.role)
        calls = [self._rate(model, exchange) for exchange in exchanges for model in panel]
        found = await collect(*calls)
        size = len(panel)
        return [
            panel_verdict([named(model) for model in panel], found[start : start + size])
            for start in range(0, len(found), size)
        ]

    async def _rate(self, model: Model, exchange: Exchange) -> Ratings | NoAnswer:
        if not exchange.reply:
            return NoAnswer("nothing visible in the reply", failed=False)
        system, shown = self._system, exchange_text(exchange)
        prompts = [Prompt(system, shown, question) for question in self._questions]
        if self.joint:
            scale = whole_numbers(LOWEST, HIGHEST)
            names = [dimension.name for dimension in self._rubric.dimensions]
            schema = object_schema("ratings", dict.fromkeys(names, scale), reason=self.reason)
            return await ask_in_form(model, system, prompts[0].user, schema, parse_joint)
        asked = [(prompt, LOWEST) for prompt in prompts]
        return _whole(await ask_each(model, asked, reason=self.reason, all_or_none=True))

    @cached_property
    def prompt_sha(self) -> str:
        """SHA-256 of all that it is sent apart from the conversation."""
        return prompt_sha(self._system, self._questions)

    @cached_property
    def _rubric(self) -> Rubric:
        rubric = load_rubric(self.rubric)
        turned = {"dimensions": rubric.dimensions[::-1]}
        return rubric.model_copy(update=turned) if self.backwards else rubric

    @cached_property
    def _system(self) -> str:
        return instructions(self._rubric.general, empathy_questions(self._rubric))

    @cached_property
    def _questions(self) -> list[str]:
        if self.joint:
            return [joint_text(self._rubric.dimensions, reason=self.reason)]
        asked = empathy_questions(self._rubric)
        return [question_text(question, reason=self.reason) for question in asked]


async def ask_one(model: Model, prompt: Prompt, lowest: int, *, reason: bool) -> int | NoAnswer:
    """One question about one reply."""
    schema = object_schema("rating", {"score": whole_numbers(lowest, HIGHEST)}, reason=reason)
    parse = partial(parse_rating, lowest=lowest)
    return await ask_in_form(model, prompt.system, prompt.user, schema, parse)


async def ask_each(
    model: Model, asked: Sequence[tuple[Prompt, int]], *, reason: bool, all_or_none: bool
) -> list[int | NoAnswer]:
    """All questions about one reply.

    The first goes alone, so that the others find what they share in the model's prefix cache.

    Args:
        model: Whom to ask.
        asked: The questions, each with the lowest number that is in form.
        reason: Whether a written reason comes before the score.
        all_or_none: Whether an answer is worth nothing without the others: if the first fails, the
            others are not asked, and it comes back alone.
    """
    (prompt, lowest), *others = asked
    first = await ask_one(model, prompt, lowest, reason=reason)
    if all_or_none and isinstance(first, NoAnswer):
        return [first]
    rest = await collect(*[ask_one(model, one, low, reason=reason) for one, low in others])
    return [first, *rest]


def _whole(answers: Sequence[int | NoAnswer]) -> Ratings | NoAnswer:
    """All dimensions' answers as one: every one in form, or the reasons."""
    faults = [
        f"{name}: {answer.reason}"
        for name, answer in zip(DIMENSIONS, answers, strict=False)
        if isinstance(answer, NoAnswer)
    ]
    if faults:
        return NoAnswer(_some(faults))
    return tuple(answer for answer in answers if not isinstance(answer, NoAnswer))


def panel_verdict(names: Sequence[str], found: Sequence[Ratings | NoAnswer]) -> Verdict:
    """The median of a panel; unscored unless every member answered.

    Args:
        names: The members.
        found: Their ratings of one reply.
    """
    alone = len(found) == 1
    lost = [(name, a) for name, a in zip(names, found, strict=True) if isinstance(a, NoAnswer)]
    each = [None if isinstance(answer, NoAnswer) else answer for answer in found]
    kept = () if alone else tuple(each)
    given = [ratings for ratings in each if ratings is not None]
    if lost:
        faults = [answer.reason if alone else f"{name}: {answer.reason}" for name, answer in lost]
        failed = any(answer.failed for _, answer in lost)
        return Verdict(None, _some(faults), failed=failed, panel=kept)
    medians = tuple(float(median(numbers)) for numbers in zip(*given, strict=True))
    return Verdict(medians, panel=kept)


def _some(faults: Sequence[str]) -> str:
    more = f" and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
    return "; ".join(faults[:SHOWN_FAULTS]) + more
