"""Whether the replies in a log are a system's own words: equal to one another, or to the human's.

A record holds no text, so this is seen before it is made, on the submitter's machine.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mint_bench.files import fits_the_model
from mint_bench.inspect_plugin.held import Held, SampleData
from mint_bench.inspect_plugin.logs import kind_of, read_log
from mint_bench.sentences import visible_text


@dataclass(frozen=True, slots=True)
class Said:
    """Counts over the replies of a log.

    Attributes:
        replies: With something visible in them.
        repeated: Word for word those of another turn or conversation.
        of_human: Word for word the human supporter's in the same place.
        system_is_no_model: Whether a trivial system or a human gave them, who may.
    """

    replies: int
    repeated: int
    of_human: int
    system_is_no_model: bool


def said(path: Path) -> Said:
    """Count equal replies in a log.

    Raises:
        MintError: If there is no such log, or it cannot be read.
    """
    texts: Counter[str] = Counter()
    places: dict[str, set[tuple[str, int]]] = {}  # epochs of one system may be equal
    of_human = 0
    log = read_log(path)
    for sample in log.samples or []:
        with fits_the_model(f"{path}: {sample.id}"):
            data, replies = (
                SampleData.model_validate(sample.metadata),
                sample.store_as(Held).replies,
            )
        conversation = data.conversation(str(sample.id))
        human = {
            t: _plain(conversation.turns[position].text)
            for t, position in enumerate(conversation.scored_turns, 1)
            if data.has_human
        }
        for reply in replies:
            text = "" if reply.failure else _plain(visible_text(reply.text))
            if text:
                texts[text] += 1
                places.setdefault(text, set()).add((str(sample.id), reply.t))
                of_human += text == human.get(reply.t)
    repeated = sum(n for text, n in texts.items() if len(places[text]) > 1)
    return Said(texts.total(), repeated, of_human, kind_of(log) != "model")


def _plain(text: str) -> str:
    return " ".join(text.split())
