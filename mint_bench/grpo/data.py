"""What a training learns from: cases out of conversations, their prompts, and what is held out.

Splits by conversation, and finds whoever shares a run of words with what is kept for evaluation.
Reads no file of conversations by itself: they come from `sources`.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from mint_bench.conversation import Conversation, Speaker
from mint_bench.errors import MintError
from mint_bench.files import read_text
from mint_bench.grpo.recipe import Style
from mint_bench.replay.chat import ChatLine, as_line
from mint_bench.resources import resource, sha256_text
from mint_bench.scoring import TaggerLike, split_reply
from mint_bench.tactics.taxonomy import load_taxonomy
from mint_bench.templates import render_file

RUN = 13
"""Words in a row that two seekers do not share by chance."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

ChatMessages = list[dict[str, str]]
AsMessages = Callable[[Sequence[ChatLine]], ChatMessages]


@dataclass(frozen=True, slots=True)
class Case:
    """One place where the model is to write.

    Attributes:
        conversation: The real conversation.
        position: Of the turn to be written; in whole conversations, of the first.
        previous: Sentences per tactic of the real supporter turn before; None where there is none.
    """

    conversation: Conversation
    position: int
    previous: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Cases with their prompts.

    Attributes:
        cases: In the order of the source.
        prompts: For each case, what the model is shown.
        left_out: How many were left out, by reason.
    """

    cases: list[Case]
    prompts: list[ChatMessages]
    left_out: dict[str, int] = field(default_factory=dict)


def split(
    conversations: Sequence[Conversation], share: float, seed: int
) -> tuple[list[Conversation], list[Conversation]]:
    """Conversations to learn from and those that are held out.

    The draw is by id alone: the same conversation falls on the same side whatever else is there.

    Args:
        conversations: All of a source.
        share: To be held out, about.
        seed: Another seed holds out others.
    """

    def held(conversation: Conversation) -> bool:
        return int(sha256_text(str(seed), conversation.id)[:8], 16) / 16**8 < share

    return (
        [one for one in conversations if not held(one)],
        [one for one in conversations if held(one)],
    )


def runs(texts: Iterable[str], length: int = RUN) -> set[tuple[str, ...]]:
    """Every run of so many words, in lower case and without punctuation.

    >>> sorted(runs(["I lost my job."], 3))
    [('i', 'lost', 'my'), ('lost', 'my', 'job')]
    """
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = _WORD.findall(text.lower().replace("\u2019", "'"))
        found.update(zip(*(words[start:] for start in range(length)), strict=False))
    return found


def leaking(
    training: Sequence[Conversation], evaluation: Sequence[Conversation], length: int = RUN
) -> set[str]:
    """Ids of training conversations whose seekers share a run of words with an evaluation's.

    Only what seekers say is compared: models open their answers alike.
    """
    known = runs((line for one in evaluation for line in seeker_lines(one)), length)
    return {one.id for one in training if not known.isdisjoint(runs(seeker_lines(one), length))}


def seeker_lines(conversation: Conversation) -> list[str]:
    """What the seeker says, turn by turn."""
    return [turn.text for turn in conversation.turns if turn.speaker is Speaker.SEEKER]


def turn_cases(
    conversations: Sequence[Conversation], tagger: TaggerLike
) -> tuple[list[Case], dict[str, int]]:
    """One case for each scored supporter turn, and how many were left out, by reason.

    A case whose previous turn could not be tagged is left out: what it would be compared with is
    not known.
    """
    places = [
        (one, position, one.scored_turns[number - 1] if number else None)
        for one in conversations
        for number, position in enumerate(one.scored_turns)
    ]
    before = [(one, p) for one, _, p in places if p is not None]
    found = iter(tagger.tag([split_reply(one.turns[p].text, one.language) for one, p in before]))
    cases, untagged = [], 0
    for one, position, previous in places:
        tagging = next(found) if previous is not None else None
        if tagging is not None and tagging.unscored is not None:
            untagged += 1
            continue
        cases.append(Case(one, position, tuple(tagging.counts) if tagging else None))
    return cases, {"the previous turn could not be tagged": untagged} if untagged else {}


def conversation_cases(conversations: Sequence[Conversation]) -> list[Case]:
    """One case for each conversation, at its first scored turn."""
    return [Case(one, one.scored_turns[0]) for one in conversations if one.scored_turns]


def system_prompt(style: Style, previous: Sequence[int] | None = None) -> str:
    """The system prompt of a style: `recipes/prompts/<style>.md`, filled in.

    Args:
        style: `vanilla` is the evaluation's own prompt; `tactics` adds their definitions;
            `tactics_history` adds what the previous turn did.
        previous: Sentences per tactic of the previous turn; None where there is none.
    """
    tactics = load_taxonomy().tactics
    counts = previous or [0] * len(tactics)
    return render_file(
        resource("recipes", "prompts", f"{style}.md"),
        supporter=read_text(resource("tasks", "prompts", "supporter.md")).strip(),
        tactics=tactics,
        first=previous is None,
        previous=[tactic.title for tactic, n in zip(tactics, counts, strict=True) if n],
    )


def as_messages(lines: Sequence[ChatLine]) -> ChatMessages:
    """Chat lines as chat templates take them."""
    return [{"role": line.role, "content": line.text} for line in lines]


def prompt_of(case: Case, style: Style, shown: AsMessages = as_messages) -> ChatMessages:
    """What the model is shown for a case.

    Args:
        case: Where it is to write.
        style: Of the system prompt.
        shown: How the model's chat template takes it.
    """
    said = [as_line(turn) for turn in case.conversation.turns[: case.position]]
    return shown([ChatLine("system", system_prompt(style, case.previous)), *said])


def training_data(
    cases: Sequence[Case],
    style: Style,
    count_tokens: Callable[[ChatMessages], int],
    most_tokens: int,
    shown: AsMessages = as_messages,
) -> TrainingData:
    """Cases with prompts that fit.

    Args:
        cases: From `turn_cases` or `conversation_cases`.
        style: Of the system prompt.
        count_tokens: Tokens of a prompt in the model's chat template.
        most_tokens: Longer prompts are left out and counted.
        shown: As in `prompt_of`.

    Raises:
        MintError: If nothing is left to learn from.
    """
    if not cases:
        raise MintError("data.source has no supporter turn to learn from; choose another source")
    prompts = [prompt_of(case, style, shown) for case in cases]
    kept = [place for place, one in enumerate(prompts) if count_tokens(one) <= most_tokens]
    if not kept:
        raise MintError(
            f"all {len(cases)} prompts are longer than {most_tokens} tokens; raise "
            "data.most_prompt_tokens or choose a source with shorter conversations"
        )
    longer = len(cases) - len(kept)
    return TrainingData(
        [cases[place] for place in kept],
        [prompts[place] for place in kept],
        {f"longer than {most_tokens} tokens": longer} if longer else {},
    )


def order(size: int, epochs: int, seed: int) -> list[int]:
    """The order in which cases are met, over all epochs: a function of the seed alone.

    Written out whole, so that a training that goes on after a stop, in whatever epoch, meets the
    same cases as one that was never stopped.

    >>> sorted(order(3, 2, 0)[:3]), len(order(3, 2, 0))
    ([0, 1, 2], 6)
    """
    draw = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return [case for _ in range(epochs) for case in draw.sample(range(size), size)]
