"""How hard a reply is to read: the Flesch-Kincaid grade, by kept libraries.

Words and sentences are counted by textstat, syllables by syllapy. textstat's own syllables need a
dictionary that it downloads at first use; without network there would be no figure, or another.
"""

import re
from functools import cache
from types import ModuleType

from mint_bench.errors import MintError
from mint_bench.language import not_english
from mint_bench.metrics.measured import Measured, missing

_SYLLABIC = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def flesch_kincaid_grade(text: str, language: str = "en") -> Measured:
    """0.39 · words / sentences + 11.8 · syllables / words − 15.59 (Kincaid et al. 1975).

    Unit: school grades of the United States; 8 is read with ease at 13 to 14 years. Below 0 for a
    few short words, without an upper end for one long sentence. textstat leaves sentences of one
    or two words out of its count of sentences, and every text has at least one. A word without
    letters has one syllable. Made for passages of a hundred words: a single short reply tells
    little, the mean over a system's replies more. Linear in the length of the text.

    Against syllables of the CMU dictionary the grade of 19 systems' replies is 0.02 to 0.11 too
    high (with the hyphenation that textstat falls back to, 0.44 to 0.66 too low).

    Args:
        text: A reply as the seeker sees it.
        language: ISO 639-1 code of the conversation.

    Returns:
        No number for a text without words (empty, only emoji), or one that is not English.

    Raises:
        MintError: If a library is missing.

    >>> flesch_kincaid_grade("The cat sat on the mat.").value  # 6 words, 6 syllables
    -1.45
    >>> flesch_kincaid_grade("💛").reason
    'no words in the reply'
    """
    textstat, syllapy = _libraries()
    words = textstat.lexicon_count(text)
    if not words:
        return missing("no words in the reply")
    foreign = not_english(text, language)
    if foreign:
        return missing(foreign)
    sentences = textstat.sentence_count(text)
    syllables = sum(
        max(1, sum(syllapy.count(part) for part in _SYLLABIC.findall(word)))
        for word in text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()
        if any(map(str.isalnum, word))
    )
    return Measured(round(0.39 * words / sentences + 11.8 * syllables / words - 15.59, 4))


@cache
def _libraries() -> tuple[ModuleType, ModuleType]:
    try:
        import syllapy
        import textstat
    except ImportError as error:
        raise MintError(f"readability needs {error.name}: pip install 'mint-bench[also]'") from None
    return textstat, syllapy
