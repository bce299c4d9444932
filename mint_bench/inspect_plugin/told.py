"""The words of a run from its log, for pages that show conversations.

A record names its log by hash, so that a page never shows the words of another run.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from inspect_ai.log import EvalSample

from mint_bench.errors import MintError
from mint_bench.files import fits_the_model
from mint_bench.inspect_plugin.held import Held, SampleData
from mint_bench.inspect_plugin.logs import SCORER, read_log
from mint_bench.records.schema import Record
from mint_bench.records.told import Key, Told, ToldTurn
from mint_bench.resources import sha256_file
from mint_bench.sentences import visible_text

SENTENCES = "sentence_tactics"
"""Key of a score's metadata: per reply the tactics of each sentence; None where not tagged."""


class LogTeller:
    """Tells the conversations of records whose logs lie in a folder, at any depth."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise MintError(f"{folder}: no such folder of logs")
        self._folder = folder

    @cached_property
    def _paths(self) -> dict[str, Path]:
        logs = sorted(path for path in self._folder.rglob("*.eval") if path.is_file())
        return {sha256_file(path): path for path in logs}

    def knows(self, record: Record) -> bool:
        """Whether the record's log is there."""
        return record.provenance.log_sha in self._paths

    def log_of(self, record: Record) -> Path | None:
        """The path of the record's log, None if it is not there."""
        return self._paths.get(str(record.provenance.log_sha))

    def tell(self, record: Record) -> Mapping[Key, Told]:
        """The conversations of the record's log.

        Raises:
            MintError: If the log cannot be read.
        """
        path = self._paths[str(record.provenance.log_sha)]
        samples = read_log(path).samples or []
        with fits_the_model(str(path)):
            return {(str(sample.id), sample.epoch): _told(sample) for sample in samples}


def _told(sample: EvalSample) -> Told:
    data = SampleData.model_validate(sample.metadata)
    conversation = data.conversation(str(sample.id))
    given = {held.t: held for held in sample.store_as(Held).replies}
    score = (sample.scores or {}).get(SCORER)
    tagged = ((score.metadata if score else None) or {}).get(SENTENCES) or []
    turns = []
    for t, position in enumerate(conversation.scored_turns, 1):
        held = given.get(t)
        sentences = tagged[t - 1] if t <= len(tagged) else None
        reply = visible_text(held.text) if held and not held.failure else ""
        human = conversation.turns[position].text if data.has_human else None
        turns.append(
            ToldTurn(
                conversation.turns[position - 1].text,
                reply,
                None if human == reply else human,
                None if sentences is None else tuple(tuple(names) for names in sentences),
            )
        )
    first = conversation.turns[0]
    opening = "" if first.speaker == "seeker" else first.text
    return Told(conversation.id, tuple(turns), sample.epoch, opening, conversation.language)
