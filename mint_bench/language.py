"""A cheap check whether a text may be English, the only language the embedded scorers learned.

Looks at script and function words; it guards scorers and does not identify languages.
"""

import re
import unicodedata
from functools import cache

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 4_000  # characters from the start that are looked at
_FEWEST_WORDS = 5  # fewer say too little about a language written in Latin letters

_ENGLISH_WORDS = (
    "the and you to a of it is that i in for what not on with are your this be have do my me we"
    " can how but so if or an was at feel just about like they he she would will there their"
    " all am been from has had when which who why no yes sorry here know"
)
_OTHER_WORDS = (
    "el la los las una que no es por para con pero muy está estás siento lo te tu"  # Spanish
    " le les des une est et pas vous je tu dans pour que qui avec ce cette ça suis"  # French
    " der die das und ist nicht ich du sie ein eine mit für auf wie auch dass sich"  # German
    " il lo gli che di non sono per una è ti mi come questo più"  # Italian
    " o os as um uma não para com você eu isso mas muito"  # Portuguese
    " de het een en niet ik je dat van voor met zijn maar hoe"  # Dutch
    " och att det är jag du inte på som för har med en ett"  # Swedish
    " jeg ikke det er og på til du har med af"  # Danish, Norwegian
    " nie się jest to na że jak i w z do ale"  # Polish
    " bir ve bu için çok ne ben sen ama değil gibi"  # Turkish
    " ja on ei että se minä sinä mutta ole"  # Finnish
    " je se na že to není ale jsem jak co"  # Czech
    " și este nu la cu pe mai dar eu ești"  # Romanian
    " và là của không tôi bạn có một những cho"  # Vietnamese
    " yang dan tidak saya kamu itu ini untuk dengan anda"  # Indonesian
    " ang ng sa mga ako ikaw hindi ko mo"  # Tagalog
    " na ya wa kwa ni si hii"  # Swahili
    " és nem hogy az egy vagyok van de"  # Hungarian
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_OTHER = frozenset(_OTHER_WORDS.split()) - _ENGLISH - {"as", "die", "do", "me"}


def not_english(text: str, language: str = "en") -> str | None:
    """Why the text is no English text; None if it may be one.

    A text without letters, or with a few in Latin script, may be English.

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
    words = _WORD.findall(text[:_SAMPLE].lower())
    letters = sum(map(len, words))
    if 2 * sum(sum(map(_is_latin, word)) for word in words) < letters:
        return "language not supported: mostly letters of another script"
    english = sum(word in _ENGLISH for word in words)
    other = sum(word in _OTHER for word in words)
    if len(words) >= _FEWEST_WORDS and other > 2 * english and other >= 0.1 * len(words):
        return "language not supported: function words of another language"
    return None


@cache
def _is_latin(character: str) -> bool:
    """Whether a letter belongs to the Latin script."""
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")
