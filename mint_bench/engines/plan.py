"""What a run or a suite will ask of whom, before it is run: calls, tokens and cost, estimated.

Conversations, replies and calls are counted on the conversations themselves. Tokens are taken
from the length of the texts, and a system's replies from an assumed length; no cache is assumed.
Asks no model and opens none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mint_bench.conversation import Conversation
from mint_bench.engines.cell import Cell
from mint_bench.engines.decide import Reach
from mint_bench.engines.prices import Prices, no_price
from mint_bench.engines.reaching import memory_of
from mint_bench.engines.request import RunRequest, source_of
from mint_bench.engines.roles import models_by_role
from mint_bench.engines.suite import HUMAN, Suite, cells_of
from mint_bench.inspect_plugin.also import also_rubrics
from mint_bench.inspect_plugin.price import NOTHING, Price
from mint_bench.inspect_plugin.roles import GRADER, SEEKER, TAGGER
from mint_bench.judging import LLM_JUDGES
from mint_bench.judging.also_rubric import load_also_rubric
from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.prompts import empathy_questions, instructions
from mint_bench.judging.rubric import load_rubric
from mint_bench.replay.definition import (
    ANCHORED,
    PERSONA,
    SCRIPTED,
    load_task,
    seeker_rules,
    with_seeker,
)
from mint_bench.scoring import split_reply
from mint_bench.sources import Source
from mint_bench.tactics import LLM_TAGGERS
from mint_bench.tactics.prompts import reply_prompt
from mint_bench.tactics.tagger import TACTICS

CHARACTERS_A_TOKEN = 4
REPLY_TOKENS = 150
LINE_TOKENS = 40
"""A seeker's line, where a model writes it."""
RATING_TOKENS, REASON_TOKENS, TAGS_TOKENS = 10, 80, 60
SENTENCE_TOKENS = 20


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of one model, and the tokens it reads and writes."""

    calls: int = 0
    input: int = 0
    output: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.calls + other.calls, self.input + other.input, self.output + other.output)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one model is asked in one cell.

    Attributes:
        role: `model`, `seeker`, `judge`, `also` (the scorers beside the ranking) or `tagger`.
        model: Its name as Inspect writes it.
        usage: Calls and tokens.
        cost: US dollars; None where its price is not known.
    """

    role: str
    model: str
    usage: Usage
    cost: float | None


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What one cell takes.

    Attributes:
        cell: System and task.
        conversations: Each epoch counted.
        replies: Each epoch counted; of a persona the most there can be.
        asked: Of whom what.
    """

    cell: Cell
    conversations: int
    replies: int
    asked: tuple[Asked, ...]

    @property
    def usage(self) -> Usage:
        """Of all models together."""
        return sum((one.usage for one in self.asked), Usage())

    @property
    def cost(self) -> float | None:
        """US dollars; None where a price is not known."""
        return total_cost(self.asked)


def total_cost(asked: Sequence[Asked]) -> float | None:
    """US dollars; None where a price is not known."""
    costs = [one.cost for one in asked]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def unpriced(plans: Sequence[CellPlan]) -> list[str]:
    """Models whose price is not known, in the order of the plan."""
    return list(dict.fromkeys(a.model for p in plans for a in p.asked if a.cost is None))


def refuse_unpriced(plans: Sequence[CellPlan]) -> None:
    """Refuse to watch the cost of what has no price.

    Raises:
        MintError: If a model's price is not known; the line says how to give it.
    """
    if missing := unpriced(plans):
        raise no_price(missing[0])


def plan_of(suite: Suite, prices: Prices, reply_tokens: int = REPLY_TOKENS) -> list[CellPlan]:
    """A suite's plan, a line a cell.

    Args:
        suite: What is to be run.
        prices: Of the models.
        reply_tokens: Assumed length of a system's reply, hidden reasoning included.

    Raises:
        MintError: If there is no such task, seeker or source.
    """
    return [cell_plan(cell, suite.reach(), prices, reply_tokens) for cell in cells_of(suite)]


def cell_plan(
    cell: Cell, role_reach: Reach, prices: Prices, reply_tokens: int = REPLY_TOKENS
) -> CellPlan:
    """What one system on one task takes.

    Args:
        cell: System and task.
        role_reach: How the models of roles are reached.
        prices: Of the models.
        reply_tokens: As in `plan_of`.

    Raises:
        MintError: If there is no such task, seeker or source.
    """
    request = cell.request
    source = source_of(request)
    conversations = source.conversations[: request.limit]
    length = min(reply_tokens, request.max_tokens or reply_tokens)
    turns = [list(_turns(one, request, length)) for one in conversations]
    replies = [turn for one in turns for turn in one]
    asked = [
        Asked(role, model, usage, price.of(usage.input, 0, usage.output) if price else None)
        for role, model, one in _usages(request, source, replies)
        for usage in [_times(one, request.epochs)]
        for price in [_price(model, prices, cell.reach if role == "model" else role_reach)]
        if usage.calls
    ]
    return CellPlan(
        cell, len(conversations) * request.epochs, len(replies) * request.epochs, tuple(asked)
    )


def _price(model: str, prices: Prices, reach: Reach) -> Price | None:
    """A model's price; weights that are loaded here cost nothing by the token."""
    price = prices.price(model)
    return NOTHING if price is None and memory_of(model, reach) else price


