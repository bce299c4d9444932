"""What a language model answered, as a verdict: read only where it can be read in one way.

Asks no model and repairs nothing: an answer that is not in form comes back as the reason why.
Reasons name the fault and never quote the answer, as they go into records, which hold no text.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mint_bench.judging.judge import DIMENSIONS

LOWEST, HIGHEST = 1, 5
_FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\r?\n(?P<inside>.*?)\r?\n?```", re.DOTALL)
_PLAIN = re.compile(
    r"(?:(?:score|rating)\s*[:=]\s*)?(?P<score>[0-9]+)"
    r"(?P<of_five>\s*/\s*5|\s+out\s+of\s+5)?\s*\.?",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<score>\s*(?:(?P<score>[0-9]+)|\[\s*(?P<in_brackets>[0-9]+)\s*\])\s*</score>",
    re.IGNORECASE,
)
_LONGEST_PLAIN = 40


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No answer, or one that was not in form.

    Attributes:
        reason: What came instead, in a few words.
        failed: Whether somebody was asked; else there was nothing to ask about.
    """

    reason: str
    failed: bool = True


def parse_rating(text: str, lowest: int = LOWEST, highest: int = HIGHEST) -> int | NoAnswer:
    """One rating from a model's answer.

    In form are: a JSON object of `score` and, if it likes, `reason`, alone or as the one code
    block; a bare number; "score: 4", "4/5" and "4 out of 5" where they are the whole answer.
    Anything beside it, such as a second number or a sentence, may be a quote from what was
    rated, so it makes the answer unreadable.

    Args:
        text: The visible answer, reasoning removed.
        lowest: Lowest whole number of the scale.
        highest: Highest.

    >>> parse_rating('{"reason": "It asks.", "score": 4}'), parse_rating("4/5")
    (4, 4)
    >>> parse_rating("between 3 and 4").reason
    'prose instead of a score'
    """
    inside = _unfenced(text)
    if len(inside) <= _LONGEST_PLAIN and (plain := _PLAIN.fullmatch(inside)):
        return _on_scale(int(plain["score"]), lowest, highest)
    value = _object(inside, "a score")
    if isinstance(value, NoAnswer):
        return value
    if unknown := set(value) - {"score", "reason"}:
        return NoAnswer(f"{len(unknown)} unknown names beside `score`")
    if "score" not in value:
        return NoAnswer("JSON without `score`")
    return _whole(value["score"], lowest, highest)


def parse_joint(
    text: str, names: Sequence[str] = DIMENSIONS, lowest: int = LOWEST, highest: int = HIGHEST
) -> tuple[int, ...] | NoAnswer:
    """Several ratings from one answer: a JSON object with each name once, and maybe `reason`.

    One that is missing or not on the scale makes the whole answer unreadable.

    Returns:
        Ratings in the order of `names`.
    """
    value = _object(_unfenced(text), "scores")
    if isinstance(value, NoAnswer):
        return value
    if unknown := set(value) - {*names, "reason"}:
        return NoAnswer(f"{len(unknown)} unknown names beside the {len(names)} scores")
    ratings = []
    for name in names:
        if name not in value:
            return NoAnswer(f"JSON without `{name}`")
        rating = _whole(value[name], lowest, highest)
        if isinstance(rating, NoAnswer):
            return NoAnswer(f"{name}: {rating.reason}")
        ratings.append(rating)
    return tuple(ratings)


