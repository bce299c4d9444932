"""Prompt tokens of the LLM judge: how much a prefix cache can serve, and what is left to compute.

Counted without the marks of a chat template, which are the model's own.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from benchmarks.measures import human_transcripts

REPLIES = 315  # the supporter turns of `lend_an_ear`
# What the published pipeline sends for them: six calls a reply, each with a rubric of its own.
PUBLISHED_TOKENS = 6_400_000


def static_tokens() -> float:
    """Tokens that every call of a run begins with: instructions and all scales."""
    return counter()(_static())


def exchange_tokens() -> float:
    """Tokens of conversation and reply, which all calls about a reply go on with."""
    count = counter()
    return fmean(count(text) for text in _exchanges())


def question_tokens() -> float:
    """Tokens of the six last questions together, one call a dimension."""
    count = counter()
    return sum(count(text) for text in _questions())


def joint_question_tokens() -> float:
    """Tokens of the one last question for all six dimensions."""
    from mint_bench.judging import prompts
    from mint_bench.judging.rubric import load_rubric

    return counter()(prompts.joint_text(load_rubric().dimensions, reason=False))


def sent_tokens() -> float:
    """Tokens of the prompts for 315 replies in six calls each: what is computed without a cache."""
    before = static_tokens() + exchange_tokens()
    return REPLIES * (len(_questions()) * before + question_tokens())


def uncached_tokens() -> float:
    """Tokens that a cache without limits leaves to compute for 315 replies in six calls each.

    In proportion, where the conversations at hand hold more or fewer replies.
    """
    encode, per_token = _encoder()
    questions = [encode(f"\n\n{text}") for text in _questions()]
    shown = [encode(text) for text in _exchanges()]
    behind = distinct_steps([*one, *question] for one in shown for question in questions)
    return static_tokens() + behind / per_token * REPLIES / len(shown)


def distinct_steps(sequences: Iterable[list[int]]) -> int:
    """Nodes of the sequences' common prefix tree, that is, the tokens no earlier one had there."""
    ordered = sorted(sequences)
    return len(ordered[0]) + sum(len(b) - _shared(a, b) for a, b in pairwise(ordered))


def _shared(one: list[int], other: list[int]) -> int:
    unlike = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(unlike, min(len(one), len(other)))


def _static() -> str:
    from mint_bench.judging import prompts
    from mint_bench.judging.rubric import load_rubric

    rubric = load_rubric()
    return prompts.instructions(rubric.general, prompts.empathy_questions(rubric))


def _exchanges() -> list[str]:
    from mint_bench.judging.prompts import exchange_text
    from mint_bench.scoring import exchanges

    return [exchange_text(exchange) for t in human_transcripts() for exchange in exchanges(t)]


def _questions() -> list[str]:
    from mint_bench.judging import prompts
    from mint_bench.judging.rubric import load_rubric

    asked = prompts.empathy_questions(load_rubric())
    return [prompts.question_text(question, reason=False) for question in asked]


def unit(of: str) -> str:
    """What `counter` counts."""
    return f"word pieces {of}" if _tokenizer_files() else f"characters/4 {of}"


def counter() -> Callable[[str], float]:
    """Counts a text's word pieces if an embedded scorer brings a tokenizer, else characters / 4."""
    encode, per_token = _encoder()
    return lambda text: len(encode(text)) / per_token


def _encoder() -> tuple[Callable[[str], list[int]], int]:
    """A text as numbers, and how many of them make a token."""
    found = _tokenizer_files()
    if not found:
        return lambda text: [ord(letter) for letter in text], 4
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(found[0]))
    tokenizer.no_truncation()  # an encoder's file cuts texts at what the encoder can read
    tokenizer.no_padding()
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids, 1


def _tokenizer_files() -> list[Path]:
    from mint_bench.resources import resource

    return sorted(resource("scorers").rglob("tokenizer.json"))
