"""What a simulated seeker's model is sent: its prompts, its side of the conversation, its settings.

The words stand in `tasks/seekers/`. In its view the seeker is the assistant and the supporter the
user; what the supporter said last goes in as JSON, so that nothing in it can pass for our words.
"""

from collections.abc import Sequence
from functools import cache

from mint_bench.errors import MintError
from mint_bench.files import read_text
from mint_bench.replay.chat import ChatLine
from mint_bench.replay.definition import ANCHORED, seeker_rules
from mint_bench.replay.profiles import LANGUAGES, Profile
from mint_bench.resources import resource, sha256_text
from mint_bench.templates import as_material, render_file


@cache
def seekers_sha() -> str:
    """SHA-256 of every file that shapes a simulated seeker: prompts, intentions, rules, audit."""
    folder = resource("tasks", "seekers")
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".md", ".yaml"})
    return sha256_text(
        *(text for f in files for text in (f.relative_to(folder).as_posix(), read_text(f)))
    )


def check_language(language: str) -> None:
    """Refuse a language without prompts.

    Raises:
        MintError: If there are none.
    """
    if language not in LANGUAGES:
        raise MintError(
            f"no seeker speaks {language!r}; simulated seekers have prompts for "
            f"{', '.join(LANGUAGES)}"
        )


def anchored_system(situation: str | None, language: str) -> str:
    """The system message of an anchored seeker."""
    return _prompt(language, "anchored", situation=situation)


def anchored_lines(
    system: str, said: Sequence[ChatLine], line: str, language: str
) -> list[ChatLine]:
    """What an anchored seeker is sent for its next line.

    Args:
        system: As `anchored_system` makes it.
        said: The conversation so far as the supporter sees it, ending with a reply.
        line: The real line to convey.
        language: Of the prompts.
    """
    turn = _prompt(
        language, "anchored_turn", reply=as_material(message=said[-1].text),
        line=as_material(message=line),
    )  # fmt: skip
    return [*_own_side(system, said[:-1], language), ChatLine("user", turn)]


def instructions(name: str, language: str) -> tuple[str, ...]:
    """What a seeker's prompts say apart from the conversation: no line may repeat it.

    Args:
        name: `anchored` or `persona`.
        language: Of the prompts.
    """
    if name == ANCHORED:
        turn = _prompt(language, "anchored_turn", reply="", line="")
        return (anchored_system(None, language), turn)
    nothing = dict.fromkeys(("about", "emotion", "problem", "intensity"), "")
    return (
        _prompt(language, "persona", scene="", intention="", **nothing),
        _prompt(language, "persona_first", emotion=""),
        _prompt(language, "persona_turn", reply="", emotion="", reason=""),
    )


def persona_system(profile: Profile) -> str:
    """The system message of a persona, its hidden intention in it."""
    return _prompt(
        profile.language,
        "persona",
        about=profile.about,
        scene=profile.scene,
        emotion=profile.emotion,
        problem=profile.problem,
        intensity=profile.intensity,
        intention=profile.intention.text(profile.language),
    )


def persona_lines(
    system: str, said: Sequence[ChatLine], emotion: int, reason: str, language: str
) -> list[ChatLine]:
    """What a persona is sent for its next line; `said` is empty before the first."""
    if not said:
        first = _prompt(language, "persona_first", emotion=emotion)
        return [ChatLine("system", system), ChatLine("user", first)]
    turn = _prompt(
        language, "persona_turn", reply=as_material(message=said[-1].text), emotion=emotion,
        reason=as_material(reason=reason),
    )  # fmt: skip
    return [*_own_side(system, said[:-1], language), ChatLine("user", turn)]


def emotion_lines(
    system: str, said: Sequence[ChatLine], emotion: int, language: str
) -> list[ChatLine]:
    """What a persona is sent to say how the last reply changed its emotion."""
    turn = _prompt(
        language, "persona_emotion", reply=as_material(message=said[-1].text), emotion=emotion,
        step=seeker_rules().persona.step,
    )  # fmt: skip
    return [*_own_side(system, said[:-1], language), ChatLine("user", turn)]


def _own_side(system: str, said: Sequence[ChatLine], language: str) -> list[ChatLine]:
    """The conversation from the seeker's side; many chat templates want the user to begin."""
    swapped = [ChatLine("assistant" if line.role == "user" else "user", line.text) for line in said]
    if not swapped or swapped[0].role == "assistant":
        swapped.insert(0, ChatLine("user", _prompt(language, "opening")))
    return [ChatLine("system", system), *swapped]


def _prompt(language: str, name: str, **values: object) -> str:
    return render_file(resource("tasks", "seekers", language, f"{name}.md"), **values)
