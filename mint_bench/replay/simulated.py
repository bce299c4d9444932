"""Conversations with a simulated seeker: who speaks when, and when it is over.

Both models come in as `Generate`. What the seeker knows and feels never enters what the supporter
sees, and no reasoning of either side enters what the other sees.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from mint_bench.conversation import Conversation, Reply, Speaker
from mint_bench.judging.parsing import NoAnswer, parse_object
from mint_bench.replay.audit import Similarity, Spoken, audit, ends_talk, says_goodbye
from mint_bench.replay.chat import ChatLine, Generate, as_line, opening, reply_line
from mint_bench.replay.course import Course, Ending, Feeling, SeekerLine
from mint_bench.replay.definition import seeker_rules
from mint_bench.replay.profiles import Profile
from mint_bench.replay.seekers import (
    anchored_lines,
    anchored_system,
    emotion_lines,
    persona_lines,
    persona_system,
)
from mint_bench.sentences import visible_text

_WHOLE = re.compile(r"([+-]?[0-9]{1,6})(?:\.0+)?")
LONGEST_REASON = 500  # characters that are passed on to the seeker's next line

Feel = Callable[[Sequence[ChatLine]], Awaitable[Reply]]
"""Asks the seeker's model how it feels; its answer should be a JSON object."""


@dataclass
class Seeker:
    """The seeker's side of one conversation.

    Attributes:
        speak: Asks the seeker's model for a line.
        feel: Asks it for its emotion; an anchored seeker is never asked.
        instructed: What its prompts say, for the audit.
        similarity: Cosine of two texts for the audit; None leaves drift unchecked.
        saved: Called after each change of the course.
        course: What the seeker did so far.
    """

    speak: Generate
    feel: Feel
    instructed: Sequence[str] = ()
    similarity: Similarity | None = None
    saved: Callable[[Course], None] = lambda _: None
    course: Course = field(default_factory=Course)

    def said(self, line: SeekerLine) -> None:
        """Keep a line."""
        self.course.lines.append(line)
        self.saved(self.course)

    def felt(self, feeling: Feeling) -> None:
        """Keep a feeling."""
        self.course.feelings.append(feeling)
        self.saved(self.course)

    def ended(self, ending: Ending, broken: str | None = None) -> None:
        """Keep why the conversation is over."""
        self.course.ending, self.course.broken = ending, broken
        self.saved(self.course)

    async def next_line(
        self,
        lines: Sequence[ChatLine],
        said: Sequence[ChatLine],
        language: str,
        real: str | None = None,
        secrets: Sequence[str] = (),
    ) -> str | None:
        """Ask for a line and audit it; None where the conversation cannot go on from it.

        Args:
            lines: What the seeker's model is sent.
            said: The conversation so far, as the supporter sees it.
            language: It should be in.
            real: The line that it should convey.
            secrets: What the supporter must never see, the hope first; a line that tells it is not
                passed on.
        """
        t = len(self.course.lines) + 1
        reply = await self.speak(lines)
        text = visible_text(reply.text)
        finding = audit(
            Spoken(
                text,
                t,
                own=[line.text for line in said if line.role == "user"],
                heard=[line.text for line in said if line.role == "assistant"],
                real=real,
                language=language,
                private=self.instructed,
                secrets=secrets,
            ),
            self.similarity,
        )
        faults: tuple[str, ...] = finding.faults
        if reply.cut_off and text and "too_long" not in faults:
            faults = (*faults, "too_long")
        self.said(SeekerLine(t=t, text=text, faults=faults, unchecked=dict(finding.unchecked)))
        if not text:
            self.ended("broken", f"the seeker gave nothing: {reply.failure or 'nothing visible'}")
        elif ends_talk(text, language):
            self.ended("broken", "the seeker's line is too long to go on from")
        elif finding.secret:
            self.ended("broken", "the seeker told what it must keep to itself")
        return None if self.course.ending else text


async def anchored_history(
    conversation: Conversation, generate: Generate, seeker: Seeker, system_prompt: str | None = None
) -> tuple[Reply, ...]:
    """Hold a conversation whose seeker conveys the real lines, each fitted to the reply before it.

    The first line answers nobody and is the real one. There are as many turns as in the real
    conversation; where the seeker's model gives nothing, it ends there.

    Args:
        conversation: The real conversation.
        generate: Writes each reply.
        seeker: The seeker's side; its course is filled.
        system_prompt: The supporter's; None for no system message.

    Returns:
        The replies that were given.
    """
    situation = conversation.metadata.get("situation")
    system = anchored_system(str(situation) if situation else None, conversation.language)
    scored = frozenset(conversation.scored_turns)
    said: list[ChatLine] = []  # as the supporter sees it, without the system message
    replies: list[Reply] = []
    for position, turn in enumerate(conversation.turns):
        t = len(replies) + 1
        if position in scored:
            reply = await generate((*opening(system_prompt), *said))
            replies.append(reply)
            said.append(reply_line(reply))
        elif turn.speaker is Speaker.SUPPORTER:
            said.append(as_line(turn))
        elif position + 1 in scored:
            text: str | None = turn.text
            if replies:
                lines = anchored_lines(system, said, turn.text, conversation.language)
                text = await seeker.next_line(lines, said, conversation.language, real=turn.text)
            else:
                seeker.said(SeekerLine(t=t, text=turn.text, simulated=False))
            if text is None:
                return tuple(replies)
            said.append(ChatLine("user", text))
    seeker.ended("length")
    return tuple(replies)