@dataclass(frozen=True, slots=True)
class _Turn:
    """A reply to come: tokens before it and its own; of the human's reply, too, if there is one."""

    number: int
    before: int
    reply: int
    human: int


def _turns(conversation: Conversation, request: RunRequest, length: int) -> Iterator[_Turn]:
    if request.seeker == PERSONA:
        for number in range(request.max_turns or seeker_rules().persona.max_turns):
            yield _Turn(number, number * length + (number + 1) * LINE_TOKENS, length, 0)
        return
    conversation = conversation.truncated(request.max_turns)
    scored, before, number = frozenset(conversation.scored_turns), 0, 0
    own = request.task == "multi_turn" and request.model != HUMAN
    for position, turn in enumerate(conversation.turns):
        told = tokens(turn.text)
        if position in scored:
            yield _Turn(number, before, told if request.model == HUMAN else length, told)
            number += 1
        before += length if own and position in scored else told


def tokens(text: str) -> int:
    """About how many tokens a text has.

    >>> tokens("I hear you."), tokens("")
    (3, 0)
    """
    return -(-len(text) // CHARACTERS_A_TOKEN)


def _times(usage: Usage, epochs: int) -> Usage:
    return Usage(usage.calls * epochs, usage.input * epochs, usage.output * epochs)


def _usages(
    request: RunRequest, source: Source, replies: Sequence[_Turn]
) -> Iterator[tuple[str, str, Usage]]:
    """Yield (role, model, usage in one epoch)."""
    others = models_by_role(request.model_roles)
    if request.model != HUMAN:
        definition = with_seeker(load_task(request.task), request.seeker)
        system = tokens(definition.prompt() or "")
        yield "model", request.model, _sum(Usage(1, system + r.before, r.reply) for r in replies)
    if request.seeker != SCRIPTED:
        for model in others.get(SEEKER, ()):
            yield "seeker", model, _sum(_seeker_usage(request.seeker, r) for r in replies)
    for model in others.get(GRADER, ()):
        for role, usage in _graded(request, replies):
            yield role, model, usage
    if request.tagger in LLM_TAGGERS:
        lengths = [r.reply for r in replies]
        if source.card.has_human and request.model != HUMAN and request.seeker != PERSONA:
            lengths += [r.human for r in replies]  # what the replies are compared with
        names = others.get(TAGGER, ())
        for model in names:  # one a tactic, or one for all
            yield "tagger", model, _tagger_usage(request.tagger, lengths, len(names))


def _graded(request: RunRequest, replies: Sequence[_Turn]) -> Iterator[tuple[str, Usage]]:
    """What each model of the role grader is asked: as the judge, and beside the ranking."""
    if request.judge in LLM_JUDGES:
        yield "judge", _judge_usage(request.judge, replies)
    for rubric in also_rubrics(request.also):
        yield "also", _rubric_usage(rubric, replies)


def _sum(usages: Iterator[Usage]) -> Usage:
    return sum(usages, Usage())


def _seeker_usage(seeker: str, turn: _Turn) -> Usage:
    if seeker == ANCHORED:  # the first line answers nobody
        return Usage(1, turn.before + LINE_TOKENS, LINE_TOKENS) if turn.number else Usage()
    return Usage(2, 2 * turn.before + turn.reply, LINE_TOKENS + REASON_TOKENS)  # line and emotion


def _judge_usage(judge: str, replies: Sequence[_Turn]) -> Usage:
    rubric = load_rubric()
    system = tokens(instructions(rubric.general, empathy_questions(rubric)))
    joint, reason = "joint" in judge, REASON_TOKENS if "reason" in judge else 0
    calls = 1 if joint else len(DIMENSIONS)
    written = len(DIMENSIONS) * RATING_TOKENS + calls * reason
    return _sum(Usage(calls, calls * (system + r.before + r.reply), written) for r in replies)


def _rubric_usage(name: str, replies: Sequence[_Turn]) -> Usage:
    """A scorer beside the ranking: a call for each of its questions."""
    rubric = load_also_rubric(name)
    asked = [question.asked() for question in rubric.questions]
    system, calls = tokens(instructions(rubric.general, asked)), len(asked)
    return _sum(
        Usage(calls, calls * (system + r.before + r.reply), calls * RATING_TOKENS) for r in replies
    )


def _tagger_usage(tagger: str, lengths: Sequence[int], members: int) -> Usage:
    system = tokens(reply_prompt(split_reply("", "en")).system)
    if tagger == "llm":
        return _sum(Usage(1, system + length, TAGS_TOKENS) for length in lengths)
    own, tactics = system // len(TACTICS), len(TACTICS) // members
    calls = [(max(1, round(n / SENTENCE_TOKENS)) * tactics, n) for n in lengths]
    return _sum(Usage(n, n * (own + length), 2 * n) for n, length in calls)
