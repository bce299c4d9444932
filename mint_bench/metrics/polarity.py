"""How positive or negative the words of a reply are: VADER's valence, sentence by sentence.

The tone of the words alone: "that must hurt" is negative and may well be kind. No measure of
empathy. The method is of 2014, the lexicon of vaderSentiment 3.3.2 of May 2020 and frozen: newer
words count as neutral.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from mint_bench.errors import MintError
from mint_bench.language import not_english
from mint_bench.metrics.measured import Measured, missing

LONGEST = 100  # words that are scored at once


def polarity(sentences: Sequence[str], language: str = "en") -> Measured:
    """Mean over sentences of VADER's compound score x / sqrt(x² + 15), from −1 to 1.

    x sums the valences of a sentence's words from a lexicon rated by people, turned by negation,
    intensifiers, capitals, "but" and punctuation (Hutto and Gilbert 2014). A sentence without
    affect counts as 0. By sentence, as over a whole reply the sum soon reaches ±1. A sentence of
    more than 100 words is scored in pieces of 100: VADER's rule for "but" takes quadratic time.

    Emoji are left out: VADER takes the words of an emoji's name, and a beating heart is then
    negative. A known failure: "nobody" is no negation to it.

    Args:
        sentences: The sentences of a reply as the seeker sees it; what is only emoji is none.
        language: ISO 639-1 code of the conversation.

    Returns:
        No number for a reply without a sentence (empty, only emoji), or one that is not English.

    Raises:
        MintError: If the library is missing.

    >>> polarity(["I am glad you told me.", "Which day is it?"]).value > 0
    True
    >>> polarity([]).reason
    'no sentence in the reply'
    """
    compound = _vader()
    pieces = [piece for sentence in sentences for piece in _pieces(sentence)]
    if not pieces:
        return missing("no sentence in the reply")
    foreign = not_english(" ".join(sentences), language)
    if foreign:
        return missing(foreign)
    return Measured(round(sum(map(compound, pieces)) / len(pieces), 4))


def _pieces(sentence: str) -> Iterator[str]:
    words = sentence.split()
    for start in range(0, len(words), LONGEST):
        yield " ".join(words[start : start + LONGEST])


@cache
def _vader() -> Callable[[str], float]:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        raise MintError("polarity needs vaderSentiment: pip install 'mint-bench[also]'") from None
    analyser = SentimentIntensityAnalyzer()
    emoji = str.maketrans(
        dict.fromkeys({c for name in analyser.emojis for c in name if ord(c) > 127}, " ")
    )
    return lambda text: float(analyser.polarity_scores(text.translate(emoji))["compound"])
