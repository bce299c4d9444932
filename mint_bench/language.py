"""Whether a text may be English, the only language that the embedded scorers learned.

Guards scorers and names no language. Script and sure English words decide what they can; what is
left is asked of py3langid (139 languages, 4.5 MB, BSD-3-Clause, offline, no compiler), which is
loaded at the first doubt: half a second, 106 MB.

Measured on different texts of five words or more: none of 5,966 published replies is called
foreign; of 43,351 other turns of the public conversations 32 are, each of them written in another
language, read one by one. Of one text in each of 86 languages, 52 of them in Latin letters, 85 are
told (all but Māori), at two or three sentences and at six to ten words alike; a list of function
words alone told 62 and 65. It is asked of 1 % of the replies and of 9 and 24 % of the turns.
`tests/test_language.py` repeats it.

Also tried, alone, on the same texts: py3langid (23 and 34 supporter and seeker turns called
foreign), pycld2 (18 and 18, no text missed, but compiled from a library without upkeep, and less
sure of few words), simplemma (0.07 and 0.15 %, 19 MB), eld (0.1 and 0.5 %, 49 MB), lingua (96 MB,
60 replies a second), langdetect (1.8 and 2.5 %, 80 texts a second).
"""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_WORD = re.compile(r"[^\W\d_]+")
_QUOTATION = re.compile(r'["“”„][^"“”„]*["“”„]|«[^»]*»')
_SAMPLE = 2_000  # characters from the start that are looked at
_FEW_WORDS = 5  # fewer different ones say little about a language written in Latin letters
_FEWEST_AROUND = 3  # words around quotations that tell the language by themselves

# Frequent in English and rare elsewhere: "in", "is", "no" and "for" are other languages' too.
_SURE_WORDS = (
    "the and you your with that this it but are what how would should could feel feeling they"
    " their them there these those from have about when which who why where been being because"
    " sounds like know think just make of"
)
_SURE = frozenset(_SURE_WORDS.split())
_SURE_SHARE = 0.15

_MAY_BE_ENGLISH = frozenset({"en", "pcm", "zxx"})  # so are Nigerian Pidgin, and code or numbers
_PROBABLY = 0.5
_SURELY = 0.95  # asked of few words


def not_english(text: str, language: str = "en") -> str | None:
    """Why the text is no English text; None if it may be one.

    A text without letters, or with a few in Latin script, may be English; so may one that quotes
    another language, or has words of one in it.

    Args:
        text: What is to be scored.
        language: What the source says of it, as an ISO 639-1 code or longer tag.

    >>> not_english("I hear you."), not_english("…")
    (None, None)
    >>> not_english("我听到你了。")
    'language not supported: mostly letters of another script'
    >>> not_english("No es fácil para ti, y lo siento mucho.")
    'language not supported: function words of another language'
    """
    if language.lower().replace("_", "-").split("-")[0] not in {"en", "eng", "und", ""}:
        return f"language not supported: {language}"
    sample, words = _own_words(unicodedata.normalize("NFC", text[:_SAMPLE]))
    if 2 * sum(map(_foreign_letters, words)) > sum(map(len, words)):
        return "language not supported: mostly letters of another script"
    if sum(word in _SURE for word in words) >= _SURE_SHARE * len(words):
        return None
    enough = _PROBABLY if len(set(words)) >= _FEW_WORDS else _SURELY
    found, probability = _identifier().classify(sample)
    if found not in _MAY_BE_ENGLISH and probability >= enough:
        return "language not supported: function words of another language"
    return None


def not_in(text: str, language: str) -> str | None:
    """Why the text is not in the language; None if it may be, or the language is not known here.

    Args:
        text: What was said.
        language: ISO 639-1 code or longer tag; English and Chinese are told.

    >>> not_in("I hear you.", "zh"), not_in("我听到你了。", "zh")
    ('few Chinese characters', None)
    """
    kind = language.lower().replace("_", "-").split("-")[0]
    if kind == "en":
        return not_english(text)
    letters = [character for character in text[:_SAMPLE] if character.isalpha()]
    if kind == "zh" and letters:
        # A Latin word has about five letters and counts as one.
        han = sum(unicodedata.name(c, "").startswith("CJK") for c in letters)
        return "few Chinese characters" if 5 * han < len(letters) - han else None
    return None


def foreign_letters(text: str, language: str) -> int:
    """Letters outside quotations that no text in the language has: of another script.

    English is written in Latin letters; Chinese has Latin ones in it, and no kana or hangul.

    >>> foreign_letters("I am tired. 我真的很累。", "en"), foreign_letters("私はとても辛い", "zh")
    (5, 5)
    """
    kind = language.lower().replace("_", "-").split("-")[0]
    words = _WORD.findall(_QUOTATION.sub(" ", unicodedata.normalize("NFC", text[:_SAMPLE])))
    if kind == "en":
        return sum(map(_foreign_letters, words))
    if kind == "zh":
        names = [unicodedata.name(c, "") for word in words if not word.isascii() for c in word]
        return sum(not name.startswith(("CJK", "LATIN", "FULLWIDTH LATIN")) for name in names)
    return 0


def _own_words(text: str) -> tuple[str, list[str]]:
    """The text without its quotations, and its words; the whole where little else is said."""
    around = _QUOTATION.sub(" ", text)
    words = _WORD.findall(around.lower())
    if len(words) >= _FEWEST_AROUND:
        return around, words
    return text, _WORD.findall(text.lower())


def _foreign_letters(word: str) -> int:
    """Letters of the word that are of another script than the Latin one."""
    return 0 if word.isascii() else sum(not _is_latin(character) for character in word)


@cache
def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