def parse_tags(
    text: str, sentences: int, tactics: Sequence[str]
) -> npt.NDArray[np.bool_] | NoAnswer:
    """A tagger's answer: a JSON object with a list of tactics for each sentence, `s1` to `sN`.

    Returns:
        Boolean, shape (sentences, tactics).

    >>> parse_tags('{"s1": ["advice"], "s2": []}', 2, ("advice", "questioning")).tolist()
    [[True, False], [False, False]]
    """
    value = _object(_unfenced(text), "tactics")
    if isinstance(value, NoAnswer):
        return value
    keys = [f"s{number}" for number in range(1, sentences + 1)]
    if missing := [key for key in keys if key not in value]:
        return NoAnswer(f"{len(missing)} of {sentences} sentences are missing")
    if len(value) > len(keys):
        return NoAnswer(f"{len(value) - len(keys)} names beside the {sentences} sentences")
    present = np.zeros((sentences, len(tactics)), dtype=bool)
    for row, key in enumerate(keys):
        named = value[key]
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            return NoAnswer(f"{key} is no list of tactics")
        if set(named) - set(tactics):
            return NoAnswer(f"{key} names an unknown tactic")
        present[row] = [name in named for name in tactics]
    return present


def parse_binary(text: str) -> bool | NoAnswer:
    """A yes or no: 0 or 1, bare, as `<score>1</score>`, or as a JSON object of `score`.

    Brackets around the digit are read, too: the published adapters are asked for
    `<score>[]</score>`.

    >>> parse_binary("<score>1</score>"), parse_binary('{"score": 0}')
    (True, False)
    """
    inside = _unfenced(text)
    if len(inside) <= _LONGEST_PLAIN:
        plain = _PLAIN.fullmatch(inside)
        if plain and plain["of_five"]:
            return NoAnswer("prose instead of a score")
        if tag := _TAG.fullmatch(inside):
            inside = tag["score"] or tag["in_brackets"]
    found = parse_rating(inside, 0, 1)
    return found if isinstance(found, NoAnswer) else found == 1


def parse_object(text: str, what: str) -> dict[str, object] | NoAnswer:
    """The one JSON object that an answer is; `what` names in the reason what it should hold."""
    return _object(_unfenced(text), what)


def _unfenced(text: str) -> str:
    """The text without a code fence that holds all of it."""
    stripped = text.strip()
    fence = _FENCE.fullmatch(stripped)
    return fence["inside"].strip() if fence else stripped


class _FormError(ValueError):
    """Text that is no JSON object, or one that could be read in two ways."""


def _object(text: str, what: str) -> dict[str, object] | NoAnswer:
    """The one JSON object that the text is."""
    if not text:
        return NoAnswer("an empty answer")
    if text[0] not in '{["':
        return NoAnswer("JSON among other text" if "{" in text else f"prose instead of {what}")
    try:
        value = _decoded(text)
    except _FormError as fault:
        return NoAnswer(str(fault))
    return value if isinstance(value, dict) else NoAnswer("JSON, but no object")


def _decoded(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except json.JSONDecodeError as fault:
        beside = fault.msg == "Extra data"
        told = "JSON among other text" if beside else "JSON that is cut off or damaged"
        raise _FormError(told) from None
    except RecursionError:
        raise _FormError("JSON nested too deeply") from None
    except _FormError:
        raise
    except ValueError:
        raise _FormError("a number too long to read") from None


def _refuse(constant: str) -> None:
    raise _FormError(f"{constant} is no JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _FormError("a name stands twice in the JSON")
    return value


def _whole(value: object, lowest: int, highest: int) -> int | NoAnswer:
    """A JSON value as a rating; a text of nothing but digits counts, true and false do not."""
    if isinstance(value, bool) or value is None:
        return NoAnswer(f"{json.dumps(value)} instead of a number")
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,9}", value):
            return NoAnswer("text instead of a number")
        value = int(value)
    if not isinstance(value, int | float):
        return NoAnswer(f"a {'list' if isinstance(value, list) else 'nested object'} as score")
    if isinstance(value, float) and not value.is_integer():
        return NoAnswer(f"{value:.4g} is no whole number")
    return _on_scale(int(value), lowest, highest)


def _on_scale(number: int, lowest: int, highest: int) -> int | NoAnswer:
    if lowest <= number <= highest:
        return number
    told = str(number) if abs(number) < 10**9 else "a huge number"
    return NoAnswer(f"{told} is not in {lowest} to {highest}")
