"""Conversations as they were told, for pages that show them: words beside a record's figures.

Only the shape, and whether a source's licence lets anyone pass its words on. A record never
holds any of this; whoever builds a page brings it from logs or from a source's folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mint_bench.records.schema import Board, Record
from mint_bench.records.wording import source_card

Key = tuple[str, int]  # conversation id, epoch


@dataclass(frozen=True, slots=True)
class ToldTurn:
    """One reply with the words that it answers.

    Attributes:
        seeker: What the seeker said just before.
        reply: The reply's visible words; empty where there was none.
        human: What the human supporter said in the reply's place; None where there is none.
        tactics: Names of the tactics of each sentence, in the order of the reply's sentences;
            None where only the counts are known.
    """

    seeker: str
    reply: str
    human: str | None = None
    tactics: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One conversation: its turns match those of the record, in order.

    Attributes:
        id: As in the record.
        turns: One a reply.
        epoch: Number of the repetition, from 1.
        opening: What the supporter said before the seeker's first words; empty if nothing.
        language: ISO 639-1 code.
    """

    id: str
    turns: tuple[ToldTurn, ...]
    epoch: int = 1
    opening: str = ""
    language: str = "en"


class Teller(Protocol):
    """Gives the conversations of records, as far as it knows them."""

    def knows(self, record: Record) -> bool:
        """Whether it has the conversations of a record; cheap."""
        ...

    def tell(self, record: Record) -> Mapping[Key, Told]:
        """The conversations of a record that it knows."""
        ...


class Viewer(Protocol):
    """Shows whole logs beside the pages: what a conversation's page leaves out."""

    def link(self, record: Record, key: Key) -> str:
        """From the viewer's folder to a conversation; empty where the record's log is not there."""
        ...

    def files(self, records: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file of the viewer, with the logs of these records alone."""
        ...


@dataclass(frozen=True, slots=True)
class FirstOf:
    """Several tellers; the first that knows a record tells it."""

    tellers: tuple[Teller, ...]

    def knows(self, record: Record) -> bool:
        """Whether any of them knows it."""
        return any(teller.knows(record) for teller in self.tellers)

    def tell(self, record: Record) -> Mapping[Key, Told]:
        """The conversations as the first that knows them tells them."""
        return next((t.tell(record) for t in self.tellers if t.knows(record)), {})


def may_be_shown(board: Board) -> bool:
    """Whether the licence of a board's source lets anyone pass its words on."""
    card = source_card(board)
    return card is not None and card.redistributable
