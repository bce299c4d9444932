"""How much of its words a reply shares with the turn before it, and how varied replies are.

Surface figures never stand for tactics: the pairing (own or human's previous turn) is in the
name of each.
"""

import gzip
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

OVERLAPS = ("bigram", "bleu2", "rougeL")
EMBEDDING = "embedding"
PAIRINGS = ("vs_human", "vs_self")
GZIP_WORDS = 512
MATTR_WINDOW = 50
ROUGE_TOKENS = 10_000
_WORD = re.compile(r"[^\W_]+")

Vector = npt.NDArray[np.float32]


def words(text: str) -> list[str]:
    """Whitespace-separated words."""
    return text.split()


def bigram_overlap(reply: str, previous: str) -> float:
    """Share of the previous turn's word bigrams that come back in the reply.

    Σ min(count in reply, count in previous) / Σ count in previous, on lowercase whitespace
    words (Zhan et al. 2026, surface analysis). 0 where the previous turn has no bigram.

    >>> bigram_overlap("I am so sorry to hear", "I am so tired")
    0.6666666666666666
    """
    before = Counter(pairwise(words(previous.lower())))
    after = Counter(pairwise(words(reply.lower())))
    total = before.total()
    return (before & after).total() / total if total else 0.0


def bleu2(reply: str, previous: str) -> float:
    """BLEU with up to bigrams, previous turn as reference, from 0 to 1.

    sacrebleu's sentence BLEU on lowercase whitespace words, floor smoothing 0.1, no effective
    order: the published settings.

    >>> round(bleu2("that sounds hard", "that sounds hard"), 3)
    1.0
    """
    hypothesis, reference = (" ".join(words(t.lower())) for t in (reply, previous))
    if not hypothesis or not reference:
        return 0.0
    return float(_bleu().corpus_score([hypothesis], [[reference]]).score) / 100


def rouge_l(reply: str, previous: str) -> float:
    """ROUGE-L F-measure between reply and previous turn, from 0 to 1.

    rouge-score's tokens (no stemming) and F-measure. Of a text of more than `ROUGE_TOKENS` only
    the start counts: the time grows with the product of the lengths.

    >>> round(rouge_l("you did well", "you did very well"), 3)
    0.857
    """
    from rouge_score.scoring import fmeasure

    before, after = _rouge_tokens(previous), _rouge_tokens(reply)
    if not before or not after:
        return 0.0
    common = common_subsequence(before, after)
    return float(fmeasure(common / len(after), common / len(before)))


def common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, one bit a word of `first`.

    Row by row of the usual table, a row being one integer (Hyyrö 2004): some 100 times faster
    than rouge-score's table of cells, with the same result.

    >>> common_subsequence("a b c d".split(), "b x d a".split())
    2
    """
    places: dict[str, int] = {}
    for position, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << position
    full = (1 << len(first)) - 1
    row = full
    for word in second:
        matches = row & places.get(word, 0)
        row = (row + matches | row - matches) & full
    return len(first) - row.bit_count()


def turn_surface(
    reply: str, own_previous: str | None, human_previous: str | None
) -> dict[str, float]:
    """Overlap, BLEU-2 and ROUGE-L with each previous turn that exists, named by pairing."""
    figures = {}
    for pairing, previous in (("vs_self", own_previous), ("vs_human", human_previous)):
        if previous:
            for name, measure in zip(OVERLAPS, (bigram_overlap, bleu2, rouge_l), strict=True):
                figures[f"{name}_{pairing}"] = round(measure(reply, previous), 6)
    return figures


def turn_similarity(
    reply: Vector | None, own_previous: Vector | None, human_previous: Vector | None
) -> dict[str, float]:
    """Similarity to each previous turn that has a vector, named by pairing."""
    figures = {}
    for pairing, previous in (("vs_self", own_previous), ("vs_human", human_previous)):
        if reply is not None and previous is not None:
            similarity = embedding_similarity(reply, previous)
            if similarity is not None:
                figures[f"{EMBEDDING}_{pairing}"] = similarity
    return figures


def embedding_similarity(reply: Vector, previous: Vector) -> float | None:
    """Cosine of two turns' vectors, from −1 to 1; None where one of them is zero.

    >>> embedding_similarity(np.float32([1, 1]), np.float32([1, 0]))
    0.707107
    """
    length = float(np.linalg.norm(reply)) * float(np.linalg.norm(previous))
    return round(float(reply @ previous) / length, 6) if length else None


def gzip_ratio(texts: Sequence[str]) -> float | None:
    """Compressed over plain bytes of the first 512 words of a conversation's replies.

    Low where the replies repeat themselves; shorter texts compress worse, so compare only
    conversations of like length. None for no words.

    >>> gzip_ratio(["I hear you. " * 40]) < gzip_ratio(["Seven odd foxes jumped over my lazy dog"])
    True
    """
    plain = " ".join([w for text in texts for w in words(text)][:GZIP_WORDS]).encode(
        "utf-8", "replace"
    )
    return len(gzip.compress(plain, mtime=0)) / len(plain) if plain else None


def mattr(texts: Sequence[str]) -> float | None:
    """Moving-average type-token ratio over windows of 50 lowercase words.

    A text shorter than a window counts as one window. None for no words.

    >>> mattr(["well well well well"])
    0.25
    """
    tokens = [w for text in texts for w in _WORD.findall(text.lower())]
    if not tokens:
        return None
    width = min(MATTR_WINDOW, len(tokens))
    window = Counter(tokens[:width])
    total, windows = len(window), 1
    for left, right in zip(tokens, tokens[width:], strict=False):
        window[right] += 1
        window[left] -= 1
        if not window[left]:
            del window[left]
        total, windows = total + len(window), windows + 1
    return total / windows / width


def conversation_surface(replies: Sequence[str]) -> dict[str, float]:
    """Compression ratio and MATTR of a conversation's replies; missing where there is no text."""
    figures = {"gzip": gzip_ratio(replies), "mattr": mattr(replies)}
    return {name: round(value, 6) for name, value in figures.items() if value is not None}


@cache
def _bleu():  # type: ignore[no-untyped-def]  # noqa: ANN202 - sacrebleu is untyped
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(
        max_ngram_order=2,
        smooth_method="floor",
        smooth_value=0.1,
        tokenize="none",
        effective_order=False,
    )


@lru_cache(maxsize=256)  # each turn is compared twice and more
def _rouge_tokens(text: str) -> tuple[str, ...]:
    from rouge_score.tokenize import tokenize

    return tuple(tokenize(text, None)[:ROUGE_TOKENS])
