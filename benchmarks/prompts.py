"""Prompt tokens of the LLM judge a reply: what its questions share, and what they do not.

The shared prefix is sent with each question, but a prefix cache computes it once. Counted without
the marks of a chat template, which are the model's own.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import fmean

from benchmarks.measures import human_transcripts


def shared_tokens() -> float:
    """Tokens of instructions, conversation and reply, which all questions of a reply begin with."""
    from mint_bench.judging import prompts
    from mint_bench.judging.rubric import load_rubric
    from mint_bench.scoring import exchanges

    count = counter()
    seen = [exchange for t in human_transcripts() for exchange in exchanges(t)]
    return count(prompts.instructions(load_rubric().general)) + fmean(
        count(prompts.exchange_text(exchange)) for exchange in seen
    )


def rest_tokens() -> float:
    """Tokens of the six questions together, one call a dimension."""
    from mint_bench.judging import prompts
    from mint_bench.judging.rubric import load_rubric

    count = counter()
    return sum(
        count(prompts.question_text(prompts.Question(dimension), reason=False))
        for dimension in load_rubric().dimensions
    )


def joint_rest_tokens() -> float:
    """Tokens of the one question for all six dimensions."""
    from mint_bench.judging import prompts
    from mint_bench.judging.rubric import load_rubric

    return counter()(prompts.joint_text(load_rubric().dimensions, reason=False))


def unit() -> str:
    """What `counter` counts, a reply."""
    return "word pieces/reply" if _tokenizer_files() else "characters/4 a reply"


def counter() -> Callable[[str], float]:
    """Counts a text's word pieces if an embedded scorer brings a tokenizer, else characters / 4."""
    found = _tokenizer_files()
    if not found:
        return lambda text: len(text) / 4
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(found[0]))
    tokenizer.no_truncation()  # an encoder's file cuts texts at what the encoder can read
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _tokenizer_files() -> list[Path]:
    from mint_bench.resources import resource

    return sorted(resource("scorers").rglob("tokenizer.json"))
