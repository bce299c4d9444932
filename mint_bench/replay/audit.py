"""Whether a simulated seeker stayed one: each line it wrote is checked, and faults are named.

Word lists and thresholds stand in `tasks/seekers/audit.yaml`. Looks at words only; whether two
texts mean the same is asked of a similarity that comes in. Ends no conversation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mint_bench.language import foreign_letters, not_in
from mint_bench.replay.audit_rules import audit_rules
from mint_bench.replay.spotting import (
    is_edited,
    length,
    matches,
    of_either,
    places,
    plain_words,
    runs,
    words_of,
)
from mint_bench.sentences import split_sentences

Similarity = Callable[[str, str], float]
"""How much of the second text the first one says, by cosines, -1 to 1."""

Kind = Literal[
    "nothing", "no_emotion", "leak", "role_break", "echo", "repetition", "premature_end", "drift",
    "language_switch", "form", "too_long", "instruction",
]  # fmt: skip
"""Faults: nothing was said; no emotion was given in form; the line tells what its prompt says;
talks like a helper or an AI; copies the supporter; copies the seeker; says goodbye too early; says
something else than the real line; is in another language; is data or bears labels; is too long;
addresses a rater."""

KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
NO_ENCODER = "no encoder reads its language"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A simulated line with all that it is judged by.

    Attributes:
        line: What the seeker said.
        turn: Number of the reply that would answer it, from 1.
        own: What the seeker said before.
        heard: What the supporter said before.
        real: The real line that it should convey; None where there is none.
        language: ISO 639-1 code that it should be in.
        private: What its model was told and must not tell.
        secrets: What the supporter must never see; the first is what it hopes for.
    """

    line: str
    turn: int
    own: Sequence[str] = ()
    heard: Sequence[str] = ()
    real: str | None = None
    language: str = "en"
    private: Sequence[str] = ()
    secrets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the audit says of one line.

    Attributes:
        faults: In the order of `KINDS`; empty for a line without fault.
        unchecked: Kinds that could not be checked, each with its reason.
        secret: Whether it tells what the supporter must never see.
    """

    faults: tuple[Kind, ...]
    unchecked: dict[Kind, str]
    secret: bool = False


def audit(spoken: Spoken, similarity: Similarity | None = None) -> Finding:
    """Check one simulated line.

    What the real line does as well (a goodbye, a sentence said twice) is no fault of a seeker
    that must convey it.

    Args:
        spoken: The line and what it is judged by.
        similarity: Cosine of two texts; without it, drift is not checked.

    >>> audit(Spoken("As an AI, I cannot feel sad.", 2)).faults
    ('role_break',)
    """
    if not spoken.line.strip():
        return Finding(("nothing",), {})
    rules, real, language = audit_rules(), spoken.real or "", spoken.language
    secret = tells_secret(spoken)
    wrong: dict[Kind, bool] = {
        "leak": secret
        or (
            tells(spoken.line, spoken.private, language)
            and not tells(real, spoken.private, language)
        ),
        "role_break": breaks_role(spoken.line, language) and not breaks_role(real, language),
        "echo": rules.echo.holds(spoken.line, spoken.heard, language)
        and not rules.echo.holds(real, spoken.heard, language),
        "repetition": rules.repetition.holds(spoken.line, spoken.own, language)
        and not rules.repetition.holds(real, spoken.own, language),
        "premature_end": _too_early(spoken),
        "language_switch": switches(spoken.line, language)
        and not (real and switches(real, language)),
        "form": matches(spoken.line, rules.form) and not matches(real, rules.form),
        "too_long": length(spoken.line, language)
        > max(rules.too_long.words, 2 * length(real, language)),
        "instruction": matches(spoken.line, rules.instruction)
        and not matches(real, rules.instruction),
    }
    unchecked: dict[Kind, str] = {}
    if spoken.real is not None:
        if similarity is None:
            unchecked["drift"] = NO_ENCODER
        else:
            wrong["drift"] = similarity(spoken.line, spoken.real) < rules.drift.lowest
    return Finding(tuple(kind for kind in KINDS if wrong.get(kind)), unchecked, secret)


def tells(line: str, private: Sequence[str], language: str = "en") -> bool:
    """Whether the line holds a run of words of one of the private texts."""
    run = audit_rules().leak.run
    told = runs(words_of(line, language), run)
    return any(not told.isdisjoint(runs(words_of(text, language), run)) for text in private)


def tells_secret(spoken: Spoken) -> bool:
    """Whether the line tells a persona's hope, the reason for its mood, or the mood's number.

    In its words, mine taken for yours, and of the hope also with words changed between. What
    was said in the conversation before is no secret. A hope told in words of its own is not seen:
    by the shipped encoder, paraphrases lie no nearer to it than what real seekers say.
    """
    if not spoken.secrets:
        return False
    rule, language = audit_rules().leak, spoken.language
    if matches(spoken.line, [*rule.mood["any"], *rule.mood.get(language, ())]):
        return True
    own = of_either(words_of(spoken.line, language))
    public = [of_either(words_of(text, language)) for text in (*spoken.own, *spoken.heard)]
    hope, *reasons = (of_either(words_of(text, language)) for text in spoken.secrets)
    run = rule.secret_run.get(language, rule.run)
    for secret, least in ((hope, run), *((reason, rule.run) for reason in reasons)):
        known = runs(secret, least).difference(*(runs(said, least) for said in public))
        if not known.isdisjoint(runs(own, least)):
            return True
    sentences = (of_either(words_of(one, language)) for one in split_sentences(spoken.line))
    return any(len(one) >= run and is_edited(one, hope, rule.edited) for one in sentences)


def breaks_role(line: str, language: str = "en") -> bool:
    """Whether the line talks like a helper or an AI."""
    signs = audit_rules().role_break.get(language)
    if signs is None:
        return False
    plain = plain_words(line, language)
    sure = places(plain, signs.sure, signs.sure_patterns, language)
    return bool(sure) or places(plain, signs.likely, signs.likely_patterns, language) > 1


def switches(line: str, language: str) -> bool:
    """Whether the line, or a whole sentence of it, is in another language."""
    rule = audit_rules().language_switch
    if not_in(line, language) is not None or foreign_letters(line, language) >= rule.letters:
        return True
    return any(
        not_in(sentence, language) is not None
        for sentence in split_sentences(line)
        if len(sentence.split()) >= rule.sentence
    )


def says_goodbye(line: str, language: str = "en") -> bool:
    """Whether the line takes leave.

    >>> says_goodbye("Thanks, that helped. Bye!"), says_goodbye("I could not say it to him.")
    (True, False)
    """
    rule = audit_rules().premature_end
    return length(line, language) <= rule.longest and _takes_leave(line, language)


def ends_talk(line: str, language: str = "en") -> bool:
    """Whether the line is so long that the conversation cannot go on from it."""
    return length(line, language) > audit_rules().too_long.ends


def _too_early(spoken: Spoken) -> bool:
    if not says_goodbye(spoken.line, spoken.language):
        return False
    if spoken.real is not None:
        return not _takes_leave(spoken.real, spoken.language)
    return spoken.turn <= audit_rules().premature_end.fewest_turns


def _takes_leave(line: str, language: str) -> bool:
    return matches(line, audit_rules().premature_end.patterns(language))
