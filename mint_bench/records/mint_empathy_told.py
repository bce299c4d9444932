"""The words of the paper's public release, for pages that show conversations.

Reads the release's folder when a page is built; nothing of it is kept. Figures of the same
release are `mint_empathy`'s.
"""

from collections.abc import Mapping
from pathlib import Path

from mint_bench.records.mint_empathy import HUMAN, SPOKEN, Rows, systems, tagged_rows
from mint_bench.records.schema import Record, slug
from mint_bench.records.told import Key, Told, ToldTurn
from mint_bench.sentences import visible_text

COMMAND = "mint-bench import mint-empathy"


class ReleaseTeller:
    """Tells the conversations of published systems from the release's `evaluation` folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = {slug(name): name for name in systems(folder)}

    def knows(self, record: Record) -> bool:
        """Whether the record was imported from the release and its outputs are there."""
        return record.provenance.command == COMMAND and record.system in self._names

    def tell(self, record: Record) -> Mapping[Key, Told]:
        """The conversations of an imported record.

        Raises:
            MintError: If a file is damaged.
        """
        rows = self._rows(self._names[record.system])
        human = {} if record.kind == "human" or HUMAN not in self._names else self._rows(HUMAN)
        found: dict[str, dict[int, ToldTurn]] = {}
        for (name, position), row in sorted(rows.items()):
            said = human.get((name, position))
            found.setdefault(name, {})[(position + 1) // 2] = ToldTurn(
                str(row["conversation_history"][-1]["content"]),
                visible_text(row[SPOKEN]),
                visible_text(said[SPOKEN]) if said else None,
                tuple(tuple(sentence) for sentence in row["sentence_tactics"]),
            )
        return {
            (name, 1): Told(name, tuple(turns[t] for t in sorted(turns)))
            for name, turns in found.items()
        }

    def _rows(self, system: str) -> Rows:
        return tagged_rows(self._folder / "outputs" / system / "conversations_tagged.json")
