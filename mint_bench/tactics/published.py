"""What the published adapters are asked: word for word what they were trained on.

A row of the release's annotations is a whole call: system message, reply and sentence in a frame,
answer. The words are not this project's and stand nowhere in it; they are cut out of the pinned
files when they are needed. Fetches no file, asks no model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mint_bench.errors import MintError
from mint_bench.files import read_json_lines
from mint_bench.tactics.prompts import TaggerPrompt, sha_of
from mint_bench.tactics.tagger import TACTICS, SplitReply

PROMPT_SHA = "0c35cf0d580f94af2a3d060eb6d2edf0ca687f7b9354d9f734329a267afb413f"
"""`frames_sha` of the pinned files, for those who have only the hash of a tagger."""

_REPLY = "- Context (Full Empathic Response):\n"
_SENTENCE = "\n\n- Sentence to Evaluate:\n"


class Question(NamedTuple):
    """An annotation's question in its parts, which together are the whole of it."""

    before: str
    reply: str
    between: str
    sentence: str
    after: str


def parts_of(question: str) -> Question:
    """Cut a question around its reply and its sentence.

    Raises:
        ValueError: If either is not where the release has it.
    """
    before, opens, rest = question.partition(_REPLY)
    reply, between, rest = rest.rpartition(_SENTENCE)
    if not opens or not between:
        raise ValueError("no reply and sentence in the question")
    sentence = rest.rsplit("\n\n", 1)[0]
    return Question(before + opens, reply, between, sentence, rest[len(sentence) :])


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around reply and sentence when the adapter of a tactic is asked.

    Attributes:
        system: The system message.
        question: Any question of the tactic; its own reply and sentence are replaced.
    """

    system: str
    question: Question

    def prompt(self, reply: SplitReply, sentence: str) -> TaggerPrompt:
        """One call for one sentence.

        As in training, nothing marks reply and sentence as material: a reply may say what looks
        like a part of the frame.
        """
        filled = self.question._replace(reply=reply.text, sentence=sentence)
        return TaggerPrompt(self.system, "".join(filled))


def read_frames(files: Mapping[str, Path]) -> dict[str, Frame]:
    """The frame of each tactic, by the first row of its annotations; all rows have the same.

    Args:
        files: The file of each tactic.

    Raises:
        MintError: If a file is missing or damaged, or has no row in chat form.
    """
    return {tactic: _first_frame(files[tactic]) for tactic in TACTICS}


def frames_sha(frames: Mapping[str, Frame]) -> str:
    """SHA-256 of all that the adapters are sent apart from reply and sentence."""
    return sha_of([frames[tactic].prompt(SplitReply("", ("",)), "") for tactic in TACTICS])


def _first_frame(path: Path) -> Frame:
    row: Any
    for number, row in read_json_lines(path):
        try:
            system, user = row["messages"][:2]
            return Frame(str(system["content"]), parts_of(user["content"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MintError(
                f"{path}:{number}: not an annotation in chat form ({error!r})"
            ) from None
    raise MintError(f"{path}: no annotation in it")