@dataclass
class Persona:
    """A persona in one conversation: how it feels, and what it says next.

    Attributes:
        profile: Whom the seeker plays.
        seeker: Its side; the course is filled.
        feeling: The last one.
    """

    profile: Profile
    seeker: Seeker
    feeling: Feeling = field(init=False)

    def __post_init__(self) -> None:
        self.feeling = Feeling(t=0, emotion=seeker_rules().persona.start)
        self.seeker.felt(self.feeling)
        self._system = persona_system(self.profile)

    async def speak(self, said: Sequence[ChatLine]) -> str | None:
        """Its next line; None where the conversation is over.

        Args:
            said: The conversation so far, as the supporter sees it.
        """
        language, feeling = self.profile.language, self.feeling
        lines = persona_lines(self._system, said, feeling.emotion, feeling.reason, language)
        reasons = (felt.reason for felt in self.seeker.course.feelings if felt.reason)
        secrets = (self.profile.intention.text(language), *reasons)
        text = await self.seeker.next_line(lines, said, language, secrets=secrets)
        if text is not None and said and says_goodbye(text, language):
            self.seeker.ended("goodbye")
            return None
        return text

    async def hear(self, said: Sequence[ChatLine], t: int) -> bool:
        """Take in the reply at the end of what was said; whether the conversation goes on.

        Args:
            said: The conversation so far, as the supporter sees it.
            t: Number of the reply.
        """
        rules, language = seeker_rules().persona, self.profile.language
        before = self.feeling.emotion
        answer = await self.seeker.feel(emotion_lines(self._system, said, before, language))
        felt = read_feeling(answer.text, t, before, rules.step)
        if isinstance(felt, NoAnswer):
            self.seeker.said(SeekerLine(t=t + 1, text="", faults=("no_emotion",)))
            self.seeker.ended("broken", f"the seeker's emotion: {felt.reason}")
            return False
        self.feeling = felt
        self.seeker.felt(felt)
        if felt.emotion >= rules.success or felt.emotion < rules.failure:
            self.seeker.ended("success" if felt.emotion >= rules.success else "failure")
            return False
        return True


async def persona_history(
    profile: Profile,
    generate: Generate,
    seeker: Seeker,
    system_prompt: str | None = None,
    max_turns: int | None = None,
) -> tuple[Reply, ...]:
    """Hold a conversation with a persona that goes where the talk goes.

    After each reply it says how its emotion changed, and why; then it writes its next line. Over
    at the top of the scale, below its bottom, at a goodbye, or after `max_turns` replies.

    Args:
        profile: Whom the seeker plays.
        generate: Writes each reply.
        seeker: The seeker's side; its course is filled.
        system_prompt: The supporter's; None for no system message.
        max_turns: Other than the shipped number of replies.

    Returns:
        The replies that were given.
    """
    persona = Persona(profile, seeker)
    said: list[ChatLine] = []
    replies: list[Reply] = []
    for t in range(1, (max_turns or seeker_rules().persona.max_turns) + 1):
        text = await persona.speak(said)
        if text is None:
            break
        said.append(ChatLine("user", text))
        reply = await generate((*opening(system_prompt), *said))
        replies.append(reply)
        said.append(reply_line(reply))
        if not await persona.hear(said, t):
            break
    if seeker.course.ending is None:
        seeker.ended("length")
    return tuple(replies)


def read_feeling(text: str, t: int, before: int, step: int) -> Feeling | NoAnswer:
    """A persona's emotion after a reply, from its model's answer.

    A change beyond the step is cut to it, one beyond the scale to the scale's end. Without a
    reason, or without a whole number, there is no emotion.

    >>> read_feeling('{"reason": "It asked.", "change": 25}', 1, 40, 10).emotion
    50
    """
    visible = visible_text(text)
    start, end = visible.find("{"), visible.rfind("}")
    found = parse_object(visible[start : end + 1] if 0 <= start < end else visible, "an emotion")
    if isinstance(found, NoAnswer):
        return found
    change, reason = found.get("change"), found.get("reason")
    whole = _WHOLE.fullmatch(str(change).strip()) if not isinstance(change, bool) else None
    if whole is None:
        return NoAnswer("JSON without a whole number as `change`")
    if not isinstance(reason, str) or not reason.strip():
        return NoAnswer("JSON without a `reason`")
    moved = before + max(-step, min(step, int(whole[1])))
    return Feeling(t=t, emotion=max(0, min(100, moved)), reason=reason.strip()[:LONGEST_REASON])
